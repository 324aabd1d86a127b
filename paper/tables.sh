#!/bin/sh
# The paper's tables and numbers from result files.
# usage: sh paper/tables.sh RESULTS OUT
# RESULTS/EXPERIMENT/ holds summary.csv and its like (spikebench summarise). Writes OUT/EXPERIMENT.tex, a table, for each
# experiment of the paper, OUT/numbers.tex and OUT/provenance.tex; an experiment without results becomes a visible marker.
set -eu
[ $# -eq 2 ] || { sed -n '3p' "$0" >&2; exit 2; }
results=$1 out=$2
here=$(dirname "$0")
mkdir -p "$out"
echo "% written by paper/tables.sh" >"$out/numbers.tex"
printf '%s\n' '\begin{tabular}{lr>{\raggedright\arraybackslash}p{42mm}>{\raggedright\arraybackslash}p{76mm}}' '\toprule' 'Experiment & Runs & Commit & Machine \\' '\midrule' >"$out/provenance.tex"

table() { # KIND EXPERIMENT FILE...
    kind=$1 experiment=$2
    shift 2
    LC_ALL=C awk -v kind="$kind" -v experiment="$experiment" -f "$here/tables.awk" "$@"
}

while read -r experiment kind file; do
    folder=$results/$experiment
    set -- "$folder"/$file # a pattern for curves
    if [ ! -f "$folder/summary.csv" ] || [ ! -f "$1" ] || ! table "$kind" "$experiment" "$@" >"$out/$experiment.tex.new"; then
        printf '\\missing{%s}\n' "$experiment" >"$out/$experiment.tex.new"
        echo "paper: no results of $experiment"
    else
        table numbers "$experiment" "$folder/summary.csv" >>"$out/numbers.tex"
        [ ! -f "$folder/runs.csv" ] || table provenance "$experiment" "$folder/runs.csv" >>"$out/provenance.tex"
    fi
    mv "$out/$experiment.tex.new" "$out/$experiment.tex"
done <"$here/experiments.txt"
printf '%s\n' '\bottomrule' '\end{tabular}' >>"$out/provenance.tex"

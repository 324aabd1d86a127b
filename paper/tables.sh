#!/bin/sh
# The paper's tables and numbers from result files.
# usage: sh paper/tables.sh SPIKEBENCH RESULTS OUT
# SPIKEBENCH is the program; RESULTS/EXPERIMENT/ holds summary.csv and its like (spikebench summarise). Writes
# OUT/EXPERIMENT.tex, a table, for each experiment of the paper, OUT/numbers.tex and OUT/provenance.tex; an experiment
# without results becomes a visible marker.
set -eu
[ $# -eq 3 ] || { sed -n '3p' "$0" >&2; exit 2; }
spikebench=$1 results=$2 out=$3
here=$(dirname "$0")
mkdir -p "$out"

table() { # KIND FILE EXPERIMENT...
    kind=$1 file=$2
    shift 2
    "$spikebench" table "$kind" "$@" --results "$results" --format latex >"$out/$file.tex.new" 2>/dev/null &&
        mv "$out/$file.tex.new" "$out/$file.tex"
}

set -- # those with results
while read -r experiment kind; do
    if table "$kind" "$experiment" "$experiment"; then
        set -- "$@" "$experiment"
    else
        printf '\\missing{%s}\n' "$experiment" >"$out/$experiment.tex"
        rm -f "$out/$experiment.tex.new"
        echo "paper: no results of $experiment"
    fi
done <"$here/experiments.txt"
together() { # KIND EXPERIMENT...
    { [ $# -gt 1 ] && table "$1" "$@"; } || : >"$out/$1.tex"
    rm -f "$out/$1.tex.new"
}
together numbers "$@"
for experiment; do # those that keep the runs
    shift
    [ ! -f "$results/$experiment/runs.csv" ] || set -- "$@" "$experiment"
done
together provenance "$@"

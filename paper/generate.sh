#!/bin/sh
# Everything that paper/paper.tex takes from results: tables, numbers and figures, in paper/generated/.
# usage: sh paper/generate.sh SPIKEBENCH WORK
# SPIKEBENCH is the program, WORK a folder for copies of the results: those of results/reference, or else of results.
set -eu
[ $# -eq 2 ] || { sed -n '3p' "$0" >&2; exit 2; }
spikebench=$1 work=$2
out=paper/generated
rm -rf "$work" "$out"
mkdir -p "$work" "$out"
while read -r experiment rest; do
    for results in results/reference results; do
        [ -f "$results/$experiment/runs.csv" ] || continue
        cp -r "$results/$experiment" "$work/$experiment"
        # derived files are written anew; without the curves of single runs those that are there stay
        "$spikebench" summarise "$experiment" --results "$work" >/dev/null ||
            echo "paper: $results/$experiment: not summarised anew"
        grep -q "resultfigure{$experiment}" paper/paper.tex || break # numbers and tables only
        "$spikebench" plot "$experiment" --results "$work" --format pdf --out "$out/$experiment" >/dev/null ||
            echo "paper: $results/$experiment: some figures are missing"
        break
    done
done <paper/experiments.txt
# what docs/scaling.awk makes of several machines
if [ -f results/reference/scaling/ranks.csv ]; then
    mkdir -p "$work/scaling" "$out/scaling"
    LC_ALL=C awk -v out="$work/scaling" -f docs/scaling.awk results/reference/scaling/ranks.csv results/reference/scale_*/traffic.csv >/dev/null
    sh tests/bench/draw.sh plots/ranks_model.gp "$out/scaling/ranks_model.pdf" "$work/scaling/model.csv"
    LC_ALL=C awk -f paper/scaling.awk "$work/scaling/winners.csv" >"$out/scaling.tex"
else
    printf '\\missing{scaling}\n' >"$out/scaling.tex"
    echo 'paper: no results of scaling'
fi
sh paper/tables.sh "$spikebench" "$work" "$out"

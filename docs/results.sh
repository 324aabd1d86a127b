#!/bin/sh
# Writes OUT/results.md, OUT/systems.md, OUT/speed.md and OUT/scaling.md from docs/*.in.md, and OUT/../README.md with the table of README.md anew, from results/reference
# (and what was tried from results/archive).
# usage: sh docs/results.sh SPIKEBENCH WORK OUT
# SPIKEBENCH is the program, WORK a folder for copies of the results: what is derived from runs is written anew there, never in place.
set -eu
[ $# -eq 3 ] || { sed -n '4p' "$0" >&2; exit 2; }
spikebench=$1 work=$2 out=$3
rm -rf "$work"
mkdir -p "$(dirname "$work")" "$out"
cp -r results/reference "$work"
for folder in "$work"/*/; do
    [ -f "$folder/runs.csv" ] || continue # speed
    experiment=$(basename "$folder")
    "$spikebench" summarise "$experiment" --results "$work" >/dev/null
done
cp -r results/archive "$work/archive"
fill() { # PAGE TO [SOURCE]
    LC_ALL=C awk -v spikebench="$spikebench" -v results="$work" -v header="${3:+<!-- Written by 'make docs' from $1 and $3; do not edit. -->}" -f docs/results.awk "$1" >"$work/page"
    mv "$work/page" "$2"
}
fill docs/results.in.md "$out/results.md" results/reference
fill docs/systems.in.md "$out/systems.md" results/reference
if [ -d results/reference/speed ]; then
    fill docs/speed.in.md "$out/speed.md" results/reference/speed
else
    printf '# Speed\n\nNothing is measured yet: `make bench-report`, then `make docs`.\n' >"$out/speed.md"
fi
if [ -f results/reference/scaling/ranks.csv ]; then
    LC_ALL=C awk -v out="$work/scaling" -f docs/scaling.awk "$work/scaling/ranks.csv" "$work"/scale_*/traffic.csv >/dev/null
    fill docs/scaling.in.md "$out/scaling.md" results/reference
else
    printf '# Several machines\n\nNothing is measured yet: `make bench-ranks`, then `make docs`.\n' >"$out/scaling.md"
fi
fill README.md "$out/../README.md"

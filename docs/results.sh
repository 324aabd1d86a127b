#!/bin/sh
# Writes OUT/results.md from docs/results.in.md, and OUT/../README.md with the table of README.md anew, both from results/reference
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
    experiment=$(basename "$folder")
    "$spikebench" summarise "$experiment" --results "$work" >/dev/null
done
cp -r results/archive "$work/archive"
fill() { # PAGE TO [HEADER]
    LC_ALL=C awk -v spikebench="$spikebench" -v results="$work" -v header="${3:-}" -f docs/results.awk "$1" >"$work/page"
    mv "$work/page" "$2"
}
fill docs/results.in.md "$out/results.md" "<!-- Written by 'make docs' from docs/results.in.md and results/reference; do not edit. -->"
fill README.md "$out/../README.md"

#!/bin/sh
# Writes docs/results.md, on stdout, from docs/results.in.md and the files of results/reference.
# usage: sh docs/results.sh SPIKEBENCH WORK
# SPIKEBENCH is the program, WORK a folder for copies of the results: what is derived from runs is written anew there, never in place.
set -eu
[ $# -eq 2 ] || { sed -n '3p' "$0" >&2; exit 2; }
spikebench=$1 work=$2
rm -rf "$work"
mkdir -p "$(dirname "$work")"
cp -r results/reference "$work"
for folder in "$work"/*/; do
    experiment=$(basename "$folder")
    "$spikebench" summarise "$experiment" --results "$work" >/dev/null
done
LC_ALL=C awk -v spikebench="$spikebench" -v results="$work" -f docs/results.awk docs/results.in.md

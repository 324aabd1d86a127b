#!/bin/sh
# The figure of the scaling points.
# usage: sh tests/bench/draw.sh FOLDER PICTURE
# FOLDER has scaling.csv and exponents.csv; PICTURE ends in .png.
set -eu
[ $# -eq 2 ] || { sed -n '3p' "$0" >&2; exit 2; }
if ! command -v gnuplot >/dev/null 2>&1; then
    echo "draw.sh: gnuplot is not installed: no figure" >&2
    exit 0
fi
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' HUP INT TERM
cp "$1/scaling.csv" "$1/exponents.csv" "$work"
ln -s "$PWD/plots" "$work/plots"
printf 'formats\n2\n' >"$work/figure.csv"
script=$PWD/tests/bench/scaling_time.gp
(cd "$work" && gnuplot "$script")
mkdir -p "$(dirname "$2")"
mv "$work/figure.png" "$2"

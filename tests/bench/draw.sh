#!/bin/sh
# A figure of measured points.
# usage: sh tests/bench/draw.sh SCRIPT PICTURE FILE.csv...
# SCRIPT is one of gnuplot that finds the files under their names; PICTURE ends in .png or .pdf.
set -eu
[ $# -ge 3 ] || { sed -n '3p' "$0" >&2; exit 2; }
if ! command -v gnuplot >/dev/null 2>&1; then
    echo "draw.sh: gnuplot is not installed: no figure" >&2
    exit 0
fi
script=$PWD/$1 picture=$2
shift 2
case $picture in *.png) format=2 ;; *.pdf) format=4 ;; *) echo "draw.sh: $picture: ends in neither .png nor .pdf" >&2; exit 2 ;; esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 130' HUP INT TERM
cp "$@" "$work"
ln -s "$PWD/plots" "$work/plots"
printf 'formats\n%d\n' $format >"$work/figure.csv"
(cd "$work" && gnuplot "$script")
mkdir -p "$(dirname "$picture")"
mv "$work/figure.${picture##*.}" "$picture"

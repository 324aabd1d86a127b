#!/bin/sh
# What a packaged program must do without the sources: say its version, know its data and its experiments, train, write a page.
# usage: sh tests/package_run.sh PROGRAM
set -eu
program=$(command -v "$1")
case $program in /*) ;; *) program=$(pwd)/$program ;; esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
"$program" --version
"$program" help bptt >/dev/null
"$program" list experiments | grep -q '^poc_digits'
printf 'experiment: packaged\nprecision: [double, float]\nstop: {max_iter: 2}\ndataset: {name: digits, T: 4, n_train: 60}\nnetwork: {hidden: [8]}\nsolvers: [{name: bptt}, {name: admm}]\n' >packaged.yaml
"$program" run packaged.yaml >log 2>&1 || { cat log >&2; exit 1; }
test "$(grep -c ',ok,' results/packaged/runs.csv)" -eq 4
"$program" summarise packaged
"$program" report packaged --no-figures
grep -q 'id="data"' results/packaged/report.html
"$program" train bptt digits --out a.net --set stop.max_iter=1 --set dataset.n_train=60 >/dev/null
"$program" export --weights a.net --out a.nir
"$program" eval --weights a.nir >/dev/null
echo "the program runs"

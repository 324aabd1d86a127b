#!/bin/sh
# The solver and the dataset that README.md shows, built, contract-tested and run in a copy of the sources.
# usage: readme_examples.sh MAKE
set -eu
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp -r Makefile support network datasets trainer solvers baselines experiments records runs report commands tests README.md "$copy"
cd "$copy"
# A block of README.md: the lines between "```c NAME" and "```".
block() {
    awk -v start="\`\`\`c $1" '$0 == start { on = 1; next } $0 == "```" { on = 0 } on' README.md >"$1"
    test -s "$1" || { echo "README.md holds no example $1" >&2; exit 1; }
}
block baselines/delta_rule.c
block datasets/bars.c
sed -i 's/^extern const struct solver /&solver_delta_rule, /; s/^const struct solver .*{$/&\n    \&solver_delta_rule,/' commands/registry.c
sed -i 's/^extern const struct dataset_source /&dataset_bars, /; s/^const struct dataset_source .*{$/&\n    \&dataset_bars,/' commands/registry.c
"$1" BUILD=build OPT=-O0 build build/tests-f64 >build.log 2>&1 || { cat build.log; exit 1; }
build/tests-f64 --filter 'contract/*'
cat >bars.yaml <<'Y'
experiment: bars
stop: {max_iter: 10}
dataset: {name: bars}
network: {hidden: [30]}
solvers: [{name: delta_rule}, {name: bptt, batch: 20, lr: 0.01}]
Y
build/spikebench run bars.yaml
build/spikebench summarise bars
# chance is 50 %; the readout alone finds the bars
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next } { n++; if ($c["acc_test"] < 0.8) bad = 1 }
         END { exit !(n == 2 && !bad) }' results/bars/runs.csv || { echo "the examples do not learn" >&2; exit 1; }
echo "README.md's examples build, keep the contract and learn"

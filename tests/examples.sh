#!/bin/sh
# The examples of docs/new-*.md and docs/convergence-gate.md, built, contract-tested and run in a copy of the sources and of what is built of them.
# usage: examples.sh MAKE BUILD
set -eu
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp -a Makefile support network datasets trainer solvers baselines experiments records runs report commands tests docs "$copy"
mkdir -p "$copy/results/reference" "$copy/plots" "$copy/build"
cp -a "$2/f64" "$2/f32" "$copy/build"
cp plots/*.gp "$copy/plots"
cp -r results/reference/smoke results/reference/gate_* "$copy/results/reference"
cd "$copy"
# A block of a page: the lines between "```LANGUAGE NAME" and "```", to a file.
block() { # PAGE LANGUAGE NAME FILE
    awk -v start="\`\`\`$2 $3" '$0 == start { on = 1; next } $0 == "```" { on = 0 } on' "docs/$1" >"$4"
    test -s "$4" || { echo "docs/$1 holds no example $3" >&2; exit 1; }
}
build() {
    "$make" BUILD=build "$@" >build.log 2>&1 || { cat build.log; exit 1; }
}
make=$1
PATH=$copy/build:$PATH
export OPENBLAS_CORETYPE=Haswell

# a trainer, a dataset, an optimizer
block new-solver.md c baselines/delta_rule.c baselines/delta_rule.c
block new-dataset.md c datasets/bars.c datasets/bars.c
register() { # FILE TYPE LIST NAME: an entry of a list, as the pages say
    sed -i "s/^extern const struct $2 /&$4, /; /$3\[\] = {/,/NULL,/s/NULL,/\&$4,\n    NULL,/" "$1"
}
register commands/registry.c solver solvers solver_delta_rule
register commands/registry.c dataset_source dataset_sources dataset_bars
block new-optimizer.md c trainer/optimizer_signum.c trainer/optimizer_signum.c
register trainer/optimizers.c optimizer optimizers optimizer_signum
build build
for precision in double float; do spikebench contract delta_rule --precision $precision; done
cat >bars.yaml <<'Y'
experiment: bars
stop: {max_iter: 10}
dataset: {name: bars}
network: {hidden: [30]}
solvers: [{name: delta_rule}, {name: bptt, batch: 20, lr: 0.01}, {name: bptt, optimizer: signum, batch: 20, lr: 0.002}]
Y
spikebench help delta_rule >/dev/null
spikebench help bars >/dev/null
spikebench dataset info bars
spikebench dataset show bars --ascii >/dev/null
spikebench run bars.yaml
spikebench summarise bars
# chance is 50 %; the readout alone finds the bars
awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) c[$i] = i; next } { n++; if ($c["acc_test"] < 0.8) bad = 1 }
         END { exit !(n == 3 && !bad) }' results/bars/runs.csv || { echo "the examples do not learn" >&2; exit 1; }

# a gate, and that it bites; the largest of the repository's own is left to make smoke, which does what the page does
for name in smoke keep tolerances formats; do
    block convergence-gate.md sh "gate-$name" "gate-$name.sh"
    sed -i 's/ in smoke / in /' "gate-$name.sh"
    sh -eu "gate-$name.sh"
done
sed -i 's/o\.lr \*/o.lr * R(0.5) */' baselines/delta_rule.c
grep -q 'R(0.5)' baselines/delta_rule.c || { echo "there is no step in baselines/delta_rule.c to halve" >&2; exit 1; }
build build
spikebench run bars.yaml --fresh >/dev/null
if spikebench compare results/bars kept/bars >gate.log; then
    echo "the gate did not notice that the step of delta_rule was halved" >&2
    exit 1
fi
grep -q delta_rule gate.log || { cat gate.log; exit 1; }
echo "the examples build, keep the contract and learn, and the gate bites"

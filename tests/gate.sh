#!/bin/sh
# The convergence gate: runs its experiments and compares each with results/reference; each is reported, and one that is worse
# fails.
# usage: sh tests/gate.sh SPIKEBENCH OUT [double]        double: only the runs in double precision
set -eu
[ $# -ge 2 ] || { sed -n '4p' "$0" >&2; exit 2; }
spikebench=$1 out=$2 precision=${3:-}
export OPENBLAS_CORETYPE="${OPENBLAS_CORETYPE:-Haswell}" # as the reference was made: other kernels round otherwise
bad=0
for file in experiments/smoke.yaml experiments/gate_*.yaml; do
    experiment=$(basename "$file" .yaml)
    reference=results/reference/$experiment
    if [ -n "$precision" ]; then
        mkdir -p "$out/reference"
        cp -r "$reference" "$out/reference"
        awk -F, -v wanted="$precision" 'NR == 1 { for (i = 1; i <= NF; i++) if ($i == "precision") p = i }
            NR == 1 || $p == wanted' "$reference/runs.csv" >"$out/reference/$experiment/runs.csv"
        reference=$out/reference/$experiment
    fi
    "$spikebench" run "$file" ${precision:+--set "precision=$precision"} --out "$out" --fresh || bad=1
    "$spikebench" compare "$out/$experiment" "$reference" || bad=1
done
exit $bad

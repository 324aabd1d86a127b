#!/bin/sh
# All that docs/speed.md says, measured in one go; each part's rows are written when it has ended.
# usage: sh tests/bench/report.sh PYTHON BUILD OUT [PEERS]
# PYTHON has PyTorch and numpy, OUT is a folder for CSV files, PEERS a folder of library peers (tests/bench/peers.py).
# QUICK=1 in the environment is for trying it out: the smallest workloads alone, three repeats, into results/bench/report.
set -eu
[ $# -ge 3 ] || { sed -n '3p' "$0" >&2; exit 2; }
python=$1 build=$2 out=$3 peers=${4:-}
here=$(dirname "$0")
repeats=9 gradients=ABCD admm=EGF pools=ACDG
[ -z "${QUICK:-}" ] || repeats=3 gradients=C admm=G pools=CG
began=$(date +%s)
# A run that stops half-way, or a trial, leaves what stands in OUT.
final=$out figure=plots/reference/scaling_time.png
if [ -n "${QUICK:-}" ]; then final= figure=results/bench/report/scaling_time.png; fi
out=results/bench/report
rm -rf "$out"
mkdir -p "$out"
unset OPENBLAS_CORETYPE

part() { # SCRIPT OPTION...: says how long it took
    script=$1
    shift
    since=$(date +%s)
    "$python" "$here/$script.py" --build "$build" "$@"
    echo "-- $script: $(($(date +%s) - since)) s"
}

part machine --out "$out/machine.csv"
part workloads --repeats $repeats --workloads $gradients --precision float --out "$out/workloads.csv"
part workloads --repeats $repeats --workloads $admm --precision double --out "$out/workloads.csv"
part pools --repeats $((repeats + 6)) --workloads $pools --out "$out/pools.csv"
part peers --repeats $repeats --workloads $gradients --threads 1 --peers "$peers" --out "$out/peers.csv"
for threads in 1 2; do
    (
        export OPENBLAS_CORETYPE=Haswell
        part peers --repeats $repeats --workloads $gradients --threads $threads --leave-out loop --out "$out/peers.csv"
    )
done
part peers --repeats $repeats --workloads $gradients --threads 2 --leave-out loop --out "$out/peers.csv"
part scaling --repeats $repeats --out "$out"
sh "$here/draw.sh" "$here/scaling_time.gp" "$figure" "$out/scaling.csv" "$out/exponents.csv"
part peers_admm --repeats $repeats --workloads $admm --out "$out/admm.csv"
if [ -n "$final" ]; then
    mkdir -p "$final"
    rm -f "$final"/*.csv
    cp "$out"/*.csv "$final/"
fi
echo "all of it: $(($(date +%s) - began)) s${final:+; now: make docs}"

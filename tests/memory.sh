#!/bin/sh
# Estimates of memory against what runs take: every trainer on every kind of built-in data that it takes, one iteration each. An estimate
# (`spikebench check`) that is more than 25 % away from the run's peak_bytes is a failure, if the run takes 20 MiB more than the program and
# its libraries alone, and so is a trainer that nothing was measured of.
# usage: sh tests/memory.sh SPIKEBENCH WORK [DATASET...]        WORK keeps the runs; DATASET: digits, event_camera, ... : these alone
set -eu
[ $# -ge 2 ] || { sed -n '5p' "$0" >&2; exit 2; }
spikebench=$1 work=$2
shift 2
[ $# -gt 0 ] || set -- digits event_camera yin_yang sine harmonic
mkdir -p "$work"
: >"$work/table"
bad=0

# "OPTIONS" of a dataset: so many steps and samples that what a run takes is more than what the program takes.
sizes() {
    case $1 in
    digits) echo 'T: 200, n_train: 300' ;;
    harmonic) echo 'n_train: 20000' ;;
    *) echo 'T: 500, n_train: 300' ;;
    esac
}

# The experiment of a trainer on a dataset, with a network of this kind; fails if the program refuses it.
plan() {
    printf 'experiment: m\nprecision: double\nstop: {max_iter: 1}\nnetwork: {%s}\ndataset: {name: %s, %s, n_validation: 50, n_test: 50}\nsolvers: [{name: %s}]\n' \
        "$3" "$2" "$(sizes "$2")" "$1" >"$work/$1-$2.yaml"
    "$spikebench" check "$work/$1-$2.yaml" >"$work/plan" 2>"$work/refused"
}

for solver in $("$spikebench" list solvers | awk '/^[a-z]/ { print $1 }'); do
    measured=0
    for data; do
        plan "$solver" "$data" 'hidden: [[100, 100]], start: rate' || plan "$solver" "$data" 'hidden: [[100]], start: kaiming' ||
            plan "$solver" "$data" '' || continue
        "$spikebench" run "$work/$solver-$data.yaml" --out "$work/$solver-$data" --jobs 1 >"$work/log" 2>&1 ||
            { echo "$solver on $data: $(tail -n 1 "$work/log")"; bad=1; continue; }
        measured=1
        line=$(awk -F, -v solver="$solver" -v data="$data" '
            FNR == NR { n = split($0, a, " +"); if ($0 ~ /^ +1 /) estimate = a[n - 1] * (a[n] == "GiB" ? 1024 : 1); next }
            FNR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
            { peak = $at["peak_bytes"] / 1048576; own = peak - 17
              printf "%-18s %-13s %8.1f MiB of %8.1f %s\n", solver, data, estimate, peak,
                  own < 20 ? "small" : estimate < 0.75 * peak || estimate > 1.25 * peak ? "BAD" : "" }' \
            "$work/plan" "$work/$solver-$data/m/runs.csv")
        echo "$line" | tee -a "$work/table"
        case $line in *BAD*) bad=1 ;; esac
    done
    [ $measured -eq 1 ] || { echo "$solver: nothing is measured: $(tail -n 1 "$work/refused")"; bad=1; }
done
exit $bad

#!/bin/sh
# Runs the list of tests/same.txt with an old and a new program and compares curves and weights byte for byte.
# usage: sh tests/same.sh OLD NEW [PATTERN]
# OLD and NEW are build folders; PATTERN chooses lines. Columns of a curve that the old program lacks, and training seconds,
# are passed over, as are columns that were retired (constant penalties of the ADMM family); so are lines whose data is not
# there (said). Exits 1 if anything differs.
set -eu
[ $# -ge 2 ] || { sed -n '3p' "$0" >&2; exit 2; }
old=$(cd "$1" && pwd) new=$(cd "$2" && pwd) pattern=${3:-}
list=$(cd "$(dirname "$0")" && pwd)/same.txt
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export OPENBLAS_CORETYPE="${OPENBLAS_CORETYPE:-Haswell}"

# The columns of CSV file $2 that file $1 has, without training seconds.
columns() {
    awk -F, -v OFS=, 'NR == 1 && FNR == 1 { for (i = 1; i <= NF; i++) if ($i !~ /^(train_s|rho_[0-9]+|rho_out|beta_[0-9]+)$/) wanted[++n] = $i; nextfile }
        FNR == 1 { for (i = 1; i <= NF; i++) place[$i] = i }
        { for (i = 1; i <= n; i++) printf "%s%s", (wanted[i] in place) ? $place[wanted[i]] : "missing", i < n ? OFS : "\n" }' "$1" "$2"
}

n=0 differ=0 left=0
while read -r solver dataset settings; do
    case $solver in '' | '#'*) continue ;; esac
    case "$solver $dataset $settings" in *"$pattern"*) ;; *) continue ;; esac
    for precision in double float; do
        rm -rf old new
        n=$((n + 1))
        {
            printf 'experiment: same\nprecision: %s\nseeds: [3]\neval_every: 2\nstop: {max_iter: 4}\n' "$precision"
            case $dataset in
            digits) printf 'dataset: {name: digits, T: 10, n_train: 200, n_validation: 50, n_test: 100}\n' ;;
            *) printf 'dataset: {name: %s}\n' "$dataset" ;;
            esac
            printf 'solvers: [{name: %s}]\n' "$solver"
        } >a.yaml
        set --
        for setting in $settings; do set -- "$@" --set "$setting"; done
        ok=1
        for side in old new; do
            program=$old threads=1
            [ $side = old ] || { program=$new; threads=2; }
            "$program/spikebench" run a.yaml --out $side --set threads=$threads "$@" >$side.log 2>&1 || ok=0
            "$program/spikebench" train a.yaml --out $side/a.net --set threads=$threads "$@" >>$side.log 2>&1 || ok=0
        done
        if [ $ok = 0 ]; then
            if grep -qi 'was not found\|without data\|no such file' old.log; then
                left=$((left + 1))
                echo "left out (no data): $solver $dataset"
                continue
            fi
            echo "FAILED $precision: $solver $dataset $settings"
            tail -n 2 old.log new.log
            differ=$((differ + 1))
            continue
        fi
        for curve in old/same/curves/*.csv; do
            other=new/same/curves/${curve##*/}
            [ -f "$other" ] || { echo "ANOTHER RUN ID $precision: $solver $dataset $settings"; differ=$((differ + 1)); continue; }
            columns "$curve" "$curve" >a.csv
            columns "$curve" "$other" >b.csv
            cmp -s a.csv b.csv || { echo "CURVES DIFFER $precision: $solver $dataset $settings"; diff a.csv b.csv | head -n 4; differ=$((differ + 1)); }
        done
        cmp -s old/a.net new/a.net || { echo "WEIGHTS DIFFER $precision: $solver $dataset $settings"; differ=$((differ + 1)); }
    done
done <"$list"
echo "$n runs, $left without data, $differ differences"
[ $differ = 0 ] && [ $n -gt 0 ]

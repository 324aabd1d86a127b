#!/bin/sh
# Runs every experiment of experiments/ and puts what it gives into results/reference: tuning grids before what uses their choices,
# then by the seconds that the reference took last time, smallest first. The same command resumes where it was killed: finished runs
# are skipped (those of older rules are not finished), and a folder of results/reference is replaced as a whole when all of its runs
# have ended. An experiment that fails, or lacks its data, is named in the end; the others go on.
# usage: sh tests/references.sh SPIKEBENCH WORK JOBS [EXPERIMENT...]
# WORK keeps the runs (delete it to begin anew). JOBS above 1 shares the machine: seconds are then marked as invalid.
set -eu
[ $# -ge 3 ] || { sed -n '6p' "$0" >&2; exit 2; }
spikebench=$1 work=$2 jobs=$3
shift 3
export OPENBLAS_CORETYPE="${OPENBLAS_CORETYPE:-Haswell}" # as CI compares
trap 'exit 130' HUP INT TERM

# "RANK SECONDS EXPERIMENT" of an experiment file: rank 0 for tuning.
place() {
    runs=results/reference/$1/runs.csv
    seconds=0
    [ ! -f "$runs" ] || seconds=$(awk -F, 'NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i }
        NR > 1 { s += $at["setup_s"] + $at["train_s"] + $at["eval_s"] } END { printf "%.0f", s }' "$runs")
    case $1 in tune_*) rank=0 ;; *) rank=1 ;; esac
    echo "$rank $seconds $1"
}

# The options of `spikebench best NAME ...` as the experiment's own comment gives them.
choice() { sed -n "s/.*\`spikebench best $1\([^\`]*\)\`.*/\1/p" "experiments/$1.yaml" | head -n 1; }

# What `summarise`, and for some `best`, derive from the runs; the comparison with a label where the reference has one.
derive() {
    paired=
    reference=results/reference/$1/paired.csv
    [ ! -f "$reference" ] || paired="--paired $(awk -F, 'NR == 2 { print $2 }' "$reference")"
    # shellcheck disable=SC2086 # nothing or two words
    "$spikebench" summarise "$1" --results "$work" $paired >/dev/null || return 1
    # shellcheck disable=SC2046 # words
    case $1 in tune_*) "$spikebench" best "$1" $(choice "$1") --results "$work" >"$work/$1/best.txt" ;; esac
}

# The files that the reference had, or the two that every one has and the choice of a grid. Curves as files of their own only where
# the reference had them.
wanted() {
    if [ -f "results/reference/$1/runs.csv" ]; then
        ls "results/reference/$1" | grep -v '^tolerances.csv$'
    else
        echo runs.csv
        echo summary.csv
        [ ! -f "$work/$1/traffic.csv" ] || echo traffic.csv
        case $1 in tune_*) echo best.csv ;; esac
    fi
}

# Of FILE the columns that REFERENCE, the same file as it was, has: curves have many that nothing reads.
narrow() {
    [ -f "$2" ] || return 0
    awk -F, 'NR == FNR { if (FNR == 1) for (i = 1; i <= NF; i++) had[$i]
        next }
        FNR == 1 { for (i = 1; i <= NF; i++) if ($i in had) keep[++n] = i }
        { line = $keep[1]
          for (k = 2; k <= n; k++) line = line "," $keep[k]
          print line }' "$2" "$1" >"$1.narrow"
    mv "$1.narrow" "$1"
}

replace() {
    new=results/reference/.$1.new old=results/reference/.$1.old
    rm -rf "$new" "$old"
    mkdir -p "$new"
    for file in $(wanted "$1"); do cp -r "$work/$1/$file" "$new/"; done
    for file in "$new"/curves_summary/*.csv; do
        [ ! -f "$file" ] || narrow "$file" "results/reference/$1/curves_summary/${file##*/}"
    done
    [ ! -f "results/reference/$1/tolerances.csv" ] || cp "results/reference/$1/tolerances.csv" "$new/"
    [ ! -d "results/reference/$1" ] || mv "results/reference/$1" "$old"
    mv "$new" "results/reference/$1"
    rm -rf "$old"
}

mkdir -p "$work"
# A kill between the two moves of replace() leaves the old folder aside.
for old in results/reference/.*.old; do
    [ -d "$old" ] || continue
    name=$(basename "$old" .old)
    [ -d "results/reference/${name#.}" ] || mv "$old" "results/reference/${name#.}"
done
[ $# -gt 0 ] || for file in experiments/*.yaml; do set -- "$@" "$(basename "$file" .yaml)"; done
order=$(for name in "$@"; do place "$name"; done | sort -k1,1n -k2,2n -k3,3)
failed=
for name in $(echo "$order" | cut -d' ' -f3); do
    echo "== $name, $(date -u +%FT%TZ)"
    if "$spikebench" run "experiments/$name.yaml" --out "$work" --jobs "$jobs" --allow-diverged && derive "$name"; then
        replace "$name"
    else
        code=$?
        [ "$code" -ne 130 ] || exit 130
        failed="$failed $name"
    fi
done
[ -z "$failed" ] || { echo "references.sh: these are as they were:$failed" >&2; exit 1; }

#!/bin/sh
# Plants the bugs of tests/mutants/*.txt, one at a time, in a copy of the sources: the test that each of them names must
# fail. Before that the same tests must pass in the copy. A mutant that no longer applies, does not compile or survives,
# and a test that is gone, fail.
# usage: sh tests/mutants.sh MAKE BUILD [NAME...]        BUILD holds tests-f64 and the program; NAME: a shell pattern
# With SMOKE=1 in the environment the convergence gate (make smoke) must catch those of trainers and network as well, with SMOKE=only it
# alone; those with a line "gate no, REASON" are left to the tests.
#
# A mutant: the lines "mutant NAME", "file SOURCE", "test SUITE/TEST" (Criterion's pattern), where the test starts
# the program "program yes", and "gate no, REASON" where the gate cannot see it; then what stands in SOURCE exactly once, each
# line behind a "-", and what takes its place,
# each behind a "+". To aim one again after a change of the sources, correct its "-" lines.
set -euf
make=$1 build=$(cd "$2" && pwd)
shift 2
[ $# -gt 0 ] || set -- '*'
work=$build/mutants copy=$build/mutants/sources
trap 'rm -rf "$work"' EXIT
trap 'exit 130' HUP INT TERM
rm -rf "$work"
mkdir -p "$copy/build" "$work/tmp"
TMPDIR=$work/tmp
export TMPDIR SPIKEBENCH_BUILD=build OPENBLAS_NUM_THREADS=1

tar cf - --exclude=./build* --exclude=./.git --exclude=./paper --exclude='./results/[!r]*' . | tar xf - -C "$copy"
(cd "$build" && tar cf - f64 version.h digits_csv.o tests-f64 spikebench spikebench-f64 spikebench-f32 bench-f64) | tar xf - -C "$copy/build"

# All mutants: NAME SOURCE TEST PROGRAM GATE LIST
table() {
    for list in $(ls tests/mutants); do
        list=tests/mutants/$list
        [ "${list%.txt}" != "$list" ] || continue
        awk -v list="$list" 'function put() { if (name) print name, file, test, program, gate, list }
            $1 == "mutant" { put(); name = $2; program = "no"; gate = list ~ /datasets|harness/ ? "no" : "yes" }
            $1 == "file" { file = $2 }
            $1 == "test" { test = $2 }
            $1 == "program" { program = $2 }
            $1 == "gate" { gate = $2 == "no," && NF > 2 ? "no" : "bad" }
            END { put() }' "$list"
    done
}
chosen() {
    table | while read -r name rest; do
        for pattern; do
            # shellcheck disable=SC2254
            case $name in $pattern) echo "$name $rest" && break ;; esac
        done
    done
}
chosen "$@" >"$work/chosen"
[ -s "$work/chosen" ] || { echo "mutants.sh: no mutant is called $*" >&2; exit 2; }
doubles=$(table | cut -d' ' -f1 | sort | uniq -d)
[ -z "$doubles" ] || { echo "mutants.sh: two mutants are called $doubles" >&2; exit 1; }

# passes TEST: 0 if all of its tests pass, 1 if one fails or hangs, 2 if there is none.
passes() {
    (cd "$copy" && timeout -k 5 180 build/tests-f64 --filter "$1") >"$work/log" 2>&1 || return 1
    grep -q 'Tested: [1-9]' "$work/log" || return 2
    grep -q 'Failing: 0 | Crashing: 0' "$work/log"
}

# The source as it was, and what was built of it since: nothing is compiled for that.
restore() {
    cp -p "$1" "$copy/$1"
    (cd "$copy/build" && find f64 spikebench spikebench-f64 -type f ! -name '*.d' -newer "$work/stamp") >"$work/new"
    while read -r built; do cp -p "$build/$built" "$copy/build/$built"; done <"$work/new"
}

# The convergence gate, in double precision.
converges() {
    (cd "$copy" && rm -rf build/gate && sh tests/gate.sh build/spikebench build/gate double) >"$work/log" 2>&1
}

bad=0 caught=0
complain() {
    echo "$1: $2" >&2
    bad=$((bad + 1))
}
[ -z "${SMOKE:-}" ] || converges || { complain "the convergence gate" "fails without a mutant" && grep -v '^\[' "$work/log" >&2; }
[ "${SMOKE:-}" = only ] || for test in $(cut -d' ' -f3 "$work/chosen" | sort -u); do
    status=0
    passes "$test" || status=$?
    [ $status -ne 2 ] || complain "$test" "there is no such test"
    [ $status -ne 1 ] || { complain "$test" "fails without a mutant" && tail -n 20 "$work/log" >&2; }
done
[ $bad -eq 0 ] || exit 1

while read -r name file test program gate list; do
    targets=build/tests-f64
    [ "$gate" != bad ] || { complain "$name" "says neither 'gate no, REASON' nor nothing ($list)" && continue; }
    [ "${SMOKE:-}" != only ] || [ "$gate" = yes ] || continue
    [ -z "${SMOKE:-}" ] || [ "$gate" = no ] || program=yes
    [ "${SMOKE:-}" != only ] || targets=
    [ "$program" = no ] || targets="$targets build/spikebench build/spikebench-f64"
    status=0
    [ -f "$file" ] || { complain "$name" "$file is gone ($list)" && continue; }
    awk -f tests/mutants/plant.awk -v name="$name" "$list" "$file" >"$work/planted" || status=$?
    case $status in
    0) ;;
    4) complain "$name" "its '-' lines stand in $file more than once ($list)" && continue ;;
    *) complain "$name" "its '-' lines are no longer in $file: aim it again ($list)" && continue ;;
    esac
    touch "$work/stamp"
    cp "$work/planted" "$copy/$file"
    # the version stays, so that the worker that is not built again is taken for one of it
    # shellcheck disable=SC2086
    if ! $make -s -C "$copy" -o build/bench-f64 -o build/version.h BUILD=build STRICT=0 $targets </dev/null >"$work/log" 2>&1; then
        complain "$name" "does not compile ($list)" && tail -n 5 "$work/log" >&2
    elif [ "${SMOKE:-}" != only ] && passes "$test" </dev/null; then
        complain "$name" "survives $test ($list)"
    elif [ -n "${SMOKE:-}" ] && [ "$gate" = yes ] && converges </dev/null; then
        complain "$name" "survives the convergence gate ($list)"
    else
        caught=$((caught + 1))
        by=$test
        [ "${SMOKE:-}" != only ] || by="the gate"
        echo "caught  $name  by $by"
    fi
    restore "$file"
done <"$work/chosen"
echo "$caught of $(wc -l <"$work/chosen") mutants caught"
[ $bad -eq 0 ]

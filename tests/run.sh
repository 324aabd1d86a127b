#!/bin/sh
# Runs the tests; all that they write goes into one folder, removed in the end.
# usage: sh tests/run.sh BUILD [SUITE | SUITE/TEST | ''] [PRECISION]
# Without a suite all of them run, but for those named in EXCEPT (one|another) of the environment; SUITE is a part of a name, * stands for anything. PRECISION is f32 or f64.
# Criterion starts its processes one after another, so that several of it run beside each other: each precision, and double precision in two
# parts that take about as long if all suites run, which are many more there. What they say is shown when they end; the last line is Criterion's summary.
set -eu
build=$1 chosen=${2:-} precisions=${3:-f32 f64} except=${EXCEPT:+$EXCEPT|}
TMPDIR=$(mktemp -d "${TMPDIR:-/tmp}/spikebench-tests-XXXXXX")
export TMPDIR
# messages between ranks go through memory: other ways are not looked for, which a third of their start is
export SPIKEBENCH_BUILD="$build" OMPI_MCA_pml=ob1
pids= parts=0
trap 'chmod -R u+rwx "$TMPDIR"; rm -rf "$TMPDIR"' EXIT
trap 'kill $pids; wait; exit 130' HUP INT TERM
if [ -n "$chosen" ]; then
    pattern=${chosen%%/*} found=
    case $chosen in */*) ;; *) pattern="*$chosen*" chosen="*$chosen*/*" ;; esac
    for suite in $("$build/tests-f64" --list | sed -n 's/^\([^ ]*\): .*/\1/p'); do
        # shellcheck disable=SC2254
        case $suite in $pattern) found=1 ;; esac
    done
    [ -n "$found" ] || { echo "run.sh: no suite is called '$pattern'" >&2; exit 2; }
fi
[ -n "${SPIKEBENCH_DATA:-}" ] || echo "SPIKEBENCH_DATA is not set: tests of real recordings are SKIPPED" >&2
start() { # PRECISION FILTER
    parts=$((parts + 1))
    "$build/tests-$1" --filter "$2" >"$TMPDIR/part$parts.log" 2>&1 &
    pids="$pids $!"
}
for precision in $precisions; do
    case $precision$chosen in
    f64)
        start f64 "!($except[mr-z]*)/*"
        start f64 "!($except[a-ln-q]*)/*"
        ;;
    f32) start f32 "!(${except}none)/*" ;;
    *) start "$precision" "$chosen" ;;
    esac
done
status=0
for pid in $pids; do wait "$pid" || status=$?; done
cat "$TMPDIR"/part?.log >&2
exit $status

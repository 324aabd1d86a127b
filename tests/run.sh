#!/bin/sh
# Runs the tests, both precisions at the same time; all that they write goes into one folder, removed in the end.
# usage: sh tests/run.sh BUILD [SUITE | SUITE/TEST | ''] [PRECISION]
# Without a suite all of them run, but for those named in EXCEPT (one|another) of the environment; SUITE is a part of a name, * stands for anything. PRECISION is f32 or f64.
# What double precision says comes in the end; the last line is Criterion's summary.
set -eu
build=$1 chosen=${2:-} precisions=${3:-f32 f64}
TMPDIR=$(mktemp -d "${TMPDIR:-/tmp}/spikebench-tests-XXXXXX")
export TMPDIR
export SPIKEBENCH_BUILD="$build"
pids=
trap 'chmod -R u+rwx "$TMPDIR"; rm -rf "$TMPDIR"' EXIT
trap 'kill $pids; wait; exit 130' HUP INT TERM
case $chosen in
'') if [ -n "${EXCEPT:-}" ]; then set -- --filter "!($EXCEPT)/*"; else set --; fi ;;
*/*) set -- --filter "$chosen" ;;
*) set -- --filter "*$chosen*/*" ;;
esac
if [ -n "$chosen" ]; then
    pattern=${2%%/*} found=
    for suite in $("$build/tests-f64" --list | sed -n 's/^\([^ ]*\): .*/\1/p'); do
        case $suite in $pattern) found=1 ;; esac
    done
    [ -n "$found" ] || { echo "run.sh: no suite is called '$pattern'" >&2; exit 2; }
fi
[ -n "${SPIKEBENCH_DATA:-}" ] || echo "SPIKEBENCH_DATA is not set: tests of real recordings are SKIPPED" >&2
# Criterion starts its processes one after another: two of it keep two cores busy
for precision in $precisions; do
    if [ "$precision" = "${precisions%% *}" ]; then
        "$build/tests-$precision" "$@" &
    else
        "$build/tests-$precision" "$@" >"$TMPDIR/$precision.log" 2>&1 &
    fi
    pids="$pids $!"
done
status=0
for pid in $pids; do wait "$pid" || status=$?; done
for log in "$TMPDIR"/f??.log; do [ ! -f "$log" ] || cat "$log" >&2; done
exit $status

#!/bin/sh
# Runs the fuzz targets, each from its corpus, which stays as it is; what they find is put into BUILD/findings.
# usage: sh tests/fuzz/fuzz.sh BUILD SECONDS TARGET...
# RUNS in the environment: so many executions of each target instead of SECONDS.
set -eu
build=$1 seconds=$2
shift 2
limit=-max_total_time=$seconds
[ -z "${RUNS:-}" ] || limit=-runs=$RUNS
export OPENBLAS_NUM_THREADS=1
# Files are written a thousand times a second: in memory, where that is to be had.
where=${TMPDIR:-/tmp}
[ ! -w /dev/shm ] || where=/dev/shm
TMPDIR=$(mktemp -d "$where/spikebench-fuzz-XXXXXX")
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
trap 'exit 130' HUP INT TERM
mkdir -p "$build/findings"
# Fewer freed bytes are kept, and fewer callers of each allocation: a third less time, and forks that copy less. What libhdf5 does wrong
# with damaged files ends the process that reads them, without names of functions, which take half a second a report
# (hdf5_process.h): to see those of a finding, run the program once more with its file.
export ASAN_OPTIONS="quarantine_size_mb=16:malloc_context_size=4:exitcode=77:allocator_may_return_null=1${ASAN_OPTIONS:+:$ASAN_OPTIONS}"
failed=0
for target; do
    # Texts that are many times as long as what they hold only take time; a NIR file is some 20 kB long.
    case $target in
    set) longest=128 ;;
    curve) longest=1536 ;;
    index | yaml | sidecar) longest=2048 ;;
    runs) longest=4096 ;;
    nir) longest=32768 ;;
    *) longest=16384 ;;
    esac
    case $target in
    nir | shd) symbolize=0 ;;
    *) symbolize=1 ;;
    esac
    mkdir -p "$TMPDIR/$target"
    if ASAN_OPTIONS=symbolize=$symbolize:$ASAN_OPTIONS "$build/fuzz-$target" "$limit" -timeout=100 -rss_limit_mb=4096 -max_len=$longest -print_final_stats=1 -detect_leaks=1 \
        -artifact_prefix="$build/findings/$target-" "$TMPDIR/$target" "tests/fuzz/corpus/$target" >"$build/fuzz-$target.log" 2>&1; then
        printf '%-12s ok      %s executions\n' "$target" "$(sed -n 's/^stat::number_of_executed_units: *//p' "$build/fuzz-$target.log")"
    else
        printf '%-12s FAILED  see %s and %s\n' "$target" "$build/fuzz-$target.log" "$build/findings"
        failed=1
    fi
done
exit $failed

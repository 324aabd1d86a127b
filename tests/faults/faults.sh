#!/bin/sh
# Harms the program in every way that a machine does, and holds it to its promises: a table of them is the output.
# usage: sh tests/faults/faults.sh BUILD [quick | whole] [PART...]
# PARTS: kills signals allocations limits disk descriptors cuts. The whole campaign kills 200 times and fails 2,000
# allocations (an hour); quick, for every change, takes half a minute. SEED in the environment: another draw.
set -eu
build=$(cd "$1" && pwd) size=${2:-quick}
[ $# -lt 1 ] || shift
[ $# -lt 1 ] || shift
parts=${*:-kills signals allocations limits disk descriptors cuts}
case $size in quick) share=1 ;; whole) share=20 ;; *) sed -n 3,5p "$0" >&2 && exit 2 ;; esac
SB=$build/spikebench
sources=$(cd "$(dirname "$0")/../.." && pwd)
export SPIKEBENCH_HOME="$sources" OPENBLAS_NUM_THREADS=1
where=${TMPDIR:-/tmp}
[ ! -w /dev/shm ] || where=/dev/shm
work=$(mktemp -d "$where/spikebench-faults-XXXXXX")
mkdir "$work/tmp"
export TMPDIR="$work/tmp"
cd "$work"
full=
finish() {
    [ -z "$full" ] || umount "$full" 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT
trap 'exit 130' HUP INT TERM

# Random whole numbers below $1, one a call.
seed=${SEED:-1}
random() {
    seed=$(((seed * 1103515245 + 12345) % 2147483648))
    drawn=$((seed / 65536 % $1))
}

# --- the table ---------------------------------------------------------------------------------------------------

tried=0 kept=0 all_kept=1
promise() { tried=0 kept=0 text=$1; }
keep() { tried=$((tried + 1)) kept=$((kept + 1)); }
broken() { # WHAT; the output of the program is in `out`
    tried=$((tried + 1))
    all_kept=0
    echo "BROKEN: $text: $1" >&2
    [ ! -f out ] || tail -n 5 out >&2
}
line() { printf '%-88s %6d %6d\n' "$text" "$tried" "$kept"; }
printf '%-88s %6s %6s\n' promise tried kept

# --- what is harmed ----------------------------------------------------------------------------------------------

cat >long.yaml <<'END'
experiment: long
seeds: [0, 1]
eval_every: 5
stop: {max_iter: 40}
dataset: {name: digits, T: 10, n_train: 100, n_validation: 30, n_test: 30}
network: {hidden: [12]}
solvers: [{name: bptt, batch: 20}, {name: admm}]
END
sed 's/long/small/; s/max_iter: 40/max_iter: 2/; s/T: 10/T: 3/; s/\[0, 1\]/[0]/' long.yaml >small.yaml

# The numbers of a folder of results that must be the same: all of curves but times, and the rows that say so.
cat >numbers.awk <<'END'
BEGIN { FS = OFS = "," }
FNR == 1 { split("", drop); for (i = 1; i <= NF; i++) if ($i ~ /(_s|_bytes|date)$/) drop[i] = 1 }
{ for (i in drop) $i = ""; print }
END
numbers() {
    for curve in "$1"/curves/*.csv; do echo "${curve##*/}"; awk -f numbers.awk "$curve"; done
    cut -d, -f2,4,5,7,8,9 "$1/runs.csv" | sort
}
same() { # FOLDER REFERENCE: what belongs together does, and is what it would have been
    numbers "$1" >first 2>/dev/null && numbers "$2" >second && cmp -s first second
}
sound() { "$SB" check "$1" --results "$2" >out 2>&1; }
quiet() { "$@" >out 2>&1; }
# Waits until no process holds the folder of a run.
released() {
    local left=600
    while [ -f "$1/.work/lock" ] && ! flock -n "$1/.work/lock" true; do
        left=$((left - 1))
        [ $left -gt 0 ] || return 1
        sleep 0.05
    done
}
"$SB" run long.yaml --out whole >out 2>&1 || { cat out >&2; exit 2; }
"$SB" run small.yaml --out whole >out 2>&1 || { cat out >&2; exit 2; }
start=$(date +%s%N)
"$SB" run long.yaml --out timed >out 2>&1
milliseconds=$((($(date +%s%N) - start) / 1000000 + 1))
rm -rf timed

nap() { sleep "$(printf '%d.%03d' $(($1 / 1000)) $(($1 % 1000)))"; }

# --- kills and signals -------------------------------------------------------------------------------------------

# hurt SIGNAL runner | worker: starts the run, and sends it at a random time.
hurt() {
    local jobs victim
    jobs=$((drawn % 2 + 1))
    "$SB" run long.yaml --out cut --jobs $jobs >out 2>&1 &
    pid=$!
    random $((milliseconds + 20))
    nap "$drawn"
    victim=$pid
    [ "$2" = runner ] || victim=$(cat /proc/$pid/task/$pid/children 2>/dev/null || true)
    # shellcheck disable=SC2086 -- several workers
    [ -z "$victim" ] || kill -s "$1" $victim 2>/dev/null || true
    wait $pid 2>/dev/null && code=0 || code=$?
    released cut/long || broken "a worker outlives its runner by half a minute"
}
# The same command without harm ends where it would have ended.
resume() { # WHAT
    if ! quiet "$SB" run long.yaml --out cut; then
        broken "$1: the same command fails afterwards"
    elif ! same cut/long whole/long; then
        broken "$1: other results"
    elif ! sound long.yaml cut; then
        broken "$1: results that do not belong together"
    else
        keep
    fi
}

part_kills() {
    for target in runner worker; do
        promise "a $target that is killed (-9) at any time loses nothing: the same command ends at the same bits"
        k=0
        while [ $k -lt $((5 * share)) ]; do
            rm -rf cut
            times=$((k % 3 + 1)) # several kills before it may end
            while [ $times -gt 0 ] && [ $k -lt $((5 * share)) ]; do
                hurt KILL $target
                k=$((k + 1)) times=$((times - 1))
                [ $times -eq 0 ] || keep
            done
            resume "after kill $k"
        done
        line
    done
}

part_signals() {
    for signal in INT TERM HUP; do
        promise "SIG$signal saves what there is, ends with code 130, and the same command ends at the same bits"
        k=0
        while [ $k -lt $((2 * share)) ]; do
            rm -rf cut
            hurt $signal runner
            k=$((k + 1))
            case $code in 0 | 130 | 12[89] | 143) resume "after signal $k" ;; *) broken "code $code" ;; esac
        done
        line
    done
    promise "SIGCHLD, SIGPIPE and SIGHUP ignored at entry change nothing"
    for signal in CHLD PIPE HUP; do
        rm -rf cut
        (trap '' $signal && exec timeout 120 "$SB" run long.yaml --out cut) >out 2>&1 && resume "$signal ignored" || broken "$signal ignored"
    done
    rm -rf cut
    (trap '' HUP && exec "$SB" run long.yaml --out cut) >out 2>&1 &
    pid=$!
    nap $((milliseconds / 3))
    kill -HUP $pid 2>/dev/null || true # it may have ended
    wait $pid && resume "SIGHUP under nohup" || broken "SIGHUP that is ignored stops the run"
    line
}

# --- failed allocations ------------------------------------------------------------------------------------------

# A command per line: how many of its allocations fail in the quick part; in which process; the command.
cat >commands.list <<'END'
6 - run small.yaml --out cut
8 worker run small.yaml --out cut
4 - check small.yaml --results cut
6 - summarise small --results cut
5 - best small --results cut
5 - compare cut/small whole/small
4 - table list small --results cut
4 - table provenance small --results cut
6 - plot small --results cut --out cut/figures --format svg
5 - train small.yaml --out cut/a.net --set solver.rho=1 --set stop.max_iter=1
6 worker train one.yaml --out cut/a.net
6 - eval --weights whole/b.net
6 - trace --weights whole/b.net --out cut/t.svg
4 - dataset info digits
4 - dataset show digits --out cut/d.svg
4 - list solvers
4 - help run
6 - contract bptt
7 - weights whole/b.net
END
sed 's/small/one/; s/, {name: admm}//' small.yaml >one.yaml

# fail_one K STAY IN COMMAND...
fail_one() {
    local k=$1 stay=$2 in=$3
    shift 3
    [ "$in" != - ] || in=
    rm -rf cut
    cp -r whole cut
    [ "$1" != run ] || { rm -r cut/small/curves && sed -i '2,$d' cut/small/runs.csv; }
    FAULT_AT=$k FAULT_STAY=$stay FAULT_IN=$in LD_PRELOAD=$build/fail_alloc.so timeout 60 "$SB" "$@" >out 2>&1 && code=0 || code=$?
    case $code in
    0 | 1 | 2) ;;
    *) broken "allocation $k of '$*' (in '$in', stay $stay): code $code" && return ;;
    esac
    if [ $code != 0 ] && ! [ -s out ]; then
        broken "allocation $k of '$*' (in '$in', stay $stay): code $code without a word"
    elif [ "$1" = run ] && ! { quiet "$SB" run small.yaml --out cut && same cut/small whole/small; }; then
        broken "allocation $k of '$*' (in '$in', stay $stay): other results afterwards"
    elif ! same cut/small whole/small || ! cmp -s cut/b.net whole/b.net; then
        broken "allocation $k of '$*' (in '$in', stay $stay): results are changed"
    else
        keep
    fi
}

part_allocations() {
    promise "any allocation that fails (one, or all from it on) is said or does no harm; results stay whole"
    while read -r times in command; do
        times=$((times * share))
        [ "$in" != - ] && only=$in || only=
        rm -rf cut && cp -r whole cut && rm -f counted
        case $command in run*) rm -r cut/small/curves && sed -i '2,$d' cut/small/runs.csv ;; esac
        # shellcheck disable=SC2086 -- a command is its words
        FAULT_COUNT=$work/counted FAULT_IN=$only LD_PRELOAD=$build/fail_alloc.so quiet "$SB" $command || true
        total=$(cat counted 2>/dev/null || echo 0)
        [ "$total" -gt 0 ] || { broken "'$command' allocates nothing" && continue; }
        k=0
        while [ $k -lt $times ]; do
            random 1000
            # shellcheck disable=SC2086 -- a command is its words
            fail_one $((1 + (k * total + drawn * total / 1000) / times)) $((k % 2)) "$in" $command </dev/null
            k=$((k + 1))
        done
    done <commands.list
    line
}

# --- limits ------------------------------------------------------------------------------------------------------

# limited LIMIT COMMAND...: it ends by itself, with a code and a word; the results stay.
limited() {
    local limit=$1
    shift
    rm -rf cut
    cp -r whole cut
    [ "$1" != run ] || rm -rf cut/small
    # shellcheck disable=SC2086 -- a limit is an option and its value
    (ulimit $limit && exec timeout 60 "$SB" "$@") >out 2>&1 && code=0 || code=$?
    case "$limit $code" in "-t "*" 137" | "-t "*" 152") code=152 ;; esac # SIGKILL, SIGXCPU: by the limit itself
    if [ $code -ge 124 ] && [ $code != 152 ]; then
        broken "ulimit $limit: '$*' ends with code $code"
    elif [ $code != 0 ] && ! [ -s out ] && [ $code != 152 ]; then
        broken "ulimit $limit: '$*' ends with code $code without a word"
    elif [ "$1" = run ] && ! { released cut/small && quiet "$SB" run small.yaml --out cut && same cut/small whole/small; }; then
        broken "ulimit $limit: other results after '$*'"
    elif ! same cut/small whole/small; then
        broken "ulimit $limit: '$*' changes results"
    else
        keep
    fi
}

part_limits() {
    promise "limits of address space, files and seconds (ulimit -v, -n, -t) are said; results stay whole"
    step=$((21 - share))
    v=100
    while [ $v -le 900 ]; do
        limited "-v $((v * 1000))" run small.yaml --out cut
        limited "-v $((v * 1000))" summarise small --results cut
        limited "-v $((v * 1000))" plot small --results cut --out cut/f --format svg
        v=$((v + 20 * step))
    done
    # With three, which are the standard ones, not even the libraries of `timeout` are found.
    for n in 4 5 6 7 8 10 12 16; do
        [ $share -gt 1 ] || [ $((n % 4)) -eq 0 ] || continue
        limited "-n $n" run small.yaml --out cut
        limited "-n $n" summarise small --results cut
        limited "-n $n" plot small --results cut --out cut/f --format svg
        limited "-n $n" best small --results cut
    done
    limited "-t 0" run small.yaml --out cut
    line
}

# --- disk full ---------------------------------------------------------------------------------------------------

part_disk() {
    promise "a full disk (files of limited length) is said; with room again the same command ends at the same bits"
    for blocks in 0 1 2 3 4 6 8 12; do
        [ $share -gt 1 ] || [ $((blocks % 3)) -eq 0 ] || continue
        for file in long small; do
            rm -rf cut
            (trap '' XFSZ && ulimit -f $blocks && exec timeout 120 "$SB" run $file.yaml --out cut) >said 2>&1 && code=0 || code=$?
            case $code in 0 | 1 | 153) ;; *) cp said out && broken "$blocks blocks: run $file ends with code $code" && continue ;; esac
            released cut/$file || true
            quiet "$SB" run $file.yaml --out cut && same cut/$file whole/$file && keep || broken "$blocks blocks: run $file"
        done
        for command in "summarise small" "best small" "plot small --out f"; do
            rm -rf cut && cp -r whole cut
            # shellcheck disable=SC2086 -- a command is its words
            (trap '' XFSZ && ulimit -f $blocks && exec timeout 120 "$SB" $command --results cut) >said 2>&1 && code=0 || code=$?
            case $code in 0 | 1 | 153) same cut/small whole/small && keep || broken "$blocks blocks: $command changes results" ;; *) broken "$blocks blocks: $command ends with code $code" ;; esac
        done
    done
    line
    promise "a file system without room is said; with room again the same command ends at the same bits"
    mkdir -p full
    if mount -t tmpfs -o size=64k tmpfs full 2>/dev/null; then
        full=$work/full
        for kilobytes in 8 16 24 32 40 48 56; do
            [ $share -gt 1 ] || [ $((kilobytes % 24)) -eq 0 ] || continue
            rm -rf full/*
            dd if=/dev/zero of=full/used bs=1024 count=$((64 - kilobytes)) 2>/dev/null
            timeout 120 "$SB" run long.yaml --out full/r >out 2>&1 && code=0 || code=$?
            case $code in 0 | 1) ;; *) broken "$kilobytes kB: code $code" && continue ;; esac
            rm -f full/used && mount -o remount,size=8m full
            quiet "$SB" run long.yaml --out full/r && same full/r/long whole/long && keep || broken "$kilobytes kB"
            rm -rf full/* && mount -o remount,size=64k full
        done
        umount full && full=
    fi
    line
    promise "what cannot be printed is an error (/dev/full)"
    for command in --version "list solvers" "help run" "summarise small --results whole" "table list small --results whole" "dataset info digits"; do
        # shellcheck disable=SC2086 -- a command is its words
        "$SB" $command >/dev/full 2>out && broken "'$command' has not noticed" || keep
    done
    line
}

# --- descriptors -------------------------------------------------------------------------------------------------

part_descriptors() {
    promise "closed standard input, output and errors: nothing else is written there; results stay whole"
    for closed in '<&-' '>&-' '2>&-' '>&- 2>&-' '<&- >&-' '<&- >&- 2>&-'; do
        rm -rf cut
        sh -c "\"$SB\" run small.yaml --out cut $closed" >out 2>&1 || true
        [ ! -s cut/small/.work/lock ] && same cut/small whole/small && sound small.yaml cut && keep || broken "run $closed"
        for command in summarise best plot; do
            rm -rf cut && cp -r whole cut
            [ $command != plot ] || command="plot --out f"
            sh -c "\"$SB\" $command small --results cut $closed" >out 2>&1 || true
            same cut/small whole/small && sound small.yaml cut && keep || broken "$command $closed"
        done
    done
    line
    promise "a reader that goes away (a closed pipe) is no loss"
    for command in "run small.yaml --out cut" "summarise small --results whole" "help --all" "list solvers"; do
        rm -rf cut
        sh -c "\"$SB\" $command 2>&1 | head -c 1 >/dev/null"
        case $command in run*) released cut/small && resume_small "$command" ;; *) keep ;; esac
    done
    line
}
resume_small() { quiet "$SB" run small.yaml --out cut && same cut/small whole/small && keep || broken "$1"; }

# --- cut files ---------------------------------------------------------------------------------------------------

# Cuts a file to a random length, or overwrites a piece of it.
damage() {
    length=$(wc -c <"$1")
    random $((length + 1))
    place=$drawn
    random 2
    if [ "$drawn" = 0 ]; then
        truncate -s "$place" "$1"
    else
        printf '\377\0,"\n' | dd of="$1" bs=1 seek="$place" conv=notrunc 2>/dev/null
    fi
}

part_cuts() {
    promise "cut or overwritten results are found: the same command ends at the same bits, or names file and line"
    k=0
    while [ $k -lt $((4 * share)) ]; do
        rm -rf cut && cp -r whole cut && k=$((k + 1))
        set -- cut/small/runs.csv cut/small/curves/*.csv
        random $#
        shift "$drawn"
        damage "$1"
        if quiet "$SB" run small.yaml --out cut; then
            same cut/small whole/small && keep || broken "$1 cut at $place: other results"
        else
            grep -q 'runs\.csv: line\|runs\.csv: ' out && keep || broken "$1 cut at $place: it is not named"
        fi
    done
    line
    promise "a cut or overwritten checkpoint is set aside and said, and leads to the same bits"
    k=0
    while [ $k -lt $((2 * share)) ]; do
        local left=20
        rm -rf cut && k=$((k + 1))
        until ls cut/long/.work/*.ckpt >/dev/null 2>&1 || [ $left = 0 ]; do left=$((left - 1)) && hurt TERM runner; done
        for file in cut/long/.work/*.ckpt; do [ ! -f "$file" ] || damage "$file"; done
        resume "checkpoint $k"
    done
    line
    promise "cut or overwritten weights and their options are refused, or are those that were written"
    "$SB" eval --weights whole/b.net >said
    k=0
    while [ $k -lt $((4 * share)) ]; do
        rm -rf cut && cp -r whole cut && k=$((k + 1))
        random 2
        [ "$drawn" = 0 ] && file=cut/b.net || file=cut/b.yaml
        damage $file
        "$SB" eval --weights cut/b.net >out 2>&1 && code=0 || code=$?
        case $code in
        0) sed 's/cut/whole/' out | cmp -s - said && keep || broken "$file, byte $place: another network" ;;
        1 | 2) [ -s out ] && keep || broken "$file, byte $place: code $code without a word" ;;
        *) broken "$file, byte $place: code $code" ;;
        esac
    done
    line
}

"$SB" train one.yaml --out whole/b.net >out 2>&1 || { cat out >&2; exit 2; }
for part in $parts; do "part_$part"; done
[ $all_kept = 1 ] || exit 1

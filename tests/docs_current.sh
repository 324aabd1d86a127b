#!/bin/sh
# The committed pages against those that the program writes now, and what groff and bash say of them.
# usage: docs_current.sh WRITTEN COMMITTED PAGE...
set -eu
written=$1 committed=$2
shift 2
for page; do
    diff -u "$committed/$page" "$written/$page" || {
        echo "$committed/$page is not what the program writes now: run 'make docs' and commit it" >&2
        exit 1
    }
done
if command -v groff >/dev/null 2>&1; then
    warnings=$(groff -man -ww -z "$written/spikebench.1" 2>&1)
    [ -z "$warnings" ] || { echo "$warnings" >&2; echo "groff does not accept the man page" >&2; exit 1; }
else
    echo "groff is not installed: the man page is not checked by it"
fi
if command -v bash >/dev/null 2>&1; then
    bash -n "$written/completion.bash"
else
    echo "bash is not installed: the completion script is not checked by it"
fi
# docs/method.md says which test proves what: "Proved by `suite/test`".
for test in $(grep -o '`[a-z_]*/[a-z_0-9]*`' docs/method.md | tr -d '`' | sort -u); do
    [ -e "$test" ] || grep -qE "^Test\\($(echo "$test" | sed 's|/|, |')[,)]|^ParameterizedTest\\(.*, $(echo "$test" | sed 's|/|, |')\\)" tests/*.c || {
        echo "docs/method.md names the test $test, which is gone" >&2
        exit 1
    }
done
echo "docs are current"

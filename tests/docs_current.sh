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
    bash -n "$committed/completion.bash"
else
    echo "bash is not installed: the completion script is not checked by it"
fi
echo "docs are current"

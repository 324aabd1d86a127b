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
# What the pages name is there: files, the targets of links, and the tests that docs/method.md says prove a formula.
gone() { # PAGE WHAT
    echo "$1 names $2, which is gone" >&2
    exit 1
}
for page in README.md CONTRIBUTING.md CHANGELOG.md docs/*.md; do
    case $page in *.in.md) continue ;; esac # the page made of it is checked
    for file in $(grep -oE '`[a-z_]+/[a-z_/]*[a-z_]\.(c|h|sh|awk|yaml|md|csv)`' "$page" | tr -d '`' | sort -u); do
        case $file in results/* | baselines/delta_rule.c | datasets/bars.c | trainer/optimizer_signum.c) continue ;; esac # written by runs, and by the tutorials
        [ -f "$file" ] || gone "$page" "$file"
    done
    for link in $(grep -oE '\]\([^)#:]+' "$page" | cut -c 3- | sort -u); do
        case $link in http*) continue ;; esac
        [ -e "$(dirname "$page")/$link" ] || gone "$page" "$link"
    done
done
for test in $(grep -oE '`[a-z_]+/[a-z_0-9]+`' docs/method.md | tr -d '`' | sort -u); do
    grep -qE "^(Test|ParameterizedTest)\((.*, )?${test%/*}, ${test#*/}[,)]" tests/*.c || gone docs/method.md "the test $test"
done
echo "docs are current"

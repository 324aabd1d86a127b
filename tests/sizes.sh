#!/bin/sh
# No source file above 500 lines, no function above 60. usage: sh tests/sizes.sh FILE...
set -eu
command -v ctags >/dev/null 2>&1 || { echo "sizes.sh: ctags is missing; install universal-ctags" >&2; exit 1; }
{
    wc -l "$@" | awk '$2 != "total" { print $2 ": the file", $1, 500 }'
    ctags --language-force=C --c-kinds=f --fields=+e -x --_xformat='%F:%n: %N %{end}' "$@" |
        awk '{ split($1, place, ":"); print $1, $2, $3 - place[2] + 1, 60 }'
} | awk '$(NF - 1) > $NF { print $1, $(NF - 2), "has", $(NF - 1), "lines, at most", $NF; bad = 1 } END { exit bad }'

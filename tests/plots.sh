#!/bin/sh
# Scripts of gnuplot only draw: none starts a program, evaluates a text, expands a macro, or takes the name of a script or
# a file from data.
# usage: sh tests/plots.sh FILE.gp...
set -eu
[ $# -gt 0 ] || { echo 'plots.sh: no script is named' >&2; exit 2; }
# Comments go first; texts stay, as a command may stand in them: "#" within quotes is a colour.
code() {
    sed -e 's/^[[:space:]]*#.*//' -e 's/[[:space:]]#[^"]*$//' "$1"
}
failed=0
refuse() { # FILE WHAT PATTERN
    if code "$1" | grep -nE -- "$3" >&2; then
        echo "$1: $2" >&2
        failed=1
    fi
}
for file; do
    refuse "$file" 'starts a program' '(^|[^A-Za-z0-9_])(sys(t(em?)?)?|she(ll?)?|popen)([^A-Za-z0-9_]|$)|(^|;)[[:space:]]*!|`'
    refuse "$file" 'reads from or writes to a program' '["'"'"'][[:space:]]*[<|]'
    refuse "$file" 'evaluates a text' '(^|[^A-Za-z0-9_])ev(a(l(u(a(te?)?)?)?)?)?([^A-Za-z0-9_]|$)'
    refuse "$file" 'expands a macro' '@[A-Za-z_]|(^|[^A-Za-z0-9_])macros([^A-Za-z0-9_]|$)'
    refuse "$file" 'loads a script that is not named in place' '(^|;)[[:space:]]*(load|call)[[:space:]]+[^"]'
done
exit $failed

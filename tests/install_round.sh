#!/bin/sh
# What make install puts under an empty folder make uninstall takes away, and the folders that this leaves empty;
# files of others stay. usage: install_round.sh MAKE
set -eu
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
"$1" -s install PREFIX="$root/a" >/dev/null
test -x "$root/a/bin/spikebench"
"$1" -s uninstall PREFIX="$root/a" >/dev/null
test ! -e "$root/a" || { echo "left behind:" >&2; find "$root/a" >&2; exit 1; }
mkdir -p "$root/b/share/man/man1"
: >"$root/b/share/man/man1/other.1"
"$1" -s install PREFIX="$root/b" >/dev/null
"$1" -s uninstall PREFIX="$root/b" >/dev/null
test "$(cd "$root/b" && find . -type f)" = ./share/man/man1/other.1 || { find "$root/b" >&2; exit 1; }
test ! -e "$root/b/bin" || { echo "b/bin is left" >&2; exit 1; }
echo "install and uninstall leave nothing behind"

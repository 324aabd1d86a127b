#!/bin/sh
# What make install puts under an empty folder make uninstall takes away, and the folders that this leaves empty;
# files of others stay. Each installed header stands alone with the flags of pkg-config.
# usage: install_round.sh MAKE COMPILER
set -eu
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
"$1" -s install PREFIX="$root/a" >/dev/null
test -x "$root/a/bin/spikebench"
for package in spikebench-f64 spikebench-f32 spikebench; do
    flags=$(PKG_CONFIG_PATH="$root/a/lib/pkgconfig" pkg-config --cflags $package)
    for header in $(cd "$root/a/include/spikebench" && find . -name '*.h'); do
        # shellcheck disable=SC2086 # a list of flags
        echo "#include \"${header#./}\"" | $2 $flags -Wall -Wextra -fsyntax-only -x c - ||
            { echo "$header does not stand alone with the flags of $package" >&2; exit 1; }
    done
done
(
    # a plug-in from what is installed
    cd "$root"
    export PKG_CONFIG_PATH="$root/a/lib/pkgconfig"
    for package in spikebench spikebench-f32; do
        # shellcheck disable=SC2046 # a list of flags
        $2 -shared -fPIC a/share/spikebench/examples/readout_rls.c $(pkg-config --cflags $package) -o plugin.so
        a/bin/spikebench contract readout_rls --plugin plugin.so >log || { cat log; exit 1; }
    done
    rm plugin.so log
)
"$1" -s uninstall PREFIX="$root/a" >/dev/null
test ! -e "$root/a" || { echo "left behind:" >&2; find "$root/a" >&2; exit 1; }
mkdir -p "$root/b/share/man/man1" "$root/b/lib/pkgconfig"
: >"$root/b/share/man/man1/other.1"
: >"$root/b/lib/pkgconfig/other.pc"
"$1" -s install PREFIX="$root/b" >/dev/null
"$1" -s uninstall PREFIX="$root/b" >/dev/null
test "$(cd "$root/b" && find . -type f | sort | tr '\n' ' ')" = "./lib/pkgconfig/other.pc ./share/man/man1/other.1 " ||
    { find "$root/b" >&2; exit 1; }
test ! -e "$root/b/bin" || { echo "b/bin is left" >&2; exit 1; }
echo "install and uninstall leave nothing behind"

#!/bin/sh
# Builds the Debian package from the archive of make dist, lets lintian look at it, installs it and runs it.
# Needs dpkg-dev, debhelper, lintian, and what setup.sh deps installs. As root the package is installed and removed again; else it is
# unpacked and run from there.
# usage: sh tests/deb.sh ARCHIVE OUT
set -eu
archive=$1 out=$2
for tool in dpkg-buildpackage dh lintian; do
    command -v $tool >/dev/null 2>&1 || { echo "make deb: $tool is missing: apt-get install dpkg-dev debhelper lintian" >&2; exit 1; }
done
work=$(mktemp -d "${TMPDIR:-/var/tmp}/spikebench-deb-XXXXXX")
trap 'rm -rf "$work"' EXIT
tar -C "$work" -xzf "$archive"
folder=$(echo "$work"/spikebench-*)
# Only what dpkg sets: no flags of this make, no data of this machine.
(cd "$folder" && env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u STRICT -u CFLAGS -u BUILD dpkg-buildpackage -us -uc -b -j"${JOBS:-2}") >"$work/log" 2>&1 ||
    { tail -n 40 "$work/log" >&2; exit 1; }
lintian --allow-root --fail-on error "$work"/*.changes
mkdir -p "$out"
cp "$work"/*.deb "$out"
package=$(ls "$work"/spikebench_*.deb)
if [ "$(id -u)" -eq 0 ] && ! dpkg-query -W -f '${Status}' spikebench 2>/dev/null | grep -q 'ok installed'; then
    dpkg -i "$package" >/dev/null
    status=0
    sh tests/package_run.sh /usr/bin/spikebench || status=$?
    dpkg -r spikebench >/dev/null
    [ $status -eq 0 ]
    [ ! -e /usr/share/spikebench ] || { echo "make deb: the package leaves /usr/share/spikebench behind" >&2; exit 1; }
else
    dpkg-deb -x "$package" "$work/root"
    sh tests/package_run.sh "$work/root/usr/bin/spikebench"
fi
ls "$out"/spikebench_*.deb

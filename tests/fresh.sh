#!/bin/sh
# README's two commands in minimal roots of Debian: what a fresh machine does. Root and debootstrap are needed.
# usage: sh tests/fresh.sh [SUITE...]        (bookworm trixie)
# The roots stand under $TMPDIR (/var/tmp) and go in the end. Packages come from the mirror that this machine's apt uses, or from
# $MIRROR. The files are those that git tracks, as they are now.
set -eu
[ "$(id -u)" -eq 0 ] || { echo "fresh.sh: only root can do this" >&2; exit 1; }
command -v debootstrap >/dev/null 2>&1 || { echo "fresh.sh: debootstrap is missing; install it first" >&2; exit 1; }
[ $# -gt 0 ] || set -- bookworm trixie
mirror=${MIRROR:-$(apt-get indextargets --format '$(LABEL) $(REPO_URI)' 'Created-By: Packages' | sed -n 's/^Debian //p' | head -n 1)}
[ -n "$mirror" ] || { echo "fresh.sh: apt names no mirror of Debian: set MIRROR" >&2; exit 1; }
cd "$(dirname "$0")/.."
work=$(mktemp -d "${TMPDIR:-/var/tmp}/spikebench-fresh-XXXXXX")
trap 'rm -rf --one-file-system "$work"' EXIT
trap 'exit 130' HUP INT TERM

# Runs a command in the root $1 with nothing of this machine but the network's settings; the mounts end with it.
inside() {
    root=$1
    shift
    unshare --mount sh -c 'mount -t proc proc "$0/proc" && mount -t tmpfs tmpfs "$0/dev/shm" && exec chroot "$0" env -i \
        PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root http_proxy="${http_proxy:-}" https_proxy="${https_proxy:-}" "$@"' "$root" "$@"
}

for suite; do
    root=$work/$suite
    debootstrap --variant=minbase "$suite" "$root" "$mirror" >"$work/log" 2>&1 || { tail -n 20 "$work/log"; exit 1; }
    mkdir -p "$root/spikebench" "$root/dev/shm"
    git ls-files -z | tar --null --files-from=- -cf - | tar -C "$root/spikebench" -xf -
    for target in reproduce test; do
        begin=$(date +%s)
        inside "$root" sh -c "cd /spikebench && sh setup.sh $target" >"$work/log" 2>&1 || {
            tail -n 50 "$work/log"
            echo "$suite: sh setup.sh $target FAILED" >&2
            exit 1
        }
        tail -n 3 "$work/log"
        echo "$suite: sh setup.sh $target: $(($(date +%s) - begin)) s"
    done
    rm -rf --one-file-system "$root"
done

#!/bin/sh
# Includes and calls between source files: only within a room or to a lower one, and never in a circle.
# usage: sh tests/rooms.sh OBJECTS ROOM...
# OBJECTS is the folder of the object files (build/f64), ROOM... the rooms from the lowest to the highest. A file NAME.c and
# its header NAME.h are one. Prints each arrow that points upwards and each circle; exits 1 if there is one.
set -eu
[ $# -ge 2 ] || { sed -n '3p' "$0" >&2; exit 2; }
objects=$1
shift
work=$(mktemp)
trap 'rm -f "$work"' EXIT
for room; do
    for file in "$room"/*.[ch]; do
        sed -n "s|^#include \"\(.*\)\.h\".*|include ${file%.?} \1|p" "$file"
        case $file in *.c) nm -g --format=posix "$objects/${file%.c}.o" | sed -n "s|^\([^ ]*\) \([A-Z]\).*|symbol ${file%.c} \1 \2|p" ;; esac
    done
done >"$work"
awk -v rooms="$*" '
    function room_of(file) { sub("/[^/]*$", "", file); return file }
    function arrow(from, to, why) {
        if (from == to || (from, to) in seen) return
        seen[from, to] = why
        if (!(room_of(to) in rank)) return # version.h
        next_of[from] = next_of[from] " " to
        if (rank[room_of(to)] <= rank[room_of(from)]) return
        print "upwards: " from " -> " to " (" why ")"
        bad = 1
    }
    # Depth first; path[1 .. depth] is the way to the file.
    function visit(file, depth,    list, n, i, k) {
        state[file] = 1
        path[depth] = file
        n = split(next_of[file], list, " ")
        for (i = 1; i <= n; i++) {
            if (state[list[i]] == 1) {
                for (k = depth; path[k] != list[i]; k--);
                printf "circle:"
                for (; k <= depth; k++) printf " %s (%s) ->", path[k], seen[path[k], k < depth ? path[k + 1] : list[i]]
                print " " list[i]
                bad = 1
            } else if (!state[list[i]]) {
                visit(list[i], depth + 1)
            }
        }
        state[file] = 2
    }
    BEGIN { n_rooms = split(rooms, list, " "); for (i = 1; i <= n_rooms; i++) rank[list[i]] = i }
    FNR == NR { if ($1 == "symbol" && $4 != "U") home[$3] = $2; next }
    $1 == "include" { arrow($2, $3, "include") }
    $1 == "symbol" && $4 == "U" && $3 in home { arrow($2, home[$3], $3) }
    { files[$2] }
    END {
        for (file in files) if (!state[file]) visit(file, 1)
        exit bad
    }' "$work" "$work"

#!/bin/sh
# The share of lines that ran, by room and by file, from what programs built with --coverage left behind.
# usage: sh tests/coverage.sh OBJECTS LEAST ROOM...
# Exits 1 if less than LEAST % of a room's lines ran; files below that are named.
set -eu
objects=$1 least=$2
shift 2
for room; do
    for notes in "$objects/$room"/*.gcno; do
        # A file that nothing of ran has no counters, and all its lines count.
        gcov -n -o "${notes%.gcno}.o" "$room/$(basename "$notes" .gcno).c" 2>/dev/null |
            awk -v room="$room" -v file="$room/$(basename "$notes" .gcno).c" '
                /^File / { gsub(/\047/, "", $2); here = $2 == file }
                here && /^Lines executed:/ { split($0, v, /[:% ]+/); printf "%s %s %.0f %d\n", room, file, v[3] * v[5] / 100, v[5]; exit }'
    done
done | awk -v least="$least" '
    { ran[$1] += $3; lines[$1] += $4; if (!($1 in place)) { place[$1] = ++n; name[n] = $1 }
      if ($4 > 0 && 100 * $3 / $4 < least) low[$1] = low[$1] sprintf("  %s %.0f %%", $2, 100 * $3 / $4) }
    END {
        printf "%-20s %8s %8s %7s\n", "room", "lines", "ran", "share"
        for (i = 1; i <= n; i++) {
            r = name[i]; share = lines[r] ? 100 * ran[r] / lines[r] : 0
            printf "%-20s %8d %8d %6.1f%%%s\n", r, lines[r], ran[r], share, low[r] ? "  below " least " %:" low[r] : ""
            if (share < least) bad = 1
        }
        exit bad || n == 0
    }'

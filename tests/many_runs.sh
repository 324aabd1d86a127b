#!/bin/sh
# Multiplies the runs of an experiment: makes FOLDER/runs.csv, and FOLDER/curves if there are any in FROM, of
# CONFIGURATIONS times 5 runs out of the runs of FROM. Each configuration has a text of its own in OPTION (solver.rho,
# or another column of runs.csv), each run a run_id of its own. Usage: many_runs.sh FROM FOLDER CONFIGURATIONS [OPTION]
set -eu
from=$1 folder=$2 configurations=$3 option=${4:-solver.rho}
mkdir -p "$folder/curves"
awk -v configurations="$configurations" -v option="$option" -v ids="$folder/ids" '
    BEGIN { FS = OFS = "," }
    NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; print; next }
    { row[n++] = $0 }
    END {
        for (c = 0; c < configurations; c++)
            for (seed = 0; seed < 5; seed++) {
                $0 = row[c % n]
                source = $at["run_id"]
                $at["seed"] = seed
                $at[option] = c + 1
                $at["run_id"] = sprintf("%06x%06x", c, seed)
                $at["acc_val"] = sprintf("%.6f", (c * 7919 % 10007) / 10007)
                print
                print source, $at["run_id"] >ids
            }
    }' "$from/runs.csv" >"$folder/runs.csv"
if [ -d "$from/curves" ]; then
    while IFS=, read -r source id; do
        [ ! -f "$from/curves/$source.csv" ] || ln -f "$from/curves/$source.csv" "$folder/curves/$id.csv" 2>/dev/null ||
            cp "$from/curves/$source.csv" "$folder/curves/$id.csv"
    done <"$folder/ids"
else
    rmdir "$folder/curves"
fi
rm "$folder/ids"

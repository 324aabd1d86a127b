# A table in LaTeX of winners.csv (docs/scaling.awk): the fastest trainer to each accuracy on each network.
function name(text) { gsub(/_/, "\\_", text); return "\\texttt{" text "}" }
BEGIN {
    FS = ","
    print "\\begin{tabular}{lrllrrl}\n\\toprule"
    print "Data & validation, \\% & network & fastest & ranks & seconds & next (ranks, seconds) \\\\\n\\midrule"
}
FNR > 1 {
    if (last != "" && $1 != last) print "\\midrule"
    last = $1
    printf "%s & %.0f & %s & %s & %d & %.3g & %s \\\\\n", $1, 100 * $2, $3, name($4), $5, $6,
        $7 == "" ? "--" : name($7) sprintf(" (%d, %.3g)", $8, $9)
}
END { print "\\bottomrule\n\\end{tabular}" }

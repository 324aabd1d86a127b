# What training survives: accuracy of the simulated network against the share `keep` of the auxiliary potentials that survives an
# iteration, a column per number of hidden layers, with the floor of random features; below, the fraction of spikes in which kept
# and simulated potentials differ in the end (median over seeds, mean over hidden layers).
# gnuplot -c experiments/memory.gp SCRIPTS OUT FOLDER DATASET "LABEL1 LABEL2 ..." "NAME1 NAME2 ..."
load ARG1."/style.gp"
summary = ARG3."/summary.csv"
floor_name = "random_features"
feeds = ""
widths = ""
stats summary using (feeds = setting(stringcolumn("label"), "feed") eq "" ? feeds : with_word(feeds, setting(stringcolumn("label"), "feed")), \
    widths = with_word(widths, stringcolumn("hidden")), 0) nooutput
if (feeds eq "") { feeds = "any" } # nothing was kept anywhere
n = words(feeds)
columns = words(widths)
here(w, f) = stringcolumn("hidden") eq word(widths, w) && setting(stringcolumn("label"), "feed") eq word(feeds, f)
keep(w, f) = here(w, f) ? real(setting(stringcolumn("label"), "keep")) + (f - (n + 1) / 2.0) * 0.012 : NaN
percent(split, what) = 100 * column("acc_".split."_".what)
is_floor(w) = stringcolumn("name") eq floor_name && stringcolumn("hidden") eq word(widths, w)
array floors[columns]
do for [w = 1:columns] {
    undefine STATS_mean
    stats summary using (is_floor(w) ? percent("test", "mean") : NaN) nooutput
    floors[w] = exists("STATS_mean") ? STATS_mean : NaN # of none
}
stats summary using (percent("test", "mean") - (column("seeds") > 1 ? percent("test", "sd") : 0)) nooutput
lowest = 5 * floor(STATS_min / 5.0)
# keep, feed, number of hidden layers, gap in percent, from the last rows of the curves
# rows of other lines are missing, not gaps in a line
set datafile missing NaN
set print $gaps
print "keep,feed,layers,gap"
do for [label in ARG5] {
    if (setting(label, "keep") ne "") {
        w = 0
        do for [k = 1:columns] { if (strstrt(label, "_".word(widths, k)."_keep=") > 0) { w = k } }
        file = ARG3."/curves_summary/".label.".csv"
        total = 0
        layers = 0
        more = w > 0
        layer_count = w > 0 ? 1 + strlen(word(widths, w)) - strlen(system("echo ".word(widths, w)." | tr -d '-'")) : 0
        do for [l = 1:layer_count] {
            last = NaN
            stats file using (last = column(sprintf("spike_gap_%d_med", l)), 0) nooutput
            total = total + 100 * last
        }
        if (layer_count > 0) { print sprintf("%s,%d,%d,%.6g", setting(label, "keep"), place(feeds, setting(label, "feed")), w, total / layer_count) }
    }
}
unset print
do for [format in formats] {
    eval terminal(format, 1180, 720)
    set output ARG2.".".format
    set multiplot layout 2,columns title "Auxiliary potentials that survive the iteration, ".ARG4 noenhanced font ",17" margins 0.05,0.985,0.095,0.86 spacing 0.045,0.12
    set xrange [-0.05:1.05]
    set xtics 0.25
    set yrange [lowest:101]
    do for [w = 1:columns] {
        set title "hidden ".word(widths, w)." (%)" noenhanced
        if (w == 1) { set key bottom left Left reverse noenhanced font ",12" } else { unset key }
        plot for [f = 1:n] summary using (keep(w, f)):(percent("test", "mean")):(percent("test", "sd")) with yerrorbars pt mark(f) ps 1.1 lw 1.6 lc rgb hue(f) notitle, \
             for [f = 1:n] summary using (keep(w, f)):(percent("test", "mean")) with linespoints pt mark(f) ps 1.1 lw 2.2 lc rgb hue(f) title "test, fed with ".word(feeds, f)." spikes", \
             for [f = 1:n] summary using (keep(w, f)):(percent("train", "mean")) with lines dt 2 lw 1.6 lc rgb hue(f) title f == 1 ? "dashed: training" : "", \
             floors[w] with lines dt 3 lw 2.2 lc rgb "#000000" title "random features, test"
    }
    unset key
    set yrange [0:*]
    do for [w = 1:columns] {
        set title "spikes: kept unlike simulated (%)" noenhanced
        set xlabel "keep"
        if (|$gaps| < 2) { set multiplot next; continue }
        plot for [f = 1:n] $gaps using (column("layers") == w && column("feed") == f ? column("keep") : NaN):"gap" with linespoints pt mark(f) ps 1.1 lw 2.2 lc rgb hue(f)
    }
    unset multiplot
    unset output
}

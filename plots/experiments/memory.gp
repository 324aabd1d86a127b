# What training survives: accuracy of the simulated network against the share `keep` of the auxiliary potentials that survives an
# iteration, a column per number of hidden layers, with the floor of random features; below, the fraction of spikes in which kept
# and simulated potentials differ in the end (median over seeds, mean over hidden layers).
load "plots/style.gp"
load "plots/data.gp"
summary = "groups.csv"
n = 0
array feed[n_groups]
array feed_of[n_groups]
array keep_of[n_groups]
stats summary using (r = int(column(0)) + 1, f = int(column("feed_at")), feed_of[r] = f, keep_of[r] = column("keep_at") > 0 ? column("keep") : NaN, \
    f > 0 ? (n = f > n ? f : n, feed[f] = stringcolumn("feed"), 0) : 0, 0) nooutput
if (n == 0) { n = 1; feed[1] = "any" } # nothing was kept anywhere
here(w, f) = column("width") == w && column("feed_at") == f
keep(w, f) = here(w, f) ? column("keep") + (f - (n + 1) / 2.0) * 0.012 : NaN
percent(split, what) = 100 * column("acc_".split."_".what)
array floors[n_widths]
do for [w = 1:n_widths] { floors[w] = NaN }
stats summary using (r = int(column(0)) + 1, is_floor(name_text[name_of[r]]) ? (floors[width_of[r]] = percent("test", "mean"), 0) : 0, 0) nooutput
stats summary using (percent("test", "mean") - (column("seeds") > 1 ? percent("test", "sd") : 0)) nooutput
lowest = 5 * floor(STATS_min / 5.0)
# keep, feed, widths, gap in percent, from the last rows of the curves
# rows of other lines are missing, not gaps in a line
set datafile missing NaN
set print $gaps
print "keep,feed,width,gap"
do for [r = 1:n_groups] {
    if (keep_of[r] == keep_of[r] && curve[r] > 0) {
        total = 0
        do for [l = 1:layers_of[r]] {
            last = NaN
            stats curve_file(r) using (last = column(sprintf("spike_gap_%d_med", l)), 0) nooutput
            total = total + 100 * last
        }
        print sprintf("%g,%d,%d,%.6g", keep_of[r], feed_of[r], width_of[r], total / layers_of[r])
    }
}
unset print
do for [format in formats] {
    wide = 1180
    high = 720
    load "plots/terminal.gp"
    set multiplot layout 2,n_widths title "Auxiliary potentials that survive the iteration, ".dataset.": ".over("mean and standard deviation") noenhanced font ",17" margins 0.05,0.985,0.095,0.86 spacing 0.045,0.12
    set xrange [-0.05:1.05]
    set xtics 0.25
    set yrange [lowest:101]
    do for [w = 1:n_widths] {
        set title "hidden ".width_text[w]." (%)" noenhanced
        if (w == 1) { set key bottom left Left reverse font ",12" } else { unset key }
        plot for [f = 1:n] summary using (keep(w, f)):(percent("test", "mean")):(percent("test", "sd")) with yerrorbars pt mark(f) ps 1.1 * dot lw 1.6 lc rgb hue(f) notitle, \
             for [f = 1:n] summary using (keep(w, f)):(percent("test", "mean")) with linespoints pt mark(f) ps 1.1 * dot lw 2.2 lc rgb hue(f) title "test, fed with ".feed[f]." spikes", \
             for [f = 1:n] summary using (keep(w, f)):(percent("train", "mean")) with lines dt 2 lw 1.6 lc rgb hue(f) title f == 1 ? "dashed: training" : "", \
             floors[w] with lines dt 3 lw 2.2 lc rgb "#000000" title "random features, test"
    }
    unset key
    set yrange [0:*]
    do for [w = 1:n_widths] {
        set title "spikes: kept unlike simulated (%)" noenhanced
        set xlabel "keep"
        if (|$gaps| < 2) { set multiplot next; continue }
        plot for [f = 1:n] $gaps using (column("width") == w && column("feed") == f ? column("keep") : NaN):"gap" with linespoints pt mark(f) ps 1.1 * dot lw 2.2 lc rgb hue(f)
    }
    unset multiplot
    unset output
}

# What goes forwards with time beside backpropagation: test accuracy (mean and standard deviation over seeds), memory of the
# trainer's state and seconds per epoch (operations where the machine was shared), against the number of time steps T.
load "plots/style.gp"
load "plots/data.gp"
summary = "groups.csv"
# each its colour: all but bptt and the floor are new here
shade(i) = is_floor(name_text[i]) ? colour[7] : hue(i)
array steps[n_groups]
stats summary using (steps[int(column(0)) + 1] = column("T"), column("T")) nooutput
least = STATS_min
most = STATS_max
widths = ""
do for [w = 1:n_widths] { widths = widths.(w > 1 ? ", " : "").width_text[w] }
of(i) = column("name") == i
# rows of other lines are missing, not gaps in a line
set datafile missing NaN
# seconds of runs that shared the machine are missing; where all are, operations stand for them
timed = 0
stats summary using (timed = timed || strcol("train_s_mean") ne "nan", 0) nooutput
cost(none) = timed ? column("train_s_mean") : column("train_synops_mean") + column("train_macs_mean")
do for [format in formats] {
    wide = 1400
    high = 540
    load "plots/terminal.gp"
    set multiplot layout 1,3 title "Rules that go forwards with time, ".dataset.", hidden ".widths.": ".over("mean and standard deviation") noenhanced font ",17" \
        margins 0.045,0.83,0.14,0.82 spacing 0.05,0.1
    set logscale x 2
    set xrange [least / 1.15:most * 1.15]
    set xtics ()
    do for [r = 1:n_groups] { set xtics add (sprintf("%g", steps[r]) steps[r]) }
    set xlabel "time steps T"
    set title "test accuracy (%)"
    unset key
    plot for [i = 1:n_names] summary using (of(i) ? column("T") : NaN):(100 * column("acc_test_mean")):(100 * (column("seeds") > 1 ? column("acc_test_sd") : 0)) with yerrorbars pt mark(i) ps 1.1 * dot lw 1.6 lc rgb shade(i) notitle, \
         for [i = 1:n_names] summary using (of(i) ? column("T") : NaN):(100 * column("acc_test_mean")) with linespoints pt mark(i) ps 1.1 * dot lw 2.2 lc rgb shade(i)
    set logscale y
    set title "memory of the trainer's state (MB)"
    plot for [i = 1:n_names] summary using (of(i) ? column("T") : NaN):(column("solver_bytes_mean") / 1e6) with linespoints pt mark(i) ps 1.1 * dot lw 2.2 lc rgb shade(i)
    set format y "10^{%T}"
    set title timed ? "seconds per epoch".indication : "operations per epoch"
    set key at screen 0.84,0.82 left top Left reverse font ",14"
    plot for [i = 1:n_names] summary using (of(i) && column("iters_mean") > 0 ? column("T") : NaN):(cost(0) / column("iters_mean")) with linespoints pt mark(i) ps 1.1 * dot lw 2.2 lc rgb shade(i) title name_text[i]
    unset logscale y
    set format y
    unset multiplot
    unset output
}

# Seconds against size, a panel for each of N, T, width, depth and density; the exponents stand in the legends.
load "plots/style.gp"
array axes[5] = ["N", "T", "width", "depth", "density"]
array names[5] = ["samples N", "steps T", "neurons of the hidden layer", "hidden layers", "share of input cells with a spike"]
array solvers[2] = ["bptt", "admm"]
array works[2] = ["bptt, an epoch", "admm, an iteration"]
of(s, a) = strcol("solver") eq s && strcol("axis") eq a
exponent(s, a) = sprintf("%.2f ± %.2f", slope, deviation)
do for [format in formats] {
    wide = 1200
    high = 720
    load "plots/terminal.gp"
    set multiplot layout 2,3 margins 0.075,0.985,0.09,0.96 spacing 0.06,0.14
    set format y "10^{%T}"
    set key top left Left reverse font ",11"
    do for [k = 1:5] {
        a = axes[k]
        set xlabel names[k]
        set ylabel k == 1 || k == 4 ? "seconds" : ""
        unset logscale # stats looks within the ranges, and at logarithms
        set autoscale
        array text[2]
        do for [j = 1:2] {
            s = solvers[j]
            stats "exponents.csv" using (of(s, a) ? (slope = column("exponent"), deviation = column("standard_error"), 0) : NaN) nooutput
            text[j] = works[j].": ".exponent(s, a)
        }
        stats "scaling.csv" using (strcol("axis") eq a ? column("value") : NaN) nooutput
        set xrange [STATS_min / 1.3:STATS_max * 1.3]
        stats "scaling.csv" using (strcol("axis") eq a ? column("seconds") : NaN) nooutput
        set yrange [STATS_min / 2:STATS_max * 12]
        set logscale xy
        plot for [j = 1:2] "scaling.csv" using (of(solvers[j], a) ? column("value") : NaN):(column("seconds")) \
            with linespoints pt mark(j) ps 1.2 lw 2 lc rgb hue(j) title text[j]
    }
    unset multiplot
    unset output
}

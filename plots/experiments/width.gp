# Accuracy and seconds against the width of the hidden layers: means over seeds, and each run. Seconds on log-log axes; the
# legend gives the exponent of the seconds per iteration, fitted to the upper half of the widths.
load "plots/style.gp"
load "plots/data.gp"
runs = "points.csv"
name(d) = name_of[int(column("group"))]
wide_of(d) = width_first[width_of[int(column("group"))]]
array place[n_names]
stats "names.csv" using (place[int(column(0)) + 1] = int(column("place")), 0) nooutput
stats runs using (wide_of(0)) nooutput
least = STATS_min
most = STATS_max
n = n_names
of(i) = name(0) == i
per_step(d) = column("iters") > 0 && column("train_s") > 0 ? column("train_s") / column("iters") : NaN
total(d) = column("train_s") > 0 ? column("train_s") : NaN
# seconds ~ width^slope over the widths above the geometric middle
middle = sqrt(least * most)
array slope[n]
do for [i = 1:n] {
    narrow = NaN
    several = 0
    stats runs using (of(i) && wide_of(0) >= middle && per_step(0) > 0 ? (several = several || (narrow == narrow && narrow != wide_of(0)), narrow = wide_of(0), 0) : 0, 0) nooutput
    slope[i] = NaN
    if (several) {
        stats runs using (of(i) && wide_of(0) >= middle ? log(wide_of(0)) : NaN):(log(per_step(0))) nooutput
        slope[i] = STATS_slope
    }
}
titled(i) = slope[i] == slope[i] ? name_text[i].sprintf(": %.2f", slope[i]) : name_text[i]
cost_of(panel) = panel == 1 ? 100 * column("acc_test") : panel == 2 ? 100 * column("acc_train") : panel == 3 ? per_step(0) : total(0)
do for [format in formats] {
    wide = 1400
    high = 900
    load "plots/terminal.gp"
    set multiplot layout 2,2 title "Width of the hidden layers, ".dataset.": ".(most_seeds > 1 ? "each run, and " : "").over("means") noenhanced font ",17" margins 0.055,0.79,0.08,0.9 spacing 0.065,0.14
    set logscale x 2
    set xrange [least / 1.25:most * 1.25]
    set xtics ()
    do for [w = 1:n_widths] { set xtics add (sprintf("%g", width_first[w]) width_first[w]) }
    unset xlabel
    load "plots/error_axis.gp"
    do for [panel = 1:4] {
        if (panel == 3) {
            unset nonlinear y
            set ytics autofreq
            set yrange [*:*]
            set logscale y
            set format y "10^{%T}"
            set xlabel "neurons per hidden layer"
        }
        set title word("test training seconds training", panel).(panel <= 2 ? " accuracy (%)" : panel == 3 ? " per epoch or iteration".indication : " time (s)".indication)
        if (panel % 2 == 1) { unset key }
        if (panel == 2) { set key at screen 0.805,0.9 left top Left reverse font ",14" }
        if (panel == 4) { set key at screen 0.805,0.42 left top Left reverse font ",14" title "exponent of the seconds\nper epoch or iteration" }
        legend = panel % 2 == 1 ? 0 : n
        # a line of means and a small point for each run
        plot for [i = 1:n] runs using (of(i) ? wide_of(0) : NaN):(cost_of(panel)) smooth unique with linespoints lw 2.5 pt mark(place[i]) ps 1.2 * dot lc rgb hue(place[i]) notitle, \
             for [i = 1:n] runs using (of(i) ? wide_of(0) : NaN):(cost_of(panel)) with points pt 1 ps 0.8 * dot lc rgb hue(place[i]) notitle, \
             NaN notitle, \
             for [i = 1:legend] keyentry with linespoints lw 2.5 pt mark(place[i]) ps 1.2 * dot lc rgb hue(place[i]) title (panel == 4 ? titled(i) : name_text[i])
    }
    set key notitle
    unset logscale y
    set format y "%g"
    unset multiplot
    unset output
}

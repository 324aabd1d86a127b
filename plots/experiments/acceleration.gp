# Iterations and seconds to 90, 95 and 98 % training accuracy against hidden layers: means and standard deviations over
# the seeds that get there; hollow where some do not, absent where none does.
load "plots/style.gp"
load "plots/data.gp"
times = "times.csv"
is(i, a) = column("line") == i && abs(column("accuracy") - a) < 1e-9 && column("reached") > 0
x(i) = column("hidden_layers") + (i - (n_lines + 1) / 2.0) * 0.05
y(i, a, what) = is(i, a) ? column(what."_mean") : NaN
symbol(d) = column("reached") == column("seeds") ? 7 : 6
set xrange [0.6:deepest + 0.4]
set xtics 1
set ytics (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
# NaN lines must not be joined across rows of other accuracies: those rows are missing, not undefined
set datafile missing NaN
array there[n_lines]
array barred[n_lines]
do for [i = 1:n_lines] { there[i] = i; barred[i] = i } # an empty iteration is evaluated once
do for [format in formats] {
    wide = 1400
    high = 720
    load "plots/terminal.gp"
    set multiplot layout 2,3 title "First evaluation with a training accuracy, simulated network on ".dataset.": ".over("mean and standard deviation").(most_seeds > 1 ? " that reach it" : "") noenhanced font ",17" \
        margins 0.055,0.73,0.1,0.87 spacing 0.055,0.14
    set logscale y
    do for [what in "iters train_s"] {
        do for [k = 1:3] {
            a = real(word("0.9 0.95 0.98", k))
            set title sprintf("%s to %g %%", what eq "iters" ? "iterations" : "seconds", 100 * a).(what eq "iters" ? "" : indication)
            set yrange [*:*]
            if (what eq "train_s") { set xlabel "hidden layers" } else { unset xlabel }
            # which lines have a point, and a deviation: gnuplot warns of those without
            n_there = 0
            n_barred = 0
            do for [i = 1:n_lines] {
                found = 0
                deviates = 0
                stats times using (found = is(i, a) ? found + 1 : found, 0) nooutput
                stats times using (deviates = is(i, a) && column(what."_sd") >= 0 ? deviates + 1 : deviates, 0) nooutput
                if (found) { n_there = n_there + 1; there[n_there] = i }
                if (deviates) { n_barred = n_barred + 1; barred[n_barred] = i }
            }
            if (n_there > 0) {
                stats times using (abs(column("accuracy") - a) < 1e-9 && column("reached") > 0 ? column(what."_mean") : NaN) nooutput
                set yrange [(STATS_min > 0 ? STATS_min : 0.01) / 2:(STATS_max > 0 ? STATS_max : 1) * 2]
                unset label 1
            } else {
                set yrange [1:10]
                set label 1 "reached by none" at graph 0.5,0.5 center
            }
            last = k == 3 && what eq "iters"
            if (last) { set key at screen 0.745,0.88 left top Left reverse font ",14" } else { unset key }
            if (n_there > 0) {
                plot for [j = 1:n_there] times using (x(there[j])):(y(there[j], a, what)) with lines lw 1.6 lc rgb hue(there[j]) notitle, \
                     for [j = 1:n_barred] times using (x(barred[j])):(y(barred[j], a, what)):(column(what."_sd")) with yerrorbars pt 7 ps 0 lw 1.6 lc rgb hue(barred[j]) notitle, \
                     for [j = 1:n_there] times using (x(there[j])):(y(there[j], a, what)):(symbol(0)) with points pt variable ps 1.4 * dot lw 2 lc rgb hue(there[j]) notitle, \
                     for [i = 1:last * n_lines] keyentry with linespoints pt 7 ps 1.2 * dot lw 2 lc rgb hue(i) title line_text[i], \
                     for [i = 1:last] keyentry with points pt 6 ps 1.4 * dot lw 2 lc rgb "#444444" title "not every seed"
            } else {
                plot NaN notitle, \
                     for [i = 1:last * n_lines] keyentry with linespoints pt 7 ps 1.2 * dot lw 2 lc rgb hue(i) title line_text[i], \
                     for [i = 1:last] keyentry with points pt 6 ps 1.4 * dot lw 2 lc rgb "#444444" title "not every seed"
            }
        }
    }
    unset multiplot
    unset output
}

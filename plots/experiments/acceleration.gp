# Iterations and seconds to 90, 95 and 98 % training accuracy against hidden layers: means and standard deviations over
# the seeds that get there; hollow where some do not, absent where none does.
# gnuplot -c experiments/acceleration.gp SCRIPTS OUT FOLDER DATASET "LABEL1 LABEL2 ..." "NAME1 NAME2 ..."
load ARG1."/style.gp"
times = ARG3."/time_to_accuracy.csv"
names = ""
stats times using (names = with_word(names, line_name(0)), column("hidden_layers")) nooutput
deepest = STATS_max
n = words(names)
# which lines have a point, as NAME@ACCURACY: gnuplot warns of those without
there = ""
stats times using (there = column("reached") > 0 ? with_word(there, line_name(0).sprintf("@%g", column("accuracy"))) : there, 0) nooutput
is(i, accuracy) = line_name(0) eq word(names, i) && abs(column("accuracy") - accuracy) < 1e-9 && column("reached") > 0
all(d) = column("reached") == column("seeds")
x(i) = column("hidden_layers") + (i - (n + 1) / 2.0) * 0.05
y(i, a, what) = is(i, a) ? column(what."_mean") : NaN
spread(what) = column(what."_sd") >= 0 ? column(what."_sd") : 0
symbol(i) = all(0) ? 7 : 6
any(a) = strstrt(there." ", sprintf("@%g ", a)) > 0
one(i, a, what) = sprintf("times using (x(%d)):(y(%d, %g, '%s')) with lines lw 1.6 lc rgb hue(%d) notitle, ".\
    "times using (x(%d)):(y(%d, %g, '%s')):(spread('%s')) with yerrorbars pt 7 ps 0 lw 1.6 lc rgb hue(%d) notitle, ".\
    "times using (x(%d)):(y(%d, %g, '%s')):(symbol(%d)) with points pt variable ps 1.4 lw 2 lc rgb hue(%d) notitle, ", \
    i, i, a, what, i, i, i, a, what, what, i, i, i, a, what, i, i)
legend = "for [i = 1:n] keyentry with linespoints pt 7 ps 1.2 lw 2 lc rgb hue(i) title word(names, i), ".\
    "keyentry with points pt 6 ps 1.4 lw 2 lc rgb '#444444' title 'not every seed'"
set xrange [0.6:deepest + 0.4]
set xtics 1
set ytics (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)
# NaN lines must not be joined across rows of other accuracies: those rows are missing, not undefined
set datafile missing NaN
do for [format in formats] {
    eval terminal(format, 1400, 720)
    set output ARG2.".".format
    set multiplot layout 2,3 title "First evaluation with a training accuracy, simulated network on ".ARG4 noenhanced font ",18" \
        margins 0.055,0.73,0.1,0.87 spacing 0.055,0.14
    set logscale y
    do for [what in "iters train_s"] {
        do for [k = 1:3] {
            a = real(word("0.9 0.95 0.98", k))
            set title sprintf("%s to %g %%", what eq "iters" ? "iterations" : "seconds", 100 * a)
            set yrange [*:*]
            if (what eq "train_s") { set xlabel "hidden layers" } else { unset xlabel }
            if (any(a)) {
                stats times using (abs(column("accuracy") - a) < 1e-9 && column("reached") > 0 ? column(what."_mean") : NaN) nooutput
                set yrange [(STATS_min > 0 ? STATS_min : 0.01) / 2:(STATS_max > 0 ? STATS_max : 1) * 2]
                unset label 1
            } else {
                set yrange [1:10]
                set label 1 "reached by none" at graph 0.5,0.5 center
            }
            if (k == 3 && what eq "iters") {
                set key at screen 0.745,0.88 left top Left reverse noenhanced font ",14"
            } else { unset key }
            lines = ""
            do for [i = 1:n] { if (has_word(there, word(names, i).sprintf("@%g", a))) { lines = lines.one(i, a, what) } }
            eval "plot ".lines."NaN notitle".(k == 3 && what eq "iters" ? ", ".legend : "")
        }
    }
    unset multiplot
    unset output
}

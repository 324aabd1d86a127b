# Forward test accuracy of all solvers: median and quartiles over seeds, random features as the floor.
# gnuplot -c accuracy.gp SCRIPTS OUT TITLE seconds|iterations LABEL1 CURVE1.csv [LABEL2 CURVE2.csv ...]
load ARG1."/style.gp"
by_time = (ARG4 eq "seconds")
x = by_time ? "train_s_med" : "iter"
n = (ARGC - 4) / 2
label(i) = ARGV[5 + 2 * (i - 1)]
file(i) = ARGV[6 + 2 * (i - 1)]
is_floor(i) = (label(i)[1:15] eq "random_features")
array level[n]
do for [i = 1:n] {
    if (is_floor(i)) {
        stats file(i) using (100 * column("acc_test_med")) every ::1 nooutput
        level[i] = STATS_max
    }
}
set xlabel (by_time ? "training time (s)" : "iterations or epochs")
set ylabel "test accuracy (%)"
set key bottom right noenhanced
if (by_time) { set logscale x }
set yrange [0:101]
positive(v) = (by_time && v <= 0) ? NaN : v
do for [k = 1:2] {
    eval "set terminal ".(k == 1 ? svg_terminal(900, 620) : png_terminal(900, 620))
    set output ARG2.(k == 1 ? ".svg" : ".png")
    set title "Simulated network on test data, ".ARG3." (median, quartiles)" noenhanced
    plot for [i = 1:n] (is_floor(i) ? "/dev/null" : file(i)) using (positive(column(x))):(100 * column("acc_test_q1")): \
             (100 * column("acc_test_q3")) with filledcurves lc rgb colour[(i - 1) % 7 + 1] notitle, \
         for [i = 1:n] (is_floor(i) ? "/dev/null" : file(i)) using (positive(column(x))):(100 * column("acc_test_med")) \
             with linespoints pt 7 ps 0.5 lw 2.5 lc rgb colour[(i - 1) % 7 + 1] title (is_floor(i) ? "" : label(i)), \
         for [i = 1:n] (is_floor(i) ? level[i] : NaN) with lines lw 2 dt 3 lc rgb "#555555" title (is_floor(i) ? label(i)." (floor)" : "")
    unset output
}

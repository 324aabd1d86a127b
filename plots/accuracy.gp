# Forward test accuracy of all solvers: median and quartiles over seeds, random features as the floor.
# gnuplot -c accuracy.gp SCRIPTS OUT CURVES_FOLDER WIDTHS seconds|iterations "LABEL1 LABEL2 ..."
load ARG1."/style.gp"
widths = "_".ARG4
by_time = (ARG5 eq "seconds")
abscissa = by_time ? "train_s_med" : "iter"
n = words(ARG6)
full(i) = word(ARG6, i)
file(i) = ARG3."/".full(i).".csv"
# "admm_100-100" is drawn as "admm": the title says the widths.
tail(i) = strlen(full(i)) - strlen(widths)
label(i) = (tail(i) > 0 && substr(full(i), tail(i) + 1, strlen(full(i))) eq widths) ? substr(full(i), 1, tail(i)) : full(i)
is_floor(i) = (substr(label(i), 1, 15) eq "random_features")
lowest = 100.0
highest = 0.0
array level[n]
do for [i = 1:n] {
    stats file(i) using (100 * column("acc_test_med")) nooutput
    level[i] = STATS_max
    highest = (STATS_max > highest) ? STATS_max : highest
    lowest = (STATS_max < lowest) ? STATS_max : lowest
}
set xlabel (by_time ? "training time (s)" : "iterations or epochs")
set ylabel "test accuracy (%)"
set key bottom right noenhanced
if (by_time) { set logscale x }
# The untrained start (about 10 %) is left below the axis where every method ends high: the ends are what is compared.
bottom = lowest > 60 ? 10 * floor((lowest - 12) / 10.0) : 0
set yrange [bottom:(bottom > 0 ? 100 : 101)]
positive(v) = (by_time && v <= 0) ? NaN : v
quartiles(i) = sprintf("file(%d) using (positive(column(abscissa))):(100 * column('acc_test_q1')):".\
    "(100 * column('acc_test_q3')) with filledcurves lc rgb colour[%d] notitle, ", i, (i - 1) % 7 + 1)
median(i) = sprintf("file(%d) using (positive(column(abscissa))):(100 * column('acc_test_med')) with linespoints ".\
    "pt 7 ps 0.5 lw 2.5 lc rgb colour[%d] title label(%d), ", i, (i - 1) % 7 + 1, i)
floor_line(i) = sprintf("level[%d] with lines lw 2.5 dt 3 lc rgb '#555555' title label(%d).' (floor)', ", i, i)
curves = ""
do for [i = 1:n] { curves = curves.(is_floor(i) ? floor_line(i) : quartiles(i).median(i)) }
do for [format in formats] {
    eval terminal(format, 760, 520)
    set output ARG2.".".format
    set title "Simulated network on test data, hidden ".ARG4." (median, quartiles)" noenhanced
    eval "plot ".substr(curves, 1, strlen(curves) - 2)
    unset output
}

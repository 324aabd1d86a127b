# Final accuracy of the simulated network against the number of hidden layers: means and standard deviations over seeds.
# gnuplot -c depth.gp SCRIPTS OUT TITLE SUMMARY.csv "SERIES1 SERIES2 ..." DEEPEST DATASET
load ARG1."/style.gp"
n = words(ARG5)
summary = ARG4
deepest = int(ARG6)
is(i) = line_name(0) eq word(ARG5, i)
has_sd(i, split) = is(i) && column("acc_".split."_sd") >= 0
x(i) = column("hidden_layers") + (i - (n + 1) / 2.0) * 0.03
series(split) = sprintf("for [i = 1:n] summary using (x(i)):(has_sd(i, '%s') ? 100 * column('acc_%s_mean') : NaN):(100 * column('acc_%s_sd')) with yerrorbars ".\
    "pt mark(i) ps 1.1 lw 1.6 lc rgb hue(i) notitle, ".\
    "for [i = 1:n] summary using (x(i)):(is(i) ? 100 * column('acc_%s_mean') : NaN) with linespoints ".\
    "pt mark(i) ps 1.1 lw 2.2 lc rgb hue(i)", split, split, split, split)
# The published figures of the exact method, training accuracy on N-MNIST (plots/published.csv names the source).
published = ", ARG1.'/published.csv' using 'hidden_layers':(100 * column('acc_train')) with points pt 2 ps 1.6 lw 2.5 ".\
    "lc rgb '#000000' title 'ADMM as published'"
stats summary using (100 * column("acc_test_mean")) nooutput
lowest = STATS_min
stats summary using (100 * column("acc_train_mean")) nooutput
lowest = STATS_min < lowest ? STATS_min : lowest
lowest = 10 * floor((ARG7 eq "nmnist" && lowest > 55 ? 55 : lowest) / 10.0)
do for [format in formats] {
    eval terminal(format, 1120, 470)
    set output ARG2.".".format
    set datafile missing "nan"
    set multiplot layout 1,2 title ARG3 noenhanced font ",17" margins 0.065,0.735,0.15,0.83 spacing 0.075,0.1
    set xlabel "hidden layers"
    set xtics 1
    set xrange [0.7:deepest + 0.3]
    set yrange [lowest:101]
    set title "training accuracy (%)"
    set key at screen 0.75,0.82 left top Left reverse noenhanced font ",13"
    eval "plot ".series("train")." title word(ARG5, i)".(ARG7 eq "nmnist" ? published : "")
    unset key
    set title "test accuracy (%)"
    eval "plot ".series("test")." notitle"
    unset multiplot
    unset output
}

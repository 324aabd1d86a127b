# Final accuracy of the simulated network against the number of hidden layers: means and standard deviations over seeds.
# gnuplot -c depth.gp SCRIPTS OUT TITLE SUMMARY.csv "SERIES1 SERIES2 ..." DEEPEST DATASET
load ARG1."/style.gp"
n = words(ARG5)
# rows of other lines are missing, not gaps in a line
set datafile missing NaN
# "NAME_start_rate=0.1" is drawn as "NAME 0.1"
cut(w) = strstrt(w, "_start_rate=")
legend(w) = cut(w) > 0 ? substr(w, 1, cut(w) - 1)." ".substr(w, cut(w) + 12, strlen(w)) : w
summary = ARG4
deepest = int(ARG6)
is(i) = line_name(0) eq word(ARG5, i)
x(i) = column("hidden_layers") + (i - (n + 1) / 2.0) * 0.03
# lines with a standard deviation (two seeds or more): gnuplot warns of bars without one
spread = ""
stats summary using (spread = column("seeds") > 1 ? with_word(spread, line_name(0)) : spread, 0) nooutput
bars(i, split) = sprintf("summary using (x(%d)):(is(%d) ? 100 * column('acc_%s_mean') : NaN):(100 * column('acc_%s_sd')) with yerrorbars ".\
    "pt mark(%d) ps 1.1 lw 1.6 lc rgb hue(%d) notitle, ", i, i, split, split, i, i)
all_bars(split) = (words(spread) == 0 ? "" : bars_of(split, 1))
bars_of(split, i) = i > n ? "" : (has_word(spread, word(ARG5, i)) ? bars(i, split) : "").bars_of(split, i + 1)
series(split) = all_bars(split).sprintf("for [i = 1:n] summary using (x(i)):(is(i) ? 100 * column('acc_%s_mean') : NaN) with linespoints ".\
    "pt mark(i) ps 1.1 lw 2.2 lc rgb hue(i)", split)
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
    set multiplot layout 1,2 title ARG3 noenhanced font ",17" margins 0.065,0.735,0.15,0.83 spacing 0.075,0.1
    set xlabel "hidden layers"
    set xtics 1
    set xrange [0.7:deepest + 0.3]
    set yrange [lowest:101]
    set title "training accuracy (%)"
    set key at screen 0.75,0.82 left top Left reverse noenhanced font ",13"
    eval "plot ".series("train")." title legend(word(ARG5, i))".(ARG7 eq "nmnist" ? published : "")
    unset key
    set title "test accuracy (%)"
    eval "plot ".series("test")." notitle"
    unset multiplot
    unset output
}

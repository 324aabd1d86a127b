# Final accuracy of one change per row: means and standard deviations over seeds.
# gnuplot -c experiments/ablation.gp SCRIPTS OUT FOLDER DATASET "LABEL1 LABEL2 ..." "NAME1 NAME2 ..."
load ARG1."/style.gp"
summary = ARG3."/summary.csv"
n = words(ARG5)
first(split) = sprintf("acc_%s_mean", split)
sd(split) = column(sprintf("acc_%s_sd", split))
row(d) = -column(0)
dots(split, c, tic) = sprintf("summary using (100 * column('acc_%s_mean')):(row(0)):(sd('%s') >= 0 ? 100 * sd('%s') : 0)%s ".\
    "with xerrorbars pt 7 ps 1.2 lw 2 lc rgb '%s' notitle", split, split, split, tic, c)
do for [format in formats] {
    eval terminal(format, 1120, 120 + 30 * n)
    set output ARG2.".".format
    set multiplot layout 1,2 title "One change at a time, simulated network on ".ARG4.": mean and standard deviation over seeds" \
        noenhanced font ",17" margins 0.2,0.985,40.0 / (120 + 30 * n),1 - 80.0 / (120 + 30 * n) spacing 0.04,0.1
    set ytics autofreq noenhanced
    array base[2]
    do for [k = 1:2] {
        split = word("train test", k)
        set yrange [*:*]
        set xrange [*:*]
        stats summary using (column(0) == 0 ? 100 * column(first(split)) : NaN) nooutput
        base[k] = STATS_max
        set yrange [-n + 0.5:0.5]
        set xrange [*:101]
        set title (k == 1 ? "training accuracy (%)" : "test accuracy (%)")
        set arrow 1 from base[k], graph 0 to base[k], graph 1 nohead dt 3 lw 1.5 lc rgb "#555555"
        eval "plot ".dots(split, colour[k], k == 1 ? ":ytic(stringcolumn('name'))" : "")
        set ytics ("" 1)
    }
    unset multiplot
    unset output
}

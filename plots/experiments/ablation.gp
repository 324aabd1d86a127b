# Final accuracy of one change per row: means and standard deviations over seeds.
# gnuplot -c experiments/ablation.gp SCRIPTS OUT FOLDER DATASET "LABEL1 LABEL2 ..." "NAME1 NAME2 ..."
load ARG1."/style.gp"
summary = ARG3."/summary.csv"
n = words(ARG5)
first(split) = sprintf("acc_%s_mean", split)
sd(split) = column(sprintf("acc_%s_sd", split))
row(d) = -column(0)
dots(split, c) = sprintf("summary using (100 * column('acc_%s_mean')):(row(0)):(sd('%s') >= 0 ? 100 * sd('%s') : 0):ytic(stringcolumn('name')) ".\
    "with xerrorbars pt 7 ps 1.2 lw 2 lc rgb '%s' notitle", split, split, split, c)
set yrange [-n + 0.5:0.5]
do for [format in formats] {
    eval terminal(format, 1120, 120 + 30 * n)
    set output ARG2.".".format
    set multiplot layout 1,2 title "One change at a time, simulated network on ".ARG4.": mean and standard deviation over seeds" \
        noenhanced font ",17" margins 0.2,0.985,90.0 / (120 + 30 * n),1 - 80.0 / (120 + 30 * n) spacing 0.04,0.1
    set ytics noenhanced
    array base[2]
    do for [k = 1:2] {
        split = word("train test", k)
        stats summary using (100 * column(first(split))) every ::0::0 nooutput
        base[k] = STATS_max
        set title (k == 1 ? "training accuracy (%)" : "test accuracy (%)")
        set arrow 1 from base[k], graph 0 to base[k], graph 1 nohead dt 3 lw 1.5 lc rgb "#555555"
        eval "plot ".dots(split, colour[k])
        set format y ""
    }
    unset multiplot
    set format y "%g"
    unset output
}

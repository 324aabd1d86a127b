# Test accuracy against the learning rate, explicit and implicit steps at equal gradient evaluations: mean and standard deviation
# over seeds. A rate at which all runs diverge has no point.
load "plots/style.gp"
load "plots/data.gp"
summary = "groups.csv"
shade(i) = hue(i)
# an experiment without learning rates has an empty figure
n_rates = 0
least = 1
most = 1
stats summary using (lr = column("lr"), n_rates = n_rates + (lr > 0), least = n_rates == 1 || lr < least ? lr : least, most = lr > most || n_rates == 1 ? lr : most, 0) nooutput
of(i) = column("name") == i
set datafile missing NaN
do for [format in formats] {
    wide = 1150
    high = 600
    load "plots/terminal.gp"
    if (n_rates == 0) {
        set title "no learning rates"
        plot [0:1][0:1] 2 notitle
        unset output
        continue
    }
    set title "Explicit and implicit steps at equal gradient evaluations, ".dataset.", hidden ".width_text[1].":\n".over("mean and standard deviation") noenhanced font ",15"
    set logscale x 10
    set xrange [least / 1.4:most * 1.4]
    set yrange [0:100]
    set xlabel "learning rate"
    set ylabel "test accuracy (%)"
    set key outside right center Left reverse font ",14"
    plot for [i = 1:n_names] summary using (of(i) ? column("lr") : NaN):(100 * column("acc_test_mean")):(100 * (column("seeds") > 1 ? column("acc_test_sd") : 0)) with yerrorbars pt mark(i) ps 1.1 * dot lw 1.6 lc rgb shade(i) notitle, \
         for [i = 1:n_names] summary using (of(i) ? column("lr") : NaN):(100 * column("acc_test_mean")) with linespoints pt mark(i) ps 1.1 * dot lw 2.2 lc rgb shade(i) title name_text[i]
    unset logscale x
    unset output
}

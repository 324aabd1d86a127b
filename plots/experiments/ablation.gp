# Final accuracy of one change per row: means and standard deviations over seeds.
load "plots/style.gp"
load "plots/data.gp"
summary = "groups.csv"
row(d) = -column(0)
deviation(name) = column(name) >= 0 ? 100 * column(name) : 0
do for [format in formats] {
    wide = 1120
    high = 120 + 30 * n_groups
    load "plots/terminal.gp"
    set multiplot layout 1,2 title "One change at a time, simulated network on ".dataset.": ".over("mean and standard deviation") \
        noenhanced font ",17" margins 0.2,0.985,40.0 / high,1 - 80.0 / high spacing 0.04,0.1
    set ytics autofreq noenhanced
    do for [k = 1:2] {
        split = word("train test", k)
        mean = sprintf("acc_%s_mean", split)
        sd = sprintf("acc_%s_sd", split)
        set yrange [*:*]
        set xrange [*:*]
        stats summary using (column(0) == 0 ? 100 * column(mean) : NaN) nooutput
        base = STATS_max
        set yrange [-n_groups + 0.5:0.5]
        set xrange [*:101]
        set title (k == 1 ? "training accuracy (%)" : "test accuracy (%)")
        set arrow 1 from base, graph 0 to base, graph 1 nohead dt 3 lw 1.5 lc rgb "#555555"
        set ytics ()
        do for [r = 1:n_groups] { set ytics add (k == 1 ? name_text[name_of[r]] : "" 1 - r) }
        plot summary using (100 * column(mean)):(row(0)):(deviation(sd)) with xerrorbars pt 7 ps 1.2 * dot lw 2 lc rgb colour[k] notitle
    }
    unset multiplot
    unset output
}

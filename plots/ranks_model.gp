# Seconds to an accuracy on validation over ranks, as the model of docs/scaling.md has them: a row for each dataset, a column for
# each network. With points: as the program divides samples; dotted: if a rank could have as little as one sample.
# The large point on the left is measured.
load "plots/style.gp"
array data[3] = ["digits", "nmnist", "mnist"]
array data_name[3] = ["digits", "N-MNIST", "MNIST"]
array label[6] = ["bptt", "bptt_full", "admm_resync", "admm_resync_full", "admm_anderson", "random_features"]
array line_text[6] = ["bptt, mini-batches of 100", "bptt, full batch", "admm_resync", "admm_resync, full batch", "admm_anderson", "random_features"]
# a family has one hue in all figures: the full batch has its trainer's
array line_place[6] = [1, 15, 2, 16, 8, 7]
n_entries = 6
dashes(l) = dash(line_place[l])
entry_text(j) = line_text[j]
entry_hue(j) = hue(line_place[j])
entry_mark(j) = mark(line_place[j])
entry_dash(j) = dashes(j)
of(l, d, k) = strcol("dataset") eq data[d] && strcol("label") eq label[l] && column("link") == k && (column("shown") == 1)
array level[3]
array seeds[3]
array networks[5]
n = 0
array row[3]
do for [d = 1:3] {
    level[d] = NaN
    seeds[d] = 0
    stats "model.csv" using (strcol("dataset") eq data[d] && (column("shown") == 1) ? (level[d] = column("level"), seeds[d] = int(column("seeds")), 0) : 0) nooutput
    if (level[d] == level[d]) { n = n + 1; row[n] = d }
}
stats "model.csv" using (networks[int(column("link"))] = stringcolumn("network"), 0) nooutput
do for [format in formats] {
    wide = 1760
    rest = 370.0
    high = 170 + 260 * n
    load "plots/terminal.gp"
    set multiplot layout n,5 title "Seconds to an accuracy on validation: measured with one rank, modelled with more" noenhanced font ",17" \
        margins 0.052,(1 - rest / wide),(80.0 / high),(1 - 80.0 / high) spacing 0.018,(50.0 / high)
    unset key
    set logscale x 2
    set xrange [0.8:1300]
    set format x "%g"
    set xtics (1, 8, 64, 512)
    do for [j = 1:n] {
        d = row[j]
        unset logscale y # stats looks at logarithms
        set yrange [*:*]
        stats "model.csv" using (strcol("dataset") eq data[d] && (column("shown") == 1) ? column("seconds") : NaN) nooutput
        set logscale y
        set yrange [STATS_min / 1.5:STATS_max * 1.5]
        do for [k = 1:5] {
            set format y k == 1 ? "%g" : ""
            set ylabel k == 1 ? sprintf("%s, %d %s: s to %g %%", data_name[d], seeds[d], seeds[d] == 1 ? "seed" : "seeds", 100 * level[d]) : ""
            set xlabel j == n ? "ranks" : ""
            set title j == 1 ? networks[k] : ""
            plot for [l = 1:6] "model.csv" using (of(l, d, k) && column("ranks") <= column("parts") ? column("ranks") : NaN):"seconds" \
                     with linespoints pt mark(line_place[l]) ps 0.8 * dot lw 2 dt dashes(l) lc rgb hue(line_place[l]) notitle, \
                 for [l = 1:6] "model.csv" using (of(l, d, k) && 2 * column("ranks") > column("parts") ? column("ranks") : NaN):"seconds" \
                     with lines lw 1.5 dt 3 lc rgb hue(line_place[l]) notitle, \
                 for [l = 1:6] "model.csv" using (of(l, d, k) && column("ranks") == 1 ? 1 : NaN):"seconds" \
                     with points pt mark(line_place[l]) ps 1.6 * dot lw 1.5 lc rgb hue(line_place[l]) notitle
        }
    }
    load "plots/legend.gp"
    unset multiplot
    unset output
}

# Recurrent hidden layers beside the same network without: training and test accuracy of each trainer, a row per trainer, hollow
# without and full with recurrence; dotted: random_features, the floor, with recurrence and (thin) without. Means and 95 %
# intervals over seeds.
load "plots/style.gp"
load "plots/data.gp"
summary = "groups.csv"
# 1 without, 2 with recurrence; runs without the option have none
array recurrent_of[n_groups]
stats summary using (r = int(column(0)) + 1, recurrent_of[r] = stringcolumn("recurrent") eq "true" ? 2 : 1, 0) nooutput
array kind_text[2] = ["feed-forward", "recurrent"]
# a trainer of each name and width has a row
array first_of[n_groups]
array row_of[n_groups]
rows = 0
do for [r = 1:n_groups] {
    row_of[r] = 0
    do for [k = 1:rows] { if (name_of[first_of[k]] == name_of[r] && width_of[first_of[k]] == width_of[r]) { row_of[r] = k } }
    if (row_of[r] == 0) { rows = rows + 1; first_of[rows] = r; row_of[r] = rows }
}
label_of(k) = name_text[name_of[first_of[k]]].(n_widths > 1 ? ", ".width_text[width_of[first_of[k]]] : "")
array place[n_names]
stats "names.csv" using (place[int(column(0)) + 1] = int(column("place")), 0) nooutput
longest = 0
do for [k = 1:rows] { longest = strlen(label_of(k)) > longest ? strlen(label_of(k)) : longest }
left = 40 + 10.5 * longest # pixels of the names
g(d) = int(column(0)) + 1
at_row(d) = -row_of[g(0)] + (recurrent_of[g(0)] == 1 ? 0.16 : -0.16)
tone(d) = rgb(hue(place[name_of[g(0)]]))
mean(split) = 100 * column("acc_".split."_mean")
half_width(split) = column("acc_".split."_half") >= 0 ? 100 * column("acc_".split."_half") : 0
array train[n_groups]
array test[n_groups]
array lowest[2]
stats summary using (train[g(0)] = mean("train"), test[g(0)] = mean("test"), mean("train")) nooutput
lowest[1] = STATS_min
stats summary using (mean("test")) nooutput
lowest[2] = STATS_min
do for [format in formats] {
    wide = 40 + left + 420.0 * 2
    high = 165 + 55.0 * rows
    load "plots/terminal.gp"
    set multiplot layout 1,2 title "Recurrent hidden layers beside none, ".dataset.(n_widths > 1 ? "" : ", hidden ".width_text[1]).": ".over("mean and 95 % interval") \
        noenhanced font ",16" margins left / wide,1 - 20 / wide,85 / high,1 - 80 / high spacing 40 / wide,0.1
    set yrange [-rows - 0.5:-0.5]
    set ytics () noenhanced
    do for [k = 1:rows] { set ytics add (label_of(k) -k) }
    set label 1 kind_text[1] at screen 0.38, screen 25 / high point pt 6 ps 1.4 * dot lw 2 lc rgb "#444444" offset 1,0
    set label 2 kind_text[2] at screen 0.56, screen 25 / high point pt 7 ps 1.4 * dot lc rgb "#444444" offset 1,0
    do for [split in "train test"] {
        set title (split eq "train" ? "training accuracy (%)" : "test accuracy (%)")
        k = split eq "train" ? 1 : 2
        set xrange [5 * floor((lowest[k] - 1) / 5):100.5]
        unset arrow
        do for [r = 1:n_groups] {
            if (is_floor(name_text[name_of[r]])) {
                level = k == 1 ? train[r] : test[r]
                set arrow from level, graph 0 to level, graph 1 nohead back dt 3 lw (recurrent_of[r] == 2 ? 2 : 1) lc rgb "#555555"
            }
        }
        plot summary using (mean(split)):(at_row(0)):(mean(split) - half_width(split)):(at_most_100(mean(split) + half_width(split))):(tone(0)) \
                 with xerrorbars pt 7 ps 0 lw 2.2 lc rgb variable notitle, \
             summary using (mean(split)):(at_row(0)):(recurrent_of[g(0)] == 2 ? 7 : 6):(tone(0)) with points pt variable ps 1.5 * dot lw 2 lc rgb variable notitle
        unset label
        set ytics ()
        do for [k = 1:rows] { set ytics add ("" -k) }
    }
    unset multiplot
    unset output
}

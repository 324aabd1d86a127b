# Forward accuracy of all solvers: median and quartiles over seeds, random features as the floor. On test data; on validation data
# where a trainer has several configurations, of which one is to be chosen.
load "plots/style.gp"
load "plots/data.gp"
measured = searched ? "acc_val" : "acc_test"
lowest = 100.0
array level[n_groups]
do for [i = 1:n_groups] {
    last_value = NaN
    level[i] = NaN
    stats curve_file(i) using (v = 100 * column(measured."_med"), level[i] = !(level[i] >= v) ? v : level[i], \
        last_value = 100 * column(measured."_q1"), 0) nooutput
    lowest = last_value < lowest ? last_value : lowest
}
# Curves first, then the floors.
array order[n_groups + 1]
order[n_groups + 1] = 1 # an empty iteration is evaluated once
n_curves = 0
do for [i = 1:n_groups] { if (!is_floor(text[i])) { n_curves = n_curves + 1; order[n_curves] = i } }
m = n_curves
do for [i = 1:n_groups] { if (is_floor(text[i])) { m = m + 1; order[m] = i } }
x(d) = by_time ? positive(column("train_s_med")) : column("iter")
# a trainer's colour and dash are its own in all figures
array place_of[n_names]
stats "names.csv" using (place_of[int(column(0)) + 1] = int(column("place")), 0) nooutput
registered = 0
do for [k = 1:n_names] { registered = registered + (place_of[k] <= 12 && !is_floor(name_text[k])) }
place(i) = registered > 0 && n_names == n_groups ? place_of[name_of[i]] : i + int((i - 1) / 6)
# The untrained start (about 10 %) is left below the axis where every method ends high: the ends are what is compared.
bottom = lowest > 60 ? 10 * floor((lowest - 12) / 10.0) : 0
heading = "Simulated network, hidden ".hidden_widths.": ".over("median and quartiles")
name(j) = text[order[j]].(j > n_curves ? " (floor)" : "")
do for [format in formats] {
    rest = legend_pixels(0)
    do for [j = 1:n_groups] { rest = legend_pixels(strlen(name(j))) > rest ? legend_pixels(strlen(name(j))) : rest }
    wide = 700 + rest
    high = 140 + (25 * n_groups > 380 ? 25 * n_groups : 380) # gnuplot cuts a key that is higher than its plot
    load "plots/terminal.gp"
    set multiplot layout 1,1 title heading noenhanced font fit(heading, 15) margins 95 / wide,1 - rest / wide,75.0 / high,1 - 65.0 / high
    set xlabel (by_time ? "training time (s)".indication : "iterations or epochs")
    set ylabel (searched ? "validation accuracy (%)" : "test accuracy (%)")
    if (by_time) { set logscale x }
    set yrange [bottom:(bottom > 0 ? 100 : 101)]
    set key at screen 1 - (rest - 12) / wide, graph 1 left top Left reverse samplen 3.5 font ",13"
    plot for [j = 1:n_curves] curve_file(order[j]) using (x(0)):(100 * column(measured."_q1")):(100 * column(measured."_q3")) \
             with filledcurves lc rgb hue(place(order[j])) notitle, \
         for [j = 1:n_curves] curve_file(order[j]) using (x(0)):(100 * column(measured."_med")) with linespoints \
             pt mark(place(order[j])) ps 0.6 * dot lw 2.5 dt dash(place(order[j])) lc rgb hue(place(order[j])) title name(j), \
         for [j = n_curves + 1:n_groups] level[order[j]] with lines lw 2.5 dt 3 lc rgb "#555555" title name(j)
    unset multiplot
    unset output
}

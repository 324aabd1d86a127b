# Forward test accuracy of all solvers: median and quartiles over seeds, random features as the floor.
load "plots/style.gp"
load "plots/data.gp"
lowest = 100.0
highest = 0.0
array level[n_groups]
do for [i = 1:n_groups] {
    stats curve_file(i) using (100 * column("acc_test_med")) nooutput
    level[i] = STATS_max
    highest = (STATS_max > highest) ? STATS_max : highest
    lowest = (STATS_max < lowest) ? STATS_max : lowest
}
# Curves first, then the floors.
array order[n_groups + 1]
order[n_groups + 1] = 1 # an empty iteration is evaluated once
n_curves = 0
do for [i = 1:n_groups] { if (!is_floor(text[i])) { n_curves = n_curves + 1; order[n_curves] = i } }
m = n_curves
do for [i = 1:n_groups] { if (is_floor(text[i])) { m = m + 1; order[m] = i } }
x(d) = by_time ? positive(column("train_s_med")) : column("iter")
set xlabel (by_time ? "training time (s)".indication : "iterations or epochs")
set ylabel "test accuracy (%)"
# a trainer's colour and dash are its own in all figures
array place_of[n_names]
stats "names.csv" using (place_of[int(column(0)) + 1] = int(column("place")), 0) nooutput
registered = 0
do for [k = 1:n_names] { registered = registered + (place_of[k] <= 12 && !is_floor(name_text[k])) }
place(i) = registered > 0 && n_names == n_groups ? place_of[name_of[i]] : i + int((i - 1) / 6)
set key outside right top Left reverse
if (by_time) { set logscale x }
# The untrained start (about 10 %) is left below the axis where every method ends high: the ends are what is compared.
bottom = lowest > 60 ? 10 * floor((lowest - 12) / 10.0) : 0
set yrange [bottom:(bottom > 0 ? 100 : 101)]
do for [format in formats] {
    wide = 1000
    high = 520
    load "plots/terminal.gp"
    set title "Simulated network, hidden ".hidden_widths.": ".over("median and quartiles") noenhanced
    plot for [j = 1:n_curves] curve_file(order[j]) using (x(0)):(100 * column("acc_test_q1")):(100 * column("acc_test_q3")) \
             with filledcurves lc rgb hue(place(order[j])) notitle, \
         for [j = 1:n_curves] curve_file(order[j]) using (x(0)):(100 * column("acc_test_med")) with linespoints \
             pt 7 ps 0.5 * dot lw 2.5 dt dash(place(order[j])) lc rgb hue(place(order[j])) title text[order[j]], \
         for [j = n_curves + 1:n_groups] level[order[j]] with lines lw 2.5 dt 3 lc rgb "#555555" title text[order[j]]." (floor)"
    unset output
}

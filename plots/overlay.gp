# Several ADMM configurations of the same widths in one figure: medians over seeds.
load "plots/style.gp"
load "plots/data.gp"
H = depth_given
heading = heading.": ".over("medians")
n_curves = n_groups
file_of(i) = curve_file(i)
curve_column(i) = what
curve_hue(i) = hue(i)
curve_dash(i) = 1
# the axis is a logarithm where runs of 100 and of 1000 iterations are in one figure
x_low = 1e300
x_high = 0
shortest = 1e300
do for [i = 1:n_groups] {
    stats curve_file(i) using (column("iter") > 0 && column("iter") < x_low ? (x_low = column("iter"), 0) : 0, column("iter")) nooutput
    shortest = STATS_max < shortest ? STATS_max : shortest
    x_high = STATS_max > x_high ? STATS_max : x_high
}
log_x = x_high >= 3 * shortest && shortest > x_low
x_low = log_x ? x_low : 0
negligible = 1e-12
y_low = NaN
y_high = NaN
factor = 1
n_entries = n_groups
entry_text(j) = text[j]
entry_hue(j) = hue(j)
entry_mark(j) = 0
entry_dash(j) = 1
do for [format in formats] {
    rest = legend_pixels(0)
    do for [i = 1:n_groups] { rest = legend_pixels(strlen(text[i])) > rest ? legend_pixels(strlen(text[i])) : rest }
    wide = 1000 + rest
    high = 720
    load "plots/terminal.gp"
    set multiplot layout 2,3 title heading noenhanced font fit(heading, 18) margins 85 / wide,1 - rest / wide,0.1,0.89 spacing 95 / wide,0.13
    unset key
    logarithmic = 1
    set title "Lagrangian"
    what = "lagrangian_med"
    load "plots/curves.gp"
    set title "primal residual (rms)"
    what = "res_primal_med"
    load "plots/curves.gp"
    set title sprintf("spike residual, layer %d (rms)", H)
    what = sprintf("res_spike_%d_med", H)
    load "plots/curves.gp"
    set xlabel "iteration"
    set title "dynamics residual, layer 1 (rms)"
    what = "res_dyn_1_med"
    load "plots/curves.gp"
    set title "loss of the simulated network"
    what = "loss_med"
    load "plots/curves.gp"
    logarithmic = 0
    factor = 100
    y_low = 0
    y_high = 102
    set title "training accuracy, simulated (%)"
    what = "acc_train_med"
    load "plots/curves.gp"
    load "plots/legend.gp"
    unset xlabel
    unset multiplot
    unset output
    y_low = NaN
    y_high = NaN
    factor = 1
}

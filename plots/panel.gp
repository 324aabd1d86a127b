# The paper's panel for one ADMM configuration: medians over seeds. Colours are layers; dashes are the auxiliary variables of ADMM.
load "plots/style.gp"
load "plots/data.gp"
H = depth_given
file_of(i) = curve_file(1)
curve_column(i) = word(columns, i)
# Layers come in order; `sets` of layers have dashes of their own, as have curves that are of no layer.
layered = 0
curve_hue(i) = layered ? hue((i - 1) % layered + 1) : "#444444"
curve_dash(i) = layered ? 1 + int((i - 1) / layered) : i
each_layer(name, n) = n == 0 ? "" : each_layer(name, n - 1).sprintf(name." ", n)
log_x = 0
stats file_of(1) using "iter" nooutput
x_low = STATS_min
x_high = STATS_max
negligible = 1e-12
y_low = NaN
y_high = NaN
held_out = searched ? "acc_val_med" : "acc_test_med"
do for [format in formats] {
    wide = 1300
    high = 1000
    rest = 270.0
    load "plots/terminal.gp"
    set multiplot layout 3,3 title heading noenhanced font fit(heading, 18) margins 0.065,1 - rest / wide,0.08,0.92 spacing 0.075,0.095
    unset key
    factor = 1
    logarithmic = 1
    layered = 0
    set title "Lagrangian"
    columns = "lagrangian_med"; n_curves = words(columns); load "plots/curves.gp"
    set title "primal and dual residual (rms)"
    columns = "res_primal_med res_dual_med"; n_curves = words(columns); load "plots/curves.gp"
    layered = H
    set title "spike residual (rms)"
    columns = each_layer("res_spike_%d_med", H); n_curves = words(columns); load "plots/curves.gp"
    layered = H + 1
    set title "dynamics residual (rms)"
    columns = each_layer("res_dyn_%d_med", H + 1); n_curves = words(columns); load "plots/curves.gp"
    layered = 0
    set title "loss (mean per sample)"
    columns = "loss_med loss_aux_med"; n_curves = words(columns); load "plots/curves.gp"
    logarithmic = 0
    factor = 100
    y_low = 0
    y_high = 102
    set title searched ? "training and validation accuracy (%)" : "training and test accuracy (%)"
    columns = "acc_train_med acc_aux_med ".held_out; n_curves = words(columns); load "plots/curves.gp"
    set xlabel "iteration"
    factor = 1
    y_high = NaN
    layered = H
    set title "firing rate (per neuron and step)"
    columns = each_layer("fwd_rate_%d_med", H).each_layer("rate_%d_med", H); n_curves = words(columns); load "plots/curves.gp"
    factor = 100
    set title "spike gap (% of neurons and steps)"
    columns = each_layer("spike_gap_%d_med", H); n_curves = words(columns); load "plots/curves.gp"
    factor = 1
    y_low = NaN
    logarithmic = 1
    layered = 0
    set title "relative weight change"
    columns = "weight_change_med"; n_curves = words(columns); load "plots/curves.gp"
    n_entries = H + 4
    array other_text[3] = ["simulated network", "auxiliary, or dual", searched ? "on validation data" : "on test data"]
    entry_text(j) = j <= H + 1 ? sprintf("layer %d", j) : other_text[j - H - 1]
    entry_hue(j) = j <= H + 1 ? hue(j) : "#444444"
    entry_mark(j) = 0
    entry_dash(j) = j <= H + 1 ? 1 : j - H - 1
    load "plots/legend.gp"
    unset multiplot
    unset output
}

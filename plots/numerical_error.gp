# Backward errors and reciprocal condition numbers of the linear solves of weights, and of spikes where the trainer has such:
# medians over seeds.
load "plots/style.gp"
load "plots/data.gp"
H = depth_given
# weights of H + 1 layers, then spikes of H
n_curves = spike_solves ? 2 * H + 1 : H + 1
of_spikes(i) = i > H + 1
layer(i) = of_spikes(i) ? i - H - 1 : i
file_of(i) = curve_file(1)
curve_column(i) = sprintf("%s_%s_%d_med", what, of_spikes(i) ? "a" : "w", layer(i))
curve_hue(i) = hue(layer(i))
curve_dash(i) = of_spikes(i) ? 2 : 1
factor = 1
logarithmic = 1
log_x = 0
stats file_of(1) using "iter" nooutput
x_low = STATS_min
x_high = STATS_max
negligible = 0
y_low = NaN
y_high = NaN
n_entries = n_curves
entry_text(j) = sprintf("%s %d", of_spikes(j) ? "spikes" : "weights", layer(j))
entry_hue(j) = curve_hue(j)
entry_mark(j) = 0
entry_dash(j) = curve_dash(j)
do for [format in formats] {
    wide = 1200
    high = 480
    rest = 170.0
    load "plots/terminal.gp"
    set multiplot layout 1,2 title heading noenhanced font fit(heading, 16) margins 0.085,1 - rest / wide,0.15,0.83 spacing 0.1,0.1
    set xlabel "iteration"
    unset key
    do for [what in "backward_error rcond"] {
        set title what eq "rcond" ? "reciprocal condition number" : "backward error of the solves"
        load "plots/curves.gp"
    }
    load "plots/legend.gp"
    unset multiplot
    unset output
}

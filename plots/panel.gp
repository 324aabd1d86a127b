# The paper's panel for one ADMM configuration: medians over seeds.
# gnuplot -c panel.gp SCRIPTS OUT TITLE HIDDEN_LAYERS CURVE.csv
load ARG1."/style.gp"
H = int(ARG4)
file = ARG5
# One legend for all panels, beside them: colours are layers; dashes are the auxiliary variables of ADMM.
whole = "lw 2.5 lc rgb '#444444'"
shadow = "lw 2 dt 2 lc rgb '#444444'"
test = "lw 1.3 lc rgb '#000000'"
log_curve(column, style) = sprintf("file using 'iter':(at_least(column('%s'), 1e-12)) with lines %s notitle", column, style)
percent(column, style) = sprintf("file using 'iter':(100 * column('%s')) with lines %s notitle", column, style)
legend = "for [l = 1:H + 1] keyentry with lines lw 2.5 lc rgb colour[l] title sprintf('layer %d', l), ".\
    "keyentry with lines ".whole." title 'simulated network', keyentry with lines ".shadow." title 'auxiliary, or dual', ".\
    "keyentry with lines ".test." title 'on test data'"
do for [format in formats] {
    eval terminal(format, 1300, 1000)
    set output ARG2.".".format
    set multiplot layout 3,3 title ARG3 noenhanced font ",18" margins 0.065,0.80,0.065,0.92 spacing 0.075,0.085
    unset xlabel
    set key at screen 0.815,0.60 left top Left reverse font ",14"
    set logscale y
    set format y "10^{%T}"
    set title "Lagrangian"
    eval "plot ".log_curve("lagrangian_med", whole).", ".legend
    unset key
    set title "primal and dual residual (rms)"
    eval "plot ".log_curve("res_primal_med", whole).", ".log_curve("res_dual_med", shadow)
    set title "spike residual (rms)"
    plot for [l = 1:H] file using "iter":(at_least(column(sprintf("res_spike_%d_med", l)), 1e-12)) with lines lw 2.5 lc rgb colour[l]
    set title "dynamics residual (rms)"
    # a simulated start has rounding error alone: it would flatten the rest
    plot for [l = 1:H + 1] file using "iter":(at_least(column(sprintf("res_dyn_%d_med", l)), 1e-4)) with lines lw 2.5 lc rgb colour[l]
    set title "loss (mean per sample)"
    eval "plot ".log_curve("loss_med", whole).", ".log_curve("loss_aux_med", shadow)
    unset logscale y
    set format y "%g"
    set title "training and test accuracy (%)"
    set yrange [0:102]
    eval "plot ".percent("acc_train_med", whole).", ".percent("acc_aux_med", shadow).", ".percent("acc_test_med", test)
    set yrange [0:*]
    set xlabel "iteration"
    set title "firing rate (per neuron and step)"
    plot for [l = 1:H] file using "iter":sprintf("fwd_rate_%d_med", l) with lines lw 2.5 lc rgb colour[l], \
         for [l = 1:H] file using "iter":sprintf("rate_%d_med", l) with lines lw 2 dt 2 lc rgb colour[l]
    set title "spike gap (% of cells that differ)"
    plot for [l = 1:H] file using "iter":(100 * column(sprintf("spike_gap_%d_med", l))) with lines lw 2.5 lc rgb colour[l]
    set autoscale y
    set logscale y
    set format y "10^{%T}"
    set title "relative weight change"
    eval "plot ".log_curve("weight_change_med", whole)
    unset logscale y
    set format y "%g"
    unset multiplot
    unset output
}

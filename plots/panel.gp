# The paper's panel for one ADMM configuration: medians over seeds.
load "plots/style.gp"
load "plots/data.gp"
H = depth_given
file = curve_file(1)
# One legend for all panels, beside them: colours are layers; dashes are the auxiliary variables of ADMM.
set linetype 11 lw 2.5 lc rgb "#444444"      # the simulated network
set linetype 12 lw 2 dt 2 lc rgb "#444444"   # auxiliary, or dual
set linetype 13 lw 1.3 lc rgb "#000000"      # on test data
logarithm(name) = at_least(column(name), 1e-12)
do for [format in formats] {
    wide = 1300
    high = 1000
    load "plots/terminal.gp"
    set multiplot layout 3,3 title heading noenhanced font ",18" margins 0.065,0.80,0.065,0.92 spacing 0.075,0.085
    unset xlabel
    set key at screen 0.815,0.60 left top Left reverse font ",14"
    set logscale y
    set format y "10^{%T}"
    set title "Lagrangian"
    plot file using "iter":(logarithm("lagrangian_med")) with lines lt 11 notitle, \
        for [l = 1:H + 1] keyentry with lines lw 2.5 lc rgb hue(l) title sprintf("layer %d", l), \
        keyentry with lines lt 11 title "simulated network", keyentry with lines lt 12 title "auxiliary, or dual", \
        keyentry with lines lt 13 title "on test data"
    unset key
    set title "primal and dual residual (rms)"
    plot file using "iter":(logarithm("res_primal_med")) with lines lt 11, file using "iter":(logarithm("res_dual_med")) with lines lt 12
    set title "spike residual (rms)"
    plot for [l = 1:H] file using "iter":(logarithm(sprintf("res_spike_%d_med", l))) with lines lw 2.5 lc rgb hue(l)
    set title "dynamics residual (rms)"
    # a simulated start has rounding error alone: it would flatten the rest
    plot for [l = 1:H + 1] file using "iter":(at_least(column(sprintf("res_dyn_%d_med", l)), 1e-4)) with lines lw 2.5 lc rgb hue(l)
    set title "loss (mean per sample)"
    plot file using "iter":(logarithm("loss_med")) with lines lt 11, file using "iter":(logarithm("loss_aux_med")) with lines lt 12
    unset logscale y
    set format y "%g"
    set title "training and test accuracy (%)"
    set yrange [0:102]
    plot file using "iter":(100 * column("acc_train_med")) with lines lt 11, file using "iter":(100 * column("acc_aux_med")) with lines lt 12, \
         file using "iter":(100 * column("acc_test_med")) with lines lt 13
    set yrange [0:*]
    set xlabel "iteration"
    set title "firing rate (per neuron and step)"
    plot for [l = 1:H] file using "iter":sprintf("fwd_rate_%d_med", l) with lines lw 2.5 lc rgb hue(l), \
         for [l = 1:H] file using "iter":sprintf("rate_%d_med", l) with lines lw 2 dt 2 lc rgb hue(l)
    set title "spike gap (% of neurons and steps)"
    plot for [l = 1:H] file using "iter":(100 * column(sprintf("spike_gap_%d_med", l))) with lines lw 2.5 lc rgb hue(l)
    set autoscale y
    set logscale y
    set format y "10^{%T}"
    set title "relative weight change"
    plot file using "iter":(logarithm("weight_change_med")) with lines lt 11
    unset logscale y
    set format y "%g"
    unset multiplot
    unset output
}

# Several ADMM configurations of the same widths in one figure: medians over seeds.
load "plots/style.gp"
load "plots/data.gp"
H = depth_given
do for [format in formats] {
    wide = 1300
    high = 720
    load "plots/terminal.gp"
    set multiplot layout 2,3 title heading.": ".over("medians") noenhanced font ",18" margins 0.065,0.765,0.09,0.89 spacing 0.075,0.13
    unset xlabel
    unset key
    set logscale x # runs of 100 and of 1000 iterations in one figure
    set logscale y
    set format y "10^{%T}"
    set title "Lagrangian"
    plot for [i = 1:n_groups] curve_file(i) using "iter":(at_least(column("lagrangian_med"), 1e-6)) with lines lw 2.2 lc rgb hue(i)
    set title "primal residual (rms)"
    plot for [i = 1:n_groups] curve_file(i) using "iter":(at_least(column("res_primal_med"), 1e-6)) with lines lw 2.2 lc rgb hue(i)
    set title sprintf("spike residual, layer %d (rms)", H)
    plot for [i = 1:n_groups] curve_file(i) using "iter":(at_least(column(sprintf("res_spike_%d_med", H)), 1e-6)) with lines lw 2.2 lc rgb hue(i)
    set xlabel "iteration"
    set title "dynamics residual, layer 1 (rms)"
    plot for [i = 1:n_groups] curve_file(i) using "iter":(at_least(column("res_dyn_1_med"), 1e-6)) with lines lw 2.2 lc rgb hue(i)
    set autoscale y
    set title "loss of the simulated network"
    set key at screen 0.785,0.86 left top Left reverse samplen 1.4 font ",13"
    plot for [i = 1:n_groups] curve_file(i) using "iter":(at_least(column("loss_med"), 1e-6)) with lines lw 2.2 lc rgb hue(i) title text[i]
    unset key
    unset logscale y
    set format y "%g"
    set title "training accuracy, simulated (%)"
    set yrange [0:102]
    plot for [i = 1:n_groups] curve_file(i) using "iter":(at_least(100 * column("acc_train_med"), 0)) with lines lw 2.2 lc rgb hue(i)
    set autoscale y
    unset multiplot
    unset output
}

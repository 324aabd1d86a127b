# The paper's panel for one ADMM configuration: medians over seeds.
# gnuplot -c panel.gp SCRIPTS OUT TITLE HIDDEN_LAYERS CURVE.csv
load ARG1."/style.gp"
H = int(ARG4)
file = ARG5
layer(l) = sprintf("layer %d", l)
do for [k = 1:2] {
    eval "set terminal ".(k == 1 ? svg_terminal(1120, 1080) : png_terminal(1120, 1080))
    set output ARG2.(k == 1 ? ".svg" : ".png")
    set multiplot layout 3,3 title ARG3 noenhanced font ",18" margins 0.085,0.975,0.06,0.92 spacing 0.1,0.085
    unset xlabel
    set key top right
    set logscale y
    set format y "10^{%T}"
    set title "Lagrangian"
    plot file using "iter":(at_least(column("lagrangian_med"), 1e-12)) with lines lw 2.5 lc rgb colour[1] notitle
    set title "primal residual (rms)"
    plot file using "iter":(at_least(column("res_primal_med"), 1e-12)) with lines lw 2.5 lc rgb colour[1] title "primal", \
         file using "iter":(at_least(column("res_dual_med"), 1e-12)) with lines lw 2 dt 2 lc rgb colour[2] title "dual"
    set title "spike residual (rms)"
    plot for [l = 1:H] file using "iter":(at_least(column(sprintf("res_spike_%d_med", l)), 1e-12)) with lines lw 2.5 lc rgb colour[l] title layer(l)
    set title "dynamics residual (rms)"
    set key bottom right
    # a simulated start has rounding error alone: it would flatten the rest
    plot for [l = 1:H + 1] file using "iter":(at_least(column(sprintf("res_dyn_%d_med", l)), 1e-4)) with lines lw 2.5 lc rgb colour[l] title layer(l)
    set autoscale y
    set key center right
    set title "loss (mean per sample)"
    plot file using "iter":(at_least(column("loss_med"), 1e-12)) with lines lw 2.5 lc rgb colour[1] title "simulated network", \
         file using "iter":(at_least(column("loss_aux_med"), 1e-12)) with lines lw 2 dt 2 lc rgb colour[2] title "auxiliary z"
    unset logscale y
    set format y "%g"
    set title "accuracy (%)"
    set yrange [0:102]
    set key bottom right
    plot file using "iter":(100 * column("acc_train_med")) with lines lw 2.5 lc rgb colour[1] title "training, simulated", \
         file using "iter":(100 * column("acc_aux_med")) with lines lw 2 dt 2 lc rgb colour[2] title "training, auxiliary", \
         file using "iter":(100 * column("acc_test_med")) with lines lw 1.5 lc rgb colour[7] title "test, simulated"
    set key bottom right
    set yrange [0:*]
    set xlabel "iteration"
    set title "firing rate (per neuron, step)"
    plot for [l = 1:H] file using "iter":sprintf("fwd_rate_%d_med", l) with lines lw 2.5 lc rgb colour[l] \
             title layer(l)." simulated", \
         for [l = 1:H] file using "iter":sprintf("rate_%d_med", l) with lines lw 2 dt 2 lc rgb colour[l] \
             title layer(l)." auxiliary"
    set title "spike gap (% of cells that differ)"
    plot for [l = 1:H] file using "iter":(100 * column(sprintf("spike_gap_%d_med", l))) with lines lw 2.5 \
             lc rgb colour[l] title layer(l)
    unset yrange
    set autoscale y
    set logscale y
    set format y "10^{%T}"
    set key top right
    set title "relative weight change"
    plot file using "iter":(at_least(column("weight_change_med"), 1e-12)) with lines lw 2.5 lc rgb colour[1] notitle
    unset logscale y
    set format y "%g"
    unset multiplot
    unset output
}

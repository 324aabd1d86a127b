# Several ADMM configurations of the same widths in one figure: medians over seeds.
# gnuplot -c overlay.gp SCRIPTS OUT TITLE HIDDEN_LAYERS CURVES_FOLDER "LABEL1 LABEL2 ..." "NAME1 NAME2 ..."
load ARG1."/style.gp"
H = int(ARG4)
n = words(ARG6)
file(i) = ARG5."/".word(ARG6, i).".csv"
curve(column, scale, low) = sprintf("for [i = 1:n] file(i) using 'iter':(at_least(%g * column('%s'), %g)) with lines lw 2.2 lc rgb colour[(i - 1) %% 7 + 1] ", \
    scale, column, low)
do for [format in formats] {
    eval terminal(format, 1300, 720)
    set output ARG2.".".format
    set multiplot layout 2,3 title ARG3 noenhanced font ",18" margins 0.065,0.765,0.09,0.89 spacing 0.075,0.13
    unset xlabel
    unset key
    set logscale x # runs of 100 and of 1000 iterations in one figure
    set logscale y
    set format y "10^{%T}"
    set title "Lagrangian"
    eval "plot ".curve("lagrangian_med", 1, 1e-6)
    set title "primal residual (rms)"
    eval "plot ".curve("res_primal_med", 1, 1e-6)
    set title sprintf("spike residual, layer %d (rms)", H)
    eval "plot ".curve(sprintf("res_spike_%d_med", H), 1, 1e-6)
    set xlabel "iteration"
    set title "dynamics residual, layer 1 (rms)"
    eval "plot ".curve("res_dyn_1_med", 1, 1e-6)
    set autoscale y
    set title "loss of the simulated network"
    set key at screen 0.785,0.86 left top Left reverse samplen 1.4 noenhanced font ",13"
    eval "plot ".curve("loss_med", 1, 1e-6)."title word(ARG7, i)"
    unset key
    unset logscale y
    set format y "%g"
    set title "training accuracy, simulated (%)"
    set yrange [0:102]
    eval "plot ".curve("acc_train_med", 100, 0)
    set autoscale y
    unset multiplot
    unset output
}

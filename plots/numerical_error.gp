# Backward errors and reciprocal condition numbers of the linear solves of weights, and of spikes where the trainer has such:
# medians over seeds.
load "plots/style.gp"
load "plots/data.gp"
H = depth_given
file = curve_file(1)
# without solves for spikes the first curve of the weights is drawn once more: gnuplot evaluates an empty iteration once
last = spike_solves ? H : 1
of_spikes(what, l) = sprintf("%s_%s_%d_med", what, spike_solves ? "a" : "w", l)
dashes = spike_solves ? 2 : 1
titled(l) = spike_solves ? sprintf("spikes %d", l) : ""
do for [format in formats] {
    wide = 1100
    high = 520
    load "plots/terminal.gp"
    set multiplot layout 1,2 title heading noenhanced font ",16" margins 0.085,0.985,0.27,0.83 spacing 0.1,0.1
    set xlabel "iteration"
    set logscale y
    set format y "10^{%T}"
    set key at graph 0.5,-0.26 center top horizontal maxrows 3 font ",12"
    do for [what in "backward_error rcond"] {
        set title what eq "rcond" ? "reciprocal condition number" : "backward error of the solves"
        plot for [l = 1:H + 1] file using "iter":sprintf("%s_w_%d_med", what, l) with linespoints pt 7 ps 0.5 * dot lw 2 \
                 lc rgb hue(l) title sprintf("weights %d", l), \
             for [l = 1:last] file using "iter":(column(of_spikes(what, l))) with linespoints pt (spike_solves ? 6 : 7) ps 0.5 * dot lw 2 \
                 dt dashes lc rgb hue(l) title titled(l)
    }
    unset multiplot
    unset output
}

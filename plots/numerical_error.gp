# Backward errors and reciprocal condition numbers of the linear solves: medians over seeds.
load "plots/style.gp"
load "plots/data.gp"
H = depth_given
file = curve_file(1)
do for [format in formats] {
    wide = 1100
    high = 520
    load "plots/terminal.gp"
    set multiplot layout 1,2 title heading noenhanced font ",16" margins 0.085,0.985,0.27,0.83 spacing 0.1,0.1
    set xlabel "iteration"
    set logscale y
    set format y "10^{%T}"
    set key at graph 0.5,-0.26 center top horizontal maxrows 3 font ",12"
    set title "backward error of the solves"
    plot for [l = 1:H + 1] file using "iter":sprintf("backward_error_w_%d_med", l) with linespoints pt 7 ps 0.5 lw 2 \
             lc rgb hue(l) title sprintf("weights %d", l), \
         for [l = 1:H] file using "iter":sprintf("backward_error_a_%d_med", l) with linespoints pt 6 ps 0.5 lw 2 dt 2 \
             lc rgb hue(l) title sprintf("spikes %d", l)
    set title "reciprocal condition number"
    plot for [l = 1:H + 1] file using "iter":sprintf("rcond_w_%d_med", l) with linespoints pt 7 ps 0.5 lw 2 \
             lc rgb hue(l) title sprintf("weights %d", l), \
         for [l = 1:H] file using "iter":sprintf("rcond_a_%d_med", l) with linespoints pt 6 ps 0.5 lw 2 dt 2 \
             lc rgb hue(l) title sprintf("spikes %d", l)
    unset multiplot
    unset output
}

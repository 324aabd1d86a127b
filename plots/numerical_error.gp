# Backward errors and reciprocal condition numbers of the linear solves: medians over seeds.
# gnuplot -c numerical_error.gp SCRIPTS OUT TITLE HIDDEN_LAYERS CURVE.csv
load ARG1."/style.gp"
H = int(ARG4)
file = ARG5
do for [format in formats] {
    eval terminal(format, 1100, 520)
    set output ARG2.".".format
    set multiplot layout 1,2 title ARG3 noenhanced font ",16" margins 0.085,0.985,0.27,0.83 spacing 0.1,0.1
    set xlabel "iteration"
    set logscale y
    set format y "10^{%T}"
    set key at graph 0.5,-0.26 center top horizontal maxrows 3 font ",12"
    set title "backward error of the solves"
    plot for [l = 1:H + 1] file using "iter":sprintf("backward_error_w_%d_med", l) with linespoints pt 7 ps 0.5 lw 2 \
             lc rgb colour[l] title sprintf("weights %d", l), \
         for [l = 1:H] file using "iter":sprintf("backward_error_a_%d_med", l) with linespoints pt 6 ps 0.5 lw 2 dt 2 \
             lc rgb colour[l] title sprintf("spikes %d", l)
    set title "reciprocal condition number"
    plot for [l = 1:H + 1] file using "iter":sprintf("rcond_w_%d_med", l) with linespoints pt 7 ps 0.5 lw 2 \
             lc rgb colour[l] title sprintf("weights %d", l), \
         for [l = 1:H] file using "iter":sprintf("rcond_a_%d_med", l) with linespoints pt 6 ps 0.5 lw 2 dt 2 \
             lc rgb colour[l] title sprintf("spikes %d", l)
    unset multiplot
    unset output
}

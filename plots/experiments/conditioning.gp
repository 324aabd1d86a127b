# Numerical error of the weight solves, float against double, and how far runs of the same seed drift apart: by precision, and
# by a change of the start (start_noise). Curves of one seed, or medians over seeds.
# gnuplot -c experiments/conditioning.gp SCRIPTS OUT FOLDER DATASET "LABEL1 LABEL2 ..." "NAME1 NAME2 ..."
load ARG1."/style.gp"
names = ARG6
n = words(names)
file(label) = ARG3."/curves_summary/".label.".csv"
# The first label with this name, precision and noise ("" is any value, as where the experiment has one only); "" if none.
fits(l, name, key, wanted) = wanted eq "" || setting(l, key) eq wanted || setting(l, key) eq ""
is_of(l, name) = substr(l, 1, strlen(name) + 1) eq name."_"
find(name, precision, noise) = (found = "", sum [i = 1:words(ARG5)] (l = word(ARG5, i), found eq "" && is_of(l, name) && \
    fits(l, name, "precision", precision) && fits(l, name, "start_noise", noise) ? (found = l, 1) : 0), found)
noises = ""
do for [l in ARG5] { if (setting(l, "start_noise") ne "") { noises = with_word(noises, setting(l, "start_noise")) } }
clean = words(noises) > 0 ? word(noises, 1) : ""
noisy = words(noises) > 1 ? word(noises, 2) : ""
stats file(word(ARG5, 1)) using 0:(1) nooutput
rows = STATS_records
# The greatest over layers of a column per layer: the last layer has the number `layers`.
layers = 0
stats sprintf("< head -n 1 '%s' | tr ',' '\\n' | grep -c '^rcond_w_.*_med' | sed 's/^/n\\n/'", file(word(ARG5, 1))) using 1 nooutput
layers = int(STATS_max)
worst(what) = (m = NaN, sum [i = 1:layers] (v = column(sprintf("%s_w_%d_med", what, i)), m = (m != m || (v == v && (what eq "rcond" ? v < m : v > m))) ? v : m, 0), at_least(m, 1e-20))
# Relative differences of two curves' Lagrangians, row by row, into a data block.
array first[rows]
array second[rows]
array pairs[2] = [0, 0]
difference(a, b) = abs(a - b) / (abs(a) > 0 ? abs(a) : 1)
do for [kind = 1:2] {
    do for [i = 1:n] {
        a = find(word(names, i), "double", clean)
        b = kind == 1 ? find(word(names, i), "float", clean) : (noisy eq "" ? "" : find(word(names, i), "double", noisy))
        eval sprintf("set print $drift_%d_%d", kind, i)
        print "iter,difference"
        if (a ne "" && b ne "" && a ne b) {
            pairs[kind] = pairs[kind] + 1
            stats file(a) using (first[int(column(0)) + 1] = column("lagrangian_med"), 0) nooutput
            stats file(b) using (second[int(column(0)) + 1] = column("lagrangian_med"), column("iter")) nooutput
            do for [k = 1:rows] { print sprintf("%g,%.17g", STATS_min + (STATS_max - STATS_min) * (k - 1) / (rows - 1.0), at_least(difference(first[k], second[k]), 1e-17)) }
        } else { print "0,nan" }
        unset print
    }
}
float(i) = find(word(names, i), "float", clean)
double(i) = find(word(names, i), "double", clean)
solves(what) = sprintf("for [i = 1:n] file(double(i)) using 'iter':(worst('%s')) with lines lw 2.2 lc rgb hue(i) notitle, ".\
    "for [i = 1:n] file(float(i)) using 'iter':(worst('%s')) with lines lw 2 dt 2 lc rgb hue(i) notitle", what, what)
legend = ", for [i = 1:n] keyentry with lines lw 2.5 lc rgb hue(i) title word(names, i), ".\
    "keyentry with lines lw 2.5 lc rgb '#444444' title 'double', keyentry with lines lw 2 dt 2 lc rgb '#444444' title 'float'"
set logscale y
set format y "10^{%T}"
do for [format in formats] {
    eval terminal(format, 1120, 800)
    set output ARG2.".".format
    set multiplot layout 2,2 title "Numerical error of ADMM on ".ARG4 noenhanced font ",17" margins 0.085,0.83,0.085,0.88 spacing 0.1,0.13
    set key at screen 0.845,0.85 left top Left reverse noenhanced font ",14"
    set title "reciprocal condition number, smallest of all layers"
    eval "plot ".solves("rcond").legend
    unset key
    set title "backward error of the weight solves, largest"
    eval "plot ".solves("backward_error")
    set xlabel "iteration"
    do for [kind = 1:2] {
        set title (kind == 1 ? "Lagrangian, float against double (relative)" : "Lagrangian, start changed by ".(noisy eq "" ? "?" : noisy)." (relative)")
        if (pairs[kind] > 0) {
            plot for [i = 1:n] sprintf("$drift_%d_%d", kind, i) using "iter":"difference" with lines lw 2.2 lc rgb hue(i)
        } else {
            set label 1 "no such pair of runs in these results" at graph 0.5,0.5 center
            plot [0:1] [1e-3:1] NaN
            unset label 1
        }
    }
    unset xlabel
    unset multiplot
    unset output
}

# Numerical error of the weight solves, float against double, and how far runs of the same seed drift apart: by precision, and
# by a change of the start (start_noise). Curves of one seed, or medians over seeds.
load "plots/style.gp"
load "plots/data.gp"
n = n_names
# precision: 1 double, 2 float; noise: in the order in which the values come, 1 being none
array precision_of[n_groups]
array noise_of[n_groups]
noisy = "?"
stats "groups.csv" using (r = int(column(0)) + 1, precision_of[r] = stringcolumn("precision") eq "float" ? 2 : 1, \
    noise_of[r] = int(column("start_noise_at")), noise_of[r] == 2 ? (noisy = stringcolumn("start_noise"), 0) : 0, 0) nooutput
# the first group of name i with this precision and noise; 0 if there is none
fits(r, i, precision, noise) = name_of[r] == i && precision_of[r] == precision && noise_of[r] == noise && curve[r] > 0
find(i, precision, noise) = (found = 0, sum [r = 1:n_groups] (found == 0 && fits(r, i, precision, noise) ? (found = r, 1) : 0), found)
array clean[2 * n]
array noised[n]
do for [i = 1:n] {
    do for [p = 1:2] {
        clean[2 * i + p - 2] = find(i, p, 1)
        if (clean[2 * i + p - 2] == 0) { clean[2 * i + p - 2] = find(i, p, 0) }
    }
    noised[i] = find(i, 1, 2)
}
# The greatest over layers of a column per layer: the last layer has the number `layers`.
layers = layers_of[1] + 1
worst(what) = (m = NaN, sum [i = 1:layers] (v = column(sprintf("%s_w_%d_med", what, i)), m = (m != m || (v == v && (what eq "rcond" ? v < m : v > m))) ? v : m, 0), at_least(m, 1e-20))
# Relative differences of two curves' Lagrangians, row by row, into a data block.
difference(a, b) = abs(a - b) / (abs(a) > 0 ? abs(a) : 1)
array pairs[2] = [0, 0]
array pair_name[2 * n]
set print $drift
print "kind,name,iter,difference"
do for [kind = 1:2] {
    do for [i = 1:n] {
        a = clean[2 * i - 1]
        b = kind == 1 ? clean[2 * i] : noised[i]
        if (a > 0 && b > 0) {
            pairs[kind] = pairs[kind] + 1
            pair_name[(kind - 1) * n + pairs[kind]] = i
            stats curve_file(a) using (1) nooutput
            rows = int(STATS_records)
            array first[rows]
            array second[rows]
            array iter[rows]
            stats curve_file(a) using (first[int(column(0)) + 1] = column("lagrangian_med"), iter[int(column(0)) + 1] = column("iter"), 0) nooutput
            do for [k = 1:rows] { second[k] = NaN }
            stats curve_file(b) using (column(0) < rows ? (second[int(column(0)) + 1] = column("lagrangian_med"), 0) : 0, 0) nooutput
            do for [k = 1:rows] { print sprintf("%d,%d,%g,%.17g", kind, i, iter[k], at_least(difference(first[k], second[k]), 1e-17)) }
        }
    }
}
unset print
# the names that have a curve of each precision
array with[2 * n]
do for [i = 1:2 * n] { with[i] = 1 } # an empty iteration is evaluated once
array n_with[2] = [0, 0]
do for [p = 1:2] { do for [i = 1:n] { if (clean[2 * i + p - 2] > 0) { n_with[p] = n_with[p] + 1; with[(p - 1) * n + n_with[p]] = i } } }
file(i, p) = clean[2 * i + p - 2] > 0 ? curve_file(clean[2 * i + p - 2]) : "curve_0.csv"
set logscale y
set format y "10^{%T}"
do for [format in formats] {
    wide = 1120
    high = 800
    load "plots/terminal.gp"
    set multiplot layout 2,2 title "Numerical error of ADMM on ".dataset.": ".over("medians") noenhanced font ",17" margins 0.085,0.83,0.085,0.88 spacing 0.1,0.13
    do for [what in "rcond backward_error"] {
        legend = what eq "rcond"
        if (legend) { set key at screen 0.845,0.85 left top Left reverse font ",14" } else { unset key }
        set title (legend ? "reciprocal condition number, smallest of all layers" : "backward error of the weight solves, largest")
        plot for [j = 1:n_with[1]] file(with[j], 1) using "iter":(worst(what)) with lines lw 2.2 lc rgb hue(with[j]) notitle, \
             for [j = 1:n_with[2]] file(with[n + j], 2) using "iter":(worst(what)) with lines lw 2 dt 2 lc rgb hue(with[n + j]) notitle, \
             NaN notitle, \
             for [i = 1:legend * n] keyentry with lines lw 2.5 lc rgb hue(i) title name_text[i], \
             for [i = 1:legend] keyentry with lines lw 2.5 lc rgb "#444444" title "double", \
             for [i = 1:legend] keyentry with lines lw 2 dt 2 lc rgb "#444444" title "float"
    }
    set xlabel "iteration"
    do for [kind = 1:2] {
        set title (kind == 1 ? "Lagrangian, float against double (relative)" : "Lagrangian, start changed by ".noisy." (relative)") noenhanced
        if (pairs[kind] > 0) {
            plot for [j = 1:pairs[kind]] $drift using (column("kind") == kind && column("name") == pair_name[(kind - 1) * n + j] ? column("iter") : NaN):"difference" \
                with lines lw 2.2 lc rgb hue(pair_name[(kind - 1) * n + j])
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

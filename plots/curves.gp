# One panel of a multiplot: curves 1 to n_curves over iterations, column curve_column(i) of the file file_of(i), times `factor`, in
# colour curve_hue(i) and dash curve_dash(i). With `logarithmic`, values up to `negligible` are left out: zeros, and the rounding
# errors that are the residuals of a simulated start. Curves without a point are not drawn, a panel without a curve is left out. Points are marked where
# they are few. x_low, x_high: the range of iterations. y_low, y_high: the range of values, where a number, not NaN.
unset logscale y # stats looks at logarithms
unset logscale x
set xrange [*:*]
set yrange [*:*]
array drawn_curve[n_curves]
array few_points[n_curves]
n_drawn = 0
least = NaN
most = NaN
there(v) = v == v && (!logarithmic || v > negligible)
do for [i = 1:n_curves] {
    points = 0
    stats file_of(i) using (v = factor * column(curve_column(i)), there(v) && (!log_x || column("iter") > 0) ? (points = points + 1, \
        least = !(least <= v) ? v : least, most = !(most >= v) ? v : most, 0) : 0, 0) nooutput
    if (points > 0) { n_drawn = n_drawn + 1; drawn_curve[n_drawn] = i }
    few_points[i] = points <= 3
}
if (n_drawn == 0) {
    set multiplot next
} else {
    if (logarithmic) {
        set logscale y
        set format y "10^{%T}"
        if (most / least < 1.01) { set yrange [10 ** floor(log10(least)):10 ** (floor(log10(least)) + 1)] }
    } else {
        set format y "%g"
        if (most - least < 1e-9) { set yrange [least - 0.5:most + 0.5] }
    }
    if (y_low == y_low) { set yrange [y_low:*] }
    if (y_low == y_low && y_high != y_high && !(most > y_low)) { set yrange [y_low:y_low + 1] }
    if (y_high == y_high) { set yrange [y_low:y_high] }
    if (log_x) { set logscale x }
    set xrange [x_low:x_high]
    plot for [j = 1:n_drawn] file_of(drawn_curve[j]) using "iter":(there(factor * column(curve_column(drawn_curve[j]))) ? factor * column(curve_column(drawn_curve[j])) : NaN) \
        with linespoints pt 7 ps (few_points[drawn_curve[j]] ? 0.8 * dot : 0) lw 2.2 dt curve_dash(drawn_curve[j]) lc rgb curve_hue(drawn_curve[j]) notitle
}

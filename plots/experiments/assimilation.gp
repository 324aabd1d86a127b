# Error of the simulated network against forward passes: medians over seeds with quartiles. Classes: the test error. Real-valued
# targets: the root mean square error on the training samples as a line, on the test samples at the end as a disc. Forward passes
# count one sample through one network: a gradient's way back is not among them. Beside it, how far the networks of an ensemble
# differ in what they predict.
load "plots/style.gp"
load "plots/data.gp"
summary = "groups.csv"
array last_passes[n_groups]
array final[n_groups]
array place[n_groups]
array members[n_groups]
n_ensembles = 0
classes = 0
stats summary using (classes = classes || column("acc_test_mean") == column("acc_test_mean"), 0) nooutput
stats summary using (r = int(column(0)) + 1, last_passes[r] = column("forward_passes_mean"), members[r] = int(column("ensemble_at")), \
    n_ensembles = n_ensembles + (members[r] > 0), final[r] = classes ? 100 * (1 - column("acc_test_mean")) : sqrt(column("loss_test_mean")), 0) nooutput
is_floor_of(r) = is_floor(name_text[name_of[r]])
error_of(what) = classes ? 100 * (1 - column("acc_test_".what)) : sqrt(column("loss_".what))
# the error's quartiles are those of the accuracy, turned round
lower(r) = classes ? error_of("q3") : error_of("q1")
upper(r) = classes ? error_of("q1") : error_of("q3")
first = 1e18
last = 1
low = 1e9
high_error = 1e-9
shown = 0
do for [r = 1:n_groups] {
    if (last_passes[r] > last) { last = last_passes[r] }
    if (final[r] < low) { low = final[r] }
    if (final[r] > high_error) { high_error = final[r] }
    place[r] = 0
    if (curve[r] > 0 && !is_floor_of(r)) {
        shown = shown + 1
        place[r] = shown
        stats curve_file(r) using (positive(column("forward_passes_med"))) nooutput
        if (STATS_min < first) { first = STATS_min }
        stats curve_file(r) using (error_of("med")) nooutput
        if (STATS_max > high_error) { high_error = STATS_max }
        if (STATS_min < low && STATS_min > 0) { low = STATS_min }
    }
}
# what is far above the others leaves the panel
top = classes ? 100 : high_error > 3 ? 3 : 1.2 * high_error
floor_error = NaN
do for [r = 1:n_groups] { if (is_floor_of(r)) { floor_error = final[r] } }
array there[n_groups]
array inside[n_groups]
n = 0
m = 0
do for [r = 1:n_groups] { there[r] = r; inside[r] = r }
do for [r = 1:n_groups] { if (place[r] > 0) { n = n + 1; there[n] = r } }
do for [r = 1:n_groups] { if (place[r] > 0 && members[r] > 0) { m = m + 1; inside[m] = r } }
do for [format in formats] {
    wide = 1300
    high = 560
    load "plots/terminal.gp"
    set multiplot layout 1,2 title "Training by data assimilation, ".dataset.", hidden ".width_text[1].": ".over("medians and quartiles") noenhanced \
        font ",17" margins 0.065,0.8,0.13,0.84 spacing 0.085,0.1
    set logscale xy
    set format x "10^{%T}"
    set xrange [first / 1.2:last * 1.4]
    set yrange [low / 1.3:top]
    set xlabel "forward passes"
    set title classes ? "test error (%)" : "root mean square error: training, disc: test"
    set key at screen 0.805,0.84 left top Left reverse font ",13"
    plot for [j = 1:n] curve_file(there[j]) using (positive(column("forward_passes_med"))):(lower(0)):(upper(0)) with filledcurves lc rgb hue(j) notitle, \
         for [j = 1:n] curve_file(there[j]) using (positive(column("forward_passes_med"))):(error_of("med")) with lines lw 2.6 dt dash(j) lc rgb hue(j) title text[there[j]], \
         for [j = 1:n] "+" using (last_passes[there[j]]):(classes ? NaN : final[there[j]]) every ::0::0 with points pt disc ps 1.4 * dot lc rgb hue(j) notitle, \
         floor_error with lines dt 3 lw 2.2 lc rgb "#000000" title (floor_error == floor_error ? "random_features" : "")
    unset key
    set title "rms of predictions about the ensemble's mean"
    set yrange [*:*]
    if (m > 0) {
        plot for [j = 1:m] curve_file(inside[j]) using (positive(column("forward_passes_med"))):(positive(column("disagreement_med"))) with linespoints pt mark(place[inside[j]]) ps 0.8 * dot lw 2.4 dt dash(place[inside[j]]) lc rgb hue(place[inside[j]])
    }
    unset logscale
    set format x "%g"
    unset multiplot
    unset output
}

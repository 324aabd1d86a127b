# Training loss of the simulated network against gradient evaluations: medians over seeds with quartiles, a panel for each family
# of optimizers. Beside MARS stands gamma 0. All panels have the same axes.
load "plots/style.gp"
load "plots/data.gp"
summary = "groups.csv"
titles = "\"Adam, AdamW, MARS\" \"Lion, MARS\" \"Muon, MARS\" \"gradient descent, explicit and implicit\""
family(o) = strstrt(o, "adam") > 0 ? 1 : strstrt(o, "lion") > 0 ? 2 : strstrt(o, "muon") > 0 ? 3 : 4
array family_of[n_groups]
stats summary using (r = int(column(0)) + 1, family_of[r] = family(stringcolumn("optimizer")), 0) nooutput
# the place of a group among those of its family, for its colour
array place[n_groups]
array size[4]
do for [f = 1:4] { size[f] = 0 }
most = 1
low = 1e9
high_loss = 0
do for [r = 1:n_groups] {
    size[family_of[r]] = size[family_of[r]] + 1
    place[r] = size[family_of[r]]
    if (curve[r] > 0) {
        stats curve_file(r) using (column("gradient_evaluations_med")) nooutput
        if (STATS_max > most) { most = STATS_max }
        stats curve_file(r) using (at_least(column("loss_q1"), 1e-6)) nooutput
        if (STATS_min < low) { low = STATS_min }
        stats curve_file(r) using (column("iter") == 0 ? column("loss_med") : NaN) nooutput
        if (STATS_records > 0 && STATS_max > high_loss) { high_loss = STATS_max }
    }
}
# what diverges leaves the panel at twice the loss of the start
top = high_loss > 0 ? 2 * high_loss : 10
loss(c) = column(c) > top ? top : at_least(column(c), 1e-6)
in(r, f) = curve[r] > 0 && family_of[r] == f
array there[n_groups]
do for [r = 1:n_groups] { there[r] = r } # an empty iteration is evaluated once
do for [format in formats] {
    wide = 1300
    high = 900
    load "plots/terminal.gp"
    set multiplot layout 2,2 title "Optimizers on ".dataset.": medians and quartiles over ".sprintf("%d", seeds_of[1])." seeds" noenhanced \
        font ",17" margins 0.08,0.985,0.08,0.9 spacing 0.075,0.12
    set logscale y
    set format y "10^{%T}"
    set xrange [0:most]
    set yrange [low / 1.5:top]
    do for [f = 1:4] {
        if (size[f] == 0) { set multiplot next; continue }
        n = 0
        do for [r = 1:n_groups] { if (in(r, f)) { n = n + 1; there[n] = r } }
        set title word(titles, f)
        if (f > 2) { set xlabel "gradient evaluations" } else { unset xlabel }
        if (f % 2) { set ylabel "training loss" } else { unset ylabel }
        set key bottom left Left reverse font ",12"
        plot for [j = 1:n] curve_file(there[j]) using (column("gradient_evaluations_med")):(loss("loss_q1")):(loss("loss_q3")) with filledcurves lc rgb hue(place[there[j]]) notitle, \
             for [j = 1:n] curve_file(there[j]) using (column("gradient_evaluations_med")):(loss("loss_med")) with lines lw 2.4 dt dash(place[there[j]]) lc rgb hue(place[there[j]]) title text[there[j]]
    }
    unset ylabel
    unset logscale y
    set format y "%g"
    unset multiplot
    unset output
}

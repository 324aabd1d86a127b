# The gradient by spikes beside that by the iteration: cosine against the steps of the backward neurons, a line for each kappa, and
# for each with the mask of ide (label cosine_mask; its kappa stands with a minus in the data).
# Inset: how far observed rates are from the equilibrium, against T. Medians and quartiles over seeds at the last evaluation.
load "plots/style.gp"
load "plots/data.gp"
array steps[n_groups]
array kappa[n_groups]
array T[n_groups]
stats "groups.csv" using (r = int(column(0)) + 1, T[r] = column("T"), steps[r] = NaN, kappa[r] = NaN, 0) nooutput
stats "groups.csv" using (r = int(column(0)) + 1, steps[r] = column("backward_steps"), kappa[r] = column("kappa"), 0) nooutput
n_cosines = 0
set print $cosines
print "NaN NaN NaN NaN NaN"
do for [r = 1:n_groups] {
    if (curve[r] > 0 && name_text[name_of[r]][1:6] eq "cosine") {
        stats curve_file(r) using (m = column("grad_cosine_med"), lo = column("grad_cosine_q1"), hi = column("grad_cosine_q3"), 0) nooutput
        n_cosines = n_cosines + 1
        print sprintf("%g %g %.10g %.10g %.10g", name_text[name_of[r]] eq "cosine_mask" ? -kappa[r] : kappa[r], steps[r], m, lo, hi)
    }
}
set print $distances
print "NaN NaN"
do for [r = 1:n_groups] {
    if (curve[r] > 0 && name_text[name_of[r]] eq "distance") {
        stats curve_file(r) using (m = column("equilibrium_rms_1_med"), 0) nooutput
        print sprintf("%g %.10g", T[r], m)
    }
}
unset print
set datafile separator whitespace
set datafile nocolumnheaders
set datafile missing NaN
title_of(k) = k + 0 < 0 ? sprintf("kappa %g, mask of ide", -(k + 0)) : "kappa ".k
kappas = ""
if (n_cosines > 0) { stats $cosines using (k = sprintf("%g", $1), strstrt(kappas." ", " ".k." ") == 0 ? (kappas = kappas." ".k, 0) : 0) nooutput }
do for [format in formats] {
    wide = 900
    high = 560
    load "plots/terminal.gp"
    # an experiment without such gradients has an empty figure
    if (n_cosines == 0) {
        set title "no gradients by spikes"
        plot [0:1][0:1] 2 notitle
        unset output
        continue
    }
    set multiplot
    set origin 0,0
    set size 1,1
    set title font ""
    set title "Gradient by spikes against that through the equilibrium, ".dataset.":\n".over("medians and quartiles") noenhanced font ",13"
    set logscale x
    set xrange [8:400]
    set yrange [0:1.05]
    set xlabel "backward steps T_B" noenhanced
    set ylabel "cosine"
    set key left top Left reverse at graph 0.17,0.36
    plot for [i = 1:words(kappas)] $cosines using ($1 == word(kappas, i) + 0 ? $2 : NaN):3:4:5 with yerrorbars pt mark(i) lc rgb hue(i) notitle, \
         for [i = 1:words(kappas)] $cosines using ($1 == word(kappas, i) + 0 ? $2 : NaN):3 with linespoints pt mark(i) lw 2 lc rgb hue(i) title title_of(word(kappas, i))
    set origin 0.5,0.19
    set size 0.45,0.45
    set title "distance of the rates to the equilibrium (rms)" font ",11"
    set xrange [4:1300]
    set autoscale y
    set logscale y
    unset ylabel
    set xlabel "time steps T"
    unset key
    plot $distances using 1:2 with linespoints pt mark(1) lw 2 lc rgb hue(4)
    unset multiplot
    unset logscale
    unset output
}

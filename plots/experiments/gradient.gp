# Gradient estimates beside the gradient of the expected loss, a column per network. figure: surrogates against their slope;
# figure_directions: estimates from random directions against their number. In each the cosine, then the relative error, at the
# start and after training in rows of their own. Medians and quartiles over seeds.
load "plots/style.gp"
load "plots/data.gp"
# stages: numbers of training epochs before the measurement
n_stages = 0
array stage_of[n_groups]
array stage_text[n_groups + 2]
do for [s = 1:n_groups + 2] { stage_text[s] = "" }
stats "groups.csv" using (r = int(column(0)) + 1, s = int(column("train_epochs_at")), stage_of[r] = s > 0 ? s : 1, \
    s > 0 ? (n_stages = s > n_stages ? s : n_stages, stage_text[s] = stringcolumn("train_epochs"), 0) : 0, 0) nooutput
after(s) = stage_text[s] eq "" ? "" : stage_text[s] eq "0" ? ", at the start" : ", after ".stage_text[s]." epochs"
if (n_stages == 0) { n_stages = 1 }
stages = n_stages < 2 ? n_stages : 2
# the group of a name, 0 if there is none
find(name, w, s) = (found = 0, sum [r = 1:n_groups] (found == 0 && name_text[name_of[r]] eq name && width_of[r] == w && stage_of[r] == s && curve[r] > 0 \
    ? (found = r, 1) : 0), found)
shapes = "fast_sigmoid arctan triangular boxcar"
randoms = "jvp weight_perturbation stein"
array there[8]
array at_name[8]
do for [j = 1:8] { there[j] = 1; at_name[j] = 1 } # an empty iteration is evaluated once
array constant[2]
array constant_text[2] = ["lfp", "ceiling: the error of"]
array constant_hue[2] = ["#777777", "#000000"]
set logscale x 2
do for [format in formats] {
    do for [kind in "slope directions"] {
        slopes = kind eq "slope"
        names = slopes ? shapes : randoms
        # an experiment without such estimates has no such figure
        any_there = 0
        do for [i = 1:words(names)] { do for [w = 1:n_widths] { do for [s = 1:stages] { any_there = any_there || find(word(names, i), w, s) > 0 } } }
        if (!any_there && !slopes) { continue }
        wide = 160 + 330.0 * n_widths + 250
        high = 135 + 280.0 * 2 * stages
        part = slopes ? "" : "_directions"
        load "plots/terminal.gp"
        set multiplot layout 2 * stages,n_widths title (slopes ? "Surrogate gradients" : "Gradients from random directions").\
            " beside the gradient of the expected loss, ".dataset.": ".over("medians and quartiles") noenhanced font ",16" \
            margins 75 / wide,1 - 260 / wide,65 / high,1 - 85 / high spacing 65 / wide,85 / high
        if (slopes) { set xrange [0.2:80]; set xtics ("1/4" 0.25, "1" 1, "4" 4, "16" 16, "64" 64) } else { set xrange [0.8:330]; set xtics ("1" 1, "4" 4, "16" 16, "64" 64, "256" 256) }
        do for [what in "cosine relative_error"] {
            is_cosine = what eq "cosine"
            if (is_cosine) { unset logscale y; set yrange [-0.45:1.03]; set ytics 0.25 } else { set logscale y; set yrange [0.05:(slopes ? 100 : 1000)]; set ytics 10 }
            do for [s = 1:stages] {
                if (!is_cosine && s == stages) { set xlabel slopes ? "slope (1 / width)" : "directions" } else { unset xlabel }
                do for [w = 1:n_widths] {
                    set title (is_cosine ? "cosine" : "relative error").after(s).", hidden ".width_text[w] noenhanced font ",12"
                    legend = w == n_widths && is_cosine && s == 1
                    if (legend) { set key at screen 1 - 245 / wide, graph 1 left top Left reverse font ",13" } else { unset key }
                    m = 0
                    do for [i = 1:words(names)] {
                        r = find(word(names, i), w, s)
                        if (r > 0) { m = m + 1; there[m] = r; at_name[m] = i }
                    }
                    # the levels: lfp, and what the reference's own error allows
                    do for [which = 1:2] {
                        r = find(which == 1 ? "lfp" : word(names, 1), w, s)
                        from = which == 1 ? what."_med" : "cosine_ceiling_med"
                        constant[which] = NaN
                        if (r > 0) { stats curve_file(r) using (column(from) == column(from) ? (constant[which] = column(from), 1) : 1) nooutput }
                        if (which == 2 && !is_cosine) { constant[which] = sqrt(1 - constant[which] ** 2) }
                    }
                    plot for [j = 1:(m > 0 ? m : 0)] curve_file(there[j]) using (m > 0 ? column(kind."_med") : NaN):what."_med":what."_q1":what."_q3" with yerrorbars \
                             ps 0 lw 1 lc rgb hue(at_name[j]) notitle, \
                         for [j = 1:(m > 0 ? m : 0)] curve_file(there[j]) using (m > 0 ? column(kind."_med") : NaN):(at_least(column(what."_med"), -1)) with linespoints \
                             pt mark(at_name[j]) ps 0.9 * dot lw 2 lc rgb hue(at_name[j]) notitle, \
                         for [which = 1:2] constant[which] with lines lw 2 dt 3 + which lc rgb constant_hue[which] notitle, \
                         NaN notitle, \
                         for [i = 1:legend * words(names)] keyentry with linespoints pt mark(i) ps 0.9 * dot lw 2 lc rgb hue(i) title word(names, i), \
                         for [which = 1:legend * 2] keyentry with lines lw 2 dt 3 + which lc rgb constant_hue[which] title constant_text[which], \
                         for [i = 1:legend] keyentry with points ps 0 title "the reference itself"
                }
            }
        }
        unset multiplot
        unset output
    }
}

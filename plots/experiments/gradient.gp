# Cosine and relative error of gradient estimates, against the slope of the surrogate and against the number of directions; a
# column per network. Full: at the start; dashed and hollow: after training. Medians and quartiles over seeds.
load "plots/style.gp"
load "plots/data.gp"
# stages: numbers of training epochs before the measurement
n_stages = 0
array stage_of[n_groups]
array stage_text[n_groups + 2]
do for [s = 1:n_groups + 2] { stage_text[s] = "" }
stats "groups.csv" using (r = int(column(0)) + 1, s = int(column("train_epochs_at")), stage_of[r] = s > 0 ? s : 1, \
    s > 0 ? (n_stages = s > n_stages ? s : n_stages, stage_text[s] = stringcolumn("train_epochs"), 0) : 0, 0) nooutput
if (n_stages == 0) { n_stages = 1; stage_text[1] = "all" }
# the group of a name, 0 if there is none
find(name, w, s) = (found = 0, sum [r = 1:n_groups] (found == 0 && name_text[name_of[r]] eq name && width_of[r] == w && stage_of[r] == s && curve[r] > 0 \
    ? (found = r, 1) : 0), found)
shapes = "fast_sigmoid arctan triangular boxcar"
randoms = "jvp weight_perturbation stein"
names_of(kind) = kind eq "slope" ? shapes : randoms
hue_of(kind, i) = kind eq "slope" ? i : i == 1 ? 1 : i + 3
symbol(s) = s == 1 ? 7 : 6
dashes(s) = s == 1 ? 1 : 2
dots(s) = s == 1 ? 4 : 3
array there[16]
array at_name[16]
array at_stage[16]
do for [j = 1:16] { there[j] = 1; at_name[j] = 1; at_stage[j] = 1 } # an empty iteration is evaluated once
array constant[4]
array constant_stage[4]
array constant_lfp[4]
do for [j = 1:4] { constant[j] = 0; constant_stage[j] = 1; constant_lfp[j] = 0 }
set logscale x 2
do for [format in formats] {
    wide = 1400
    high = 1360
    load "plots/terminal.gp"
    set multiplot layout 4,n_widths title "Gradient estimates against the gradient of the expected loss, ".dataset noenhanced font ",18" \
        margins 0.05,0.815,0.045,0.925 spacing 0.04,0.065
    do for [kind in "slope directions"] {
        names = names_of(kind)
        do for [what in "cosine relative_error"] {
            do for [w = 1:n_widths] {
                set title (what eq "cosine" ? "cosine" : "relative error").", hidden ".width_text[w] noenhanced offset 0,-0.5
                if (what eq "cosine") { unset logscale y; set yrange [-0.45:1.03]; set ytics 0.25 } else { set logscale y; set yrange [0.05:(kind eq "slope" ? 100 : 1000)]; set ytics 10 }
                set xlabel (what eq "cosine" ? "" : kind eq "slope" ? "slope (1 / width)" : "directions") offset 0,0.6
                if (kind eq "slope") { set xrange [0.2:80]; set xtics ("1/4" 0.25, "1" 1, "4" 4, "16" 16, "64" 64) } else { set xrange [0.8:330]; set xtics ("1" 1, "4" 4, "16" 16, "64" 64, "256" 256) }
                legend = w == n_widths && what eq "cosine"
                if (legend) { set key at screen 0.82,(kind eq "slope" ? 0.93 : 0.47) left top Left reverse font ",13" } else { unset key }
                m = 0
                c = 0
                do for [s = 1:(n_stages < 2 ? n_stages : 2)] {
                    do for [i = 1:words(names)] {
                        r = find(word(names, i), w, s)
                        if (r > 0) { m = m + 1; there[m] = r; at_name[m] = hue_of(kind, i); at_stage[m] = s }
                    }
                    # the constants: lfp, and what the reference's own error allows
                    do for [which = 1:2] {
                        r = find(which == 1 ? "lfp" : word(names, 1), w, s)
                        from = which == 1 ? what."_med" : "cosine_ceiling_med"
                        found_value = NaN
                        if (r > 0) { stats curve_file(r) using (column(from) == column(from) ? (found_value = column(from), 1) : 1) nooutput }
                        if (which == 2 && what ne "cosine") { found_value = sqrt(1 - found_value ** 2) }
                        if (found_value == found_value) { c = c + 1; constant[c] = found_value; constant_stage[c] = s; constant_lfp[c] = which == 1 }
                    }
                }
                plot for [j = 1:m] curve_file(there[j]) using kind."_med":(at_least(column(what."_med"), -1)) with linespoints \
                         pt symbol(at_stage[j]) ps 0.9 lw 1.8 dt dashes(at_stage[j]) lc rgb hue(at_name[j]) notitle, \
                     for [j = 1:m] curve_file(there[j]) using kind."_med":what."_med":what."_q1":what."_q3" with yerrorbars \
                         ps 0 lw 1 lc rgb hue(at_name[j]) notitle, \
                     for [j = 1:c] constant[j] with lines lw (constant_lfp[j] ? 2 : 1.6) dt dots(constant_stage[j]) \
                         lc rgb (constant_lfp[j] ? "#777777" : "#000000") notitle, \
                     NaN notitle, \
                     for [i = 1:legend * words(names)] keyentry with linespoints pt 7 ps 0.9 lw 2 lc rgb hue(hue_of(kind, i)) title word(names, i), \
                     for [i = 1:legend] keyentry with lines lw 2 dt 4 lc rgb "#777777" title "lfp", \
                     for [i = 1:legend] keyentry with lines lw 2 dt 4 lc rgb "#000000" title "ceiling: error of the", \
                     for [i = 1:legend] keyentry with points ps 0 title "reference itself", \
                     for [s = 1:legend * (n_stages < 2 ? 0 : 2)] keyentry with linespoints pt symbol(s) dt dashes(s) lw 2 lc rgb "#444444" title stage_text[s]." epochs", \
                     for [s = 2:legend * (n_stages < 2 ? 0 : 2)] keyentry with lines dt 3 lw 2 lc rgb "#444444" title stage_text[s]." epochs: lfp, ceiling"
            }
        }
    }
    unset multiplot
    unset output
}

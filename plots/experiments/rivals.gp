# Trainers beside each other. figure and figure_passes: test accuracy against seconds of training, and against forward passes
# where two trainers or more count them, a column per depth (dotted: the mean of random_features, the floor), where there are
# curves; figure_final: final test accuracy with 95 % intervals; figure_synops: against synaptic operations, of trainers that have
# them; figure_profile: performance profiles of the cost to a validation accuracy, a column for each cost and accuracy. More than
# eight trainers are drawn by family: in each row one family has colours, and the others are grey.
load "plots/style.gp"
load "plots/data.gp"
summary = "groups.csv"
profile = "profile.csv"
n = n_lines
D = n_depths
longest = 0
do for [i = 1:n] { longest = strlen(line_text[i]) > longest ? strlen(line_text[i]) : longest }
rest = 110 + 8.8 * longest # pixels of the legend
hidden(d) = sprintf("%d hidden layer%s", depth[d], depth[d] == 1 ? "" : "s")
floor_line(i) = is_floor(line_text[i])
begins(name, word) = substr(name, 1, strlen(word)) eq word
by_admm(name) = begins(name, "admm")
by_time(name) = begins(name, "bptt") || begins(name, "exact_spike_time") || begins(name, "ide") || begins(name, "spide")
online(name) = begins(name, "eprop") || begins(name, "ottt") || begins(name, "decolle")
array family_title[4] = ["ADMM and its family", "gradients backwards", "gradients forwards in time", "without such gradients"]
family(name) = by_admm(name) ? 1 : by_time(name) ? 2 : online(name) ? 3 : 4
array family_of[n]
array members[4]
do for [f = 1:4] { members[f] = 0 }
do for [i = 1:n] {
    family_of[i] = n > 8 ? family(line_text[i]) : 1
    if (floor_line(i)) { family_of[i] = 0 } else { members[family_of[i]] = members[family_of[i]] + 1 }
}
# the families that are there, and the place of a line in its own, for its colour
F = 0
array shown_family[4]
do for [f = 1:4] { if (members[f] > 0) { F = F + 1; shown_family[F] = f } }
# the seventh colour, black, is the floor's
line_hue(i) = floor_line(i) ? "#000000" : n > 8 && own_place[i] == 7 ? "#8b4513" : hue(own_place[i])
line_mark(i) = floor_line(i) ? 7 : mark(own_place[i])
line_dash(i) = floor_line(i) ? 3 : dash(own_place[i])
array own_place[n]
do for [i = 1:n] { own_place[i] = n > 8 ? 1 + sum [j = 1:n] (family_of[j] == family_of[i] && line_place[j] < line_place[i]) : line_place[i] }
dashes(i) = floor_line(i) ? 3 : dash(line_place[i])
set dashtype 2 (5,3)
set dashtype 4 (7,3,1,3)
# lines in the order of their places, for legends and profiles
array ordered[n]
do for [i = 1:n] { ordered[1 + sum [j = 1:n] (line_place[j] < line_place[i])] = i }
least_synops = 1e300
most_synops = 0
# trainers whose operations are not counted are no part of the figure of operations
array with_synops[n]
array counted[n]
do for [i = 1:n] { with_synops[i] = 0; counted[i] = 0 }
array final[n_groups]
stats summary using (r = int(column(0)) + 1, final[r] = 100 * column("acc_test_mean"), column("synops_mean") > 0 \
    ? (least_synops = column("synops_mean") < least_synops ? column("synops_mean") : least_synops, \
       most_synops = column("synops_mean") > most_synops ? column("synops_mean") : most_synops, \
       with_synops[line_of[r]] = 1, 0) : 0, 0) nooutput
if (most_synops == 0) { least_synops = 1; most_synops = 10 }
# whose forward passes are known: the profile has them; one alone is compared with nobody
stats profile using (column("measure") == 2 ? (counted[int(column("line"))] = 1, 0) : 0, 0) nooutput
M = (sum [i = 1:n] counted[i]) > 1 ? 2 : 1
# the groups of each panel: first those that are drawn against passes too, then the others, then the floors
kind(r) = floor_line(line_of[r]) ? 3 : counted[line_of[r]] && M > 1 ? 1 : 2
array at[n_groups + 1]
at[n_groups + 1] = 1 # an empty iteration is evaluated once
array start[3 * D + 1]
m = 0
do for [d = 1:D] {
    do for [k = 1:3] {
        start[3 * d + k - 3] = m + 1
        do for [r = 1:n_groups] { if (layers_of[r] == depth[d] && kind(r) == k && (k == 3 || curve[r] > 0)) { m = m + 1; at[m] = r } }
    }
}
start[3 * D + 1] = m + 1
array low_x[2] = [1e300, 1e300]
array high_x[2] = [0, 0]
cost(m) = m == 1 ? column("train_s_med") : column("forward_passes_med")
do for [m = 1:M] {
    do for [r = 1:n_groups] {
        if (curve[r] > 0 && (kind(r) == 1 || (kind(r) == 2 && m == 1))) {
            stats curve_file(r) using (low_x[m] = cost(m) > 0 && cost(m) < low_x[m] ? cost(m) : low_x[m], high_x[m] = cost(m) > high_x[m] ? cost(m) : high_x[m], 0) nooutput
        }
    }
}
array entry[n]
in_family(i, f) = floor_line(i) || family_of[i] == shown_family[f]
its(j, f) = family_of[line_of[at[j]]] == shown_family[f]
n_curves = sum [r = 1:n_groups] (curve[r] > 0)
do for [m = 1:M] {
    do for [format in formats] {
        if (n_curves == 0) { continue }
        wide = 160 + 330.0 * (D > 1 ? D : 2) + rest
        high = 60 + 330.0 * (F > 1 ? F : 1.2)
        part = m == 1 ? "" : "_passes"
        load "plots/terminal.gp"
        set multiplot layout F,D title "Test accuracy (%) on ".dataset.": ".over("medians") noenhanced \
            font ",17" margins 90 / wide,1 - rest / wide,75 / high,1 - 75 / high spacing 40 / wide,95 / high
        set logscale x
        set format x "10^{%T}"
        load "plots/error_axis.gp"
        if (high_x[m] > low_x[m]) { set xrange [low_x[m] / 1.3:high_x[m] * 1.3] } else { set xrange [0.1:10] }
        do for [f = 1:F] {
            if (f == F) { set xlabel m == 1 ? "training time (s)".indication : "forward passes" } else { unset xlabel }
            do for [d = 1:D] {
                set title hidden(d)
                if (n > 8 && d == 1) { set ylabel family_title[shown_family[f]] } else { unset ylabel }
                first = start[3 * d - 2]
                floors = start[3 * d]
                last = m == 1 ? floors - 1 : start[3 * d - 1] - 1
                end = start[3 * d + 1] - 1
                unset key
                if (d == D) { set key at graph 1.06, graph 1 left top Left reverse font ",13" noopaque samplen 2 }
                plot for [j = first:last] curve_file(at[j]) using (its(j, f) ? NaN : positive(cost(m))):(100 * column("acc_test_med")) with lines \
                         lw 1 lc rgb "#d0d0d0" notitle, \
                     for [j = floors:end] final[at[j]] with lines lw 2.5 dt 3 lc rgb "#000000" notitle, \
                     for [j = first:last] curve_file(at[j]) using (its(j, f) ? positive(cost(m)) : NaN):(100 * column("acc_test_med")) with linespoints pn 5 \
                         lw 2 lc rgb line_hue(line_of[at[j]]) dt line_dash(line_of[at[j]]) pt line_mark(line_of[at[j]]) ps 1 * dot notitle, \
                     for [i = 1:n] keyentry with linespoints lw 2 lc rgb line_hue(ordered[i]) pt line_mark(ordered[i]) dt line_dash(ordered[i]) \
                         title in_family(ordered[i], f) ? line_text[ordered[i]] : "", \
                     NaN notitle
            }
        }
        unset key
        unset multiplot
        unset output
    }
}
unset title
unset xlabel
unset ylabel
unset logscale x
unset nonlinear y
set format x "%g"
# final test accuracy: trainers by their mean over depths, the best on top
array mean_of[n]
array rank[n]
do for [k = 1:n] {
    sum_k = 0.0
    count_k = 0
    do for [r = 1:n_groups] { if (line_of[r] == k) { sum_k = sum_k + final[r]; count_k = count_k + 1 } }
    mean_of[k] = sum_k / count_k
}
better(j, k) = mean_of[j] > mean_of[k] || (mean_of[j] == mean_of[k] && j < k)
do for [k = 1:n] { rank[k] = 1 + sum [j = 1:n] better(j, k) }
left = 40 + 10.5 * longest # pixels of the names
# more than eight: a colour for each family
array group_hue[n]
do for [i = 1:n] { group_hue[i] = floor_line(i) ? "#000000" : n > 8 ? hue(family_of[i]) : hue(line_place[i]) }
line(d) = int(column("line"))
families = n > 8 ? F : 0
do for [format in formats] {
    wide = 50 + left + 310.0 * (D > 1 ? D : 2)
    high = 130 + 26.0 * n + (families > 0 ? 55 : 0)
    part = "_final"
    load "plots/terminal.gp"
    set multiplot layout 1,D title "Final test accuracy (%) on ".dataset.": ".over("mean and 95 % interval") noenhanced font ",17" \
        margins left / wide,1 - 20 / wide,(families > 0 ? 100 : 45) / high,1 - 80 / high spacing 30 / wide,0.1
    unset key
    unset xlabel
    set xrange [0:100]
    set nonlinear x via -log10(101 - x) inverse 101 - 10 ** (-x)
    set xtics (0, 50, 80, 90, 95, 98, 100)
    set yrange [-n - 0.5:-0.5]
    do for [f = 1:families] {
        set label f family_title[shown_family[f]] at screen (40 + (f - 1) % 2 * wide / 2.0) / wide, screen (f > 2 ? 18 : 42) / high \
            point pt 7 ps 1.4 * dot lc rgb hue(shown_family[f]) offset 1,0 font ",13"
    }
    set ytics () noenhanced
    do for [k = 1:n] { set ytics add (line_text[k] -rank[k]) }
    shown(d) = column("layers") == depth[d] ? 100 * column("acc_test_mean") : NaN
    half_width(d) = column("acc_test_half") >= 0 ? 100 * column("acc_test_half") : 0
    at_rank(d) = -rank[line(0)]
    do for [d = 1:D] {
        set title hidden(d)
        unset arrow
        do for [r = 1:n_groups] {
            if (floor_line(line_of[r]) && layers_of[r] == depth[d]) {
                set arrow from final[r], graph 0 to final[r], graph 1 nohead back dt 3 lw 1.5 lc rgb "#555555"
            }
        }
        plot summary using (shown(d)):(at_rank(0)):(at_least(shown(d) - half_width(0), 0)):(at_most_100(shown(d) + half_width(0))):\
            (rgb(group_hue[line(0)])) with xerrorbars pt 7 ps 0 lw 2.5 lc rgb variable notitle, \
            summary using (shown(d)):(at_rank(0)):(n > 8 ? 7 : mark(line_place[line(0)])):(rgb(group_hue[line(0)])) \
            with points pt variable ps 1.4 * dot lc rgb variable notitle
        unset label
        set ytics ()
        do for [k = 1:n] { set ytics add ("" -rank[k]) }
    }
    unset multiplot
    unset output
}
unset arrow
unset nonlinear x
set xrange [*:*]
# synaptic operations of one inference against final test accuracy; a row for each family that counts them
S = 0
array synops_family[4]
do for [f = 1:F] {
    counting = 0
    do for [i = 1:n] { counting = counting + (with_synops[i] && family_of[i] == shown_family[f]) }
    if (counting > 0) { S = S + 1; synops_family[S] = shown_family[f] }
}
if (S == 0) { S = 1; synops_family[1] = shown_family[1] }
ours(i, f) = floor_line(i) || family_of[i] == synops_family[f]
least_accuracy = 100.0
do for [r = 1:n_groups] { if (with_synops[line_of[r]] && final[r] < least_accuracy) { least_accuracy = 10 * floor(final[r] / 10) } }
least_accuracy = least_accuracy > 90 ? 80 : least_accuracy > 10 ? least_accuracy - 10 : 0
operations(d) = column("layers") == depth[d] ? positive(column("synops_mean")) : NaN
do for [format in formats] {
    wide = 160 + 330.0 * (D > 1 ? D : 2) + rest
    high = 60 + 330.0 * (S > 1 ? S : 1.2)
    part = "_synops"
    load "plots/terminal.gp"
    set multiplot layout S,D title "Test accuracy (%) against synaptic operations of an inference, ".dataset.": ".over("means") noenhanced \
        font ",17" margins 90 / wide,1 - rest / wide,75 / high,1 - 75 / high spacing 40 / wide,95 / high
    set logscale x
    set xtics (1)
    steps = most_synops > 20 * least_synops ? "1 3" : "1 2 5"
    do for [k = 1:11] { do for [m = 1:words(steps)] { set xtics add (gprintf("%.0s%c", word(steps, m) * 10.0 ** k) word(steps, m) * 10.0 ** k) } }
    load "plots/error_axis.gp"
    set xrange [least_synops / 1.3:most_synops * 1.3]
    set yrange [least_accuracy:100]
    do for [f = 1:S] {
        if (f == S) { set xlabel "synaptic operations" } else { unset xlabel }
        do for [d = 1:D] {
            set title hidden(d)
            if (n > 8 && d == 1) { set ylabel family_title[synops_family[f]] } else { unset ylabel }
            unset key
            if (d == D) { set key at graph 1.06, graph 1 left top Left reverse font ",13" noopaque samplen 2 }
            plot summary using (operations(d)):(100 * column("acc_test_mean")) with points pt 7 ps 0.9 * dot lc rgb "#d0d0d0" notitle, \
                summary using (ours(line(0), f) ? operations(d) : NaN):(100 * column("acc_test_mean")):(line_mark(line(0))):\
                (rgb(line_hue(line(0)))) with points pt variable ps 1.6 * dot lc rgb variable notitle, \
                for [i = 1:n] keyentry with points lw 2 lc rgb line_hue(ordered[i]) pt line_mark(ordered[i]) ps 1.3 * dot \
                    title ours(ordered[i], f) && with_synops[ordered[i]] ? line_text[ordered[i]] : "", \
                NaN notitle
        }
    }
    unset key
    unset multiplot
    unset output
}
unset ylabel
unset nonlinear y
set xrange [*:*]
set yrange [*:*]
unset logscale x
# performance profiles to 90 and 95 %, or to 80 and 90 % where no trainer reaches 95 %
array solved[100]
do for [k = 1:100] { solved[k] = 0 }
stats profile using (column("share") > 0 ? (solved[int(100 * column("level") + 0.5)] = 1, 0) : 0) nooutput
high_levels = solved[95] || !solved[80]
array level[2] = [high_levels ? 0.9 : 0.8, high_levels ? 0.95 : 0.9]
array there[4 * n + 1]
do for [j = 1:4 * n + 1] { there[j] = 1 }
array n_there[4]
array never[4]
array problems[4]
array timed[4]
array compared[4]
array last_ratio[4]
among(m, l) = column("measure") == m && abs(column("level") - level[l]) < 1e-9
array all[n]
array reached[n]
do for [m = 1:M] {
    do for [l = 1:2] {
        do for [i = 1:n] { all[i] = 0; reached[i] = 0 }
        count = 0
        last = 2.0
        is_timed = 1
        stats profile using (i = int(column("line")), is = among(m, l), last = is && column("ratio") > last ? column("ratio") : last, \
            is ? (all[i] = 1, 0) : 0, is && column("share") > 0 ? (reached[i] = 1, 0) : 0, \
            count = is ? column("problems") : count, is_timed = is ? column("timing_valid") : is_timed, 0) nooutput
        k = 2 * m + l - 2
        compared[k] = sum [i = 1:n] all[i]
        never[k] = compared[k] - sum [i = 1:n] reached[i]
        problems[k] = count
        last_ratio[k] = last
        timed[k] = is_timed
        n_there[k] = 0
        do for [j = 1:n] { if (reached[ordered[j]]) { n_there[k] = n_there[k] + 1; there[(k - 1) * n + n_there[k]] = ordered[j] } }
    }
}
of(i, m, l) = among(m, l) && column("line") == i
array mine[n + 1]
array others[n + 1]
do for [i = 1:n + 1] { mine[i] = 1; others[i] = 1 } # an empty iteration is evaluated once
set datafile missing NaN
what_cost(k) = k <= 2 ? "time / shortest".(timed[k] == 1 ? "" : ", shared machine") : "forward passes / fewest"
do for [format in formats] {
    wide = 90 + 330.0 * 2 * M + rest
    high = 125 + 300.0 * (F > 1 ? F : 1.2)
    part = "_profile"
    load "plots/terminal.gp"
    set multiplot layout F,2 * M title "Performance profiles to a validation accuracy on ".dataset.": share of problems solved within a factor of the best" \
        noenhanced font ",17" margins 90 / wide,1 - rest / wide,65 / high,1 - 115 / high spacing 40 / wide,50 / high
    set logscale x 2
    set xtics autofreq
    set format x "%g"
    set ytics 0.2
    set yrange [0:1.03]
    do for [f = 1:F] {
        do for [k = 1:2 * M] {
            m = k <= 2 ? 1 : 2
            l = 2 - k % 2
            set xrange [0.95:last_ratio[k] * 1.1]
            # five tics or so
            set xtics 4 ** ceil(log(last_ratio[k]) / log(4) / 5)
            if (f == F) { set xlabel what_cost(k) } else { unset xlabel }
            if (n > 8 && k == 1) { set ylabel family_title[shown_family[f]] } else { unset ylabel }
            if (f == 1) {
                set title sprintf("to %g %%: %d problems\n%d of %d trainers never reach it", 100 * level[l], problems[k], never[k], compared[k])
            } else { unset title }
            unset key
            if (k == 2 * M) { set key at graph 1.06, graph 1 left top Left reverse font ",13" noopaque samplen 2 }
            from = (k - 1) * n + 1
            to = from + n_there[k] - 1
            n_mine = 0
            n_others = 0
            do for [j = from:to] {
                if (in_family(there[j], f)) { n_mine = n_mine + 1; mine[n_mine] = there[j] } else { n_others = n_others + 1; others[n_others] = there[j] }
            }
            plot for [j = 1:n_others] profile using (of(others[j], m, l) ? column("ratio") : NaN):"share" with steps lw 1 lc rgb "#d0d0d0" notitle, \
                 for [j = 1:n_mine] profile using (of(mine[j], m, l) ? column("ratio") : NaN):"share" \
                     with steps lw 2.5 lc rgb line_hue(mine[j]) dt line_dash(mine[j]) notitle, \
                 for [j = 1:n_mine] profile using (of(mine[j], m, l) ? column("ratio") : NaN):(column("share") > 0 ? column("share") : -1) \
                     with points pt line_mark(mine[j]) ps 0.8 * dot lc rgb line_hue(mine[j]) notitle, \
                 for [i = 1:n] keyentry with linespoints lw 2 lc rgb line_hue(ordered[i]) pt line_mark(ordered[i]) dt line_dash(ordered[i]) \
                     title in_family(ordered[i], f) ? line_text[ordered[i]] : "", \
                 NaN notitle
        }
    }
    unset key
    unset multiplot
    unset output
}

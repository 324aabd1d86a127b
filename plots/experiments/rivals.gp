# Trainers beside each other, a panel per depth. OUT: test accuracy against what training cost (dotted: the mean of
# random_features, the floor; forward passes where two trainers or more count them); OUT_final: final test
# accuracy with 95 % intervals; OUT_synops: against synaptic operations, of trainers that have them; OUT_profile: performance profiles of the cost to
# a validation accuracy.
# gnuplot -c experiments/rivals.gp SCRIPTS OUT FOLDER DATASET "LABEL1 LABEL2 ..." "NAME1 NAME2 ..."
load ARG1."/style.gp"
summary = ARG3."/summary.csv"
profile = ARG3."/profile.csv"
# configurations row by row, trainers, depths
rows = ""
row_names = ""
row_depths = ""
names = ""
depths = ""
known(name) = has_word(trainers, name) || has_word(others, name)
stats summary using (rows = rows." ".stringcolumn("label"), row_names = row_names." ".line_name(0), \
    row_depths = row_depths." ".stringcolumn("hidden_layers"), names = with_word(names, line_name(0)), \
    others = known(line_name(0)) ? others : with_word(others, line_name(0)), \
    depths = with_word(depths, stringcolumn("hidden_layers")), 0) nooutput
n = words(names)
D = words(depths)
depth(d) = word(depths, d)
is_floor(name) = substr(name, 1, 15) eq "random_features"
dashes(name) = is_floor(name) ? 3 : dash(trainer(name))
style(name) = sprintf("lw 2 lc rgb '%s' dt %d pt %d ps 1", hue(trainer(name)), dash(trainer(name)), mark(trainer(name)))
curves(label) = ARG3."/curves_summary/".label.".csv"
# trainers in the order of the style file, for the legend
ordered = ""
do for [i = 1:behind(words(others))] {
    do for [k = 1:n] { if (trainer(word(names, k)) == i) { ordered = with_word(ordered, word(names, k)) } }
}
least_synops = 1e300
most_synops = 0
# nan: trainers that predict by a rule of their own; they are no part of the figure of operations
with_synops = ""
stats summary using (column("synops_mean") > 0 \
    ? (least_synops = column("synops_mean") < least_synops ? column("synops_mean") : least_synops, \
       most_synops = column("synops_mean") > most_synops ? column("synops_mean") : most_synops, \
       with_synops = with_word(with_synops, line_name(0)), 0) : 0) nooutput
if (most_synops == 0) { least_synops = 1; most_synops = 10 }
shared = 0
stats ARG3."/runs.csv" using (shared = shared || column("timing_valid") == 0, 0) nooutput
indication = shared ? ", shared machine" : ""
# whose forward passes are known: the profile has them; one alone is compared with nobody
counted = ""
stats profile using (counted = stringcolumn("measure") eq "forward_passes" ? with_word(counted, stringcolumn("label")) : counted, 0) nooutput
measures = words(counted) > 1 ? "train_s forward_passes" : "train_s"
M = words(measures)
has(name, measure) = measure eq "train_s" || has_word(counted, name)
set dashtype 2 (5,3)
set dashtype 4 (7,3,1,3)
hidden(d) = depth(d)." hidden layer".(depth(d) eq "1" ? "" : "s")
rest = 250.0 # pixels of the legend
entry(name, what, more) = sprintf(", keyentry with %s lw 2 lc rgb '%s' pt %d ps 1.2%s title '%s'", what, hue(trainer(name)), \
    mark(trainer(name)), more, name)
lines_legend = ""
points_legend = ""
do for [name in ordered] {
    lines_legend = lines_legend.entry(name, "linespoints", sprintf(" dt %d", dashes(name)))
    if (has_word(with_synops, name)) { points_legend = points_legend.entry(name, "points", "") }
}
# the legend is a plot of its own, as high as the figure: gnuplot cuts a key that is higher than its plot
legend_panel = "unset xlabel; unset border; unset tics; unset grid; unset title; unset logscale x; unset nonlinear y; ".\
    "set xrange [0:1]; set yrange [0:1]; set lmargin at screen 0.001; set rmargin at screen 0.999; set tmargin at screen 0.999; ".\
    "set bmargin at screen 0.001; set key at screen 1 - (rest - 12) / width, screen 1 - 65 / height left top Left reverse noenhanced font ',13'; "
after_legend = "unset key; set border 3 lw 1.2; set tics nomirror out scale 0.6; set xtics nomirror; set ytics nomirror; set grid lc rgb '#dddddd' lw 0.8; ".\
    "set lmargin; set rmargin; set tmargin; set bmargin; unset title"
array final[words(rows)]
array low_x[2]
array high_x[2]
do for [m = 1:M] { low_x[m] = 1e300; high_x[m] = 0 }
do for [r = 1:words(rows)] {
    stats summary using (column(0) == r - 1 ? 100 * column("acc_test_mean") : NaN) nooutput
    final[r] = STATS_max
    do for [m = 1:M] {
        if (!is_floor(word(row_names, r)) && has(word(row_names, r), word(measures, m))) {
            measure = word(measures, m)."_med"
            stats curves(word(rows, r)) using (low_x[m] = column(measure) > 0 && column(measure) < low_x[m] ? column(measure) : low_x[m], \
                high_x[m] = column(measure) > high_x[m] ? column(measure) : high_x[m], 0) nooutput
        }
    }
}
positive(v) = v > 0 ? v : NaN
curve(r, measure) = is_floor(word(row_names, r)) \
    ? sprintf("final[%d] with lines lw 2.5 dt 3 lc rgb '#000000' notitle, ", r) \
    : has(word(row_names, r), measure) \
    ? sprintf("curves('%s') using (positive(column('%s_med'))):(100 * column('acc_test_med')) with linespoints pn 5 %s notitle, ", \
        word(rows, r), measure, style(word(row_names, r))) : ""
width = 130 + 330.0 * (D > 1 ? D : 2) + rest
do for [format in formats] {
    height = 50 + 400.0 * M
    unset key
    eval terminal(format, width, height)
    set output ARG2.".".format
    set multiplot layout M,D title "Test accuracy (%) of the simulated network on ".ARG4.": medians over seeds" noenhanced \
        font ",17" margins 60 / width,1 - rest / width,75 / height,1 - 75 / height spacing 40 / width,120 / height
    set logscale x
    set format x "10^{%T}"
    eval error_axis
    do for [m = 1:M] {
        set xlabel word(measures, m) eq "train_s" ? "training time (s)".indication : "forward passes"
        if (high_x[m] > low_x[m]) { set xrange [low_x[m] / 1.3:high_x[m] * 1.3] } else { set xrange [0.1:10] }
        do for [d = 1:D] {
            set title hidden(d)
            lines = ""
            do for [r = 1:words(rows)] { if (word(row_depths, r) eq depth(d)) { lines = lines.curve(r, word(measures, m)) } }
            eval "plot ".lines."NaN notitle"
        }
    }
    eval legend_panel."plot NaN notitle".lines_legend
    eval after_legend
    unset multiplot
    unset output
}
unset logscale x
unset nonlinear y
set format x "%g"
set print "-"
further(kind, format) = ARG2."_".kind.".".format
# final test accuracy: trainers by their mean over depths, the best on top
array mean_of[n]
array rank[n]
do for [k = 1:n] {
    sum_k = 0.0
    count_k = 0
    do for [r = 1:words(rows)] { if (word(row_names, r) eq word(names, k)) { sum_k = sum_k + final[r]; count_k = count_k + 1 } }
    mean_of[k] = sum_k / count_k
}
better(j, k) = mean_of[j] > mean_of[k] || (mean_of[j] == mean_of[k] && j < k)
do for [k = 1:n] { rank[k] = 1 + sum [j = 1:n] better(j, k) }
longest = 0
do for [name in names] { longest = strlen(name) > longest ? strlen(name) : longest }
left = 40 + 10.5 * longest # pixels of the names
at_rank(name) = -rank[place(names, name)]
do for [format in formats] {
    width = 50 + left + 310.0 * (D > 1 ? D : 2)
    height = 130 + 26.0 * n
    eval terminal(format, width, height)
    set output further("final", format)
    print further("final", format)
    set multiplot layout 1,D title "Final test accuracy (%) on ".ARG4.": mean and 95 % interval over seeds" noenhanced font ",17" \
        margins left / width,1 - 20 / width,45 / height,1 - 80 / height spacing 30 / width,0.1
    unset key
    unset xlabel
    set xrange [0:100]
    set nonlinear x via -log10(101 - x) inverse 101 - 10 ** (-x)
    set xtics (20, 50, 70, 80, 90, 95, 98, 100)
    set yrange [-n - 0.5:-0.5]
    set ytics () noenhanced
    do for [k = 1:n] { set ytics add (word(names, k) -rank[k]) }
    shown(d) = stringcolumn("hidden_layers") eq depth(d) ? 100 * column("acc_test_mean") : NaN
    half(d) = column("acc_test_half") >= 0 ? 100 * column("acc_test_half") : 0
    do for [d = 1:D] {
        set title hidden(d)
        unset arrow
        do for [r = 1:words(rows)] {
            if (is_floor(word(row_names, r)) && word(row_depths, r) eq depth(d)) {
                set arrow from final[r], graph 0 to final[r], graph 1 nohead back dt 3 lw 1.5 lc rgb "#555555"
            }
        }
        plot summary using (shown(d)):(at_rank(line_name(0))):(at_least(shown(d) - half(0), 0)):(at_most_100(shown(d) + half(0))):\
            (rgb(hue(trainer(line_name(0))))) with xerrorbars pt 7 ps 0 lw 2.5 lc rgb variable, \
            summary using (shown(d)):(at_rank(line_name(0))):(mark(trainer(line_name(0)))):(rgb(hue(trainer(line_name(0))))) \
            with points pt variable ps 1.4 lc rgb variable
        set ytics ()
        do for [k = 1:n] { set ytics add ("" -rank[k]) }
    }
    unset multiplot
    unset output
}
unset arrow
unset nonlinear x
set xrange [*:*]
# synaptic operations of one inference against final test accuracy
tics = "set xtics (1)"
do for [k = 1:11] { do for [m = 1:3] { tics = tics.sprintf("; set xtics add ('%s' %g)", gprintf("%.0s%c", word("1 2 5", m) * 10.0 ** k), word("1 2 5", m) * 10.0 ** k) } }
do for [format in formats] {
    width = 80 + 330.0 * (D > 1 ? D : 2) + rest
    height = 500.0
    eval terminal(format, width, height)
    set output further("synops", format)
    print further("synops", format)
    set multiplot layout 1,D title "Test accuracy (%) against synaptic operations of an inference, ".ARG4.": means over seeds" noenhanced \
        font ",17" margins 60 / width,1 - rest / width,75 / height,1 - 80 / height spacing 40 / width,0.1
    set xlabel "synaptic operations"
    set logscale x
    eval tics
    eval error_axis
    set xrange [least_synops / 1.3:most_synops * 1.3]
    do for [d = 1:D] {
        set title hidden(d)
        eval "plot summary using (stringcolumn('hidden_layers') eq depth(d) ? positive(column('synops_mean')) : NaN):(100 * column('acc_test_mean')):".\
            "(mark(trainer(line_name(0)))):(rgb(hue(trainer(line_name(0))))) with points pt variable ps 1.6 lc rgb variable notitle"
    }
    eval legend_panel."plot NaN notitle".points_legend
    eval after_legend
    unset multiplot
    unset output
}
unset nonlinear y
set xrange [*:*]
set yrange [*:*]
unset logscale x
# performance profiles to 90 and 95 %, or to 80 and 90 % where no trainer reaches 95 %
solved = ""
stats profile using (column("share") > 0 ? (solved = with_word(solved, stringcolumn("level")), 0) : 0) nooutput
is_solved(level) = (sum [w = 1:words(solved)] (abs(real(word(solved, w)) - level) < 1e-9)) > 0
levels = is_solved(0.95) || !is_solved(0.8) ? "0.9 0.95" : "0.8 0.9"
measures = words(counted) > 1 ? "seconds forward_passes" : "seconds"
array never[4]
array problems[4]
array timed[4]
array parts[4]
among(m, l) = stringcolumn("measure") eq word(measures, m) && abs(column("level") - real(word(levels, l))) < 1e-9
array last_ratio[4]
there = ""
do for [m = 1:M] {
    do for [l = 1:2] {
        reached = ""
        all = ""
        count = 0
        last = 2.0
        is_timed = 1
        stats profile using (last = among(m, l) && column("ratio") > last ? column("ratio") : last, all = among(m, l) ? with_word(all, stringcolumn("label")) : all, \
            reached = among(m, l) && column("share") > 0 ? with_word(reached, stringcolumn("label")) : reached, \
            count = among(m, l) ? column("problems") : count, is_timed = among(m, l) ? column("timing_valid") : is_timed, 0) nooutput
        k = 2 * m + l - 2
        never[k] = words(all) - words(reached)
        parts[k] = words(all)
        problems[k] = count
        last_ratio[k] = last
        timed[k] = is_timed
        do for [name in reached] { there = with_word(there, sprintf("%s@%d", name, k)) }
    }
}
step(name, m, l) = sprintf("profile using (among(%d, %d) && stringcolumn('label') eq '%s' ? column('ratio') : NaN):(column('share')) ".\
    "with steps lw 2.5 lc rgb '%s' dt %d notitle, profile using (among(%d, %d) && stringcolumn('label') eq '%s' ? column('ratio') : NaN):".\
    "(column('share') > 0 ? column('share') : NaN) with points pt %d ps 0.8 lc rgb '%s' notitle, ", \
    m, l, name, hue(trainer(name)), dashes(name), m, l, name, mark(trainer(name)), hue(trainer(name)))
set datafile missing NaN
do for [format in formats] {
    width = 80 + 480.0 * 2 + rest
    height = 50 + 400.0 * M
    eval terminal(format, width, height)
    set output further("profile", format)
    print further("profile", format)
    set multiplot layout M,2 title "Performance profiles to a validation accuracy on ".ARG4.": share of problems solved within a factor of the best" \
        noenhanced font ",17" margins 60 / width,1 - rest / width,75 / height,1 - 75 / height spacing 50 / width,120 / height
    set logscale x 2
    set xtics autofreq
    set format x "%g"
    set ytics 0.2
    do for [m = 1:M] {
        do for [l = 1:2] {
            k = 2 * m + l - 2
            set xlabel m == 1 ? "time over the shortest time".(timed[k] == 1 ? "" : ", shared machine") : "forward passes over the fewest"
            set xrange [0.95:last_ratio[k] * 1.1]
            set yrange [0:1.03]
            set title sprintf("to %g %%: %d problems, %d of %d trainers never reach it", 100 * real(word(levels, l)), problems[k], \
                never[k], parts[k])
            lines = ""
            do for [name in ordered] { if (has_word(there, sprintf("%s@%d", name, k))) { lines = lines.step(name, m, l) } }
            eval "plot ".lines."NaN notitle"
        }
    }
    eval legend_panel."plot NaN notitle".lines_legend
    eval after_legend
    unset multiplot
    unset output
}

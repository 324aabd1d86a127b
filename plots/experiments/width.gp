# Accuracy and seconds against the width of the hidden layers: means over seeds, and each run. Seconds on log-log axes with
# the exponent fitted to the upper half of the widths.
# gnuplot -c experiments/width.gp SCRIPTS OUT FOLDER DATASET "LABEL1 LABEL2 ..." "NAME1 NAME2 ..."
load ARG1."/style.gp"
runs = ARG3."/runs.csv"
before_dash(text) = strstrt(text, "-") > 0 ? substr(text, 1, strstrt(text, "-") - 1) : text
name(d) = stringcolumn("label")
ok(d) = stringcolumn("status") eq "ok"
wide(d) = real(before_dash(stringcolumn("network.hidden")))
names = ""
widths = ""
shared = 0
stats runs using (names = ok(0) ? with_word(names, name(0)) : names, widths = ok(0) ? with_word(widths, sprintf("%g", wide(0))) : widths, \
    shared = shared || column("timing_valid") == 0, 0) nooutput
known(name) = has_word(trainers, name)
do for [one in names] { if (!known(one)) { others = with_word(others, one) } }
n = words(names)
least = real(word(widths, 1))
most = least
do for [w in widths] { least = real(w) < least ? real(w) : least; most = real(w) > most ? real(w) : most }
of(i) = ok(0) && name(0) eq word(names, i)
per_step(d) = column("iters") > 0 && column("train_s") > 0 ? column("train_s") / column("iters") : NaN
total(d) = column("train_s") > 0 ? column("train_s") : NaN
# seconds ~ width^slope over the widths above the geometric middle
middle = sqrt(least * most)
array slope[2 * n]
do for [i = 1:n] {
    do for [k = 1:2] {
        fitted = ""
        points = 0
        stats runs using (fitted = of(i) && wide(0) >= middle && total(0) > 0 ? with_word(fitted, sprintf("%g", wide(0))) : fitted, 0) nooutput
        slope[2 * i + k - 2] = NaN
        if (words(fitted) > 1) {
            stats runs using (of(i) && wide(0) >= middle ? log(wide(0)) : NaN):(log(k == 1 ? per_step(0) : total(0))) nooutput
            slope[2 * i + k - 2] = STATS_slope
        }
    }
}
colour_of(i) = hue(trainer(word(names, i)))
titled(i, k) = slope[2 * i + k - 2] == slope[2 * i + k - 2] ? sprintf("%s: exponent %.2f", word(names, i), slope[2 * i + k - 2]) : word(names, i)
# a line of means and a small point for each run
drawn(i, y, titles) = sprintf("runs using (of(%d) ? wide(0) : NaN):(%s) smooth unique with linespoints lw 2.5 pt %d ps 1.2 lc rgb '%s' title %s, ".\
    "runs using (of(%d) ? wide(0) : NaN):(%s) with points pt 1 ps 0.8 lc rgb '%s' notitle, ", \
    i, y, mark(trainer(word(names, i))), colour_of(i), titles, i, y, colour_of(i))
panel = "lines = ''; do for [i = 1:n] { lines = lines.drawn(i, y, titles == 0 ? 'word(names,'.i.')' : sprintf('titled(%d, %d)', i, titles)) }; ".\
    "eval 'plot '.lines.'NaN notitle'"
do for [format in formats] {
    eval terminal(format, 1240, 900)
    set output ARG2.".".format
    set multiplot layout 2,2 title "Width of the hidden layers, ".ARG4.": each run, and means over seeds".\
        (shared ? " (machine was shared)" : "") noenhanced font ",17" margins 0.065,0.985,0.08,0.9 spacing 0.075,0.13
    set logscale x 2
    set xrange [least / 1.25:most * 1.25]
    set xtics ()
    do for [w in widths] { set xtics add (w real(w)) }
    set key noenhanced top left Left reverse
    unset xlabel
    eval error_axis
    set title "test accuracy (%)"
    set key bottom right
    y = "100 * column('acc_test')"
    titles = 0
    eval panel
    unset key
    set title "training accuracy (%)"
    y = "100 * column('acc_train')"
    eval panel
    unset nonlinear y
    set ytics autofreq
    set yrange [*:*]
    set logscale y
    set format y "10^{%T}"
    set xlabel "neurons per hidden layer"
    set key noenhanced top left Left reverse
    set title "seconds per epoch or iteration"
    y = "per_step(0)"
    titles = 1
    eval panel
    set title "training time (s)"
    y = "total(0)"
    titles = 2
    eval panel
    unset logscale y
    set format y "%g"
    unset multiplot
    unset output
}

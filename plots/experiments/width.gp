# Accuracy and seconds against the width of the hidden layers: means over seeds, and each run. Seconds on log-log axes; the
# legend gives the exponent of the seconds per iteration, fitted to the upper half of the widths.
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
array slope[n]
do for [i = 1:n] {
    fitted = ""
    stats runs using (fitted = of(i) && wide(0) >= middle && per_step(0) > 0 ? with_word(fitted, sprintf("%g", wide(0))) : fitted, 0) nooutput
    slope[i] = NaN
    if (words(fitted) > 1) {
        stats runs using (of(i) && wide(0) >= middle ? log(wide(0)) : NaN):(log(per_step(0))) nooutput
        slope[i] = STATS_slope
    }
}
colour_of(i) = hue(trainer(word(names, i)))
titled(i) = slope[i] == slope[i] ? sprintf("%s: %.2f", word(names, i), slope[i]) : word(names, i)
# a line of means and a small point for each run
drawn(i, y) = sprintf("runs using (of(%d) ? wide(0) : NaN):(%s) smooth unique with linespoints lw 2.5 pt %d ps 1.2 lc rgb '%s' notitle, ".\
    "runs using (of(%d) ? wide(0) : NaN):(%s) with points pt 1 ps 0.8 lc rgb '%s' notitle, ", \
    i, y, mark(trainer(word(names, i))), colour_of(i), i, y, colour_of(i))
entries(exponents) = "for [i_key = 1:n] keyentry with linespoints lw 2.5 pt mark(trainer(word(names, i_key))) ps 1.2 lc rgb colour_of(i_key) ".\
    "title ".(exponents ? "titled(i_key)" : "word(names, i_key)")
panel = "lines = ''; do for [i = 1:n] { lines = lines.drawn(i, y) }; eval 'plot '.lines.(legend eq '' ? 'NaN notitle' : legend)"
do for [format in formats] {
    eval terminal(format, 1400, 900)
    set output ARG2.".".format
    set multiplot layout 2,2 title "Width of the hidden layers, ".ARG4.": each run, and means over seeds".\
        (shared ? " (machine was shared)" : "") noenhanced font ",17" margins 0.055,0.79,0.08,0.9 spacing 0.065,0.14
    set logscale x 2
    set xrange [least / 1.25:most * 1.25]
    set xtics ()
    do for [w in widths] { set xtics add (w real(w)) }
    unset key
    unset xlabel
    eval error_axis
    set title "test accuracy (%)"
    legend = ""
    y = "100 * column('acc_test')"
    eval panel
    set key at screen 0.805,0.9 left top Left reverse noenhanced font ",14"
    legend = entries(0)
    set title "training accuracy (%)"
    y = "100 * column('acc_train')"
    eval panel
    unset nonlinear y
    set ytics autofreq
    set yrange [*:*]
    set logscale y
    set format y "10^{%T}"
    set xlabel "neurons per hidden layer"
    unset key
    legend = ""
    set title "seconds per epoch or iteration"
    y = "per_step(0)"
    eval panel
    set key at screen 0.805,0.42 left top Left reverse noenhanced font ",14" title "exponent of the seconds\nper epoch or iteration"
    legend = entries(1)
    set title "training time (s)"
    y = "total(0)"
    eval panel
    set key notitle
    unset logscale y
    set format y "%g"
    unset multiplot
    unset output
}

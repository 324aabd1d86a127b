# Seconds per iteration and test accuracy against the number of training samples N and of time steps T, with the fitted
# exponents. Runs with the T of the largest N are drawn against N, runs with the N of the longest T against T.
# gnuplot -c experiments/data_size.gp SCRIPTS OUT FOLDER DATASET "LABEL1 LABEL2 ..." "NAME1 NAME2 ..."
load ARG1."/style.gp"
runs = ARG3."/runs.csv"
N(d) = column("dataset.n_train")
T(d) = column("dataset.T")
ok(d) = stringcolumn("status") eq "ok"
most = -1
T0 = 0
stats runs using (N(0) > most ? (most = N(0), T0 = T(0)) : 0, T(0)) nooutput
most = -1
N0 = 0
stats runs using (T(0) > most ? (most = T(0), N0 = N(0)) : 0, T(0)) nooutput
drawn(kind) = ok(0) && (kind == 1 ? T(0) == T0 : N(0) == N0)
at(kind) = kind == 1 ? N(0) : T(0)
array sizes[2] = ["", ""]
do for [kind = 1:2] {
    collected = ""
    stats runs using (collected = drawn(kind) ? with_word(collected, sprintf("%g", at(kind))) : collected, 0) nooutput
    sizes[kind] = collected
}
solvers = ""
stats runs using (solvers = with_word(solvers, stringcolumn("solver")), 0) nooutput
n = words(solvers)
size(i, kind) = drawn(kind) && stringcolumn("solver") eq word(solvers, i) ? at(kind) : NaN
seconds(d) = column("train_s") / column("iters")
array slope[2 * n]
array offset[2 * n]
do for [kind = 1:2] {
    do for [i = 1:n] {
        stats runs using (log10(size(i, kind))):(log10(seconds(0))) nooutput
        slope[2 * i + kind - 2] = STATS_slope
        offset[2 * i + kind - 2] = STATS_intercept
    }
}
line(x, i, kind) = 10 ** offset[2 * i + kind - 2] * x ** slope[2 * i + kind - 2]
named(i, kind) = sprintf("%s: %s^{%.2f}", word(solvers, i), kind == 1 ? "N" : "T", slope[2 * i + kind - 2])
escaped(text) = strstrt(text, "_") > 0 ? substr(text, 1, strstrt(text, "_") - 1)."\\_".substr(text, strstrt(text, "_") + 1, strlen(text)) : text
set logscale x
do for [format in formats] {
    eval terminal(format, 1120, 800)
    set output ARG2.".".format
    set multiplot layout 2,2 title "Size of the data, ".ARG4 noenhanced font ",17" margins 0.085,0.985,0.085,0.88 spacing 0.09,0.13
    unset xlabel
    do for [kind = 1:2] {
        stats runs using (drawn(kind) ? at(kind) : NaN) nooutput
        set xrange [STATS_min / 1.2:STATS_max * 1.2]
        unset xtics
        set for [i = 1:words(sizes[kind])] xtics (word(sizes[kind], i) real(word(sizes[kind], i))) nomirror out scale 0.6
        set title kind == 1 ? sprintf("seconds per iteration, T = %g", T0) : sprintf("seconds per iteration, N = %g", N0)
        set logscale y
        set key top left Left reverse enhanced
        plot for [i = 1:n] line(x, i, kind) with lines lw 1.5 dt 2 lc rgb hue(i) notitle, \
             for [i = 1:n] runs using (size(i, kind)):(seconds(0)) with points pt mark(i) ps 1.3 lc rgb hue(i) title escaped(named(i, kind))
    }
    unset logscale y
    unset key
    do for [kind = 1:2] {
        stats runs using (drawn(kind) ? at(kind) : NaN) nooutput
        set xrange [STATS_min / 1.2:STATS_max * 1.2]
        unset xtics
        set for [i = 1:words(sizes[kind])] xtics (word(sizes[kind], i) real(word(sizes[kind], i))) nomirror out scale 0.6
        set xlabel kind == 1 ? "training samples N" : "time steps T"
        set title "test accuracy (%)"
        plot for [i = 1:n] runs using (size(i, kind)):(100 * column("acc_test")) with points pt mark(i) ps 1.3 lc rgb hue(i)
    }
    unset multiplot
    unset output
}

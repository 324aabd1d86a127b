# Seconds per iteration and test accuracy against the number of training samples N and of time steps T, with the fitted
# exponents. Runs with the T of the largest N are drawn against N, runs with the N of the longest T against T.
load "plots/style.gp"
load "plots/data.gp"
runs = "points.csv"
N(d) = column("n_train")
T(d) = column("T")
most = -1
T0 = 0
stats runs using (N(0) > most ? (most = N(0), T0 = T(0)) : 0, T(0)) nooutput
most = -1
N0 = 0
stats runs using (T(0) > most ? (most = T(0), N0 = N(0)) : 0, T(0)) nooutput
drawn(kind) = kind == 1 ? T(0) == T0 : N(0) == N0
at(kind) = kind == 1 ? N(0) : T(0)
array solver_of[n_groups]
n = 0
stats "groups.csv" using (solver_of[int(column(0)) + 1] = int(column("solver")), n = column("solver") > n ? int(column("solver")) : n, 0) nooutput
array solver_text[n]
stats "solvers.csv" using (solver_text[int(column(0)) + 1] = stringcolumn("text"), 0) nooutput
name(d) = solver_of[int(column("group"))]
size(i, kind) = drawn(kind) && name(0) == i ? at(kind) : NaN
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
# the exponent raised in every terminal; _ in a solver's name would lower what follows
plain(text) = strstrt(text, "_") > 0 ? substr(text, 1, strstrt(text, "_") - 1)."\\_".plain(substr(text, strstrt(text, "_") + 1, strlen(text))) : text
named(i, kind) = plain(solver_text[i]).sprintf(": %s^{%.2f}", kind == 1 ? "N" : "T", slope[2 * i + kind - 2])
set logscale x
do for [format in formats] {
    wide = 1120
    high = 800
    load "plots/terminal.gp"
    set multiplot layout 2,2 title "Size of the data, ".dataset.": each run (".seeds_text.")" noenhanced font ",17" margins 0.085,0.985,0.085,0.88 spacing 0.09,0.13
    do for [panel = 1:4] {
        kind = panel % 2 == 1 ? 1 : 2
        stats runs using (drawn(kind) ? at(kind) : NaN) nooutput
        set xrange [STATS_min / 1.2:STATS_max * 1.2]
        # a tic for each size
        set xtics () nomirror out scale 0.6
        size_now = STATS_min
        size_last = STATS_max
        while (size_now <= size_last) {
            set xtics add (sprintf("%g", size_now) size_now)
            next_size = size_last + 1
            stats runs using (next_size = drawn(kind) && at(kind) > size_now && at(kind) < next_size ? at(kind) : next_size, 0) nooutput
            size_now = next_size
        }
        if (panel <= 2) {
            unset xlabel
            set title kind == 1 ? sprintf("seconds per iteration, T = %g", T0).indication : sprintf("seconds per iteration, N = %g", N0).indication
            set logscale y
            set key top left Left reverse enhanced
            plot for [i = 1:n] line(x, i, kind) with lines lw 1.5 dt 2 lc rgb hue(i) notitle, \
                 for [i = 1:n] runs using (size(i, kind)):(seconds(0)) with points pt mark(i) ps 1.3 * dot lc rgb hue(i) title named(i, kind)
        } else {
            unset logscale y
            unset key
            set xlabel kind == 1 ? "training samples N" : "time steps T"
            set title "test accuracy (%)"
            plot for [i = 1:n] runs using (size(i, kind)):(100 * column("acc_test")) with points pt mark(i) ps 1.3 * dot lc rgb hue(i)
        }
    }
    unset multiplot
    unset output
}

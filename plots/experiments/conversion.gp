# What a conversion keeps: test accuracy (means over seeds) against the steps, a panel for each activation; the error of the last
# hidden layer's activations against the steps, and the accuracy against spikes and against the energy of their accumulations (0.9 pJ
# each; the product with the analogue inputs, the same for all, is left out), for relu.
load "plots/style.gp"
load "plots/data.gp"
summary = "groups.csv"
set datafile missing NaN
array spikes[n_groups]
array energy[n_groups]
array wrong[n_groups]
array steps[n_groups]
array kind[n_groups]
stats summary using (r = int(column(0)) + 1, steps[r] = int(column("steps")), kind[r] = stringcolumn("activation"), spikes[r] = NaN, wrong[r] = NaN, energy[r] = NaN, 0) nooutput
do for [r = 1:n_groups] {
    if (curve[r] > 0 && name_text[name_of[r]] ne "analogue") {
        stats curve_file(r) using (spikes[r] = column("neuron_spikes_med"), wrong[r] = column("activation_error_2_med"), \
            energy[r] = 0.9 * column("conversion_synops_med") / 1000, 0) nooutput
    }
}
of(i, activation) = column("name") == i && stringcolumn("activation") eq activation
percent(what) = 100 * column("acc_test_".what)
activations = "relu leaky_relu gelu"
array analogue[3]
do for [k = 1:3] { analogue[k] = NaN }
do for [k = 1:3] {
    stats summary using (analogue[k] = name_text[int(column("name"))] eq "analogue" && stringcolumn("activation") eq word(activations, k) ? percent("mean") : analogue[k], 0) nooutput
}
# an experiment without converted networks has an empty figure
n_steps = 0
stats summary using (n_steps = n_steps + (column("steps") > 0), 0) nooutput
# the converted networks of each activation: gnuplot warns of lines without a point
array n_there[3]
array there[3 * n_names]
do for [j = 1:3 * n_names] { there[j] = 1 } # an empty iteration is evaluated once
do for [k = 1:3] {
    n_there[k] = 0
    do for [i = 1:n_names] {
        found = 0
        stats summary using (found = found + (of(i, word(activations, k)) && name_text[i] ne "analogue"), 0) nooutput
        if (found) { n_there[k] = n_there[k] + 1; there[n_names * (k - 1) + n_there[k]] = i }
    }
}
# line j of activation k
of_there(j, k) = there[n_names * (k - 1) + j]
do for [format in formats] {
    wide = 1400
    high = 900
    load "plots/terminal.gp"
    if (n_steps == 0) {
        set title "no converted networks"
        plot [0:1][0:1] 2 notitle
        unset output
        continue
    }
    set multiplot layout 2,3 title "Converted networks, ".dataset.", hidden ".width_text[1].": ".over("means") noenhanced font ",17" \
        margins 0.05,0.97,0.08,0.89 spacing 0.06,0.13
    set logscale x 2
    set xlabel "steps"
    set yrange [85:99]
    set key bottom right font ",13"
    do for [k = 1:3] {
        set title word(activations, k).": test accuracy (%)" noenhanced
        plot for [j = 1:n_there[k]] summary using (of(of_there(j, k), word(activations, k)) ? column("steps") : NaN):(percent("mean")) with linespoints pt mark(of_there(j, k)) ps 1.1 * dot lw 2.2 lc rgb hue(of_there(j, k)) title (k == 1 ? name_text[of_there(j, k)] : ""), \
             analogue[k] with lines dt 3 lw 2.2 lc rgb "#000000" title (k == 1 ? "analogue" : "")
    }
    unset key
    set yrange [*:*]
    set logscale y
    set format y "10^{%T}"
    set title "relu: error of the activations, layer 2 (amplitudes)" noenhanced
    plot for [j = 1:n_there[1]] summary using (of(of_there(j, 1), "relu") ? column("steps") : NaN):(wrong[int(column(0)) + 1]) with linespoints pt mark(of_there(j, 1)) ps 1.1 * dot lw 2.2 lc rgb hue(of_there(j, 1))
    unset logscale y
    set format y "%g"
    set xlabel "spikes per neuron"
    set yrange [85:99]
    set title "relu: test accuracy (%)" noenhanced
    plot for [j = 1:n_there[1]] summary using (of(of_there(j, 1), "relu") ? spikes[int(column(0)) + 1] : NaN):(percent("mean")) with linespoints pt mark(of_there(j, 1)) ps 1.1 * dot lw 2.2 lc rgb hue(of_there(j, 1)), \
         analogue[1] with lines dt 3 lw 2.2 lc rgb "#000000"
    set xlabel "energy of the spikes (nJ)"
    plot for [j = 1:n_there[1]] summary using (of(of_there(j, 1), "relu") ? energy[int(column(0)) + 1] : NaN):(percent("mean")) with linespoints pt mark(of_there(j, 1)) ps 1.1 * dot lw 2.2 lc rgb hue(of_there(j, 1)), \
         analogue[1] with lines dt 3 lw 2.2 lc rgb "#000000"
    unset logscale x
    unset multiplot
    unset output
}

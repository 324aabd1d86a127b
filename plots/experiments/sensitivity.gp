# Final validation accuracy of the simulated network over rho and beta, a panel per solver (mean over seeds).
# Validation, since a grid of test accuracies invites a choice by test data.
# gnuplot -c experiments/sensitivity.gp SCRIPTS OUT FOLDER DATASET "LABEL1 LABEL2 ..." "NAME1 NAME2 ..."
load ARG1."/style.gp"
summary = ARG3."/summary.csv"
rhos = ""
betas = ""
stats summary using (rhos = with_word(rhos, setting(stringcolumn("label"), "rho")), \
    betas = with_word(betas, setting(stringcolumn("label"), "beta")), 100 * column("acc_val_mean")) nooutput
lowest = STATS_min
highest = STATS_max > lowest ? STATS_max : lowest + 1
n = words(ARG6)
shown(p) = stringcolumn("name") eq word(ARG6, p) ? 100 * column("acc_val_mean") : NaN
x(p) = shown(p) == shown(p) ? place(rhos, setting(stringcolumn("label"), "rho")) : NaN
y(p) = shown(p) == shown(p) ? place(betas, setting(stringcolumn("label"), "beta")) : NaN
light(v) = v > lowest + 0.55 * (highest - lowest) ? 0x000000 : 0xFFFFFF
set xrange [0.5:words(rhos) + 0.5]
set yrange [0.5:words(betas) + 0.5]
unset grid
set border 0
set tics scale 0
set for [i = 1:words(rhos)] xtics (word(rhos, i) i)
set for [i = 1:words(betas)] ytics (word(betas, i) i)
set xlabel "{/Symbol r}"
set ylabel "{/Symbol b}"
set palette defined (0 "#440154", 1 "#3b528b", 2 "#21918c", 3 "#5ec962", 4 "#fde725")
set cbrange [lowest:highest]
unset key
set style fill solid 1 noborder
do for [format in formats] {
    eval terminal(format, 120 + 440 * n, 470)
    set output ARG2.".".format
    set multiplot layout 1,n title "Validation accuracy (%) on ".ARG4 noenhanced font ",17" margins 0.09,0.91,0.15,0.80 spacing 0.1,0.1
    do for [p = 1:n] {
        set title word(ARG6, p) noenhanced
        if (p == n) { set colorbox user origin 0.925,0.14 size 0.02,0.68 } else { unset colorbox }
        plot summary using (x(p)):(y(p)):(x(p) - 0.5):(x(p) + 0.5):(y(p) - 0.5):(y(p) + 0.5):(shown(p)) with boxxyerror lc palette, \
             summary using (x(p)):(y(p)):(sprintf("%.1f", shown(p))):(light(shown(p))) with labels tc rgb variable font ",12"
    }
    unset multiplot
    unset output
}

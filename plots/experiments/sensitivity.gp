# Final validation accuracy of the simulated network over rho and beta, a panel per solver (mean over seeds).
# Validation, since a grid of test accuracies invites a choice by test data.
load "plots/style.gp"
load "plots/data.gp"
summary = "groups.csv"
# The values of rho and beta in the order in which they come; 0 where a solver has no such option.
n_rho = 0
n_beta = 0
array rho[n_groups]
array beta[n_groups]
do for [i = 1:n_groups] { rho[i] = ""; beta[i] = "" }
stats summary using (r = int(column("rho_at")), b = int(column("beta_at")), n_rho = r > n_rho ? r : n_rho, n_beta = b > n_beta ? b : n_beta, \
    r > 0 ? (rho[r] = stringcolumn("rho"), 0) : 0, b > 0 ? (beta[b] = stringcolumn("beta"), 0) : 0, 100 * column("acc_val_mean")) nooutput
lowest = STATS_min
highest = STATS_max > lowest ? STATS_max : lowest + 1
shown(p) = column("name") == p ? 100 * column("acc_val_mean") : NaN
x(p) = shown(p) == shown(p) ? column("rho_at") : NaN
y(p) = shown(p) == shown(p) ? column("beta_at") : NaN
light(v) = v > lowest + 0.55 * (highest - lowest) ? 0x000000 : 0xFFFFFF
set xrange [0.5:n_rho + 0.5]
set yrange [0.5:n_beta + 0.5]
unset grid
set border 0
set tics scale 0
set for [i = 1:n_rho] xtics (rho[i] i)
set for [i = 1:n_beta] ytics (beta[i] i)
set xtics noenhanced
set ytics noenhanced
set xlabel "{/Symbol r}"
set ylabel "{/Symbol b}"
set palette defined (0 "#440154", 1 "#3b528b", 2 "#21918c", 3 "#5ec962", 4 "#fde725")
set cbrange [lowest:highest]
unset key
set style fill solid 1 noborder
do for [format in formats] {
    wide = 120 + 440 * n_names
    high = 470
    load "plots/terminal.gp"
    set multiplot layout 1,n_names title "Validation accuracy (%) on ".dataset.": ".over("means") noenhanced font ",17" margins 0.09,0.91,0.15,0.80 spacing 0.1,0.1
    do for [p = 1:n_names] {
        set title name_text[p] noenhanced
        if (p == n_names) { set colorbox user origin 0.925,0.14 size 0.02,0.68 } else { unset colorbox }
        plot summary using (x(p)):(y(p)):(x(p) - 0.5):(x(p) + 0.5):(y(p) - 0.5):(y(p) + 0.5):(shown(p)) with boxxyerror lc palette, \
             summary using (x(p)):(y(p)):(sprintf("%.1f", shown(p))):(light(shown(p))) with labels tc rgb variable font ",12"
    }
    unset multiplot
    unset output
}

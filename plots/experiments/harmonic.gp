# Harmonic retrieval: error (NMSE, dB) against the energy of a sample's operations, a line for each label of the one-dimensional
# task, the number of steps or iterations beside its points; the oracle (least squares on the true cells) as a level. Hollow points: the
# same error where A, A' and Toeplitz matrices are multiplied by FFTs. Medians and quartiles over seeds.
load "plots/style.gp"
load "plots/data.gp"
array energy[n_groups]
array error[n_groups]
array low[n_groups]
array high_error[n_groups]
array fast[n_groups]
array count[n_groups]
oracle = NaN
mac = 4.6
do for [r = 1:n_groups] { energy[r] = NaN; error[r] = NaN; low[r] = NaN; high_error[r] = NaN; fast[r] = NaN; count[r] = NaN }
stats "groups.csv" using (r = int(column(0)) + 1, mac = column("energy_mac"), 0) nooutput
stats "groups.csv" using (r = int(column(0)) + 1, count[r] = column("iterations"), 0) nooutput
stats "groups.csv" using (r = int(column(0)) + 1, count[r] = name_text[name_of[r]] eq "few_spikes" ? column("steps") : count[r], 0) nooutput
n_points = 0
do for [r = 1:n_groups] {
    if (curve[r] > 0 && strstrt(name_text[name_of[r]], "_2d") == 0) {
        stats curve_file(r) using (energy[r] = column("energy_med"), 0) nooutput
        stats curve_file(r) using (error[r] = column("nmse_test_med"), low[r] = column("nmse_test_q1"), high_error[r] = column("nmse_test_q3"), \
            oracle = column("nmse_oracle_test_med"), 0) nooutput
        if (name_text[name_of[r]] ne "few_spikes") { stats curve_file(r) using (fast[r] = column("macs_fft_med") * mac / 1000, 0) nooutput }
    }
}
do for [r = 1:n_groups] { if (energy[r] > 0 && abs(error[r]) >= 0) { n_points = n_points + 1 } }
set print $points
print "NaN NaN NaN NaN NaN NaN NaN"
do for [r = 1:n_groups] { print sprintf("%d %.10g %.10g %.10g %.10g %.10g %g", name_of[r], energy[r], error[r], low[r], high_error[r], fast[r], count[r]) }
unset print
set datafile separator whitespace
set datafile nocolumnheaders
set datafile missing NaN
# the names that have points, and points by FFTs: gnuplot warns of lines without one
array there[n_names]
array fast_there[n_names]
n_there = 0
n_fast = 0
do for [i = 1:n_names] {
    there[i] = 1 # an empty iteration is evaluated once
    fast_there[i] = 1
    if (sum [r = 1:n_groups] (name_of[r] == i && energy[r] > 0)) { n_there = n_there + 1; there[n_there] = i }
    if (sum [r = 1:n_groups] (name_of[r] == i && fast[r] > 0)) { n_fast = n_fast + 1; fast_there[n_fast] = i }
}
do for [format in formats] {
    wide = 1000
    high = 620
    load "plots/terminal.gp"
    # an experiment without such data has an empty figure
    if (n_points == 0) {
        set title "no harmonic retrieval"
        plot [0:1][0:1] 2 notitle
        unset output
        continue
    }
    set title "Harmonic retrieval, error against energy of a sample: ".over("medians and quartiles") noenhanced
    set logscale x
    set xlabel "energy (nJ): 0.9 pJ an accumulation, 4.6 pJ a multiply-accumulate" noenhanced
    set ylabel "NMSE, test (dB)"
    set key outside right top Left reverse
    set yrange [-30:0]
    plot oracle with lines dt 3 lw 2.2 lc rgb "#000000" title "oracle", \
         for [j = 1:n_there] $points using ($1 == there[j] ? $2 : NaN):3:4:5 with yerrorbars pt mark(there[j]) lc rgb hue(there[j]) notitle, \
         for [j = 1:n_there] $points using ($1 == there[j] ? $2 : NaN):3 with linespoints pt mark(there[j]) ps 1.1 * dot lw 2.2 lc rgb hue(there[j]) title name_text[there[j]], \
         for [j = 1:n_fast] $points using ($1 == fast_there[j] ? $6 : NaN):3 with linespoints pt 6 ps 1.3 * dot lw 1.2 dt 2 lc rgb hue(fast_there[j]) notitle, \
         for [i = 1:(n_fast > 0)] keyentry with linespoints pt 6 ps 1.3 * dot lw 1.2 dt 2 lc rgb "#444444" title "by FFTs", \
         $points using 2:3:(sprintf("%g", $7)) with labels offset 0,-0.9 font ",10" textcolor rgb "#444444" notitle
    unset logscale
    unset output
}

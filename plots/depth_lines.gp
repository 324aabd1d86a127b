# A line per name and options over depth; the title is `heading`.
# rows of other lines are missing, not gaps in a line
set datafile missing NaN
# "NAME_start_rate=0.1" is drawn as "NAME 0.1"
cut(w) = strstrt(w, "_start_rate=")
legend(w) = cut(w) > 0 ? substr(w, 1, cut(w) - 1)." ".substr(w, cut(w) + 12, strlen(w)) : w
is(i) = column("line") == i
x(i) = column("layers") + (i - (n_lines + 1) / 2.0) * 0.03
# lines with a standard deviation (two seeds or more): gnuplot warns of bars without one
array bars[n_lines]
do for [i = 1:n_lines] { bars[i] = i }
n_bars = 0
do for [i = 1:n_lines] {
    several = 0
    do for [r = 1:n_groups] { if (line_of[r] == i && seeds_of[r] > 1) { several = 1 } }
    if (several) { n_bars = n_bars + 1; bars[n_bars] = i }
}
has_bars = n_bars > 0
deviation(name) = has_bars ? 100 * column(name) : 0
bar = n_bars > 0 ? 1.6 : 0.01
if (n_bars == 0) { n_bars = 1 } # gnuplot evaluates an empty iteration once
stats "groups.csv" using (100 * column("acc_test_mean")) nooutput
lowest = STATS_min
stats "groups.csv" using (100 * column("acc_train_mean")) nooutput
lowest = STATS_min < lowest ? STATS_min : lowest
nmnist = dataset eq "nmnist"
# a trainer's colour and point are its own in all figures; of other names colours and points come in order, but for the floor's
registered = 0
do for [i = 1:n_lines] { registered = registered + (line_place[i] <= 12 && !is_floor(line_text[i])) }
place(i) = is_floor(line_text[i]) ? 7 : registered > 0 ? line_place[i] : in_order[i]
array in_order[n_lines]
k = 0
do for [i = 1:n_lines] { if (!is_floor(line_text[i])) { k = k + (k % 7 == 6 ? 2 : 1); in_order[i] = k } }
lowest = 10 * floor((nmnist && lowest > 55 ? 55 : lowest) / 10.0)
longest = strlen("ADMM as published")
do for [i = 1:n_lines] { longest = strlen(legend(line_text[i])) > longest ? strlen(legend(line_text[i])) : longest }
do for [format in formats] {
    rest = legend_pixels(longest)
    wide = 823 + rest
    high = 470
    load "plots/terminal.gp"
    set multiplot layout 1,2 title heading noenhanced font ",17" margins 73.0 / wide,1 - rest / wide,0.17,0.83 spacing 84.0 / wide,0.1
    set xlabel "hidden layers"
    set xtics 1
    set xrange [0.7:deepest + 0.3]
    set yrange [lowest:101]
    set title "training accuracy (%)"
    set key at screen 1 - (rest - 12) / wide,0.82 left top Left reverse samplen 3.5 font ",13"
    # The published figures of the exact method, training accuracy on N-MNIST (plots/published.csv names the source).
    plot for [j = 1:n_bars] "groups.csv" using (x(bars[j])):(is(bars[j]) ? 100 * column("acc_train_mean") : NaN):(deviation("acc_train_sd")) \
             with yerrorbars pt mark(place(bars[j])) ps 1.1 * dot lw bar lc rgb hue(place(bars[j])) notitle, \
         for [i = 1:n_lines] "groups.csv" using (x(i)):(is(i) ? 100 * column("acc_train_mean") : NaN) with linespoints \
             pt mark(place(i)) ps 1.1 * dot lw 2.2 dt dash(place(i)) lc rgb hue(place(i)) title legend(line_text[i]), \
         for [i = 1:nmnist] "plots/published.csv" using "hidden_layers":(100 * column("acc_train")) with points pt 2 ps 1.6 * dot lw 2.5 \
             lc rgb "#000000" title "ADMM as published"
    unset key
    set title "test accuracy (%)"
    plot for [j = 1:n_bars] "groups.csv" using (x(bars[j])):(is(bars[j]) ? 100 * column("acc_test_mean") : NaN):(deviation("acc_test_sd")) \
             with yerrorbars pt mark(place(bars[j])) ps 1.1 * dot lw bar lc rgb hue(place(bars[j])) notitle, \
         for [i = 1:n_lines] "groups.csv" using (x(i)):(is(i) ? 100 * column("acc_test_mean") : NaN) with linespoints \
             pt mark(place(i)) ps 1.1 * dot lw 2.2 dt dash(place(i)) lc rgb hue(place(i)) notitle
    unset multiplot
    unset output
}

# The legend as a plot of its own, as high as the figure: gnuplot cuts a key that is higher than its plot. `rest`: its pixels;
# n_entries, entry[i]: lines in order; legend_lines: whether lines are drawn, or points alone.
unset xlabel
unset border
unset tics
unset grid
unset title
unset logscale x
unset nonlinear y
set xrange [0:1]
set yrange [0:1]
set lmargin at screen 0.001
set rmargin at screen 0.999
set tmargin at screen 0.999
set bmargin at screen 0.001
set key at screen 1 - (rest - 12) / wide, screen 1 - 65 / high left top Left reverse font ",13"
plot NaN notitle, \
     for [j = 1:legend_lines * n_entries] keyentry with linespoints lw 2 lc rgb hue(line_place[entry[j]]) pt mark(line_place[entry[j]]) ps 1.2 * dot dt dashes(entry[j]) title line_text[entry[j]], \
     for [j = 1:(1 - legend_lines) * n_entries] keyentry with points lw 2 lc rgb hue(line_place[entry[j]]) pt mark(line_place[entry[j]]) ps 1.2 * dot title line_text[entry[j]]
unset key
set border 3 lw 1.2
set tics nomirror out scale 0.6
set xtics nomirror
set ytics nomirror
set grid lc rgb "#dddddd" lw 0.8
set lmargin
set rmargin
set tmargin
set bmargin
unset title

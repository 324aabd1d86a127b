# The legend as a plot of its own, as high as the figure: gnuplot cuts a key that is higher than its plot. `rest`: its pixels;
# n_entries; entry_text(j), entry_hue(j), entry_dash(j) and entry_mark(j), a point (0: a line alone).
unset xlabel
unset ylabel
unset border
unset tics
unset grid
unset title
unset logscale x
unset logscale y
unset nonlinear y
set xrange [0:1]
set yrange [0:1]
set lmargin at screen 0.001
set rmargin at screen 0.999
set tmargin at screen 0.999
set bmargin at screen 0.001
set key at screen 1 - (rest - 12) / wide, screen 1 - 65.0 / high left top Left reverse samplen 3.5 font ",13"
plot NaN notitle, \
     for [j = 1:n_entries] keyentry with linespoints lw 2.2 lc rgb entry_hue(j) pt (entry_mark(j) > 0 ? entry_mark(j) : 7) \
         ps (entry_mark(j) > 0 ? 1.1 * dot : 0) dt entry_dash(j) title entry_text(j)
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

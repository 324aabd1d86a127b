# One sample of harmonic retrieval: moduli of the amplitudes by cell of the grid, the truth as stems, the estimate as points. figure.csv
# has the title.
load "plots/style.gp"
heading = ""
stats "figure.csv" using (heading = stringcolumn("title"), 0) nooutput
format = word(formats, 1)
wide = 1000
high = 420
load "plots/terminal.gp"
if (format ne "txt") { set title heading noenhanced }
set xlabel "cell of the frequency grid"
set ylabel "modulus of the amplitude"
stats "spectrum.csv" using (column("cell")) nooutput
set xrange [-1:STATS_max + 1]
set yrange [0:*]
set key outside right top Left reverse
plot "spectrum.csv" using "cell":(positive(column("truth"))) with impulses lw 3 lc rgb colour[1] title "truth", \
     "spectrum.csv" using "cell":(positive(column("truth"))) with points pt disc ps 1.2 * dot lc rgb colour[1] notitle, \
     "spectrum.csv" using "cell":"estimate" with linespoints pt 6 ps 0.9 * dot lw 1.2 lc rgb colour[2] title "estimate"
unset output

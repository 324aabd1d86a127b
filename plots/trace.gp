# One sample in a trained network: rasters of input and hidden layers, potentials of some neurons and of the readout. In
# figure.csv, words of numbers: columns (of text), widths of the layers, steps, classes (true and predicted; -1 without), neurons of hidden.csv,
# threshold (and 1 if the readout stays at zero).
load "plots/style.gp"
heading = ""
widths = ""
classes = ""
neurons = ""
threshold_silent = ""
stats "figure.csv" using (heading = stringcolumn("title"), widths = stringcolumn("widths"), T = int(column("steps")), \
    classes = stringcolumn("classes"), neurons = stringcolumn("neurons"), threshold_silent = stringcolumn("threshold"), \
    columns = int(column("columns")), 0) nooutput
H = words(widths) - 2
K = int(word(widths, H + 2))
true = int(word(classes, 1))
predicted = int(word(classes, 2))
threshold = real(word(threshold_silent, 1))
silent = int(word(threshold_silent, 2))
m = words(neurons)
format = word(formats, 1)
# pixels
wide = 1100; top = 60; foot = 70; gap = 34; raster = 140; curve = 190
high = top + (H + 1) * raster + 2 * curve + (H + 2) * gap + foot
load "plots/terminal.gp"
set multiplot title (format eq "txt" ? "" : heading) noenhanced font ",16"
set lmargin at screen (format eq "txt" ? 10.0 / columns : 100.0 / wide)
set rmargin at screen 0.775
y = high - top
set xrange [0.5:T + 0.5]
set format x ""
dot(n) = n > 1000 || T > 300 ? 0.25 : n > 150 || T > 120 ? 0.4 : 0.6
do for [l = 0:H] {
    n = int(word(widths, l + 1))
    set tmargin at screen real(y) / high
    set bmargin at screen real(y - raster) / high
    set ylabel (l == 0 ? "input" : sprintf("layer %d", l))
    set yrange [-0.5:n - 0.5]
    plot "raster.csv" using (column(1) == l ? column(3) : NaN):2 with points pt disc ps dot(n) lc rgb (l == 0 ? "#666666" : colour[1]) notitle
    y = y - raster - gap
}
set autoscale y
set tmargin at screen real(y) / high
set bmargin at screen real(y - curve) / high
set ylabel sprintf("potential, layer %d", H)
set key at screen 0.785, screen real(y) / high left top Left reverse
plot threshold with lines dt 2 lw 1.2 lc rgb "#444444" title "threshold", \
    for [i = 1:m] "hidden.csv" using 1:2 * i with lines lw 1.8 lc rgb colour[i] title "neuron ".word(neurons, i), \
    for [i = 1:m] "hidden.csv" using 1:2 * i + 1 with points pt disc ps 0.7 * dot lc rgb colour[i] notitle, \
    NaN with points pt disc ps 0.7 * dot lc rgb "#444444" title "spike"
y = y - curve - gap
set tmargin at screen real(y) / high
set bmargin at screen real(y - curve) / high
set key at screen 0.785, screen real(y) / high left top Left reverse
set format x "%g"
set xlabel "step"
set ylabel "potential, readout"
if (silent) { set yrange [-1:1] }
plot for [k = 0:K - 1] "readout.csv" using 1:2 * k + 2 with lines lw 1.2 lc rgb "#b0b0b0" title (k > 0 ? "" : true < 0 ? "outputs" : "other classes"), \
    for [k = predicted:(predicted < 0 ? -2 : predicted)] "readout.csv" using 1:2 * k + 2 with lines lw 2.2 lc rgb colour[2] \
        title (predicted == true ? "" : sprintf("class %d, predicted", k)), \
    for [k = true:(true < 0 ? -2 : true)] "readout.csv" using 1:2 * k + 2 with lines lw 3 lc rgb colour[1] \
        title sprintf("class %d, true", k)
unset multiplot
unset output

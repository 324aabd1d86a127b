# One sample of a dataset: its spike raster and, for pictures, its events summed over time. In figure.csv: title, columns (of
# text), inputs, steps, channels (0: no pictures), width, height. raster.csv: step, input, events; frame.csv: x, y, a column per channel.
load "plots/style.gp"
heading = ""
stats "figure.csv" using (heading = stringcolumn("title"), inputs = int(column("inputs")), T = int(column("steps")), \
    channels = int(column("channels")), w = int(column("width")), h = int(column("height")), columns = int(column("columns")), 0) nooutput
format = word(formats, 1)
wide = channels == 2 ? 1400 : channels == 1 ? 1100 : 900
high = 460
load "plots/terminal.gp"
# A share of the most events as a character.
shade(v) = substr(" .:-=+*#%@", 1 + ceil(9 * v), 1 + ceil(9 * v))
set multiplot title (format eq "txt" ? "" : heading) noenhanced font ",16"
right = channels == 2 ? 0.50 : channels == 1 ? 0.60 : 0.975
set lmargin at screen (format eq "txt" ? 10.0 / columns : 106.0 / wide)
set rmargin at screen right
set bmargin at screen 0.14
set tmargin at screen 0.86
set xrange [0.5:T + 0.5]
set yrange [-0.5:inputs - 0.5]
set xlabel "step"
set ylabel "input"
size = inputs > 1000 || T > 300 ? 0.25 : inputs > 300 || T > 120 ? 0.4 : inputs > 100 || T > 60 ? 0.55 : 0.8
plot "raster.csv" using 1:2 with points pt disc ps size lc rgb colour[1] notitle
if (channels > 0) {
    set palette defined (0 "white", 1 "black")
    unset xlabel
    unset ylabel
    unset grid
    set style fill solid
    set border 15 lw 1.2
    set cblabel "events"
    set autoscale
    stats "frame.csv" using (column(3) > column(channels + 2) ? column(3) : column(channels + 2)) nooutput
    set cbrange [0:(STATS_max > 0 ? STATS_max : 1)]
    set xrange [-0.5:w - 0.5]
    set yrange [h - 0.5:-0.5]
    set size ratio -1
    span = (0.92 - right - 0.04 * channels) / channels
    do for [c = 1:channels] {
        left = right + 0.04 * c + span * (c - 1)
        set lmargin at screen left
        set rmargin at screen left + span
        if (c < channels) { unset colorbox } else { set colorbox user origin 0.93, 0.14 size 0.012, 0.5 }
        set title (channels == 1 ? "summed over time" : (c == 1 ? "ON" : "OFF").(format eq "txt" ? "" : ", summed over time"))
        if (format eq "txt") {
            unset colorbox
            most = STATS_max > 0 ? STATS_max : 1
            plot "frame.csv" using 1:2:(shade(column(c + 2) / most)) with labels notitle
        } else {
            plot "frame.csv" using 1:2:(column(c + 2)) with image notitle
        }
    }
}
unset multiplot
unset output

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
set lmargin at screen (format eq "txt" ? 12.0 / columns : 106.0 / wide)
set rmargin at screen right
set bmargin at screen 0.14
set tmargin at screen 0.86
set xrange [0.5:T + 0.5]
set yrange [-0.5:inputs - 0.5]
set xlabel "step"
if (format eq "txt" && T >= 10) { set xtics 5 * int(ceil(T / (right * columns - 14.0))) }
set ylabel "input" offset (format eq "txt" ? -3 : 0),0
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
    # Text: a cell is kx x ky characters, about as wide as high; a picture that is too large leaves cells out, and has no gaps.
    rows = int(high / 20.0)
    room = int((columns * (0.99 - right) - 3) / channels) - 2
    step = int(ceil(w / (1.0 * room) > h / (0.75 * rows) ? ceil(w / (1.0 * room)) : ceil(h / (0.75 * rows))))
    ky = int(0.75 * rows * step / h)
    kx = int(room * step / w)
    if (kx > 2 * ky) { kx = 2 * ky }
    if (ky > (kx + 1) / 2) { ky = (kx + 1) / 2 }
    repeated(c, n) = n <= 0 ? "" : c.repeated(c, n - 1)
    kept(v) = int(v) % step == 0 ? v : NaN
    do for [c = 1:channels] {
        left = right + 0.04 * c + span * (c - 1)
        set lmargin at screen left
        set rmargin at screen left + span
        if (c < channels) { unset colorbox } else { set colorbox user origin 0.93, 0.14 size 0.012, 0.5 }
        set title (channels == 1 ? (format eq "txt" ? "summed" : "summed over time") : (c == 1 ? "ON" : "OFF").(format eq "txt" ? "" : ", summed over time"))
        if (format eq "txt") {
            unset colorbox
            unset xtics
            unset ytics
            set size noratio
            most = STATS_max > 0 ? STATS_max : 1
            from = int(right * columns) + 2 + (c - 1) * (room + 3)
            set lmargin at screen from / (columns - 1.0)
            set rmargin at screen (from + 1.0 * kx * ((w + step - 1) / step) + 1) / (columns - 1.0)
            set bmargin at screen 3 / (rows - 1.0)
            set tmargin at screen (4 + 1.0 * ky * ((h + step - 1) / step)) / (rows - 1.0)
            plot for [r = 1:ky] "frame.csv" using (kept($1)):(kept($2) + step * (r - (ky + 1) / 2.0) / ky):(repeated(shade(column(c + 2) / most), kx)) with labels notitle
        } else {
            plot "frame.csv" using 1:2:(column(c + 2)) with image notitle
        }
    }
}
unset multiplot
unset output

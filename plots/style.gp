# One style for all figures: Okabe-Ito colours (safe for colour-blind readers), sizes for half a page.
set datafile separator ","
set datafile columnheaders
set datafile missing "nan"
array colour[8] = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#F0E442"]
set border 3 lw 1.2
set tics nomirror out scale 0.6
set grid lc rgb "#dddddd" lw 0.8
set key opaque samplen 2 spacing 1.05
set style fill transparent solid 0.18 noborder
# Files that each script writes, one per format; `spikebench plot` sets this. Sizes are in pixels of the PNG.
if (!exists("formats")) formats = "svg png"
svg_terminal(w, h) = sprintf("svg size %d,%d dynamic enhanced font 'DejaVu Sans,15' background rgb 'white'", w, h)
png_terminal(w, h) = sprintf("pngcairo size %d,%d enhanced font 'DejaVu Sans,13' background rgb 'white'", w, h)
pdf_terminal(w, h) = sprintf("pdfcairo size %.3fin,%.3fin enhanced font 'DejaVu Sans,13' fontscale 0.8 linewidth 1.4 background rgb 'white'", w / 96.0, h / 96.0)
terminal(format, w, h) = "set terminal ".(format eq "svg" ? svg_terminal(w, h) : format eq "pdf" ? pdf_terminal(w, h) : png_terminal(w, h))
# For log axes: exact zeros, and rounding errors far below what is looked at, are drawn at `low`. NaN stays NaN.
at_least(v, low) = v <= low ? low : v
# Rows of summary.csv and time_to_accuracy.csv: the label without its widths, which is one curve over depth.
line_name(d) = stringcolumn("name").substr(stringcolumn("label"), \
    strlen(stringcolumn("name")) + strlen(stringcolumn("hidden")) + 2, strlen(stringcolumn("label")))
# Sets of words. Side effects in `stats FILE using (set = with_word(set, word), 0)` collect them from a file.
has_word(set, w) = strstrt(" ".set." ", " ".w." ") > 0
with_word(set, w) = has_word(set, w) ? set : (set eq "" ? w : set." ".w)
place(set, w) = sum [i_word = 1:words(set)] (word(set, i_word) eq w ? i_word : 0)
# The value of an option in a label (..._KEY=VALUE_...), "" where the label has none.
after(label, key) = substr(label, strstrt(label, "_".key."=") + strlen(key) + 2, strlen(label))
until_next(text) = strstrt(text, "_") > 0 ? substr(text, 1, strstrt(text, "_") - 1) : text
setting(label, key) = strstrt(label, "_".key."=") > 0 ? until_next(after(label, key)) : ""
# Curve i of many: seven colours with a disc, then the same with a square.
hue(i) = colour[(i - 1) % 7 + 1]
mark(i) = i <= 7 ? 7 : i <= 14 ? 5 : 9
# Trainers have one colour, point and dash in all figures that use these: their place here, others behind in the order of
# `others`, which the script collects. Random features alone are black, and dotted where they are drawn as the floor.
trainers = "bptt admm_resync admm forward_mode forward_forward lfp random_features ".\
    "admm_anderson admm_joint admm_linearized admm_hybrid exact_spike_time"
others = ""
behind(k) = words(trainers) + k + (words(trainers) % 7 + k - 1) / 6 # every seventh colour is black
trainer(name) = has_word(trainers, name) ? place(trainers, name) : behind(place(others, name))
dash(i) = i <= 7 ? 1 : i <= 14 ? 2 : 4
# Accuracies in % near 100 and near 0 in one panel: the axis is the logarithm of the error.
error_axis = "set nonlinear y via -log10(101 - y) inverse 101 - 10 ** (-y); set yrange [0:100]; ".\
    "set ytics (0, 20, 40, 60, 70, 80, 85, 90, 93, 95, 97, 98, 99, 100)"
at_most_100(v) = v > 100 ? 100 : v
# "#rrggbb" as the number that `lc rgb variable` takes.
rgb(text) = int("0x".substr(text, 2, 7))

# One style for all figures: Okabe-Ito colours (safe for colour-blind readers), sizes for half a page.
# Every script runs in a private folder that holds its data (report/figure_data.h), this folder as plots/, and figure.csv: a row
# of titles and numbers. Texts come from these files alone; no script has an argument, and none evaluates a text.
set datafile separator ","
set datafile columnheaders
set datafile missing "nan"
array colour[8] = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#F0E442"]
set border 3 lw 1.2
set tics nomirror out scale 0.6
set grid lc rgb "#dddddd" lw 0.8
set key opaque samplen 2 spacing 1.05 noenhanced
set style fill transparent solid 0.18 noborder
# The formats to draw in: svg 1, png 2, pdf 4, text 8, svg that reads the mouse 16. In a loop over `formats` a script sets `wide` and `high`, in pixels of the PNG, and
# `part`, what the file's name ends in, and loads plots/terminal.gp.
bits = 0
stats "figure.csv" using (bits = int(column("formats")), 0) nooutput
formats = (bits & 17 ? "svg " : "").(bits & 2 ? "png " : "").(bits & 4 ? "pdf " : "").(bits & 8 ? "txt" : "")
part = ""
# Points: in text a character.
disc = bits & 8 ? "*" : 7
at_least(v, low) = v <= low ? low : v # NaN stays NaN
at_most_100(v) = v > 100 ? 100 : v
positive(v) = v > 0 ? v : NaN
# Curve i of many: seven colours with a disc, then the same with a square and dashes, and so on. Trainers have one colour, point and dash in all figures
# that take `place` as i (names.csv, lines.csv).
hue(i) = colour[(int(i) - 1) % 7 + 1]
mark(i) = int(word("7 5 9 11", int((i - 1) / 7) % 4 + 1))
dash(i) = int(word("1 2 4 5", int((i - 1) / 7) % 4 + 1))
# The font of a title of at most `size` points that fits a figure `wide` pixels wide; the pixels of a legend whose longest text has
# n characters.
fit(title, size) = sprintf(",%.3g", size * 0.8 * strlen(title) > wide ? wide / (0.8 * strlen(title)) : size)
legend_pixels(n) = 90 + (format eq "svg" ? 9.0 : 11.0) * (n > 12 ? n : 12)
# "#rrggbb" as the number that `lc rgb variable` takes.
rgb(text) = int("0x".substr(text, 2, 7))

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
svg_terminal(w, h) = sprintf("svg size %d,%d dynamic enhanced font 'DejaVu Sans,15' background rgb 'white'", w, h)
png_terminal(w, h) = sprintf("pngcairo size %d,%d enhanced font 'DejaVu Sans,13' background rgb 'white'", w, h)
# For log axes: exact zeros, and rounding errors far below what is looked at, are drawn at `low`. NaN stays NaN.
at_least(v, low) = v <= low ? low : v

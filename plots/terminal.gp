# The terminal of `format`, `wide` x `high` pixels, and the file figure`part`.`format`.
if (format eq "svg") { set terminal svg size wide,high dynamic enhanced font "DejaVu Sans,15" background rgb "white" }
if (format eq "png") { set terminal pngcairo size wide,high enhanced font "DejaVu Sans,13" background rgb "white" }
if (format eq "pdf") { set terminal pdfcairo size (wide / 96.0)in,(high / 96.0)in enhanced font "DejaVu Sans,13" fontscale 0.8 linewidth 1.4 background rgb "white" }
set output "figure".part.".".format

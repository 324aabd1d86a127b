# The terminal of `format`, `wide` x `high` pixels (text: `columns` wide), and the file figure`part`.`format`.
if (format eq "svg" && bits & 16) { set terminal svg size wide,high dynamic mouse standalone enhanced font "DejaVu Sans,15" background rgb "white" }
if (format eq "svg" && !(bits & 16)) { set terminal svg size wide,high dynamic enhanced font "DejaVu Sans,15" background rgb "white" }
if (format eq "png") { set terminal pngcairo size wide,high enhanced font "DejaVu Sans,13" background rgb "white" }
if (format eq "pdf") { set terminal pdfcairo size (wide / 96.0)in,(high / 96.0)in enhanced font "DejaVu Sans,13" fontscale 0.8 linewidth 1.4 background rgb "white" }
if (format eq "txt") { set terminal dumb noenhanced size columns, int(high / 20.0); unset grid; set key samplen 1 }
# points of svg are twice as large as those of the others
dot = format eq "svg" ? 0.5 : 1
set pointsize dot
set output "figure".part.".".format

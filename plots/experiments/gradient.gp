# Cosine and relative error of gradient estimates, against the slope of the surrogate and against the number of directions; a
# column per network. Full: at the start; dashed and hollow: after training. Medians and quartiles over seeds.
# gnuplot -c experiments/gradient.gp SCRIPTS OUT FOLDER DATASET "LABEL1 LABEL2 ..." "NAME1 NAME2 ..."
load ARG1."/style.gp"
summary = ARG3."/summary.csv"
widths = ""
stats summary using (widths = with_word(widths, stringcolumn("hidden")), 0) nooutput
stages = ""
do for [l in ARG5] { if (setting(l, "train_epochs") ne "") { stages = with_word(stages, setting(l, "train_epochs")) } }
stages = stages eq "" ? "all" : stages
n = words(widths)
label_of(name, hidden, s) = name."_".hidden.(word(stages, s) eq "all" ? "" : "_train_epochs=".word(stages, s))
there(name, hidden, s) = has_word(ARG5, label_of(name, hidden, s))
file(name, hidden, s) = ARG3."/curves_summary/".label_of(name, hidden, s).".csv"
shapes = "fast_sigmoid arctan triangular boxcar"
randoms = "jvp weight_perturbation stein"
shown(kind) = kind eq "slope" ? shapes : randoms
symbol(s) = s == 1 ? 7 : 6
dashes(s) = s == 1 ? 1 : 2
# Curves of one panel, and the constants: lfp, and what the reference's own error allows.
curve(name, i, hidden, s, x, y) = sprintf("'%s' using '%s_med':(at_least(column('%s_med'), -1)) with linespoints pt %d ps 0.9 lw 1.8 dt %d lc rgb hue(%d) notitle, ".\
    "'' using '%s_med':'%s_med':'%s_q1':'%s_q3' with yerrorbars ps 0 lw 1 lc rgb hue(%d) notitle, ", file(name, hidden, s), x, y, symbol(s), dashes(s), i, x, y, y, y, i)
constant(value, s, rgb, width) = value == value ? sprintf("%.6g with lines lw %g dt %d lc rgb '%s' notitle, ", value, width, s == 1 ? 4 : 3, rgb) : ""
read(name, hidden, s, what) = sprintf("found = NaN; if (there('%s', '%s', %d)) { stats '%s' using (column('%s_med') == column('%s_med') ? (found = column('%s_med')) : 0) nooutput }", \
    name, hidden, s, file(name, hidden, s), what, what, what)
of(kind, i) = word(shown(kind), i)
hue_of(kind, i) = kind eq "slope" ? i : i == 1 ? 1 : i + 3
legend(kind) = sprintf(", for [i = 1:words(shown('%s'))] keyentry with linespoints pt 7 ps 0.9 lw 2 lc rgb hue(hue_of('%s', i)) title of('%s', i)", kind, kind, kind).\
    ", keyentry with lines lw 2 dt 4 lc rgb '#777777' title 'lfp'"
notes = ", keyentry with lines lw 2 dt 4 lc rgb '#000000' title 'ceiling: error of the'".", keyentry with points ps 0 title 'reference itself'"
notes2 = words(stages) < 2 ? "" : sprintf(", keyentry with linespoints pt 7 lw 2 lc rgb '#444444' title '%s epochs', keyentry with linespoints pt 6 dt 2 lw 2 lc rgb '#444444' title '%s epochs', keyentry with lines dt 3 lw 2 lc rgb '#444444' title '%s epochs: lfp, ceiling'", \
    word(stages, 1), word(stages, 2), word(stages, 2))
set logscale x 2
do for [format in formats] {
    eval terminal(format, 1400, 1360)
    set output ARG2.".".format
    set multiplot layout 4,n title "Gradient estimates against the gradient of the expected loss, ".ARG4 noenhanced font ",18" \
        margins 0.05,0.815,0.045,0.925 spacing 0.04,0.065
    do for [kind in "slope directions"] {
        do for [what in "cosine relative_error"] {
            do for [d = 1:n] {
                hidden = word(widths, d)
                set title sprintf("%s, hidden %s", what eq "cosine" ? "cosine" : "relative error", hidden) noenhanced offset 0,-0.5
                if (what eq "cosine") { unset logscale y; set yrange [-0.45:1.03]; set ytics 0.25 } else { set logscale y; set yrange [0.05:(kind eq "slope" ? 100 : 1000)]; set ytics 10 }
                set xlabel (what eq "cosine" ? "" : kind eq "slope" ? "slope (1 / width)" : "directions") offset 0,0.6
                if (kind eq "slope") { set xrange [0.2:80]; set xtics ("1/4" 0.25, "1" 1, "4" 4, "16" 16, "64" 64) } else { set xrange [0.8:330]; set xtics ("1" 1, "4" 4, "16" 16, "64" 64, "256" 256) }
                if (d == n && what eq "cosine") { set key at screen 0.82,(kind eq "slope" ? 0.93 : 0.47) left top Left reverse noenhanced font ",13" } else { unset key }
                lines = ""
                do for [s = 1:words(stages)] {
                    do for [i = 1:words(shown(kind))] {
                        if (there(of(kind, i), hidden, s)) { lines = lines.curve(of(kind, i), hue_of(kind, i), hidden, s, kind, what) }
                    }
                    eval read("lfp", hidden, s, what)
                    lines = lines.constant(found, s, "#777777", 2)
                    eval read(word(shown(kind), 1), hidden, s, "cosine_ceiling")
                    lines = lines.constant(what eq "cosine" ? found : sqrt(1 - found ** 2), s, "#000000", 1.6)
                }
                eval "plot ".lines."NaN notitle".(d == n && what eq "cosine" ? legend(kind).notes.notes2 : "")
            }
        }
    }
    unset multiplot
    unset output
}

# Tasks in sequence: test accuracy after the last task, and what was lost since each task's own end, against the width. Means and
# standard deviations over seeds. With all classes at once (one task) the accuracy is that of all test samples, and nothing is lost.
load "plots/style.gp"
load "plots/data.gp"
summary = "groups.csv"
number_of_tasks = 1
stats summary using (number_of_tasks = column("tasks") > number_of_tasks ? column("tasks") : number_of_tasks, 0) nooutput
final(what) = column("tasks") > 1 ? column("acc_test_tasks_".what) : column("acc_test_".what)
lost(what) = column("tasks") > 1 ? column("drop_test_".what) : 0
width(r) = width_first[int(column("width"))]
of(i) = column("name") == i
spread(v) = column("seeds") > 1 && v >= 0 ? v : 0
# side by side: a little to the left or right of the width, on a logarithmic axis
beside(i) = 1.03 ** (i - (n_names + 1) / 2.0)
# rows of other lines are missing, not gaps in a line
set datafile missing NaN
longest = 0
do for [i = 1:n_names] { longest = strlen(name_text[i]) > longest ? strlen(name_text[i]) : longest }
do for [format in formats] {
    rest = 30.0 + legend_pixels(longest)
    wide = 940 + rest
    high = 540
    load "plots/terminal.gp"
    set multiplot layout 1,2 title sprintf("%d tasks in sequence, %s: ", number_of_tasks, dataset).over("mean and standard deviation") \
        noenhanced font ",17" margins 66 / wide,1 - rest / wide,0.14,0.84 spacing 72 / wide,0.1
    set logscale x 2
    set xrange [width_first[1] / 1.3:width_first[n_widths] * 1.3]
    set xtics ()
    do for [w = 1:n_widths] { set xtics add (width_text[w] width_first[w]) }
    set xlabel "neurons of the hidden layer"
    set yrange [0:100]
    set title "test accuracy over all tasks (%)"
    unset key
    plot for [i = 1:n_names] summary using (of(i) ? width(0) * beside(i) : NaN):(100 * final("mean")):(100 * spread(final("sd"))) with yerrorbars pt mark(i) ps 1.1 * dot lw 1.6 lc rgb hue(i) notitle, \
         for [i = 1:n_names] summary using (of(i) ? width(0) * beside(i) : NaN):(100 * final("mean")) with linespoints pt mark(i) ps 1.1 * dot lw 2.2 lc rgb hue(i)
    set title "drop since each task's end (points)"
    set key at screen 1 - (rest - 12) / wide,0.84 left top Left reverse font ",14"
    plot for [i = 1:n_names] summary using (of(i) ? width(0) * beside(i) : NaN):(100 * lost("mean")):(100 * spread(lost("sd"))) with yerrorbars pt mark(i) ps 1.1 * dot lw 1.6 lc rgb hue(i) notitle, \
         for [i = 1:n_names] summary using (of(i) ? width(0) * beside(i) : NaN):(100 * lost("mean")) with linespoints pt mark(i) ps 1.1 * dot lw 2.2 lc rgb hue(i) title name_text[i]
    unset logscale x
    unset multiplot
    unset output
}

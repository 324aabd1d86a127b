# Accuracies in % near 100 and near 0 in one panel: the axis is the logarithm of the error.
set nonlinear y via -log10(101 - y) inverse 101 - 10 ** (-y)
set yrange [0:100]
set ytics (0, 40, 60, 70, 80, 85, 90, 93, 95, 97, 98, 99, 100)

# Final accuracy of the simulated network against the number of hidden layers: means and standard deviations over seeds.
load "plots/style.gp"
load "plots/data.gp"
heading = heading.": ".over("mean and standard deviation")
load "plots/depth_lines.gp"

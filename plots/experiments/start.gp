# Training and test accuracy of the simulated network against hidden layers, a line per start of ADMM.
load "plots/style.gp"
load "plots/data.gp"
heading = "Starts of ADMM, simulated network on ".dataset.": ".over("mean and standard deviation")
load "plots/depth_lines.gp"

# Training and test accuracy of the simulated network against hidden layers, a line per start of ADMM.
load "plots/style.gp"
load "plots/data.gp"
heading = "Starts of ADMM, simulated network on ".dataset.": mean and standard deviation over seeds"
load "plots/depth_lines.gp"

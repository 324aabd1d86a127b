# Training and test accuracy of the simulated network against hidden layers, a line per trainer.
load "plots/style.gp"
load "plots/data.gp"
heading = "Simulated network on ".dataset.": ".over("mean and standard deviation")
load "plots/depth_lines.gp"

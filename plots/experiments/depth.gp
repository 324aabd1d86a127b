# Training and test accuracy of the simulated network against hidden layers, a line per trainer.
# gnuplot -c experiments/depth.gp SCRIPTS OUT FOLDER DATASET "LABEL1 LABEL2 ..." "NAME1 NAME2 ..."
load ARG1."/style.gp"
summary = ARG3."/summary.csv"
names = ""
stats summary using (names = with_word(names, line_name(0)), column("hidden_layers")) nooutput
title = "Simulated network on ".ARG4.": mean and standard deviation over seeds"
deepest = sprintf("%d", STATS_max)
call ARG1."/depth.gp" ARG1 ARG2 title summary names deepest ARG4

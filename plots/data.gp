# The groups of a figure as arrays: what report/figure_data.h describes.
dataset = ""
heading = ""
hidden_widths = ""
stats "figure.csv" using (dataset = stringcolumn("dataset"), heading = stringcolumn("title"), hidden_widths = stringcolumn("widths"), \
    depth_given = int(column("layers")), by_time = int(column("by_time")), spike_solves = int(column("spike_solves")), searched = int(column("searched")), 0) nooutput
stats "groups.csv" using (1) nooutput
n_groups = int(STATS_records)
array text[n_groups]
array curve[n_groups]
array name_of[n_groups]
array line_of[n_groups]
array width_of[n_groups]
array layers_of[n_groups]
array seeds_of[n_groups]
array own_rule_of[n_groups]
r = 0
stats "groups.csv" using (r = int(column(0)) + 1, text[r] = stringcolumn("text"), curve[r] = int(column("curve")), \
    name_of[r] = int(column("name")), line_of[r] = int(column("line")), width_of[r] = int(column("width")), \
    layers_of[r] = int(column("layers")), seeds_of[r] = int(column("seeds")), \
    own_rule_of[r] = int(column("own_rule")), 0) nooutput
# The curve of group r: medians (_med) and quartiles (_q1, _q3) over seeds.
curve_file(r) = sprintf("curve_%d.csv", curve[r])
stats "names.csv" using (1) nooutput
n_names = int(STATS_records)
array name_text[n_names]
stats "names.csv" using (name_text[int(column(0)) + 1] = stringcolumn("text"), 0) nooutput
stats "lines.csv" using (1) nooutput
n_lines = int(STATS_records)
array line_text[n_lines]
array line_place[n_lines]
stats "lines.csv" using (line_text[int(column(0)) + 1] = stringcolumn("text"), line_place[int(column(0)) + 1] = int(column("place")), 0) nooutput
stats "widths.csv" using (1) nooutput
n_widths = int(STATS_records)
# Lines whose accuracies are by a rule of the trainer's own say so.
do for [r = 1:n_groups] { if (own_rule_of[r] && !strstrt(line_text[line_of[r]], " (own rule)")) { line_text[line_of[r]] = line_text[line_of[r]]." (own rule)" } }
array width_text[n_widths]
array width_first[n_widths]
array width_layers[n_widths]
stats "widths.csv" using (width_text[int(column(0)) + 1] = stringcolumn("text"), width_first[int(column(0)) + 1] = column("first"), \
    width_layers[int(column(0)) + 1] = int(column("layers")), 0) nooutput
# The distinct depths in order.
n_depths = 0
array depth[n_groups]
last_depth = 0
do for [step = 1:n_groups] {
    next_depth = 0
    do for [r = 1:n_groups] { if (layers_of[r] > last_depth && (next_depth == 0 || layers_of[r] < next_depth)) { next_depth = layers_of[r] } }
    if (next_depth > 0) { n_depths = n_depths + 1; depth[n_depths] = next_depth; last_depth = next_depth }
}
deepest = depth[n_depths]
# What titles say of the seeds: over("medians") is "medians over 5 seeds", or "one seed".
fewest_seeds = seeds_of[1]
most_seeds = seeds_of[1]
do for [r = 2:n_groups] {
    if (seeds_of[r] < fewest_seeds) { fewest_seeds = seeds_of[r] }
    if (seeds_of[r] > most_seeds) { most_seeds = seeds_of[r] }
}
seeds_text = most_seeds == 1 ? "one seed" : fewest_seeds == most_seeds ? sprintf("%d seeds", most_seeds) : sprintf("%d to %d seeds", fewest_seeds, most_seeds)
over(what) = most_seeds == 1 ? seeds_text : what." over ".seeds_text
# Whether other work ran on the machine: seconds say so then.
shared = 0
stats "points.csv" using (shared = shared || !(column("timing_valid") == 1), 0) nooutput
indication = shared ? ", shared machine" : ""
group(d) = int(column(0)) + 1
is_floor(text) = substr(text, 1, 15) eq "random_features"

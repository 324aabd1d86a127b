# One experiment's CSV file as LaTeX: a booktabs table, or number macros.
# awk -v kind=KIND -v experiment=NAME -f tables.awk FILE.csv [FILE.csv ...]
#   numbers       summary.csv: \setresult{NAME}{LABEL}{KEY}{TEXT} for every mean, KEY train, val, test, seconds, iters
#   depth         summary.csv: a row per series, columns for depths, cells "training / test"
#   list          summary.csv: a row per label, training and test accuracy with deviations, seconds
#   acceleration  time_to_accuracy.csv: iterations to each accuracy, by depth
#   sensitivity   summary.csv: least, median and best validation accuracy per solver
#   conditioning  curves_summary/*.csv: rcond, backward error and training accuracy per configuration
#   provenance    runs.csv: one row (no table around it): runs, commits, BLAS and CPU
#   paired        paired.csv: a row per trainer and depth, differences to the reference with their 95 % intervals, in points
#   data_size     runs.csv: fitted exponents of the seconds per iteration
BEGIN { FS = "," }

function split_csv(line, cells,    i, n, c, quoted, text) { # fields may be quoted
    if (line !~ /"/) return split(line, cells, ",")
    n = 0; text = ""; quoted = 0
    for (i = 1; i <= length(line); i++) {
        c = substr(line, i, 1)
        if (c == "\"") quoted = !quoted
        else if (c == "," && !quoted) { cells[++n] = text; text = "" }
        else text = text c
    }
    cells[++n] = text
    return n
}
function tex(text) { # the characters that TeX reads as its own
    gsub(/\\/, "\\textbackslash ", text)
    sub(/_start_rate=/, " ", text) # as in the figure
    gsub(/[_%&#$]/, "\\\\&", text)
    return text
}
function is_number(x) { return x != "" && x != "nan" }
function percent(x) { return is_number(x) ? sprintf("%.1f", 100 * x) : "--" }
function with_sd(mean, sd) {
    if (!is_number(mean)) return "--"
    return is_number(sd) ? sprintf("$%.1f \\pm %.1f$", 100 * mean, 100 * sd) : sprintf("%.1f", 100 * mean)
}
function scientific(x,    e, m) {
    if (!is_number(x)) return "--"
    if (x <= 0) return "0"
    e = int(log(x) / log(10)); if (exp(e * log(10)) > x) e--
    m = x / exp(e * log(10))
    if (sprintf("%.1f", m) == "10.0") { m = 1; e++ }
    return sprintf("$%.1f \\cdot 10^{%d}$", m, e)
}
function series() { return get("name") substr(get("label"), length(get("name")) + length(get("hidden")) + 2) }
function get(name) { return (name in place) ? cell[place[name]] : "nan" }
function setting(label, key,    at, rest) {
    at = index(label, "_" key "=")
    if (!at) return ""
    rest = substr(label, at + length(key) + 2)
    return index(rest, "_") ? substr(rest, 1, index(rest, "_") - 1) : rest
}
function remember(list, x,    i) { # ordered set: list[0] is its size
    for (i = 1; i <= list[0]; i++) if (list[i] == x) return i
    list[++list[0]] = x
    return list[0]
}
function join(list,    i, text) {
    text = list[1]
    for (i = 2; i <= list[0]; i++) text = text "; " list[i]
    return text
}
function sort_numbers(list, n,    i, k, t) {
    for (i = 2; i <= n; i++)
        for (k = i; k > 1 && list[k] + 0 < list[k - 1] + 0; k--) { t = list[k]; list[k] = list[k - 1]; list[k - 1] = t }
}
function columns(n, letter,    s) { while (n-- > 0) s = s letter; return s }
function open_table(spec) { printf "\\begin{tabular}{%s}\n\\toprule\n", spec }
function close_table() { print "\\bottomrule\n\\end{tabular}" }
function number(key, text) { printf "\\setresult{%s}{%s}{%s}{%s}\n", experiment, get("label"), key, text }

FNR == 1 {
    delete place
    for (i = split_csv($0, cell); i > 0; i--) place[cell[i]] = i
    files++
    next
}
{ split_csv($0, cell) }

kind == "numbers" {
    number("train", percent(get("acc_train_mean")))
    number("val", percent(get("acc_val_mean")))
    number("test", percent(get("acc_test_mean")))
    number("seconds", is_number(get("train_s_mean")) ? sprintf("%.2f", get("train_s_mean")) : "--")
    number("iters", is_number(get("iters_mean")) ? sprintf("%d", get("iters_mean")) : "--")
    number("seeds", get("seeds"))
}
kind == "depth" {
    s = remember(names, series())
    remember(depths, get("hidden_layers"))
    shown[s, get("hidden_layers")] = percent(get("acc_train_mean")) " / " percent(get("acc_test_mean"))
}
kind == "list" {
    if (NR == 2) {
        open_table("lrrrr")
        print "Configuration & Seeds & Training \\% & Test \\% & Training time, s \\\\\n\\midrule"
    }
    printf "%s & %s & %s & %s & %s \\\\\n", tex(get("label")), get("seeds"), with_sd(get("acc_train_mean"), get("acc_train_sd")), \
        with_sd(get("acc_test_mean"), get("acc_test_sd")), is_number(get("train_s_mean")) ? sprintf("%.2f", get("train_s_mean")) : "--"
}
function points(column) {
    return sprintf("$%+.1f \\pm %.1f$", 100 * get("acc_" column "_difference"), 100 * get("acc_" column "_half"))
}
kind == "paired" {
    if (NR == 2) {
        open_table("lrrrrr")
        print "Trainer & Hidden layers & Pairs & Training & Validation & Test \\\\\n\\midrule"
    }
    printf "%s & %d & %d & %s & %s & %s \\\\\n", tex(get("name")), gsub(/-/, "-", cell[place["hidden"]]) + 1, get("pairs"), points("train"), \
        points("val"), points("test")
}
kind == "acceleration" {
    s = remember(names, series())
    remember(depths, get("hidden_layers")); remember(levels, get("accuracy"))
    text = is_number(get("iters_mean")) ? sprintf("%.1f", get("iters_mean")) : "--"
    if (get("reached") + 0 > 0 && get("reached") != get("seeds")) text = text sprintf("\\,(%d/%d)", get("reached"), get("seeds"))
    shown[s, get("accuracy"), get("hidden_layers")] = text
}
kind == "sensitivity" {
    s = remember(names, get("name"))
    if (is_number(get("acc_val_mean"))) {
        values[s, ++count[s]] = get("acc_val_mean")
        if (count[s] == 1 || get("acc_val_mean") > best[s]) {
            best[s] = get("acc_val_mean"); at_best[s] = get("acc_test_mean")
            rho[s] = setting(get("label"), "rho"); beta[s] = setting(get("label"), "beta")
        }
    }
}
kind == "conditioning" {
    file = FILENAME; sub(/.*\//, "", file); sub(/\.csv$/, "", file)
    s = remember(names, file)
    for (c in place) {
        v = cell[place[c]]
        if (!is_number(v)) continue
        if (c ~ /^rcond_w_[0-9]+_med$/ && (!((s) in rcond) || v + 0 < rcond[s])) rcond[s] = v + 0
        if (c ~ /^backward_error_w_[0-9]+_med$/ && (!((s) in backward) || v + 0 > backward[s])) backward[s] = v + 0
    }
    last[s] = get("acc_train_med")
}
kind == "provenance" {
    finished += get("status") == "ok"
    remember(commits, get("git_commit") (get("dirty") == "1" ? " (changed)" : ""))
    split(get("blas"), blas, " ")
    remember(machines, get("cpu") ", " (blas[2] == "" ? "OpenBLAS" : blas[1] " " blas[2]) " " get("blas_core"))
}
kind == "data_size" && get("status") == "ok" {
    rows++
    solver[rows] = get("solver"); remember(names, get("solver"))
    samples[rows] = get("dataset.n_train"); steps[rows] = get("dataset.T")
    seconds[rows] = get("train_s") / get("iters")
}

function exponent(name, which, wanted,    i, n, x, y, sx, sy, sxx, sxy) {
    for (i = 1; i <= rows; i++) {
        if (solver[i] != name || (which == "N" ? steps[i] : samples[i]) != wanted) continue
        x = log(which == "N" ? samples[i] : steps[i]); y = log(seconds[i])
        n++; sx += x; sy += y; sxx += x * x; sxy += x * y
    }
    return n * sxx - sx * sx > 1e-12 ? sprintf("%.2f", (n * sxy - sx * sy) / (n * sxx - sx * sx)) : "--"
}
END {
    if (NR < 2) exit 1
    if (kind == "list" || kind == "paired") close_table()
    if (kind == "depth") {
        sort_numbers(depths, depths[0])
        open_table("l" columns(depths[0], "c"))
        printf "& \\multicolumn{%d}{c}{Hidden layers: training / test accuracy, \\%%} \\\\\nTrainer", depths[0]
        for (d = 1; d <= depths[0]; d++) printf " & %s", depths[d]
        print " \\\\\n\\midrule"
        for (s = 1; s <= names[0]; s++) {
            printf "%s", tex(names[s])
            for (d = 1; d <= depths[0]; d++) printf " & %s", ((s, depths[d]) in shown) ? shown[s, depths[d]] : "--"
            print " \\\\"
        }
        close_table()
    }
    if (kind == "acceleration") {
        sort_numbers(depths, depths[0])
        open_table("l" columns(levels[0] * depths[0], "c"))
        for (k = 1; k <= levels[0]; k++)
            printf " & \\multicolumn{%d}{c}{to %g \\%%}", depths[0], 100 * levels[k]
        printf " \\\\\nHidden layers"
        for (k = 1; k <= levels[0]; k++) for (d = 1; d <= depths[0]; d++) printf " & %s", depths[d]
        print " \\\\\n\\midrule"
        for (s = 1; s <= names[0]; s++) {
            printf "%s", tex(names[s])
            for (k = 1; k <= levels[0]; k++) for (d = 1; d <= depths[0]; d++)
                printf " & %s", ((s, levels[k], depths[d]) in shown) ? shown[s, levels[k], depths[d]] : "--"
            print " \\\\"
        }
        close_table()
    }
    if (kind == "provenance")
        printf "%s & %d & %s & %s \\\\\n", tex(experiment), finished, tex(join(commits)), tex(join(machines))
    if (kind == "sensitivity") {
        open_table("lrrrrrr")
        print "& & \\multicolumn{3}{c}{Validation \\%} & Test \\% at & \\\\"
        print "Solver & Settings & least & median & best & best validation & $(\\rho, \\beta)$ there \\\\\n\\midrule"
        for (s = 1; s <= names[0]; s++) {
            n = count[s] + 0
            for (i = 1; i <= n; i++) sorted[i] = values[s, i]
            sort_numbers(sorted, n)
            if (!n) { printf "%s & 0 & -- & -- & -- & -- & -- \\\\\n", tex(names[s]); continue }
            middle = n % 2 ? sorted[(n + 1) / 2] : (sorted[n / 2] + sorted[n / 2 + 1]) / 2
            printf "%s & %d & %s & %s & %s & %s & (%s, %s) \\\\\n", tex(names[s]), n, percent(sorted[1]), percent(middle), \
                percent(best[s]), percent(at_best[s]), rho[s], beta[s]
        }
        close_table()
    }
    if (kind == "conditioning") {
        open_table("llrrr")
        print "Weight solve & Precision & Least rcond & Largest backward error & Training \\% \\\\\n\\midrule"
        for (s = 1; s <= names[0]; s++) {
            noise = setting(names[s], "noise")
            if (noise != "" && noise + 0 != 0) continue # the same solves from a start changed by rounding
            name = names[s]; sub(/_[-0-9]+(_.*)?$/, "", name)
            printf "%s & %s & %s & %s & %s \\\\\n", tex(name), setting(names[s], "precision") == "" ? "--" : setting(names[s], "precision"), \
                scientific((s in rcond) ? rcond[s] : "nan"), scientific((s in backward) ? backward[s] : "nan"), percent(last[s])
        }
        close_table()
    }
    if (kind == "data_size") {
        most = -1; longest = -1
        for (i = 1; i <= rows; i++) if (samples[i] > most) { most = samples[i]; T0 = steps[i] }
        for (i = 1; i <= rows; i++) if (steps[i] > longest) { longest = steps[i]; N0 = samples[i] }
        open_table("lrr")
        printf "Solver & Exponent of $N$ ($T = %s$) & Exponent of $T$ ($N = %s$) \\\\\n\\midrule\n", T0, N0
        for (s = 1; s <= names[0]; s++)
            printf "%s & %s & %s \\\\\n", tex(names[s]), exponent(names[s], "N", T0), exponent(names[s], "T", N0)
        close_table()
    }
}

# The model of docs/scaling.md: seconds to an accuracy over ranks and networks, from what was measured on one and two ranks.
# awk -v out=FOLDER -f docs/scaling.awk ranks.csv EXPERIMENT/traffic.csv...
# ranks.csv is that of tests/bench/ranks.py, an EXPERIMENT/traffic.csv of spikebench summarise (report/groups.h) with two ranks.
# Writes into FOLDER
#   model.csv  a row per dataset, trainer, network, ranks and level that all seeds reach: seconds of an iteration, of its work and of its
#              messages, and to the level. parts: the program divides among so many ranks at most. shown: the level that the figure takes
#              of this dataset, the highest that two trainers or more reach
#   best.csv   the number of ranks, not above parts, with the fewest seconds
#   winners.csv  of each dataset, level and network the trainer with the fewest seconds, and the next one
#   check.csv  an iteration on two ranks of one machine: measured, and as the model says
# Prints the check.

function ceil(x) { return x == int(x) ? x : int(x) + 1 }
function min(a, b) { return a < b ? a : b }
function max(a, b) { return a > b ? a : b }
# Rounds on the way to rank 0, and back: log2 of the ranks.
function rounds(ranks,    k, n) {
    for (n = 1; n < ranks; n *= 2) k++
    return k + 0
}
function parts(n) { return min(ceil(n / CHUNK), PARTS) }
# The parts of the busiest rank, where grains of size parts are dealt out.
function busiest(n_parts, ranks, size) { return ceil(ceil(n_parts / size) / ranks) * size }
# The share of a mini-batch (or of all samples) of n that the busiest rank has: support/parallel.c, parts_of_rank. With more ranks than
# parts, as if a rank could have as little as one sample.
function share(n, ranks,    n_parts, chunks, size, grains, k, first, end, most) {
    n_parts = parts(n); chunks = ceil(n / CHUNK)
    if (ranks > n_parts) return max(ceil(n / ranks), 1) / n
    for (size = 1; 4 * size * ranks <= n_parts && 8 * busiest(n_parts, ranks, 2 * size) <= 9 * busiest(n_parts, ranks, 1); size *= 2) continue
    grains = ceil(n_parts / size)
    for (k = 0; k < ranks; k++) {
        first = min(ceil(grains * k / ranks) * size, n_parts)
        end = min(ceil(grains * (k + 1) / ranks) * size, n_parts)
        most = max(most, int(end * chunks / n_parts) - int(first * chunks / n_parts))
    }
    return most / chunks
}
# Seconds of an iteration's work: what each rank does itself, and its share of what is divided.
function work(c, ranks) { return fixed[c] + divided[c] * share(batch[c], ranks) }
# Seconds of an iteration's messages. Those of two ranks are one round up and one down; the word to go on is one more down.
function traffic(c, ranks, latency, speed) {
    return rounds(ranks) * ((messages[c] + 1) * latency + (bytes[c] + WORD) / speed)
}
function network(name, latency, speed) {
    n_networks++
    net[n_networks] = name; latencies[n_networks] = latency; speeds[n_networks] = speed
}
function winner(d, k, link,    c, first, second) {
    for (c = 1; c <= n; c++) {
        if (dataset[c] != d || !((c, k, link) in fewest)) continue
        if (!first || fewest[c, k, link] < fewest[first, k, link]) { second = first; first = c }
        else if (!second || fewest[c, k, link] < fewest[second, k, link]) second = c
    }
    if (!first) return
    printf "%s,%g,%s,%s,%d,%.5g,", d, level[k], net[link], label[first], with_ranks[first, k, link], fewest[first, k, link] >winners
    if (second) printf "%s,%d,%.5g\n", label[second], with_ranks[second, k, link], fewest[second, k, link] >winners
    else print ",," >winners
}
BEGIN {
    FS = ","
    CHUNK = 64; PARTS = 64; WORD = 16 # bytes
    MOST = 1024
    network("10 GbE 0.05 ms", 50e-6, 1.25e9)
    network("1 GbE 0.1 ms", 100e-6, 125e6)
    network("100 Mbit/s 1 ms", 1e-3, 12.5e6)
    network("100 Mbit/s 10 ms", 10e-3, 12.5e6)
    network("100 Mbit/s 50 ms", 50e-3, 12.5e6)
    MEMORY_LATENCY = 5e-6; MEMORY_SPEED = 2e9 # two processes of one machine
}
FNR == 1 { split("", at); for (i = 1; i <= NF; i++) at[$i] = i; files++; next }
files == 1 {
    c = ++n
    dataset[c] = $at["dataset"]; label[c] = $at["label"]; batch[c] = $at["batch"]
    half[c] = $at["half_s"]; whole[c] = $at["whole_s"]; pair[c] = $at["pair_s"]; two[c] = $at["two_s"]
    # with half of the samples half of the divided work: half = fixed + divided / 2, whole = fixed + divided
    divided[c] = max(0, min(2 * (whole[c] - half[c]), whole[c]))
    fixed[c] = whole[c] - divided[c]
    number[dataset[c], label[c]] = c
    next
}
(($at["dataset"], $at["name"]) in number) {
    c = number[$at["dataset"], $at["name"]]
    for (k = 1; k <= n_levels && level[k] != $at["level"] + 0; k++) continue
    if (k > n_levels) level[++n_levels] = $at["level"] + 0
    if ($at["reached"] == 0) next
    # of the highest level: levels come in order
    messages[c] = $at["messages"] / $at["iters"]; bytes[c] = $at["bytes_sent"] / $at["iters"]
    counted[c] = 1; seeds[c] = $at["seeds"]
    if ($at["reached"] != $at["seeds"]) next
    iters[c, k] = $at["iters"]
    trainers[dataset[c], k]++
    if (trainers[dataset[c], k] >= 2) shown[dataset[c]] = max(shown[dataset[c]], k)
}
END {
    model = out "/model.csv"; winners = out "/winners.csv"; best = out "/best.csv"; check = out "/check.csv"
    print "dataset,label,network,link,level,shown,seeds,ranks,parts,work_s,traffic_s,iteration_s,seconds" >model
    print "dataset,label,network,level,alone_s,ranks,seconds,faster" >best
    print "dataset,level,network,label,ranks,seconds,next_label,next_ranks,next_seconds" >winners
    print "dataset,label,one_s,two_s,model_s,ratio,fixed_share" >check
    for (c = 1; c <= n; c++) {
        if (!counted[c]) continue
        # two strangers on one machine slow each other down: so do two ranks
        slower = pair[c] / half[c]
        two_s = slower * work(c, 2) + traffic(c, 2, MEMORY_LATENCY, MEMORY_SPEED)
        printf "%s,%s,%.5g,%.5g,%.5g,%.3f,%.3f\n", dataset[c], label[c], whole[c], two[c], two_s, two_s / two[c], fixed[c] / whole[c] >check
        printf "%-7s %-17s two ranks: measured %.5f s, model %.5f s, model / measured %.2f\n", dataset[c], label[c], two[c], two_s, two_s / two[c]
        for (k = 1; k <= n_levels; k++) {
            if (!((c, k) in iters)) continue
            for (link = 1; link <= n_networks; link++) {
                least = 0
                for (ranks = 1; ranks <= min(MOST, batch[c]); ranks *= 2) {
                    w = work(c, ranks)
                    t = ranks > 1 ? traffic(c, ranks, latencies[link], speeds[link]) : 0
                    seconds = iters[c, k] * (w + t)
                    printf "%s,%s,%s,%d,%g,%d,%d,%d,%d,%.5g,%.5g,%.5g,%.5g\n", dataset[c], label[c], net[link], link, level[k],
                        k == shown[dataset[c]], seeds[c], ranks, parts(batch[c]), w, t, w + t, seconds >model
                    if (ranks == 1) alone = seconds
                    if (ranks <= parts(batch[c]) && (!least || seconds < least)) { least = seconds; best_ranks = ranks }
                }
                printf "%s,%s,%s,%g,%.5g,%d,%.5g,%.2f\n", dataset[c], label[c], net[link], level[k], alone, best_ranks, least, alone / least >best
                fewest[c, k, link] = least; with_ranks[c, k, link] = best_ranks
            }
        }
    }
    for (c = 1; c <= n; c++) {
        if (dataset[c] in told) continue
        told[dataset[c]] = 1
        for (k = 1; k <= n_levels; k++)
            for (link = 1; link <= n_networks; link++) winner(dataset[c], k, link)
    }
}

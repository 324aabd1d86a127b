# A table of results without what may differ between two runs of one configuration and seed: those columns are
# blank, by their names. -v also="NAME...": more of them.
BEGIN {
    FS = OFS = ","
    n = split("setup_s train_s eval_s cpu_s peak_bytes date timing_valid threads solver_bytes curve_crc32 " also, names, " ")
    for (i = 1; i <= n; i++) skip[names[i]] = 1
}
FNR == 1 {
    split("", drop)
    for (i = 1; i <= NF; i++) if ($i in skip) drop[i] = 1
}
{
    for (i in drop) $i = ""
    print $0
}

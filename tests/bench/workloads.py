#!/usr/bin/python3
"""SpikeBench alone on workloads A to G: seconds, one thread and two in turn, distance from the floor, peak memory.

usage: workloads.py [--build DIR] [--workloads ABCDEFG] [--precision float,double] [--repeats 9] [--out FILE]

A to D: an epoch and an evaluation by bptt; E to G: an iteration of admm and of admm_resync (see peers/workload.c). In the same
run one core's rates are measured, between the repeats: a dense product, a copy, sums over lists (peers/rates.h). The floor
(floors.py; one thread; not for admm_resync, which counts instead of adding) is the sum of the least work at these rates; the
shaped floor, of admm, takes each product and solve at the rate of its own shape (peers/dense.h). Two threads have to give the
bits of one. What two cores are worth: twice the seconds of one thread over those of two processes of one at the same time.
"""
import argparse
import statistics
import sys

import floors
from workload import Workload, blas_core, quartiles, short, write_rows

KEY = ["workload", "precision", "solver", "work", "threads", "blas_core"]


def floor_parts(workload, solver, work):
    size = 4 if workload.precision == "float" else 8
    entries = workload.ask("entries")
    if solver == "bptt":
        return floors.bptt(workload.n, workload.T, workload.N, entries, work == "epoch", size)
    return floors.admm(workload.n, workload.T, workload.N, entries, size) if solver == "admm" else None


def row(workload, name, solver, work, threads, own, extra):
    q = quartiles(own)
    return {"workload": name, "precision": workload.precision, "solver": solver, "work": work, "threads": threads,
            "blas_core": blas_core(), "kernels": workload.level, "repeats": len(own), "seconds_q1": short(q[0]),
            "seconds": short(q[1]), "seconds_q3": short(q[2]), "samples_per_s": short(workload.N / q[1]), **extra}


def together(sides, work):
    """Seconds of the later one."""
    for side in sides:
        side.tell(work)
    return max(side.answer(work)[0] for side in sides)


def shaped_floor(parts, rates, side, repeats):
    """The rate of each shape is the median of as many as there are repeats."""
    found = {}

    def rate(*shape):
        if shape not in found:
            found[shape] = statistics.median(side.ask("rate %s %d %d %d" % shape)[0] for _ in range(repeats))
        return found[shape]

    return floors.shaped_seconds(parts, rates, rate)


def measure(o, name, precision, solver, work):
    sides = [Workload(o.build, name, precision, threads, solver) for threads in (1, 2, 1)]
    own, rates, both = ([], []), [], []
    for side in sides:
        side.ask(work)
    memory = [side.ask("memory")[0] / 1024 for side in sides]  # measuring rates takes more
    for repeat in range(o.repeats):
        rates.append(sides[0].ask("rates"))
        for side, times in zip(sides, own):
            times.append(side.ask(work)[0])
        both.append(together(sides[::2], work))
        sides[1].ask(work)  # or it would have gone less far
    rates = [statistics.median(rate) for rate in zip(*rates)]
    if sides[0].bits() != sides[1].bits():
        sys.exit("%s %s %s: two threads give other bits than one" % (name, precision, solver))
    parts, gain = floor_parts(sides[0], solver, work), quartiles([a / b for a, b in zip(*own)])
    floor = floors.seconds(parts, rates) if parts else ""
    shaped = shaped_floor(parts, rates, sides[0], o.repeats) if solver == "admm" else None
    cores = quartiles([2 * a / b for a, b in zip(own[0], both)])[1]
    rows = []
    for k, threads in enumerate((1, 2)):
        floored = threads == 1 and parts
        rows.append(row(sides[k], name, solver, work, threads, own[k], {
            "peak_mb": short(memory[k]), "one_over_two": short(gain[1]) if threads == 2 else "",
            "one_over_two_q1": short(gain[0]) if threads == 2 else "", "two_cores": short(cores) if threads == 2 else "",
            "product_gflops": short(rates[0] / 1e9), "copy_gbs": short(rates[1] / 1e9), "lists_gflops": short(rates[2] / 1e9),
            "dense_gflop": short(floors.flops_of(parts[0]) / 1e9) if floored else "", "lists_gflop": short(parts[1] / 1e9) if floored else "",
            "bytes_mb": short(parts[2] / 1e6) if floored else "", "floor_s": short(floor) if floored else "",
            "over_floor": short(statistics.median(own[0]) / floor) if floored else "",
            "shaped_floor_s": short(shaped) if floored and shaped else "",
            "over_shaped_floor": short(statistics.median(own[0]) / shaped) if floored and shaped else ""}))
    print("%s %-6s %-11s %s: %s s, two threads %s s (%.2f times, two processes %.2f); floor %s s, over it %s, shaped %s; %.0f MB" %
          (name, precision, solver, work, rows[0]["seconds"], rows[1]["seconds"], gain[1], cores, rows[0]["floor_s"],
           rows[0]["over_floor"], rows[0]["over_shaped_floor"], memory[0]), flush=True)
    for side in sides:
        side.close()
    return rows


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--build", default="build")
    p.add_argument("--workloads", default="ABCDEFG")
    p.add_argument("--precision", default="float,double")
    p.add_argument("--repeats", type=int, default=9)
    p.add_argument("--out", help="CSV file; rows of other runs stay")
    o = p.parse_args()
    for precision in o.precision.split(","):
        for name in o.workloads:
            for solver, work in ([("bptt", "epoch"), ("bptt", "infer")] if name in "ABCD" else
                                 [("admm", "epoch"), ("admm_resync", "epoch")]):
                write_rows(o.out, KEY, measure(o, name, precision, solver, work))


if __name__ == "__main__":
    main()

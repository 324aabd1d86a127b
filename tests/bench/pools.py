#!/usr/bin/python3
"""SpikeBench's own pool of threads beside OpenMP's with passive waiting: the same work in turn, two threads each.

usage: pools.py [--build DIR] [--workloads ACDG] [--precision float,double] [--threads 2] [--repeats 15] [--out FILE]

DIR/openmp has the workload programs with OpenMP's pool (tests/bench/openmp/pool.c). Both have to give the same bits. Printed: the
lower quartile, median and upper quartile of own seconds / OpenMP's; above 1, OpenMP is faster.
"""
import argparse
import os
import statistics
import sys

from workload import Workload, blas_core, quartiles, short, write_rows


def measure(o, name, precision, solver, work):
    sides = [Workload(build, name, precision, o.threads, solver, environment={"OMP_WAIT_POLICY": "passive"})
             for build in (o.build, os.path.join(o.build, "openmp"))]
    times = ([], [])
    for repeat in range(o.repeats + 1):  # the first is thrown away
        for side, own in zip(sides, times):
            own.append(side.ask(work)[0])
    if sides[0].bits() != sides[1].bits():
        sys.exit("%s %s %s: the pools give different bits" % (name, precision, solver))
    for side in sides:
        side.close()
    own, openmp = times[0][1:], times[1][1:]
    q = quartiles([a / b for a, b in zip(own, openmp)])
    print("%s %-6s %-5s %s: own pool %.5f s, OpenMP %.5f s: %.3f [%.3f, %.3f]" %
          (name, precision, solver, work, statistics.median(own), statistics.median(openmp), q[1], q[0], q[2]), flush=True)
    return {"workload": name, "precision": precision, "solver": solver, "work": work, "threads": o.threads,
            "blas_core": blas_core(), "repeats": o.repeats, "own_s": short(statistics.median(own)),
            "openmp_s": short(statistics.median(openmp)), "ratio_q1": short(q[0]), "ratio": short(q[1]), "ratio_q3": short(q[2])}


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--build", default="build")
    p.add_argument("--workloads", default="ACDG")
    p.add_argument("--precision", default="float,double")
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--repeats", type=int, default=15)
    p.add_argument("--out", help="CSV file; rows of other runs stay")
    o = p.parse_args()
    rows = []
    for precision in o.precision.split(","):
        for name in o.workloads:
            for solver, work in [("bptt", "epoch"), ("bptt", "infer")] if name in "ABCD" else [("admm", "epoch")]:
                rows.append(measure(o, name, precision, solver, work))
    write_rows(o.out, ["workload", "precision", "solver", "work", "threads", "blas_core"], rows)
    over = statistics.geometric_mean(float(row["ratio"]) for row in rows)
    print("own pool / OpenMP, geometric mean of the medians: %.3f (above 1, OpenMP is faster)" % over)


if __name__ == "__main__":
    main()

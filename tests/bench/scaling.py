#!/usr/bin/python3
"""Time of an epoch of bptt and of an iteration of admm against size: points and fitted exponents.

usage: scaling.py [--build DIR] [--precision double] [--repeats 9] [--out DIR]

One of N, T, width, depth, density changes, the others stay at the base (256 inputs, one hidden layer of 128, 10 classes, N 400,
T 20, density 5 %). All points of a line are timed in turn. The exponent is the slope of log seconds over log size by least
squares over the range named, with its standard error. Writes DIR/scaling.csv and DIR/exponents.csv.
"""
import argparse
import math
import os

from workload import Workload, blas_core, quartiles, short, write_rows

BASE = {"N": 400, "T": 20, "width": 128, "depth": 1, "density": 0.05}
RANGES = {"N": [200, 400, 800, 1600, 3200], "T": [10, 20, 40, 80, 160], "width": [32, 64, 128, 256, 512],
          "depth": [1, 2, 4, 8], "density": [0.01, 0.02, 0.05, 0.1, 0.2]}


def shape(axis, value):
    at = {**BASE, axis: value}
    hidden = "-".join([str(at["width"])] * at["depth"])
    return "%s:256:10:%d:%d:%g" % (hidden, at["N"], at["T"], at["density"])


def fit(x, y):
    """Slope and its standard error."""
    x, y, n = [math.log(v) for v in x], [math.log(v) for v in y], len(x)
    mx, my = sum(x) / n, sum(y) / n
    squares = sum((a - mx) ** 2 for a in x)
    slope = sum((a - mx) * (b - my) for a, b in zip(x, y)) / squares
    rest = sum((b - my - slope * (a - mx)) ** 2 for a, b in zip(x, y))
    return slope, math.sqrt(rest / (n - 2) / squares)


def line(o, solver, axis):
    values = RANGES[axis]
    sides = [Workload(o.build, shape(axis, value), o.precision, 1, solver) for value in values]
    times = [[] for _ in values]
    for repeat in range(o.repeats + 1):  # the first is thrown away
        for side, own in zip(sides, times):
            own.append(side.ask("epoch")[0])
    for side in sides:
        side.close()
    quarters = [quartiles(own[1:]) for own in times]
    slope, error = fit(values, [q[1] for q in quarters])
    print("%-5s %-8s from %g to %g: exponent %.2f +- %.2f" % (solver, axis, values[0], values[-1], slope, error), flush=True)
    points = [{"solver": solver, "axis": axis, "value": value, "precision": o.precision, "blas_core": blas_core(),
               "repeats": o.repeats, "seconds_q1": short(q[0]), "seconds": short(q[1]), "seconds_q3": short(q[2])}
              for value, q in zip(values, quarters)]
    return points, {"solver": solver, "axis": axis, "from": values[0], "to": values[-1], "exponent": short(slope),
                    "standard_error": short(error)}


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--build", default="build")
    p.add_argument("--precision", choices=["float", "double"], default="double")
    p.add_argument("--repeats", type=int, default=9)
    p.add_argument("--out", required=True, help="folder of scaling.csv and exponents.csv")
    o = p.parse_args()
    for solver in "bptt", "admm":
        for axis in RANGES:
            points, exponent = line(o, solver, axis)
            write_rows(os.path.join(o.out, "scaling.csv"), ["solver", "axis", "value"], points)
            write_rows(os.path.join(o.out, "exponents.csv"), ["solver", "axis"], [exponent])


if __name__ == "__main__":
    main()

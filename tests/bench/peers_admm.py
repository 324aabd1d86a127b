#!/usr/bin/python3
"""Iterations of SpikeBench's admm beside a plain numpy version of the published ADMM, in turn in one run.

usage: peers_admm.py [--build DIR] [--workloads EFG] [--precision double] [--repeats 9] [--clock wall] [--out FILE]

The numpy version (docs/method.md, section 2) works on whole arrays: dense inputs, layer 1's matrix factored once,
symmetric systems by numpy.linalg.solve. Same data, start (the simulation of the same weights), penalties and order.
Its line is refused where the weights after one iteration in double differ by more than 1e-8 of their norm.
Printed: the lower quartile, median and upper quartile of numpy's seconds / SpikeBench's; above 1, SpikeBench is
faster. OPENBLAS_CORETYPE pins the BLAS of both sides.
"""
import argparse
import os
import statistics
import sys
import time

os.environ["OPENBLAS_NUM_THREADS"] = "1"
import numpy as np  # noqa: E402
from workload import Workload, blas_core, quartiles, short, write_rows  # noqa: E402

LEAK, THETA, EPS = 0.9, 1.0, 1e-5
RHO, BETA, KAPPA = 1.0, 0.1, 1e-8  # the program's defaults


def ridge(gram):
    """gram + kappa tr(gram)/n I"""
    return gram + KAPPA * np.trace(gram) / len(gram) * np.eye(len(gram))


def shifted(x):
    """x of the step before, zero before the first."""
    return np.concatenate([np.zeros_like(x[:1]), x[:-1]])


class Plain:
    """The iterate: z and a of layers 1 .. L as (T, N, n) arrays; a[0] is the data."""

    def __init__(self, workload):
        self.W = [None] + [w.copy() for w in workload.W]
        self.L, self.T = len(workload.W), workload.T
        self.y = np.eye(workload.n[-1], dtype=workload.x.dtype)[workload.labels]
        self.a, self.z = [workload.x], [None]
        for l in range(1, self.L + 1):
            v = self.product(l)
            z, a = np.empty_like(v), np.zeros_like(v)
            z[0] = v[0]
            for t in range(self.T):
                if t > 0:
                    z[t] = v[t] + (LEAK * z[t - 1] - (THETA * a[t - 1] if l < self.L else 0))
                if l < self.L:
                    a[t] = z[t] > THETA
            self.z.append(z)
            self.a.append(a)
        flat = self.a[0].reshape(-1, workload.n[0])
        # numpy has no triangular solve: the inverse of layer 1's matrix is kept in place of its factor
        self.first = np.linalg.inv(ridge(flat.T @ flat))
        self.multiplier = np.zeros_like(self.y)
        self.iteration = 0

    def product(self, l):
        return self.a[l - 1] @ self.W[l].T

    def target(self, l):
        """What W_l a_{l-1} should be."""
        if l < self.L:
            return self.z[l] - LEAK * shifted(self.z[l]) + THETA * shifted(self.a[l])
        x = self.z[l] - LEAK * shifted(self.z[l])
        x[-1] += self.multiplier / RHO
        return x

    def update_weights(self, l):
        below = self.a[l - 1].reshape(-1, self.a[l - 1].shape[2])
        D = self.target(l).reshape(-1, self.z[l].shape[2]).T @ below
        self.W[l] = D @ self.first if l == 1 else np.linalg.solve(ridge(below.T @ below), D.T).T
        return self.product(l)

    def update_spikes(self, l, v, steps, rhs):
        """a_{l,t} of some steps, all of them before the last or the last one alone."""
        last = steps.start == self.T - 1
        z, W = self.z[l][steps], self.W[l + 1]
        b = rhs[steps] + BETA * (z > THETA)
        if not last:
            after = slice(steps.start + 1, steps.stop + 1)
            b -= RHO * THETA * (self.z[l][after] - LEAK * z - v[after])
        M = RHO * W.T @ W + (BETA + (0 if last else RHO * THETA ** 2)) * np.eye(W.shape[1])
        a = np.linalg.solve(M, b.reshape(-1, b.shape[2]).T).T.reshape(b.shape)
        self.a[l][steps] = np.clip(a, 0, 1)

    def update_potential(self, l, v, t):
        z, a = self.z[l], self.a[l]
        m, weight = v[t], RHO
        if t > 0:
            m = m + LEAK * z[t - 1] - THETA * a[t - 1]
        if t + 1 < self.T:
            m = (m + LEAK * (z[t + 1] - v[t + 1] + THETA * a[t])) / (1 + LEAK ** 2)
            weight = RHO * (1 + LEAK ** 2)
        on, off = np.where(m > THETA, m, THETA + EPS), np.minimum(m, THETA)
        better = weight * (on - m) ** 2 + BETA * (a[t] - 1) ** 2 < weight * (off - m) ** 2 + BETA * a[t] ** 2
        z[t] = np.where(better, on, off)

    def update_output(self, v):
        z, T = self.z[self.L], self.T
        for t in range(T - 1):
            m = v[t] + LEAK * (z[t + 1] - v[t + 1])
            if t > 0:
                m += LEAK * z[t - 1]
            if t + 2 == T:
                m += LEAK / RHO * self.multiplier
            z[t] = m / (1 + LEAK ** 2)
        s = v[-1] + LEAK * z[-2]
        z[-1] = (RHO * s + 2 * self.y - self.multiplier) / (2 + RHO)
        if self.iteration >= self.warmup:
            self.multiplier += RHO * (z[-1] - s)

    def step(self):
        for l in range(1, self.L):
            v = self.update_weights(l)
            rhs = RHO * self.target(l + 1) @ self.W[l + 1]
            self.update_spikes(l, v, slice(0, self.T - 1), rhs)
            for t in range(self.T - 1):
                self.update_potential(l, v, t)
            self.update_spikes(l, v, slice(self.T - 1, self.T), rhs)
            self.update_potential(l, v, self.T - 1)
        self.update_output(self.update_weights(self.L))
        self.iteration += 1

    warmup = 10


def seconds(function, clock=time.perf_counter):
    since = clock()
    function()
    return clock() - since


def difference(ours, theirs):
    """The largest of the layers' relative differences."""
    return max(np.linalg.norm(a - b) / np.linalg.norm(a) for a, b in zip(ours, theirs))


def check(o, name):
    """The relative difference of all weights after one iteration in double."""
    workload = Workload(o.build, name, "double", 1, "admm").load()
    plain = Plain(workload)
    workload.ask("epoch")
    plain.step()
    found = difference(workload.weights(), plain.W[1:])
    workload.close()
    return found


def compare(o, name, precision, clock):
    found = check(o, name)
    if not found <= 1e-8:
        print("%s numpy refused: weights after one iteration differ by %.2g" % (name, found), flush=True)
        return []
    workload = Workload(o.build, name, precision, 1, "admm").load()
    plain, ours, theirs = Plain(workload), [], []
    workload.ask("epoch")
    plain.step()
    for _ in range(o.repeats):
        ours.append(workload.ask("epoch")[o.clock == "cpu"])
        theirs.append(seconds(plain.step, clock))
    workload.close()
    q = quartiles([b / a for a, b in zip(ours, theirs)])
    print("%s %-6s admm against numpy: %.4f s, %.4f s: %.2f [%.2f, %.2f]; weights differ by %.1e" %
          (name, precision, statistics.median(ours), statistics.median(theirs), q[1], q[0], q[2], found), flush=True)
    return [{"workload": name, "precision": precision, "threads": 1, "solver": "admm", "peer": "numpy",
             "blas_core": blas_core(), "repeats": o.repeats, "spikebench_s": short(statistics.median(ours)),
             "peer_s": short(statistics.median(theirs)), "ratio_q1": short(q[0]), "ratio": short(q[1]),
             "ratio_q3": short(q[2]), "weights_differ": "%.1e" % found}]


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--build", default="build")
    p.add_argument("--workloads", default="EFG")
    p.add_argument("--precision", default="double", help="float, double, or both with a comma")
    p.add_argument("--repeats", type=int, default=9)
    p.add_argument("--clock", choices=["wall", "cpu"], default="wall")
    p.add_argument("--out", help="CSV file; rows of other runs stay")
    o = p.parse_args()
    rows = []
    for precision in o.precision.split(","):
        for name in o.workloads:
            more = compare(o, name, precision, time.process_time if o.clock == "cpu" else time.perf_counter)
            write_rows(o.out, ["workload", "precision", "threads", "solver", "peer", "blas_core"], more)
            rows += more
    if not rows:
        sys.exit(1)


if __name__ == "__main__":
    main()

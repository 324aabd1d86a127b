#!/usr/bin/python3
"""Epochs and evaluations of SpikeBench's bptt beside PyTorch, in turn in one run.

usage: peers.py [--build DIR] [--workloads ABCD] [--precision float] [--threads 1] [--repeats 9] [--clock wall] [--out FILE]

Same data, start, batches, neuron, surrogate (fast sigmoid k / (2 (1 + k |x|)^2), k = 25), loss (cross-entropy of
the readout at the last step) and optimizer (Adam). Peers: `loop`, step by step through all layers; `hoisted`, each
layer's product over all steps at once. A peer's line is refused if its loss differs: in double by more than 1e-8 at
step 1 or 1e-3 at step 10, or in float by more than 1e-5 at step 1. (Adam divides small gradients by their size: in
float, rounding alone moves the loss of step 10 by about 1 %, between the two peers as well.) Peers get dense tensors that are in memory already.
Printed: the lower quartile, median and upper quartile of peer's seconds / SpikeBench's; above 1, SpikeBench is
faster. --clock cpu compares CPU seconds instead, for one thread on a machine that does other work. OPENBLAS_CORETYPE and SPIKEBENCH_ISA pin the kernels of both sides.
"""
import argparse
import csv
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time

LEAK, THETA, SLOPE, LR = 0.9, 1.0, 25.0, 0.002
CHECK_STEPS = 10


class Workload:
    """The program's side: starts it, reads what it wrote, asks it."""

    def __init__(self, build, name, precision, threads, solver="bptt"):
        import numpy as np
        program = os.path.join(build, "workload-f32" if precision == "float" else "workload-f64")
        self.file = tempfile.NamedTemporaryFile()
        self.process = subprocess.Popen([program, name, str(threads), self.file.name, solver], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True)
        ready = self.process.stdout.readline().split()
        if not ready or ready[0] != "ready":
            sys.exit("%s: %s did not start" % (sys.argv[0], program))
        self.level = ready[2]
        data = open(self.file.name, "rb").read()
        at = 0

        def take(kind, count):
            nonlocal at
            block = np.frombuffer(data, kind, count, at)
            at += block.nbytes
            return block

        layers = int(take("i8", 1)[0])
        self.n = [int(v) for v in take("i8", layers + 1)]
        self.T, self.N, self.batch, entries = (int(v) for v in take("i8", 4))
        start, index = take("i8", self.N * self.T + 1), take("i4", entries)
        self.labels = take("i4", self.N).astype("i8")
        self.real = real = "f4" if precision == "float" else "f8"
        self.W = [take(real, self.n[l] * self.n[l + 1]).reshape(self.n[l], self.n[l + 1]).T.copy()
                  for l in range(layers)]
        rows = np.repeat(np.arange(self.N * self.T), np.diff(start))
        self.x = np.zeros((self.N * self.T, self.n[0]), real)
        self.x[rows, index] = 1
        self.x = np.ascontiguousarray(self.x.reshape(self.N, self.T, self.n[0]).transpose(1, 0, 2))

    def ask(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()
        return [float(v) for v in self.process.stdout.readline().split()]

    def weights(self):
        """Those of now."""
        import numpy as np
        self.ask("weights")
        data, at, out = open(self.file.name, "rb").read(), 0, []
        for below, width in zip(self.n, self.n[1:]):
            block = np.frombuffer(data, self.real, below * width, at)
            at += block.nbytes
            out.append(block.reshape(below, width).T)
        return out

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.file.close()


def peers(workload, clock):
    """name -> Peer"""
    import torch

    class Spike(torch.autograd.Function):
        """1 where z > THETA; back: the fast sigmoid."""

        @staticmethod
        def forward(ctx, z):
            ctx.save_for_backward(z)
            return (z > THETA).to(z.dtype)

        @staticmethod
        def backward(ctx, gradient):
            z, = ctx.saved_tensors
            d = (z - THETA).abs_().mul_(SLOPE).add_(1)
            return gradient.div(d.square_()).mul_(SLOPE / 2)

    spike = Spike.apply
    x, labels = torch.from_numpy(workload.x), torch.from_numpy(workload.labels)

    def neurons(currents):
        """Spikes of all steps."""
        z = a = torch.zeros_like(currents[0])
        out = []
        for current in currents.unbind():
            z = torch.add(current, z, alpha=LEAK).sub(a, alpha=THETA)
            a = spike(z)
            out.append(a)
        return torch.stack(out)

    def hoisted(W, inputs):
        for w in W[:-1]:
            inputs = neurons(torch.matmul(inputs, w.t()))
        currents = torch.matmul(inputs, W[-1].t()).unbind()
        y = currents[0]
        for current in currents[1:]:
            y = torch.add(current, y, alpha=LEAK)
        return y

    def loop(W, inputs):
        zero = [torch.zeros(inputs.shape[1], w.shape[0], dtype=w.dtype) for w in W]
        z, a, y, across = list(zero), list(zero), zero[-1], [w.t() for w in W]
        for below in inputs.unbind():
            for l in range(len(W) - 1):
                z[l] = torch.addmm(z[l], below, across[l], beta=LEAK).sub(a[l], alpha=THETA)
                a[l] = below = spike(z[l])
            y = torch.addmm(y, below, across[-1], beta=LEAK)
        return y

    class Peer:
        def __init__(self, scores):
            self.scores = scores
            self.start()

        def start(self):
            self.W = [torch.from_numpy(w.copy()).requires_grad_() for w in workload.W]
            self.optimizer = torch.optim.Adam(self.W, lr=LR)

        def step(self, samples):
            self.optimizer.zero_grad()
            loss = torch.nn.functional.cross_entropy(self.scores(self.W, x[:, samples]), labels[samples])
            loss.backward()
            self.optimizer.step()
            return float(loss)

        def losses(self, count):
            out = []
            for k in range(count):
                first = k * workload.batch % workload.N
                out.append(self.step(torch.arange(first, first + workload.batch)))
            self.start()
            return out

        def epoch(self):
            since = clock()
            for samples in torch.randperm(workload.N).split(workload.batch):
                self.step(samples)
            return clock() - since

        def infer(self):
            since = clock()
            with torch.no_grad():
                for samples in torch.arange(workload.N).split(workload.batch):
                    self.scores(self.W, x[:, samples])
            return clock() - since

    return {"hoisted": Peer(hoisted), "loop": Peer(loop)}


# precision -> the steps whose losses are compared, and the relative difference allowed
ALLOWED = {"double": {1: 1e-8, 10: 1e-3}, "float": {1: 1e-5}}


def refused(own, theirs, precision):
    """Why a peer does not do the same, or None."""
    for step, allowed in ALLOWED[precision].items():
        ours, other = own[step - 1], theirs[step - 1]
        if not abs(ours - other) <= allowed * abs(ours):
            return "loss of step %d in %s: %.12g, SpikeBench's %.12g" % (step, precision, other, ours)
    return None


def refused_in_double(o, name, found={}):
    """peer -> why, of the same workload in double; asked once."""
    if name not in found:
        workload = Workload(o.build, name, "double", 1)
        own = workload.ask("steps %d" % CHECK_STEPS)
        found[name] = {peer: refused(own, side.losses(CHECK_STEPS), "double")
                       for peer, side in peers(workload, time.perf_counter).items()}
        workload.close()
    return found[name]


def quartiles(values):
    q = statistics.quantiles(values, n=4, method="inclusive")
    return q[0], q[1], q[2]


def measure(o, name, precision, threads):
    workload = Workload(o.build, name, precision, threads)
    own = workload.ask("steps %d" % CHECK_STEPS)
    rows, sides = [], {}
    for peer, side in peers(workload, time.process_time if o.clock == "cpu" else time.perf_counter).items():
        why = refused_in_double(o, name)[peer] or refused(own, side.losses(CHECK_STEPS), precision)
        if why:
            print("%s %-6s %d  %-8s refused: %s" % (name, precision, threads, peer, why), flush=True)
        else:
            sides[peer] = side
    for work in "epoch", "infer":
        ours, theirs = [], {peer: [] for peer in sides}
        workload.ask(work)
        for side in sides.values():
            getattr(side, work)()
        for _ in range(o.repeats):
            ours.append(workload.ask(work)[o.clock == "cpu"])
            for peer, side in sides.items():
                theirs[peer].append(getattr(side, work)())
        for peer, seconds in theirs.items():
            q1, median, q3 = quartiles([b / a for a, b in zip(ours, seconds)])
            rows.append([name, precision, threads, work, peer, workload.level, os.environ.get("OPENBLAS_CORETYPE", ""),
                         o.repeats, statistics.median(ours), statistics.median(seconds), q1, median, q3])
            print("%s %-6s %d  %-6s %-8s SpikeBench %.5f s, peer %.5f s: %.2f [%.2f, %.2f]"
                  % (name, precision, threads, work, peer, rows[-1][8], rows[-1][9], median, q1, q3), flush=True)
    memory = workload.ask("memory")[0]
    print("%s %-6s %d  peak memory: SpikeBench %.0f MB, this process with the peers so far %.0f MB"
          % (name, precision, threads, memory / 1024, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
          flush=True)
    workload.close()
    return rows


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--build", default="build")
    p.add_argument("--workloads", default="ABCD")
    p.add_argument("--precision", default="float", help="float, double, or both with a comma")
    p.add_argument("--threads", default="1", help="as 1,2")
    p.add_argument("--repeats", type=int, default=9)
    p.add_argument("--clock", choices=["wall", "cpu"], default="wall")
    p.add_argument("--out", help="CSV file")
    o = p.parse_args()
    try:
        import torch
    except ImportError:
        sys.exit("peers.py: no torch for %s (Debian: python3-torch)" % sys.executable)
    print("PyTorch %s, OPENBLAS_CORETYPE=%s" % (torch.__version__, os.environ.get("OPENBLAS_CORETYPE", "")))
    rows = []
    for threads in o.threads.split(","):
        torch.set_num_threads(int(threads))
        for precision in o.precision.split(","):
            for name in o.workloads:
                rows += measure(o, name, precision, int(threads))
    if o.out:
        with open(o.out, "w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["workload", "precision", "threads", "work", "peer", "kernels", "blas_core", "repeats",
                             "spikebench_s", "peer_s", "ratio_q1", "ratio", "ratio_q3"])
            writer.writerows(rows)


if __name__ == "__main__":
    main()

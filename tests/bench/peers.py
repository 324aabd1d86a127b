#!/usr/bin/python3
"""Epochs and evaluations of SpikeBench's bptt beside PyTorch, in turn in one run.

usage: peers.py [--build DIR] [--workloads ABCD] [--precision float] [--threads 1] [--repeats 9] [--clock wall]
                [--leave-out NAMES] [--peers DIR] [--out FILE]

Same data, start, batches, neuron, surrogate (fast sigmoid k / (2 (1 + k |x|)^2), k = 25), loss (cross-entropy of
the readout at the last step) and optimizer (Adam). Peers: `loop`, step by step through all layers; `hoisted`, each
layer's product over all steps at once; with --peers, snnTorch, SpikingJelly and Norse where DIR has their sources
(DIR/snntorch, DIR/spikingjelly, DIR/norse, and whatever they import), see pytorch.py. A peer's line is refused if its loss
differs: in double by more than 1e-8 at step 1 or 1e-3 at step 10, or in float by more than 1e-5 at step 1. (Adam divides small
gradients by their size: in float, rounding alone moves the loss of step 10 by about 1 %, between the two peers as well.)
Peers get dense tensors that are in memory already.
Printed: the lower quartile, median and upper quartile of peer's seconds / SpikeBench's; above 1, SpikeBench is
faster. --clock cpu compares CPU seconds instead, for one thread on a machine that does other work. OPENBLAS_CORETYPE and
SPIKEBENCH_ISA pin the kernels of both sides.
"""
import argparse
import os
import statistics
import sys
import time

from workload import Workload, blas_core, quartiles, short, write_rows

CHECK_STEPS = 10
PAUSE = 0.01  # seconds before each turn: OpenMP's threads wait by spinning for some time after the last one
# precision -> the steps whose losses are compared, and the relative difference allowed
ALLOWED = {"double": {1: 1e-8, 10: 1e-3}, "float": {1: 1e-5}}


def refused(own, theirs, precision):
    """Why a peer does not do the same, or None."""
    for step, allowed in ALLOWED[precision].items():
        ours, other = own[step - 1], theirs[step - 1]
        if not abs(ours - other) <= allowed * abs(ours):
            return "loss of step %d in %s: %.12g, SpikeBench's %.12g" % (step, precision, other, ours)
    return None


def check(o, name, peer, precision):
    """Why a peer is refused on this workload in this precision, or None."""
    options, make = o.all[peer]
    workload = Workload(o.build, name, precision, 1, "bptt", options).load()
    own = workload.ask("steps %d" % CHECK_STEPS)
    why = refused(own, o.Peer(workload, make(), time.perf_counter).losses(CHECK_STEPS), precision)
    workload.close()
    return why


class Turns:
    """SpikeBench's processes and the peers beside them, one after another."""

    def __init__(self, o, name, precision):
        self.own, self.peers = {}, {}
        clock = time.process_time if o.clock == "cpu" else time.perf_counter
        for peer, (options, make) in o.all.items():
            why = check(o, name, peer, "double") or (precision == "float" and check(o, name, peer, "float"))
            if why:
                print("%s %-6s %d  %-12s refused: %s" % (name, precision, o.threads, peer, why), flush=True)
                continue
            if options not in self.own:
                self.own[options] = Workload(o.build, name, precision, o.threads, "bptt", options).load()
            self.peers[peer] = o.Peer(self.own[options], make(), clock)

    def close(self):
        for workload in self.own.values():
            workload.close()


def measure(o, name, precision):
    turns, rows = Turns(o, name, precision), []
    for work in "epoch", "infer":
        ours = {options: [] for options in turns.own}
        theirs = {peer: [] for peer in turns.peers}
        for repeat in range(o.repeats + 1):  # the first is thrown away
            for options, workload in turns.own.items():
                time.sleep(PAUSE)
                ours[options].append(workload.ask(work)[o.clock == "cpu"])
            for peer, side in turns.peers.items():
                time.sleep(PAUSE)
                theirs[peer].append(getattr(side, work)())
        for peer, seconds in theirs.items():
            options = o.all[peer][0]
            own, seconds = ours[options][1:], seconds[1:]
            q = quartiles([b / a for a, b in zip(own, seconds)])
            rows.append({"workload": name, "precision": precision, "threads": o.threads, "work": work, "peer": peer,
                         "blas_core": blas_core(), "options": " ".join(options), "kernels": turns.own[options].level,
                         "repeats": o.repeats, "spikebench_s": short(statistics.median(own)),
                         "peer_s": short(statistics.median(seconds)),
                         "ratio_q1": short(q[0]), "ratio": short(q[1]), "ratio_q3": short(q[2])})
            print("%s %-6s %d  %-5s %-12s SpikeBench %s s, peer %s s: %.2f [%.2f, %.2f]"
                  % (name, precision, o.threads, work, peer, rows[-1]["spikebench_s"], rows[-1]["peer_s"], q[1], q[0], q[2]),
                  flush=True)
    turns.close()
    return rows


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--build", default="build")
    p.add_argument("--workloads", default="ABCD")
    p.add_argument("--precision", default="float", help="float, double, or both with a comma")
    p.add_argument("--threads", type=int, default=1, help="of both sides")
    p.add_argument("--repeats", type=int, default=9)
    p.add_argument("--clock", choices=["wall", "cpu"], default="wall")
    p.add_argument("--leave-out", default="", help="peers, with commas")
    p.add_argument("--peers", default="", help="folder with the sources of snnTorch, SpikingJelly, Norse")
    p.add_argument("--out", help="CSV file; rows of other runs stay")
    o = p.parse_args()
    # before PyTorch is loaded: OpenBLAS and OpenMP ask once
    os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = str(o.threads)
    try:
        import torch
    except ImportError:
        sys.exit("peers.py: no torch for %s (Debian: python3-torch)" % sys.executable)
    import pytorch
    torch.set_num_threads(o.threads)
    o.Peer = pytorch.Peer
    o.all = {**pytorch.PEERS, **pytorch.libraries(o.peers)}
    o.all = {peer: how for peer, how in o.all.items() if peer not in o.leave_out.split(",")}
    print("PyTorch %s, OpenBLAS %s, %d thread(s)" % (torch.__version__, blas_core(), o.threads), flush=True)
    rows = []
    for precision in o.precision.split(","):
        for name in o.workloads:
            more = measure(o, name, precision)
            write_rows(o.out, ["workload", "precision", "threads", "work", "peer", "blas_core"], more)
            rows += more
    if not rows:
        sys.exit(1)


if __name__ == "__main__":
    main()

#!/usr/bin/python3
"""Seconds of an iteration on one and on two ranks, of the runs of experiments/scale_*.yaml: strong and weak scaling.

usage: ranks.py [--build DIR] [--datasets digits,nmnist,mnist] [--seconds 420] [--out FILE]

Four runs in turn, again and again until the seconds are over (three times at least), each of as many iterations as take four seconds:
  half   one rank, the first half of the training samples (mini-batches half as large, so that there are as many)
  whole  one rank, all of them
  pair   two runs like the first, independent of each other, started together: the mean of the two
  two    two ranks, all of the samples
Strong scaling is whole / two, ideally 2; weak scaling is pair / two, ideally 1: two ranks do twice the work of one and share the
machine as two strangers would. Seconds are the program's own (train_s / iters of runs.csv), without set-up and evaluations. FILE
gets medians of the seconds, and lower quartile and median of the ratios of each turn. SPIKEBENCH_DATA holds nmnist/ and mnist/; a
dataset that is not there is left out, loudly.
"""
import argparse
import csv
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

from workload import blas_core, quartiles, short, write_rows

WAYS = ["half", "whole", "pair", "two"]


def cases(name):
    """Label, head and entry of each trainer of an experiment file; the files have one entry a dash."""
    with open("experiments/%s.yaml" % name) as file:
        head, body = file.read().split("solvers:\n")
    for entry in re.split(r"^(?=  - )", body, flags=re.M)[1:]:
        label = re.search(r"label: (\w+)", entry) or re.search(r"name: (\w+)", entry)
        yield label.group(1), head, entry


class Case:
    def __init__(self, o, dataset, work):
        self.o, self.work = o, work
        self.dataset, (self.label, head, self.entry) = dataset
        # one seed, one evaluation, which is not timed
        head = re.sub(r"seeds: .*", "seeds: [0]", re.sub(r"^(ranks|stop|eval_every): .*\n", "", head, flags=re.M))
        self.head = re.sub(r"experiment: .*", "experiment: turn", head)
        self.entry = re.sub(r", *stop: {[^}]*}", "", self.entry)
        self.n = int(re.search(r"n_train: (\d+)", head).group(1))
        batch = re.search(r"batch: (\d+)", self.entry)
        self.batch = int(batch.group(1)) if batch else self.n
        self.iterations = 2
        self.seconds = {way: [] for way in WAYS}

    def start(self, folder, ranks, halved):
        """Starts a run in a new folder."""
        folder = os.path.join(self.work, folder)
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        text = self.head + "ranks: %d\neval_every: 1000000\nstop: {max_iter: %d}\nsolvers:\n" % (ranks, self.iterations) + self.entry
        if halved:
            text = re.sub(r"(n_train|batch): (\d+)", lambda m: "%s: %d" % (m.group(1), int(m.group(2)) // 2), text)
        path = os.path.join(folder, "turn.yaml")
        with open(path, "w") as file:
            file.write(text)
        command = [os.path.join(self.o.build, "spikebench"), "run", path, "--out", folder, "--quiet"]
        return folder, subprocess.Popen(command, stdout=subprocess.DEVNULL)

    def finish(self, run):
        """Seconds of an iteration."""
        folder, process = run
        if process.wait() != 0:
            sys.exit("%s: a run of %s on %s has failed" % (sys.argv[0], self.label, self.dataset))
        with open(os.path.join(folder, "turn", "runs.csv"), newline="") as file:
            row = next(csv.DictReader(file))
        return float(row["train_s"]) / float(row["iters"])

    def calibrate(self):
        """How many iterations take about four seconds, so that what is made once weighs little."""
        self.iterations = max(2, min(120, int(4 / max(self.finish(self.start("a", 1, False)), 1e-3))))

    def turn(self):
        self.seconds["half"].append(self.finish(self.start("a", 1, True)))
        self.seconds["whole"].append(self.finish(self.start("a", 1, False)))
        self.seconds["pair"].append(statistics.mean([self.finish(run) for run in [self.start("a", 1, True), self.start("b", 1, True)]]))
        self.seconds["two"].append(self.finish(self.start("a", 2, False)))

    def row(self):
        strong = quartiles([a / b for a, b in zip(self.seconds["whole"], self.seconds["two"])])
        weak = quartiles([a / b for a, b in zip(self.seconds["pair"], self.seconds["two"])])
        print("%-7s %-17s %3d iterations, %2d turns: one rank %.4f s, two %.4f s; strong %.2f [%.2f], weak %.2f [%.2f]" %
              (self.dataset, self.label, self.iterations, len(self.seconds["two"]), statistics.median(self.seconds["whole"]),
               statistics.median(self.seconds["two"]), strong[1], strong[0], weak[1], weak[0]), flush=True)
        row = {"dataset": self.dataset, "label": self.label, "n": self.n, "batch": self.batch, "blas_core": blas_core(),
               "iterations": self.iterations, "turns": len(self.seconds["two"])}
        row.update({way + "_s": short(statistics.median(self.seconds[way])) for way in WAYS})
        row.update({"strong_q1": short(strong[0]), "strong": short(strong[1]), "weak_q1": short(weak[0]), "weak": short(weak[1])})
        return row


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--build", default="build")
    p.add_argument("--datasets", default="digits,nmnist,mnist")
    p.add_argument("--seconds", type=float, default=420)
    p.add_argument("--out", required=True, help="CSV file; rows of other datasets stay")
    o = p.parse_args()
    began, o.build = time.time(), os.path.abspath(o.build)
    with tempfile.TemporaryDirectory() as work:
        all_cases = []
        for dataset in o.datasets.split(","):
            if dataset == "digits" or os.path.isdir(os.path.join(os.environ.get("SPIKEBENCH_DATA") or "/nonexistent", dataset)):
                all_cases += [Case(o, (dataset, case), work) for case in cases("scale_" + dataset)]
            else:
                print("%s is left out: SPIKEBENCH_DATA/%s was not found" % (dataset, dataset), file=sys.stderr)
        for case in all_cases:
            case.calibrate()
        longest, turns = 0, 0
        while turns < 3 or time.time() - began + longest < o.seconds:
            since = time.time()
            for case in all_cases:
                case.turn()
            longest, turns = max(longest, time.time() - since), turns + 1
        write_rows(o.out, ["dataset", "label"], [case.row() for case in all_cases])


if __name__ == "__main__":
    main()

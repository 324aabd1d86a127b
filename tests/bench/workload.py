"""What the scripts of the speed report share: the process that does SpikeBench's side, quartiles and CSV files."""
import csv
import os
import statistics
import subprocess
import sys
import tempfile


class Workload:
    """A process of tests/bench/peers/workload.c: starts it, reads what it wrote, asks it."""

    def __init__(self, build, name, precision, threads, solver="bptt", options=(), environment=None):
        program = os.path.join(build, "workload-f32" if precision == "float" else "workload-f64")
        self.precision = precision
        self.file = tempfile.NamedTemporaryFile()
        self.process = subprocess.Popen([program, name, str(threads), self.file.name, solver, *options], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, env={**os.environ, **(environment or {})})
        ready = self.process.stdout.readline().split()
        if not ready or ready[0] != "ready":
            sys.exit("%s: %s did not start" % (sys.argv[0], program))
        self.level = ready[2]
        with open(self.file.name, "rb") as file:
            layers = int.from_bytes(file.read(8), sys.byteorder)
            head = file.read(8 * (layers + 5))
        head = [int.from_bytes(head[8 * i:8 * i + 8], sys.byteorder) for i in range(layers + 5)]
        self.n, (self.T, self.N, self.batch, self.entries) = head[:layers + 1], head[layers + 1:]

    def load(self):
        """The data and the start as numpy arrays: x (T, N, inputs), labels, W."""
        import numpy as np
        data, at = open(self.file.name, "rb").read(), 8 * (len(self.n) + 5)

        def take(kind, count):
            nonlocal at
            block = np.frombuffer(data, kind, count, at)
            at += block.nbytes
            return block

        start, index = take("i8", self.N * self.T + 1), take("i4", self.entries)
        self.labels = take("i4", self.N).astype("i8")
        self.real = real = "f4" if self.precision == "float" else "f8"
        self.W = [take(real, below * width).reshape(below, width).T.copy()
                  for below, width in zip(self.n, self.n[1:])]
        rows = np.repeat(np.arange(self.N * self.T), np.diff(start))
        self.x = np.zeros((self.N * self.T, self.n[0]), real)
        self.x[rows, index] = 1
        self.x = np.ascontiguousarray(self.x.reshape(self.N, self.T, self.n[0]).transpose(1, 0, 2))
        return self

    def tell(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def ask(self, line):
        self.tell(line)
        return self.answer(line)

    def answer(self, line):
        """Of what it was told."""
        answer = self.process.stdout.readline().split()
        if not answer and line != "weights":
            sys.exit("%s: no answer to %s" % (sys.argv[0], line))
        return [float(v) for v in answer]

    def bits(self):
        """Those of the weights of now."""
        self.ask("weights")
        return open(self.file.name, "rb").read()

    def weights(self):
        """Those of now."""
        import numpy as np
        data, at, out = self.bits(), 0, []
        for below, width in zip(self.n, self.n[1:]):
            block = np.frombuffer(data, self.real, below * width, at)
            at += block.nbytes
            out.append(block.reshape(below, width).T)
        return out

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.file.close()


def quartiles(values):
    return tuple(statistics.quantiles(values, n=4, method="inclusive"))


def blas_core():
    """What pins the kernels of OpenBLAS, or "best"."""
    return os.environ.get("OPENBLAS_CORETYPE") or "best"


def write_rows(path, key, rows):
    """Rows (dicts) into a CSV file, in place of those with the same values in the columns `key`; the others stay."""
    if not path or not rows:
        return
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    old = []
    if os.path.exists(path):
        with open(path, newline="") as file:
            reader = csv.DictReader(file)
            if reader.fieldnames == list(rows[0]):
                old = list(reader)
    new = {tuple(str(row[k]) for k in key): row for row in rows}
    rows = [new.pop(tuple(row[k] for k in key), row) for row in old] + list(new.values())
    with open(path + ".new", "w", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    os.replace(path + ".new", path)


def short(value):
    """A number with five digits."""
    return "%.5g" % value if isinstance(value, float) else value

"""Networks, gradients and training steps by PyTorch, from the equations of docs/method.md (sections 1 and 7.1).

It reads nothing of the C sources. Gradients are those of torch.autograd, steps those of torch.optim.

usage: /usr/bin/python3 tests/oracle/oracle.py FOLDER        (Debian: python3-torch)
"""
import csv
import datetime
import hashlib
import math
import os
import platform
import sys

import torch

SAMPLES, STEPS, INPUTS, CLASSES, EPOCHS, TRACED = 10, 8, 6, 3, 5, 2
DTYPE = torch.float64

# Six networks: each depth, reset, surrogate, loss, readout and threshold, and each optimizer of torch, occurs.
NETWORKS = {
    "soft": dict(hidden=[7], leak=0.9, threshold=1.0, reset="soft", readout="last", loss="squared",
                 surrogate="fast_sigmoid", slope=5.0, detach_reset=False, optimizer="sgd", momentum=0.8,
                 weight_decay=0.01, lr=0.03, batch=4, lr_epochs=4, clip=8.0),
    "hard": dict(hidden=[6, 5], leak=0.95, threshold=0.8, reset="hard", readout="mean", loss="cross_entropy",
                 surrogate="arctan", slope=2.0, detach_reset=False, optimizer="adam", beta1=0.85, beta2=0.99,
                 weight_decay=0.02, lr=0.02, batch=4, lr_epochs=5, clip=1.0),
    "detached": dict(hidden=[6, 5, 4], leak=0.85, threshold=0.5, reset="soft", readout="last", loss="squared_hinge",
                     surrogate="triangular", slope=0.7, detach_reset=True, optimizer="adamw", beta1=0.9, beta2=0.98,
                     weight_decay=0.1, lr=0.01, batch=3, lr_epochs=3, clip=60.0),
    "none": dict(hidden=[5, 6], leak=0.8, threshold=1.2, reset="none", readout="mean", loss="hinge",
                 surrogate="boxcar", slope=0.5, detach_reset=False, optimizer="sgd", momentum=0.5,
                 weight_decay=0.0, lr=0.1, batch=7, lr_epochs=6, clip=2.5),
    "recurrent": dict(hidden=[6, 5], leak=[0.9, 0.8, 0.95], threshold=[1.0, 0.7], reset="soft", readout="last",
                      loss="cross_entropy", recurrent=True, self_connections=False,
                      surrogate="fast_sigmoid", slope=3.0, detach_reset=False, optimizer="adam", beta1=0.9, beta2=0.98,
                      weight_decay=0.02, lr=0.02, batch=4, lr_epochs=5, clip=1.5),
    "synapse": dict(hidden=[7], leak=[0.85, 0.9], threshold=1.5, reset="hard", readout="mean", loss="squared",
                    recurrent=True, self_connections=True, synapse="current", synapse_decay=0.6,
                    surrogate="arctan", slope=2.0, detach_reset=True, optimizer="sgd", momentum=0.6,
                    weight_decay=0.01, lr=0.01, batch=4, lr_epochs=6, clip=20.0),
}
NETWORK_OPTIONS = ("hidden", "leak", "threshold", "reset", "readout", "loss", "recurrent", "self_connections", "synapse",
                   "synapse_decay")


class Spike(torch.autograd.Function):
    """H(x) forwards, the surrogate's derivative backwards."""

    @staticmethod
    def forward(ctx, x, kind, k):
        ctx.save_for_backward(x)
        ctx.kind, ctx.k = kind, k
        return (x > 0).to(x.dtype)

    @staticmethod
    def backward(ctx, upstream):
        (x,) = ctx.saved_tensors
        k = ctx.k
        if ctx.kind == "fast_sigmoid":
            slope = k / (2 * (1 + k * x.abs()) ** 2)
        elif ctx.kind == "arctan":
            slope = k / (2 * (1 + (math.pi * k * x / 2) ** 2))
        elif ctx.kind == "triangular":
            slope = k * torch.clamp(1 - k * x.abs(), min=0)
        else:
            slope = torch.where(x.abs() < 1 / k, torch.full_like(x, k / 2), torch.zeros_like(x))
        return upstream * slope, None, None


def simulate(net, weights, x):
    """x: samples x steps x inputs. Scores, and z and a of all layers (lists over layers of lists over steps)."""
    layers = len(net["hidden"]) + 1
    weights, own = weights[:layers], weights[layers:]
    leaks = net["leak"] if isinstance(net["leak"], list) else [net["leak"]] * layers
    thetas = net["threshold"] if isinstance(net["threshold"], list) else [net["threshold"]] * layers
    decay = net.get("synapse_decay", 0.0)
    if not net.get("self_connections"):
        own = [R * (1 - torch.eye(R.shape[0], dtype=DTYPE)) for R in own]
    z = [[] for _ in weights]
    a = [[] for _ in weights[1:]]
    current = [0.0 for _ in weights]
    for t in range(x.shape[1]):
        below = x[:, t]
        for l, W in enumerate(weights):
            leak, theta = leaks[l], thetas[min(l, len(thetas) - 1)]
            potential = below @ W.T
            if own and t > 0 and l + 1 < layers:
                potential = potential + a[l][-1] @ own[l].T
            if decay > 0:
                potential = current[l] = decay * current[l] + potential
            if t > 0:
                last = z[l][-1]
                if l + 1 == len(weights) or net["reset"] == "none":
                    potential = potential + leak * last
                else:
                    spike = a[l][-1].detach() if net["detach_reset"] else a[l][-1]
                    if net["reset"] == "soft":
                        potential = potential + leak * last - theta * spike
                    else:
                        potential = potential + leak * last * (1 - spike)
            z[l].append(potential)
            if l + 1 < len(weights):
                a[l].append(Spike.apply(potential - theta, net["surrogate"], net["slope"]))
                below = a[l][-1]
    scores = z[-1][-1] if net["readout"] == "last" else torch.stack(z[-1]).mean(0)
    return scores, z, a


def losses(net, scores, labels):
    """Of each sample."""
    y = torch.nn.functional.one_hot(labels, CLASSES).to(DTYPE)
    sign = 2 * y - 1
    if net["loss"] == "squared":
        return ((scores - y) ** 2).sum(1)
    if net["loss"] == "cross_entropy":
        return torch.nn.functional.cross_entropy(scores, labels, reduction="none")
    margin = torch.clamp(1 - sign * scores, min=0)
    return (margin ** 2).sum(1) if net["loss"] == "squared_hinge" else margin.sum(1)


def optimizer_of(net, weights):
    if net["optimizer"] == "sgd":
        return torch.optim.SGD(weights, lr=net["lr"], momentum=net["momentum"], weight_decay=net["weight_decay"])
    kind = torch.optim.Adam if net["optimizer"] == "adam" else torch.optim.AdamW
    return kind(weights, lr=net["lr"], betas=(net["beta1"], net["beta2"]), eps=1e-8,
                weight_decay=net["weight_decay"])


def clip(weights, largest):
    """Scales the whole gradient to the norm `largest` if it is longer. Returns whether it was."""
    norm = math.sqrt(sum(float((W.grad ** 2).sum()) for W in weights))
    if norm <= largest:
        return False
    for W in weights:
        W.grad *= largest / norm
    return True


class Table:
    """Rows: quantity, epoch, sample, step, layer, row, column, value; what does not apply is 0."""

    def __init__(self, path):
        self.file = open(path, "w", newline="")
        self.writer = csv.writer(self.file, lineterminator="\n")
        self.writer.writerow("quantity epoch sample step layer row column value".split())

    def put(self, quantity, value, epoch=0, sample=0, step=0, layer=0, row=0, column=0):
        self.writer.writerow([quantity, epoch, sample, step, layer, row, column, "%.17g" % float(value)])

    def matrices(self, quantity, matrices, epoch=0):
        for l, M in enumerate(matrices, 1):
            for i in range(M.shape[0]):
                for j in range(M.shape[1]):
                    self.put(quantity, M[i, j], epoch=epoch, layer=l, row=i, column=j)


def put_data(table, x, labels, orders):
    for n in range(SAMPLES):
        table.put("label", labels[n], sample=n)
        for t in range(STEPS):
            for j in range(INPUTS):
                if x[n, t, j] != 0:
                    table.put("input", x[n, t, j], sample=n, step=t, row=j)
    for epoch, order in enumerate(orders, 1):
        for place, n in enumerate(order):
            table.put("order", n, epoch=epoch, row=place)


def put_trace(table, scores, z, a):
    for n in range(SAMPLES):
        for k in range(CLASSES):
            table.put("score", scores[n, k], sample=n, row=k)
    for quantity, trace in (("potential", z), ("spike", a)):
        for l, steps in enumerate(trace, 1):
            for t, block in enumerate(steps):
                for n in range(TRACED):
                    for i in range(block.shape[1]):
                        table.put(quantity, block[n, i], sample=n, step=t, layer=l, row=i)


def train(net, table, weights, x, labels, orders):
    """EPOCHS epochs, the learning rate cosine-annealed and zero from lr_epochs on."""
    optimizer = optimizer_of(net, weights)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=net["lr_epochs"])
    clipped = updates = 0
    for epoch, order in enumerate(orders, 1):
        for first in range(0, SAMPLES, net["batch"]):
            chosen = order[first:first + net["batch"]]
            optimizer.zero_grad()
            scores, _, _ = simulate(net, weights, x[chosen])
            losses(net, scores, labels[chosen]).mean().backward()
            clipped += clip(weights, net["clip"])
            updates += 1
            optimizer.step()
        if epoch <= net["lr_epochs"]:
            schedule.step()
        with torch.no_grad():
            scores, _, _ = simulate(net, weights, x)
            table.put("loss", losses(net, scores, labels).mean(), epoch=epoch)
            table.matrices("weight", weights, epoch=epoch)
    assert 0 < clipped < updates, f"{clipped} of {updates} clipped: change clip"
    assert SAMPLES % net["batch"] != 0


def network(name, net, folder):
    generator = torch.Generator().manual_seed(1)
    table = Table(os.path.join(folder, name + ".csv"))
    labels = torch.arange(SAMPLES) % CLASSES
    counts = torch.rand((SAMPLES, STEPS, INPUTS), generator=generator, dtype=DTYPE)
    preferred = torch.arange(INPUTS)[None, None, :] % CLASSES == labels[:, None, None]
    x = (counts < torch.where(preferred, 0.6, 0.2)).to(DTYPE) + (counts < 0.05).to(DTYPE)  # counts 0, 1, 2
    orders = [torch.randperm(SAMPLES, generator=generator) for _ in range(EPOCHS)]
    sizes = [INPUTS] + net["hidden"] + [CLASSES]
    weights = [(1.6 * torch.randn((n, m), generator=generator, dtype=DTYPE) / math.sqrt(m)).requires_grad_()
               for m, n in zip(sizes, sizes[1:])]
    if net.get("recurrent"):  # behind the others, as the program numbers them: layers + 1 on
        for n in net["hidden"]:
            R = 0.8 * torch.randn((n, n), generator=generator, dtype=DTYPE) / math.sqrt(n)
            if not net["self_connections"]:
                R.fill_diagonal_(0)
            weights.append(R.requires_grad_())
    put_data(table, x, labels, orders)
    with torch.no_grad():
        table.matrices("weight", weights)
    scores, z, a = simulate(net, weights, x)
    loss = losses(net, scores, labels).mean()
    loss.backward()
    with torch.no_grad():
        put_trace(table, scores, z, a)
        table.put("loss", loss)
        table.matrices("gradient", [W.grad for W in weights])
        for l, steps in enumerate(a, 1):
            rate = torch.stack(steps).mean()
            assert 0.05 < rate < 0.6, f"{name}: layer {l} spikes at a rate of {rate}"
    train(net, table, weights, x, labels, orders)
    table.file.close()


def options(net, names):
    words = []
    for key in names:
        value = net[key]
        if isinstance(value, list):
            value = ("-" if key == "hidden" else "/").join(map(str, value))
        words.append("%s=%s" % (key, str(value).lower() if isinstance(value, bool) else value))
    return " ".join(words)


def main():
    folder = sys.argv[1]
    os.makedirs(folder, exist_ok=True)
    torch.set_num_threads(1)
    with open(os.path.join(folder, "networks.csv"), "w", newline="") as f:
        writer = csv.writer(f, lineterminator="\n")
        writer.writerow(["network", "options", "training"])
        for name, net in NETWORKS.items():
            network(name, net, folder)
            solver = [key for key in net if key not in NETWORK_OPTIONS]
            network_options = [key for key in NETWORK_OPTIONS if key in net]
            writer.writerow([name, options(net, network_options), options(net, solver) + " schedule=cosine"])
    with open(__file__, "rb") as f:
        script = hashlib.sha256(f.read()).hexdigest()
    with open(os.path.join(folder, "provenance.csv"), "w", newline="") as f:
        writer = csv.writer(f, lineterminator="\n")
        writer.writerow(["key", "value"])
        writer.writerow(["command", "/usr/bin/python3 tests/oracle/oracle.py tests/oracle"])
        writer.writerow(["date", datetime.date.today().isoformat()])
        writer.writerow(["torch", torch.__version__])
        writer.writerow(["python", platform.python_version()])
        writer.writerow(["machine", platform.machine()])
        writer.writerow(["sha256 of oracle.py", script])


main()

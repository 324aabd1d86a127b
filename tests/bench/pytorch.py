"""The peers of peers.py: plain PyTorch in two ways, and the libraries whose sources are in a folder.

snnTorch's reset passes no gradient, so that it stands beside a SpikeBench with detach_reset; its surrogate
1 / (1 + k |x|)^2 has no factor k / 2 in front, so that it gets SpikeBench's function as its spike_grad. SpikingJelly and
Norse reset to zero, and stand beside SpikeBench with reset=hard; Norse's box neuron takes 1 - leak of its current, which is
therefore multiplied by 1 / (1 - leak). All libraries get the function of plain PyTorch as their surrogate, their multi-step
layers where they have them, and a leaky integrator of plain PyTorch as readout.
"""
import sys
import torch

LEAK, THETA, SLOPE, LR = 0.9, 1.0, 25.0, 0.002


class Spike(torch.autograd.Function):
    """1 where x > 0; back: the fast sigmoid."""

    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return (x > 0).to(x.dtype)

    @staticmethod
    def backward(ctx, gradient):
        x, = ctx.saved_tensors
        d = x.abs().mul_(SLOPE).add_(1)
        return gradient.div(d.square_()).mul_(SLOPE / 2)


class SpikeAbove(torch.autograd.Function):
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


def integrate(currents):
    """What the readout holds after the last step."""
    currents = currents.unbind()
    y = currents[0]
    for current in currents[1:]:
        y = torch.add(current, y, alpha=LEAK)
    return y


def hoisted(W, inputs):
    for w in W[:-1]:
        currents = torch.matmul(inputs, w.t())
        z = a = torch.zeros_like(currents[0])
        out = []
        for current in currents.unbind():
            z = torch.add(current, z, alpha=LEAK).sub(a, alpha=THETA)
            a = SpikeAbove.apply(z)
            out.append(a)
        inputs = torch.stack(out)
    return integrate(torch.matmul(inputs, W[-1].t()))


def loop(W, inputs):
    zero = [torch.zeros(inputs.shape[1], w.shape[0], dtype=w.dtype) for w in W]
    z, a, y, across = list(zero), list(zero), zero[-1], [w.t() for w in W]
    for below in inputs.unbind():
        for l in range(len(W) - 1):
            z[l] = torch.addmm(z[l], below, across[l], beta=LEAK).sub(a[l], alpha=THETA)
            a[l] = below = SpikeAbove.apply(z[l])
        y = torch.addmm(y, below, across[-1], beta=LEAK)
    return y


def snntorch_scores():
    """Its usual way: layer after layer within a step."""
    import snntorch
    neuron = snntorch.Leaky(beta=LEAK, threshold=THETA, spike_grad=Spike.apply)

    def scores(W, inputs):
        potentials = [torch.zeros(inputs.shape[1], w.shape[0], dtype=w.dtype) for w in W[:-1]]
        y = torch.zeros(inputs.shape[1], W[-1].shape[0], dtype=W[-1].dtype)
        across = [w.t() for w in W]
        for below in inputs.unbind():
            for l in range(len(W) - 1):
                below, potentials[l] = neuron(torch.matmul(below, across[l]), potentials[l])
            y = torch.addmm(y, below, across[-1], beta=LEAK)
        return y
    return scores


def spikingjelly_scores():
    """Its multi-step mode: a layer's product over all steps at once."""
    from spikingjelly.activation_based import functional, neuron
    neurons = [neuron.LIFNode(tau=1 / (1 - LEAK), decay_input=False, v_threshold=THETA, v_reset=0.0,
                              surrogate_function=Spike.apply, detach_reset=False, step_mode="m", backend="torch")
               for _ in range(16)]

    def scores(W, inputs):
        for w, node in zip(W[:-1], neurons):
            functional.reset_net(node)
            inputs = node(torch.matmul(inputs, w.t()))
        return integrate(torch.matmul(inputs, W[-1].t()))
    return scores


def norse_scores():
    """Its box neuron, step by step."""
    from norse.torch.functional import lif_box
    p = lif_box.LIFBoxParameters(tau_mem_inv=torch.as_tensor((1 - LEAK) / 0.001), v_leak=torch.as_tensor(0.0),
                                 v_th=torch.as_tensor(THETA), v_reset=torch.as_tensor(0.0), method="super",
                                 alpha=torch.as_tensor(SLOPE))
    lif_box.threshold = lambda x, method, alpha: Spike.apply(x)

    def scores(W, inputs):
        states = [lif_box.LIFBoxFeedForwardState(v=torch.zeros(inputs.shape[1], w.shape[0], dtype=w.dtype)) for w in W[:-1]]
        y = torch.zeros(inputs.shape[1], W[-1].shape[0], dtype=W[-1].dtype)
        across = [w.t() / (1 - LEAK) for w in W[:-1]] + [W[-1].t()]
        for below in inputs.unbind():
            for l in range(len(W) - 1):
                below, states[l] = lif_box.lif_box_feed_forward_step(torch.matmul(below, across[l]), states[l], p)
            y = torch.addmm(y, below, across[-1], beta=LEAK)
        return y
    return scores


# name -> the options of the SpikeBench beside it, what makes its function of the weights and the inputs
PEERS = {"hoisted": ((), lambda: hoisted), "loop": ((), lambda: loop)}
LIBRARIES = {"snntorch": (("detach_reset=true",), snntorch_scores), "spikingjelly": (("reset=hard",), spikingjelly_scores),
             "norse": (("reset=hard",), norse_scores)}


def libraries(folder):
    """Those of LIBRARIES that the folder holds; without a folder none."""
    found = {}
    if folder:
        sys.path.insert(0, folder)
    for name, (options, make) in LIBRARIES.items() if folder else ():
        try:
            make()
            found[name] = (options, make)
        except ImportError as why:
            print("%s is left out: %s" % (name, why), flush=True)
    return found


class Peer:
    """A network of the workload's start, trained as SpikeBench trains it."""

    def __init__(self, workload, scores, clock):
        self.workload, self.scores, self.clock = workload, scores, clock
        self.x, self.labels = torch.from_numpy(workload.x), torch.from_numpy(workload.labels)
        self.start()

    def start(self):
        self.W = [torch.from_numpy(w.copy()).requires_grad_() for w in self.workload.W]
        self.optimizer = torch.optim.Adam(self.W, lr=LR)

    def step(self, samples):
        self.optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(self.scores(self.W, self.x[:, samples]), self.labels[samples])
        loss.backward()
        self.optimizer.step()
        return float(loss)

    def losses(self, count):
        out = []
        for k in range(count):
            first = k * self.workload.batch % self.workload.N
            out.append(self.step(torch.arange(first, first + self.workload.batch)))
        self.start()
        return out

    def epoch(self):
        since = self.clock()
        for samples in torch.randperm(self.workload.N).split(self.workload.batch):
            self.step(samples)
        return self.clock() - since

    def infer(self):
        since = self.clock()
        with torch.no_grad():
            for samples in torch.arange(self.workload.N).split(self.workload.batch):
                self.scores(self.W, self.x[:, samples])
        return self.clock() - since

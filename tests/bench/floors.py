"""What an epoch or an iteration has to do at least: additions by lists, FLOPs of dense products, bytes through memory."""
LISTED = 0.35  # of network/spikes_products.c: layers with more spikes go by dense products


def bptt(n, T, N, entries, training, size):
    """Layers' sizes, steps, samples, spikes of the inputs and of each hidden layer, bytes of a number."""
    M, dense, lists, numbers = T * N, 0, 0, 0
    passes = 2 if training else 1  # V = W X, and D += V X'
    for l in range(1, len(n) - 1):
        below, width = n[l - 1], n[l]
        if entries[l - 1] <= LISTED * below * M:
            lists += 2 * passes * width * entries[l - 1]
        else:
            dense += 2 * passes * width * below * M
        if training:
            dense += 2 * width * below * M if l > 1 else 0  # W' V
            numbers += 2 * width * M  # potentials, written and read
    # the readout: of what it makes of the spikes of all steps
    dense += (6 if training else 2) * n[-1] * n[-2] * N
    return dense, lists, numbers * size


def admm(n, T, N, entries, size):
    """An iteration of admm: every array of the iterate once for each block that needs it."""
    M, dense, lists, numbers = T * N, 0, 4 * n[1] * entries[0], 0
    for l in range(1, len(n)):
        below, width = n[l - 1], n[l]
        dense += 2 * width * below ** 2
        if l > 1:
            dense += 4 * width * below * M + below ** 2 * M + below ** 3 / 3
        if l + 1 < len(n):
            rows = n[l + 1]
            woodbury = 2 * rows <= width
            dense += 2 * width * rows * M + (4 * width * rows + 2 * rows ** 2 if woodbury else 2 * width ** 2) * M
            # D: read z, a; V: read a below, write v; spikes and potentials: read z, v, target's z and a, write z, a
            numbers += M * (2 * width + width + (below if l > 1 else 0) + 4 * width + 2 * rows)
        else:
            numbers += M * (5 * width + 2 * below)
    return dense, lists, numbers * size


def seconds(parts, rates):
    """The parts one after another at this machine's rates (dense, copy, lists: rates.h)."""
    dense, lists, size = parts
    product, copy, list_rate = rates
    return dense / product + lists / list_rate + size / copy

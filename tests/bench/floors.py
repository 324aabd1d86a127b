"""What an epoch or an iteration has to do at least: additions by lists, FLOPs of dense products, bytes through memory."""
BLOCK = 1024  # columns of a product over all samples and steps, whose rate is measured
LISTED = 0.35  # of network/spikes_products.c: layers with more spikes go by dense products


def bptt(n, T, N, entries, training, size):
    """Layers' sizes, steps, samples, spikes of the inputs and of each hidden layer, bytes of a number.

    FLOPs of all dense products, of lists, bytes."""
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
    return [(dense,)], lists, numbers * size


def admm(n, T, N, entries, size):
    """An iteration of admm: its dense products and solves as (FLOPs, kind, m, n, k) of dense.h, FLOPs of lists, bytes.

    Every array of the iterate once for each block that needs it. A product over all columns goes by blocks of BLOCK.
    """
    M, lists, numbers, dense = T * N, 4 * n[1] * entries[0], 0, []

    def over_columns(flops_a_column, kind, m, k):
        sizes = (m, k, BLOCK) if kind in ("outer", "gram") else (m, BLOCK, k)
        dense.append((flops_a_column * M, kind, *sizes))

    for l in range(1, len(n)):
        below, width = n[l - 1], n[l]
        dense.append((2 * width * below ** 2, "right", below, width, 1))
        if l > 1:
            over_columns(2 * width * below, "outer", width, below)  # D
            over_columns(2 * width * below, "product", width, below)  # V
            over_columns(below ** 2, "gram", below, 1)
            dense.append((below ** 3 / 3, "factor", below, 1, 1))
        if l + 1 < len(n):
            rows = n[l + 1]
            over_columns(2 * width * rows, "transposed", width, rows)
            if 2 * rows <= width:  # by Woodbury's identity
                over_columns(2 * width * rows, "product", rows, width)
                over_columns(2 * rows ** 2, "solve", rows, 1)
                over_columns(2 * width * rows, "transposed", width, rows)
            else:
                over_columns(2 * width ** 2, "solve", width, 1)
            # D: read z, a; V: read a below, write v; spikes and potentials: read z, v, target's z and a, write z, a
            numbers += M * (2 * width + width + (below if l > 1 else 0) + 4 * width + 2 * rows)
        else:
            numbers += M * (5 * width + 2 * below)
    return dense, lists, numbers * size


def flops_of(dense):
    return sum(part[0] for part in dense)


def seconds(parts, rates):
    """The parts one after another at this machine's rates (dense, copy, lists: rates.h)."""
    dense, lists, size = parts
    product, copy, list_rate = rates
    return flops_of(dense) / product + lists / list_rate + size / copy


def shaped_seconds(parts, rates, rate):
    """The same of admm, but each product and solve at the rate of its own shape: rate(kind, m, n, k) in FLOP/s."""
    dense, lists, size = parts
    return sum(flops / rate(*shape) for flops, *shape in dense) + seconds(((), lists, size), rates)

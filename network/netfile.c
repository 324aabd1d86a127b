/* Weight files. */
#include "network/net.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static const char magic[8] = {'S', 'P', 'I', 'K', 'E', 'N', 'E', 'T'};
/* A network without recurrent weights and current-based synapses, whose layers have the same neurons, has all
 * of itself in a header of version 2. Any other is of version 3: the header is followed by struct extension.
 * Own networks are of version 4: the extension names all matrices. */
enum { PLAIN_VERSION = 2, EXTENDED_VERSION = 3, OWN_VERSION = 4 };

struct header {
    char magic[8];
    uint32_t version, real_size, layers, reset, readout, unused;
    double leak, threshold;
    uint64_t n[NET_MAX_LAYERS + 1];
};

enum { BLOCKS_BEYOND = NET_MAX_BLOCKS - NET_MAX_LAYERS };
struct extension {
    uint32_t blocks,
        self_connections; /* blocks: matrices beyond W_1 .. W_L, in this order behind them, or all */
    double synapse_decay, leak[NET_MAX_LAYERS + 1], threshold[NET_MAX_LAYERS + 1]; /* by layer */
    struct {
        char name[16];
        uint64_t rows, cols;
    } block[BLOCKS_BEYOND];
};

static bool is_plain(const struct net *net)
{
    for (size_t l = 2; l <= net->L; l++)
        if (net->lif[l].leak != net->lif[1].leak || net->lif[l].threshold != net->lif[1].threshold)
            return false;
    return net->blocks == net->L && net->synapse_decay == 0;
}

static void fill_extension(struct extension *x, const struct net *net)
{
    memset(x, 0, sizeof *x);
    const size_t before = net->own ? 0 : net->L;
    x->blocks = (uint32_t)(net->blocks - before);
    x->self_connections = net->self_connections;
    x->synapse_decay = (double)net->synapse_decay;
    for (size_t l = 1; l <= net->L; l++) {
        x->leak[l] = (double)net->lif[l].leak;
        x->threshold[l] = (double)net->lif[l].threshold;
    }
    for (size_t k = 0; k < x->blocks; k++) {
        const struct net_block b = net_block(net, before + 1 + k);
        memcpy(x->block[k].name, b.name, sizeof b.name);
        x->block[k].rows = b.rows;
        x->block[k].cols = b.cols;
    }
}

static void fill_header(struct header *h, const struct net *net)
{
    memset(h, 0, sizeof *h); /* padding included: the checksum covers it */
    memcpy(h->magic, magic, sizeof magic);
    h->version = net->own ? OWN_VERSION : is_plain(net) ? PLAIN_VERSION : EXTENDED_VERSION;
    h->real_size = sizeof(real);
    h->layers = (uint32_t)net->L;
    h->reset = (uint32_t)net->lif[1].reset;
    h->readout = (uint32_t)net->readout;
    h->leak = (double)net->lif[1].leak;
    h->threshold = (double)net->lif[1].threshold;
    for (size_t l = 0; l <= net->L; l++) h->n[l] = net->n[l];
}

static uint32_t checksum(uint32_t sum, const void *bytes, size_t size)
{
    return (uint32_t)crc32_z(sum, bytes, size);
}

status net_save(const struct net *net, FILE *f, struct error *e)
{
    struct header h;
    struct extension x;
    fill_header(&h, net);
    fill_extension(&x, net);
    uint32_t sum = checksum(0, &h, sizeof h);
    bool good = fwrite(&h, sizeof h, 1, f) == 1;
    if (h.version != PLAIN_VERSION) {
        sum = checksum(sum, &x, sizeof x);
        good = good && fwrite(&x, sizeof x, 1, f) == 1;
    }
    for (size_t k = 1; good && k <= net->blocks; k++) {
        const size_t size = net_block_size(net, k);
        sum = checksum(sum, net->W[k], size * sizeof(real));
        good = fwrite(net->W[k], sizeof(real), size, f) == size;
    }
    good = good && fwrite(&sum, sizeof sum, 1, f) == 1;
    return good ? ST_OK : FAIL(e, ST_IO, "cannot write the weights");
}

static void shape_text(const uint64_t *n, size_t layers, char *text, size_t size)
{
    size_t used = 0;
    for (size_t l = 0; l <= layers && used < size; l++)
        used += (size_t)snprintf(text + used, size - used, l ? "-%llu" : "%llu", (unsigned long long)n[l]);
}

static const char *name_of(const char *const *names, uint32_t k)
{
    for (uint32_t i = 0; names[i]; i++)
        if (i == k) return names[i];
    return "unknown";
}

/* What a file of version 3 or 4 has besides, f standing behind its header. */
static uint64_t extended_bytes(FILE *f, uint32_t real_size)
{
    enum { WIDEST = 1 << 24 };
    struct extension x;
    uint64_t bytes = sizeof x;
    if (fread(&x, sizeof x, 1, f) != 1) return bytes;
    for (size_t k = 0; k < x.blocks && k < BLOCKS_BEYOND; k++)
        if (x.block[k].rows <= WIDEST && x.block[k].cols <= WIDEST)
            bytes += x.block[k].rows * x.block[k].cols * real_size;
    return bytes;
}

status net_file_complete(FILE *f, struct error *e)
{
    enum { WIDEST = 1 << 24 }; /* keeps the size within 64 bits */
    struct header h;
    if (fseeko(f, 0, SEEK_END) != 0) return FAIL(e, ST_IO, "cannot be read");
    off_t end = ftello(f);
    uint64_t size = end > 0 ? (uint64_t)end : 0, expected = sizeof h + sizeof(uint32_t);
    rewind(f);
    if (size == 0) return FAIL(e, ST_DATA, "the weight file is empty (0 bytes)");
    if (size < sizeof h)
        return FAIL(e, ST_DATA, "the weight file is cut short: %llu bytes, its header alone has %zu",
                    (unsigned long long)size, sizeof h);
    if (fread(&h, sizeof h, 1, f) != 1) return FAIL(e, ST_IO, "cannot be read");
    if (memcmp(h.magic, magic, sizeof magic) != 0 || h.layers > NET_MAX_LAYERS ||
        h.real_size > sizeof(double))
        return ST_OK;
    for (size_t l = 0; l <= h.layers; l++)
        if (h.n[l] > WIDEST) return ST_OK;
    for (size_t l = 1; l <= h.layers && h.version != OWN_VERSION; l++)
        expected += h.n[l] * h.n[l - 1] * h.real_size;
    if (h.version == EXTENDED_VERSION || h.version == OWN_VERSION) expected += extended_bytes(f, h.real_size);
    if (size < expected)
        return FAIL(e, ST_DATA, "the weight file is cut short: %llu bytes of %llu", (unsigned long long)size,
                    (unsigned long long)expected);
    return ST_OK;
}

status net_file_sizes(FILE *f, size_t *n_inputs, size_t *n_outputs, struct error *e)
{
    struct header h;
    rewind(f);
    if (fread(&h, sizeof h, 1, f) != 1 || memcmp(h.magic, magic, sizeof magic) != 0 || h.layers < 1 ||
        h.layers > NET_MAX_LAYERS)
        return FAIL(e, ST_DATA, "not a SpikeBench weight file");
    rewind(f);
    *n_inputs = h.n[0];
    *n_outputs = h.n[h.layers];
    return ST_OK;
}

/* The first layer that both have, with other sizes; 0: there is none. */
static size_t first_other(const struct header *h, const struct header *own)
{
    size_t l = 1;
    while (l <= h->layers && l <= own->layers && l <= NET_MAX_LAYERS && h->n[l] == own->n[l] &&
           h->n[l - 1] == own->n[l - 1])
        l++;
    return l <= h->layers && l <= own->layers ? l : 0;
}

static status check_header(const struct header *h, const struct header *own, struct error *e)
{
    char theirs[256], ours[256];
    if (memcmp(h->magic, magic, sizeof magic) != 0) return FAIL(e, ST_DATA, "not a SpikeBench weight file");
    if (h->version < PLAIN_VERSION || h->version > OWN_VERSION)
        return FAIL(e, ST_DATA, "weight file of version %u; this program reads versions %d to %d", h->version,
                    PLAIN_VERSION, OWN_VERSION);
    if (h->real_size != own->real_size)
        return FAIL(e, ST_DATA, "weight file of %u-byte numbers; this program uses %u", h->real_size,
                    own->real_size);
    if (h->layers != own->layers || memcmp(h->n, own->n, sizeof h->n) != 0) {
        const size_t l = first_other(h, own);
        shape_text(h->n, h->layers <= NET_MAX_LAYERS ? h->layers : 0, theirs, sizeof theirs);
        shape_text(own->n, own->layers, ours, sizeof ours);
        if (l == 0) return FAIL(e, ST_DATA, "weight file of a %s network; this one is %s", theirs, ours);
        return FAIL(
            e, ST_DATA,
            "weight file of a %s network; this one is %s: W_%zu is %llu x %llu in the file, %llu x %llu here",
            theirs, ours, l, (unsigned long long)h->n[l], (unsigned long long)h->n[l - 1],
            (unsigned long long)own->n[l], (unsigned long long)own->n[l - 1]);
    }
    if (h->version != own->version && (h->version == OWN_VERSION || own->version == OWN_VERSION))
        return FAIL(e, ST_DATA, "weight file of %s; this one is %s",
                    h->version == OWN_VERSION ? "a trainer's own network" : "a network of layers",
                    own->version == OWN_VERSION ? "a trainer's own" : "of layers");
    if (h->version != own->version)
        return FAIL(
            e, ST_DATA,
            "weight file of a network %s recurrent weights, current-based synapses or neurons of each layer "
            "its own; this one is %s them",
            h->version == PLAIN_VERSION ? "without" : "with",
            own->version == PLAIN_VERSION ? "without" : "with");
    if (memcmp(h, own, sizeof *h) != 0)
        return FAIL(
            e, ST_DATA,
            "weight file with leak %g, threshold %g, reset %s, readout %s; this network has %g, %g, %s, %s",
            h->leak, h->threshold, name_of(reset_names, h->reset), name_of(readout_names, h->readout),
            own->leak, own->threshold, name_of(reset_names, own->reset),
            name_of(readout_names, own->readout));
    return ST_OK;
}

static status check_extension(const struct extension *x, const struct extension *own, bool all,
                              struct error *e)
{
    if (x->blocks != own->blocks || memcmp(x->block, own->block, sizeof x->block) != 0)
        return FAIL(e, ST_DATA, "weight file with %u %smatrices; this network has %u, or of other sizes",
                    x->blocks, all ? "" : "recurrent ", own->blocks);
    if (x->self_connections != own->self_connections || x->synapse_decay != own->synapse_decay)
        return FAIL(
            e, ST_DATA,
            "weight file with self_connections %s, synapse decay %g; this network has %s, %g (0: delta)",
            x->self_connections ? "true" : "false", x->synapse_decay,
            own->self_connections ? "true" : "false", own->synapse_decay);
    for (size_t l = 1; l <= NET_MAX_LAYERS; l++)
        if (x->leak[l] != own->leak[l] || x->threshold[l] != own->threshold[l])
            return FAIL(e, ST_DATA,
                        "weight file with leak %g, threshold %g in layer %zu; this network has %g, %g",
                        x->leak[l], x->threshold[l], l, own->leak[l], own->threshold[l]);
    return ST_OK;
}

/* The weights of all blocks, one after another, into W[net_parameters]; nothing is believed before the
 * checksum has been compared. */
static status read_weights(const struct net *net, uint32_t sum, FILE *f, real *W, struct error *e)
{
    uint32_t expected;
    size_t at = 0;
    for (size_t k = 1, size; k <= net->blocks; at += size, k++) {
        size = net_block_size(net, k);
        if (fread(W + at, sizeof(real), size, f) != size)
            return k <= net->L ? FAIL(e, ST_DATA, "weight file ends within layer %zu", k)
                               : FAIL(e, ST_DATA, "weight file ends within %s", net_block(net, k).name);
        sum = checksum(sum, W + at, size * sizeof(real));
    }
    if (fread(&expected, sizeof expected, 1, f) != 1)
        return FAIL(e, ST_DATA, "weight file ends before its checksum");
    if (sum != expected) return FAIL(e, ST_DATA, "weight file is damaged: its checksum does not match");
    for (size_t i = 0; i < at; i++)
        if (!isfinite((double)W[i])) return FAIL(e, ST_DATA, "weight file with a weight that is not finite");
    return ST_OK;
}

/* Takes over what is no size of a matrix. */
static void adopt_neurons(struct header *own, const struct header *h)
{
    own->version = h->version;
    own->reset = h->reset;
    own->readout = h->readout;
    own->unused = h->unused;
    own->leak = h->leak;
    own->threshold = h->threshold;
}

static void adopt_extension(struct extension *own, const struct extension *x)
{
    own->self_connections = x->self_connections;
    own->synapse_decay = x->synapse_decay;
    memcpy(own->leak, x->leak, sizeof own->leak);
    memcpy(own->threshold, x->threshold, sizeof own->threshold);
}

/* Reads the header and what follows it, up to the weights, and compares it with the net's: all of it, or, for
 * `weights` alone, the sizes. *sum: the checksum so far. */
static status read_shape(const struct net *net, size_t real_size, bool weights, FILE *f, uint32_t *sum,
                         struct error *e)
{
    struct header h, own;
    struct extension x, own_x;
    fill_header(&own, net);
    fill_extension(&own_x, net);
    own.real_size = (uint32_t)real_size;
    if (fread(&h, sizeof h, 1, f) != 1) return FAIL(e, ST_DATA, "weight file ends within its header");
    const bool known = h.version == PLAIN_VERSION || h.version == EXTENDED_VERSION;
    if (weights && known) adopt_neurons(&own, &h);
    TRY(check_header(&h, &own, e));
    *sum = checksum(0, &h, sizeof h);
    if (h.version == PLAIN_VERSION && net->blocks > net->L)
        return FAIL(e, ST_DATA, "weight file without recurrent weights; this network has R_1");
    if (h.version == PLAIN_VERSION) return ST_OK;
    if (fread(&x, sizeof x, 1, f) != 1) return FAIL(e, ST_DATA, "weight file ends within its header");
    if (weights) adopt_extension(&own_x, &x);
    TRY(check_extension(&x, &own_x, net->own > 0, e));
    *sum = checksum(*sum, &x, sizeof x);
    return ST_OK;
}

status net_file_fits(const struct net *net, size_t real_size, FILE *f, struct error *e)
{
    uint32_t sum;
    return read_shape(net, real_size, true, f, &sum, e);
}

static status load(struct net *net, bool weights, FILE *f, struct error *e)
{
    uint32_t sum;
    TRY(read_shape(net, sizeof(real), weights, f, &sum, e));
    real *W = malloc(net_parameters(net) * sizeof *W), *at = W;
    if (!W) return FAIL(e, ST_MEMORY, "no memory for %zu weights", net_parameters(net));
    status st = read_weights(net, sum, f, W, e);
    for (size_t k = 1; st == ST_OK && k <= net->blocks; at += net_block_size(net, k), k++)
        memcpy(net->W[k], at, net_block_size(net, k) * sizeof(real));
    free(W);
    return st;
}

status net_load(struct net *net, FILE *f, struct error *e)
{
    return load(net, false, f, e);
}

status net_load_weights(struct net *net, FILE *f, struct error *e)
{
    TRY(load(net, true, f, e));
    net_clear_diagonals(net, net->W);
    return ST_OK;
}

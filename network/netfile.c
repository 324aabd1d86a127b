/* Weight files. */
#include "network/net.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

static const char magic[8] = {'S', 'P', 'I', 'K', 'E', 'N', 'E', 'T'};
enum { NET_FILE_VERSION = 2 };

struct header {
    char magic[8];
    uint32_t version, real_size, layers, reset, readout, unused;
    double leak, threshold;
    uint64_t n[NET_MAX_LAYERS + 1];
};

static void fill_header(struct header *h, const struct net *net)
{
    memset(h, 0, sizeof *h); /* padding included: the checksum covers it */
    memcpy(h->magic, magic, sizeof magic);
    h->version = NET_FILE_VERSION;
    h->real_size = sizeof(real);
    h->layers = (uint32_t)net->L;
    h->reset = (uint32_t)net->lif.reset;
    h->readout = (uint32_t)net->readout;
    h->leak = (double)net->lif.leak;
    h->threshold = (double)net->lif.threshold;
    for (size_t l = 0; l <= net->L; l++) h->n[l] = net->n[l];
}

static uint32_t checksum(uint32_t sum, const void *bytes, size_t size)
{
    return (uint32_t)crc32_z(sum, bytes, size);
}

static size_t weights_of(const struct net *net, size_t l)
{
    return net->n[l] * net->n[l - 1];
}

status net_save(const struct net *net, FILE *f, struct error *e)
{
    struct header h;
    fill_header(&h, net);
    uint32_t sum = checksum(0, &h, sizeof h);
    bool good = fwrite(&h, sizeof h, 1, f) == 1;
    for (size_t l = 1; good && l <= net->L; l++) {
        sum = checksum(sum, net->W[l], weights_of(net, l) * sizeof(real));
        good = fwrite(net->W[l], sizeof(real), weights_of(net, l), f) == weights_of(net, l);
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
    for (size_t l = 1; l <= h.layers; l++) expected += h.n[l] * h.n[l - 1] * h.real_size;
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

static status check_header(const struct header *h, const struct header *own, struct error *e)
{
    char theirs[256], ours[256];
    if (memcmp(h->magic, magic, sizeof magic) != 0) return FAIL(e, ST_DATA, "not a SpikeBench weight file");
    if (h->version != NET_FILE_VERSION)
        return FAIL(e, ST_DATA, "weight file of version %u; this program reads version %d", h->version,
                    NET_FILE_VERSION);
    if (h->real_size != own->real_size)
        return FAIL(e, ST_DATA, "weight file of %u-byte numbers; this program uses %u", h->real_size,
                    own->real_size);
    if (h->layers != own->layers || memcmp(h->n, own->n, sizeof h->n) != 0) {
        shape_text(h->n, h->layers <= NET_MAX_LAYERS ? h->layers : 0, theirs, sizeof theirs);
        shape_text(own->n, own->layers, ours, sizeof ours);
        return FAIL(e, ST_DATA, "weight file of a %s network; this one is %s", theirs, ours);
    }
    if (memcmp(h, own, sizeof *h) != 0)
        return FAIL(
            e, ST_DATA,
            "weight file with leak %g, threshold %g, reset %s, readout %s; this network has %g, %g, %s, %s",
            h->leak, h->threshold, name_of(reset_names, h->reset), name_of(readout_names, h->readout),
            own->leak, own->threshold, name_of(reset_names, own->reset),
            name_of(readout_names, own->readout));
    return ST_OK;
}

/* The weights of all layers, one after another, into W[net_parameters]; nothing is believed before the
 * checksum has been compared. */
static status read_weights(const struct net *net, const struct header *h, FILE *f, real *W, struct error *e)
{
    uint32_t sum = checksum(0, h, sizeof *h), expected;
    size_t at = 0;
    for (size_t l = 1; l <= net->L; at += weights_of(net, l), l++) {
        if (fread(W + at, sizeof(real), weights_of(net, l), f) != weights_of(net, l))
            return FAIL(e, ST_DATA, "weight file ends within layer %zu", l);
        sum = checksum(sum, W + at, weights_of(net, l) * sizeof(real));
    }
    if (fread(&expected, sizeof expected, 1, f) != 1)
        return FAIL(e, ST_DATA, "weight file ends before its checksum");
    if (sum != expected) return FAIL(e, ST_DATA, "weight file is damaged: its checksum does not match");
    for (size_t i = 0; i < at; i++)
        if (!isfinite((double)W[i])) return FAIL(e, ST_DATA, "weight file with a weight that is not finite");
    return ST_OK;
}

status net_load(struct net *net, FILE *f, struct error *e)
{
    struct header h, own;
    fill_header(&own, net);
    if (fread(&h, sizeof h, 1, f) != 1) return FAIL(e, ST_DATA, "weight file ends within its header");
    TRY(check_header(&h, &own, e));
    real *W = malloc(net_parameters(net) * sizeof *W), *at = W;
    if (!W) return FAIL(e, ST_MEMORY, "no memory for %zu weights", net_parameters(net));
    status st = read_weights(net, &h, f, W, e);
    for (size_t l = 1; st == ST_OK && l <= net->L; at += weights_of(net, l), l++)
        memcpy(net->W[l], at, weights_of(net, l) * sizeof(real));
    free(W);
    return st;
}

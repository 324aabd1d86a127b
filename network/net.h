/* The shared network: fully connected LIF layers and a non-spiking leaky readout, no bias (docs/method.md,
 * section 1: layers l = 1..L, widths n_0 (inputs) .. n_L (classes)). Trainers differ only in how they set the
 * weights. */
#ifndef SPIKEBENCH_NETWORK_NET_H
#define SPIKEBENCH_NETWORK_NET_H

#include "network/lif.h"
#include "network/lists.h"
#include "network/loss.h"
#include "network/spikes.h"
#include "support/err.h"
#include "support/mem.h"
#include "support/opt.h"
#include "support/parallel.h"
#include "support/rng.h"
#include <stdio.h>

/* Weight matrices: W_1 .. W_L, and in recurrent networks R_1 .. R_{L-1}; or those of an own network. */
enum { NET_MAX_LAYERS = OPT_LIST_MAX + 1, NET_MAX_BLOCKS = 2 * NET_MAX_LAYERS - 1, NET_OWN_MOST = 8 };
enum readout { READOUT_LAST, READOUT_MEAN };     /* scores = z_{L,T}, or the mean of z_{L,t} over t */
enum synapse { SYNAPSE_DELTA, SYNAPSE_CURRENT }; /* of all layers, the readout's too: network/recurrent.h */
enum start { START_RATE, START_KAIMING, START_PUBLISHED, START_FILE };
extern const char *const readout_names[], *const start_names[], *const synapse_names[];

struct net_options {
    struct int_list hidden;     /* widths of the hidden layers, at least one */
    struct real_list leak;      /* one number, or L: of the hidden layers and of the readout */
    struct real_list threshold; /* one number, or one for each hidden layer */
    int reset;                  /* enum reset */
    int readout;                /* enum readout */
    int loss;                   /* enum loss: the loss that is trained and reported */
    int start;                  /* enum start; START_FILE: the weights of start_file */
    char start_file[OPT_STRING_MAX];
    double start_noise; /* relative change of every starting weight: factor 1 + start_noise N(0, 1) */
    double start_rate;  /* mean firing rate per neuron and step that START_RATE scales each hidden layer to */
    bool recurrent;     /* hidden layers have recurrent weights R_l */
    bool self_connections;  /* and the diagonal of R_l is trained; else it is 0 */
    double recurrent_scale; /* standard deviation of R_l at the start, over that of rows of variance 1/n_l */
    int synapse;            /* enum synapse */
    double synapse_decay;   /* alpha of current-based synapses */
    double start_dt;        /* seconds a step of a NIR file of START_FILE; 0: nir_options.dt */
};
extern const struct option_table net_option_table;

/* A weight matrix by its number k = 1 .. net->blocks; gradients and optimizers number them alike. */
struct net_block {
    char name[16];     /* W_1, R_1: in weight files and messages */
    size_t rows, cols; /* column-major */
    size_t layer;      /* whose neurons it feeds; 0 in own networks */
    real *w;
};

/* A trainer may have a network of its own in place of the shared one (FEATURE_OWN_NETWORK of
 * trainer/solver.h). Then `own` is the number of its matrices, which are all that W has, L is 1, and n has
 * its inputs and outputs: nothing below simulates it or starts it. */
struct net {
    size_t L;                     /* weight layers: hidden layers + 1 */
    size_t n[NET_MAX_LAYERS + 1]; /* n[0] inputs, n[1] .. n[L-1] hidden, n[L] outputs */
    size_t blocks;                /* weight matrices: L, or 2L - 1 if recurrent */
    /* W[l], l = 1..L: W_l, n[l] x n[l-1], column-major; W[0] = NULL. W[L + l], l = 1..L-1, if recurrent: R_l,
     * n[l] x n[l], from the layer's spikes of the step before (network/recurrent.h). */
    real *W[NET_MAX_BLOCKS + 1];
    size_t own;                           /* 0: the shared network */
    struct net_block shape[NET_OWN_MOST]; /* of W[k]: shape[k - 1] */
    bool self_connections;                /* false: the diagonals of R_l are 0 and stay so */
    struct lif lif[NET_MAX_LAYERS + 1];   /* of layer l = 1..L; the readout uses its leak alone */
    real synapse_decay;                   /* alpha; 0: delta synapses */
    enum readout readout;
    enum loss loss;
    /* Whether layer 1's inputs, and the spikes of hidden layers, are likely too many for lists. Estimates of
     * memory alone read them: the way taken depends on the spikes themselves. */
    bool dense_inputs, dense_spikes;
};

/* Builds a net with zero weights, owned by the arena. ST_CONFIG if a width is 0, ST_MEMORY. */
status net_create(struct net *net, const struct net_options *o, size_t n_inputs, size_t n_outputs,
                  struct mem *m, struct error *e);

/* An own network of n (at most NET_OWN_MOST) matrices of these names and sizes, all zero. ST_MEMORY. */
status net_create_own(struct net *net, size_t n_inputs, size_t n_outputs, const struct net_block *shape,
                      size_t n, struct mem *m, struct error *e);

/* What stands in the options but cannot be: the numbers of leaks and thresholds, and options of recurrent
 * weights and synapses where there are none. ST_CONFIG naming the option. */
status net_options_check(const struct net_options *o, struct error *e);

/* Matrix k = 1 .. net->blocks, a view of net->W[k]. */
struct net_block net_block(const struct net *net, size_t k);
/* rows * cols. */
size_t net_block_size(const struct net *net, size_t k);
/* Where matrix k begins in a vector of all weights, matrix after matrix: the sizes of those before it. k = 1
 * .. net->blocks + 1, where the last gives net_parameters. */
size_t net_block_first(const struct net *net, size_t k);
/* R_l, or NULL where there is none: the readout, and networks that are not recurrent. */
real *net_recurrent(const struct net *net, size_t l);
/* Sets to 0 the diagonals of the recurrent matrices in M[L + l] (weights, a gradient, a direction) unless the
 * network has self-connections. */
void net_clear_diagonals(const struct net *net, real *const *M);

/* A rate that START_RATE did not reach: off by more than NET_START_TOLERANCE and two net_start_grain. */
struct start_miss {
    size_t layer;   /* whose rate is off most; 0: none is */
    double by;      /* |its rate - start_rate| */
    size_t samples; /* that were simulated */
};

/* Sets the weights, but of an own network, whose trainer does. Draws come from `rng` in a fixed order:
 *
 *   START_RATE       rows N(0, 1/n_{l-1}); then each hidden layer, from the first on, is scaled by bisection
 *                    towards a mean firing rate of start_rate on `data` (at most 1000 samples of it, evenly
 *                    spaced), until it is within 1e-4 or after 60 halvings; the nearest that was found is
 *                    taken, and *miss (NULL: nobody asks) says how far off it is
 *   START_KAIMING    uniform on +-sqrt(6 / n_{l-1})
 *   START_PUBLISHED  zeros
 *   START_FILE       those of the file, by net_load_weights, or of a NIR file by nir_read_start; no draw
 *
 * Recurrent weights: N(0, recurrent_scale^2 / n_l), uniform on +-recurrent_scale sqrt(6 / n_l), or zeros;
 * START_RATE scales R_l by the same factor as W_l. Last, every weight times 1 + start_noise N(0, 1).
 * ST_NUMERIC naming the layer and the rates reached if a rate is off by more than half of start_rate and two
 * grains (no input spikes); ST_MEMORY; of a file the errors of reading it. */
status net_start(struct net *net, const struct net_options *o, const struct batch *data, struct pool *pool,
                 struct rng *rng, struct start_miss *miss, struct error *e);
/* Whether the parts of rank `own` of START_RATE's simulations read this one of n samples. */
bool net_start_reads(size_t sample, size_t n, size_t ranks, size_t own);
/* The grain of the rates that START_RATE can find for so many neurons: one spike over all that it simulates
 * of these samples of T steps. Where two of them are more than NET_START_TOLERANCE, start_rate may be missed.
 */
double net_start_grain(size_t samples, size_t T, size_t neurons);
#define NET_START_TOLERANCE 1e-3

/* Number of weights, the recurrent ones included. */
size_t net_parameters(const struct net *net);
/* The largest n_l of layers first .. last; 0 if there are none. */
size_t net_widest(const struct net *net, size_t first, size_t last);
/* Numbers in the largest weight matrix. */
size_t net_largest_weights(const struct net *net);
/* false if any weight is NaN or infinite. */
bool net_finite(const struct net *net);
/* Copies weights between nets of equal shape. */
void net_copy_weights(struct net *to, const struct net *from);

/* What a simulation leaves: the scores alone; what a gradient needs; or potentials and spikes of all layers.
 */
enum trace_kind { TRACE_SCORES, TRACE_ALL, TRACE_GRADIENT };

/* The record of a simulated block of C <= C_max samples (layout of network/spikes.h).
 * TRACE_ALL: z[l] (n_l x T*C, l = 1..L) and a[l] (l = 1..L-1).
 * The others never simulate the readout in time. It is linear: its potentials are W_L applied to the last
 * hidden layer's spikes filtered by its leak, so that one product for each sample gives the scores.
 * TRACE_GRADIENT: z[l] and bits[l] (l = 1..L-1). TRACE_SCORES: nothing but filtered; layers share buffers. */
struct trace {
    size_t T, C_max;
    enum trace_kind kind;
    real *z[NET_MAX_LAYERS + 1], *a[NET_MAX_LAYERS + 1];
    uint32_t *bits[NET_MAX_LAYERS + 1]; /* of each column, spike_words(n_l) words; not in smooth networks */
    real *filtered;                     /* n_{L-1} x C: see struct forward_pass */
    real *dense;                        /* widest hidden layer x T*C: spikes written out */
    real *current;                      /* widest layer x C: i_t of current-based synapses; or NULL */
    struct lists lists;                 /* workspace */
};
/* Allocates a trace in the arena. ST_MEMORY, also where T or T*C_max is more than BLAS counts. */
status trace_create(struct trace *tr, const struct net *net, size_t T, size_t C_max, enum trace_kind kind,
                    struct mem *m, struct error *e);
/* State carried from one window of time to the next, for C samples. Zeroed by net_state_reset. */
struct net_state {
    size_t C;
    real *z[NET_MAX_LAYERS + 1], *a[NET_MAX_LAYERS + 1]; /* n_l x C */
    real *i[NET_MAX_LAYERS + 1];                         /* the same of current-based synapses; or NULL */
};
/* Allocates zeros in the arena. ST_MEMORY. */
status net_state_create(struct net_state *s, const struct net *net, size_t C, struct mem *m, struct error *e);
void net_state_reset(struct net_state *s, const struct net *net);

struct simulate_options {
    const struct surrogate *smooth; /* NULL: spikes; else the smooth network (see struct surrogate) */
    real slope;
    size_t from; /* 0, or the lowest layer to simulate: those below stand in *tr for the same block
                    (TRACE_ALL) */
    /* TRACE_ALL; NULL: every sample starts from zero */
    struct net_state *state;
    double
        *spikes_out; /* NULL or [L]: spikes_out[l] += spikes of hidden layer l over the block (l = 1..L-1) */
    /* TRACE_ALL; NULL, or called for every hidden layer that was simulated, from the lowest on: may change
     * what the layer above is fed, a (n_l x T*C; in: the spikes, counted already). z (n_l x T*C): the
     * potentials. */
    void (*feed)(void *context, size_t l, const real *z, real *a);
    void *context; /* of feed */
};

/* Simulates samples first .. first+C-1 of the batch into *tr, layer by layer: v = W_l a_{l-1}, and the
 * neuron's recursion over t. Products by lists of spikes or by BLAS, as the density of a layer's inputs in
 * the block has it (spikes_are_dense; TRACE_ALL and smooth networks: by BLAS above layer 1). */
void net_simulate(const struct net *net, const struct batch *b, size_t first, size_t C, struct trace *tr,
                  const struct simulate_options *o);

/* scores (K x C) of the block that *tr holds, by net->readout. */
void net_scores(const struct net *net, const struct trace *tr, size_t C, real *scores);

/* The inputs of layer l of a block that *tr (not TRACE_ALL) holds up to layer l-1, as lists; false: they are
 * so many that BLAS is faster. The lists are tr->lists' and valid until the next call. */
bool net_inputs(const struct net *net, const struct batch *b, size_t first, size_t C, struct trace *tr,
                size_t l, struct spike_columns *in);

/* a_l (n_l x T*C) of a hidden layer out of a TRACE_GRADIENT; smooth and slope as simulated. */
void net_spikes(const struct net *net, const struct trace *tr, size_t l, size_t C,
                const struct surrogate *smooth, real slope, real *a);

/* Sum of the losses (net->loss; squared for real-valued targets) of samples first .. first+C-1 of the batch
 * with these scores (K x C). dscores: NULL or out (K x C), d loss / d scores. */
double net_losses(const struct net *net, const struct batch *b, size_t first, size_t C, const real *scores,
                  real *dscores);

/* Weight files: magic number, format version, precision, shape, neuron and readout, weights, CRC-32 of all
 * that, in the byte order of the machine. net_load needs a net of the same shape (ST_DATA naming both shapes,
 * or a wrong magic number, version, precision, length, checksum or a weight that is not finite, otherwise);
 * on error the net keeps the weights that it had. */
status net_save(const struct net *net, FILE *f, struct error *e);
status net_load(struct net *net, FILE *f, struct error *e);
/* The same of a net whose neurons, synapses' decay and readout may differ: the matrices must be of the same
 * sizes, ST_DATA naming the first that is not. */
status net_load_weights(struct net *net, FILE *f, struct error *e);
/* Whether net_load_weights would take the file, by its header alone, in a program whose reals have
 * `real_size` bytes. ST_DATA, ST_IO. */
status net_file_fits(const struct net *net, size_t real_size, FILE *f, struct error *e);
/* The widths of the first and the last layer that a weight file names; moves the position of f to its start.
 * ST_DATA if it is none. */
status net_file_sizes(FILE *f, size_t *n_inputs, size_t *n_outputs, struct error *e);
/* ST_DATA with the bytes if a weight file is empty or shorter than its header says; ST_OK also if it is no
 * weight file at all, which net_load refuses. Moves the position of f. */
status net_file_complete(FILE *f, struct error *e);

#endif

/* Networks as files of the Neuromorphic Intermediate Representation (NIR): HDF5 files that other programs
 * read and write. A NIR neuron is continuous in time; a step of dt seconds of the forward Euler method makes
 * it ours (docs/method.md, section 1):
 *
 *   tau dv/dt = v_leak - v + r I            leak = 1 - dt / tau,  W <- (r dt / tau) W
 *   tau_syn dI/dt = -I + w_in S             alpha = 1 - dt / tau_syn,  W <- (w_in dt / tau_syn) W
 *
 * LIF, CubaLIF and IF (leak = 1, W <- r dt W) are hidden layers, LI, CubaLI and I the readout, Linear or
 * Affine with a bias of zeros the weights; one that leads from a layer's neurons back to them holds the
 * recurrent weights. */
#ifndef SPIKEBENCH_NETWORK_NIR_H
#define SPIKEBENCH_NETWORK_NIR_H

#include "network/net.h"

#define NIR_USUAL_DT 1e-4 /* seconds: that of snnTorch's exports */

/* What a file does not say, or says otherwise than it shall be read. */
struct nir_options {
    double dt;     /* seconds a step; 0: as the file's metadata says, else NIR_USUAL_DT */
    int reset;     /* enum reset; -1: by the metadata, else hard where neurons have v_reset, else soft */
    int readout;   /* enum readout; -1: by the metadata, else READOUT_LAST */
    bool membrane; /* a last layer that spikes is taken as a readout: its potential without spikes */
};

enum { NIR_VERSION = 32, NIR_NOTE = 600 };
struct nir_network {
    struct net_options net; /* all that the file says; of the rest the defaults */
    size_t n_inputs, n_outputs;
    bool single;                          /* the weights are numbers of 32 bits, or shorter */
    double dt;                            /* seconds a step, as it was read */
    char version[NIR_VERSION];            /* of NIR; "" if the file does not say */
    char note[NIR_NOTE];                  /* what was assumed, a line; "" for nothing */
    const char *run;                      /* struct nir_export.run, or NULL */
    const double *w[NET_MAX_BLOCKS + 1];  /* as net.W */
    const char *name[NET_MAX_BLOCKS + 1]; /* of the node that each is from; NULL: of none */
};

/* Reads a file, in a child process under limits as HDF5 is not safe with hostile ones. What it holds lives in
 * the arena. ST_DATA naming the file, the node and what our network cannot hold of it (convolutions,
 * thresholds or leaks that differ within a layer, v_leak or v_reset other than 0, ...), or that it is
 * damaged; ST_NO_DATA without HDF5; ST_IO, ST_MEMORY. */
status nir_read(struct nir_network *n, const char *path, const struct nir_options *o, struct mem *m,
                struct error *e);
/* The same of the file of network.start: the network's reset, and its readout, are those of the options. */
status nir_read_start(struct nir_network *n, const struct net_options *o, struct mem *m, struct error *e);
/* Whether nir_weights would set those of a net whose reals have `real_size` bytes: ST_DATA naming the node
 * whose matrix has another size, or a weight that becomes infinite. */
status nir_fits(const struct nir_network *n, const struct net *net, size_t real_size, struct error *e);
/* Sets the weights of a net that they fit, rounded to its reals; neurons, synapses and readout may differ. On
 * error the net keeps those that it had. */
status nir_weights(const struct nir_network *n, struct net *net, struct error *e);

struct nir_export {
    double dt; /* seconds a step, > 0 */
    const char
        *run; /* a text that the file keeps, and nir_read gives back: the run of the network; or NULL */
    const char *program; /* that writes it */
};
/* Writes a file with v_reset = 0; reset, readout and loss stand in its metadata, and what rounding would
 * change of leak and alpha, so that nir_read has the same network bit for bit. The same network gives the
 * same bytes. ST_CONFIG if NIR lacks the neuron (current-based synapses without leak), ST_NO_DATA without
 * HDF5, ST_IO. */
status nir_write(const struct net *net, const struct nir_export *x, const char *path, struct error *e);

#endif

/* A trained network on disk: the weights (NET.net, network/net.h) and beside them NET.yaml, the experiment
 * file of the one run that made them, every option spelt out. Comments at its head name the SHA-256 of the
 * weight file and of the data, so that files which do not belong together are told apart. */
#ifndef SPIKEBENCH_RECORDS_TRAINED_H
#define SPIKEBENCH_RECORDS_TRAINED_H

#include "experiments/plan.h"
#include "network/nir.h"

/* ST_USAGE if `weights` is no NAME.net, or if NAME.yaml is there and was not written by trained_save: an
 * experiment file of the user's is not overwritten. ST_IO if the folder cannot be written in. */
status trained_may_save(const char *weights, struct error *e);

/* Writes both files, each complete or as it was before. data_sha256 is dataset_info.sha256; `how` says in one
 * line how the training ended. ST_IO. */
status trained_save(const struct run *run, const struct net *net, const char *data_sha256, const char *how,
                    const char *weights, struct error *e);

/* That line of NET.yaml. ST_IO if it is not there. */
status trained_summary(const char *weights, char *text, size_t size, struct error *e);

struct trained {
    struct mem mem;
    struct plan plan;
    struct run *run; /* the plan's only one */
    struct dataset data;
    struct net net;
    struct pool *pool;
    struct nir_network *nir;    /* of a NIR file; NULL: a weight file */
    char data_sha256[HASH_HEX]; /* of the training; "" if the file does not say */
    long rules;                 /* RESULT_RULES of the training */
    bool other_data;            /* the data's SHA-256 is not that of the training */
    bool other_rule;            /* a setting changes an option of the solver's prediction */
    bool other_splits;          /* a setting, or a change of RESULT_RULES, changes how the splits are drawn */
};

/* The plan's only run from NET.yaml, its names being those of `c`, checked against the bytes of NET.net:
 * ST_IO, ST_DATA or ST_CONFIG naming the file and the reason. trained_free afterwards, also after an error.
 */
status trained_describe(struct trained *t, const struct catalogue *c, const char *weights, struct error *e);

/* What only a NIR file (NAME.nir, network/nir.h) needs to be told. */
struct trained_import {
    const char *dataset; /* NULL: that of the training, which our own exports name */
    bool alone;          /* the network alone is wanted: any data will do */
    struct nir_options nir;
};
/* trained_describe of a NIR file: its run is the one it was exported from, or, of a file of another program
 * or with a dataset given, bptt on that dataset with the file's network. ST_USAGE if there is no dataset;
 * errors of nir_read. */
status trained_describe_nir(struct trained *t, const struct catalogue *c, const char *path,
                            const struct trained_import *import, struct error *e);
/* The text of NET.yaml, which an export keeps. Freed by free(buffer.bytes). */
struct file_buffer;
status trained_text(const char *weights, struct file_buffer *text, struct error *e);

/* After trained_describe: applies `set` (n_set texts "dataset.KEY=VALUE", or "solver.KEY=VALUE" of options
 * that are OPT_PREDICTION), opens the data, builds the net and
 * reads its weights. This build's precision must be the run's (ST_CONFIG). */
status trained_open(struct trained *t, const char *weights, const char *const *set, size_t n_set,
                    struct error *e);
/* After trained_describe, in place of trained_open: the net and its weights alone, without data or pool. */
status trained_net(struct trained *t, const char *weights, struct error *e);
/* After trained_open, for a solver with a prediction rule of its own (solver.h, predict): the scores
 * (n_L x b->n) of that rule, as the runner's accuracies have them. b: a batch of t->data. */
status trained_predict(const struct trained *t, const struct batch *b, real *scores,
                       struct operations *counts, struct error *e);
void trained_free(struct trained *t);

#endif

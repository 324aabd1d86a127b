/* What the solvers of the ADMM family share: options, columns, and an outer iteration over the blocks. A
 * variant is a struct solver of the functions below, with its part of the option list, its defaults, and in
 * `own` the settings that follow from its options. */
#ifndef SPIKEBENCH_SOLVERS_ADMM_ADMM_FAMILY_H
#define SPIKEBENCH_SOLVERS_ADMM_ADMM_FAMILY_H

#include "solvers/admm/admm_state.h"
#include "trainer/cost.h"

enum admm_order { ORDER_SEQUENTIAL, ORDER_RANDOM };
enum admm_start { START_OUTPUT_SIMULATED, START_OUTPUT_LABELS };

/* Options that a variant's table leaves out keep zero: off, or the first choice; inner 0 counts as 1. */
struct admm_options {
    double rho, rho_out, beta, kappa, cutoff;
    int weights, box, layer_order, time_order, start_output, multiplier, output, potentials;
    long warmup, inner;
    bool exact_weights, exact_readout, exact_spikes, exact_last_spikes; /* admm_hybrid */
};

/* Places in admm_option_list: a table takes spans of it. */
enum admm_option {
    ADMM_RHO,
    ADMM_RHO_OUT,
    ADMM_BETA,
    ADMM_WEIGHTS,
    ADMM_KAPPA,
    ADMM_CUTOFF,
    ADMM_BOX,
    ADMM_WARMUP,
    ADMM_LAYER_ORDER,
    ADMM_TIME_ORDER,
    ADMM_START_OUTPUT,
    ADMM_MULTIPLIER,
    ADMM_OUTPUT,
    ADMM_INNER,
    ADMM_EXACT_WEIGHTS,
    ADMM_EXACT_READOUT,
    ADMM_EXACT_SPIKES,
    ADMM_EXACT_LAST_SPIKES,
    ADMM_POTENTIALS,
    ADMM_N_OPTIONS
};
extern const struct option admm_option_list[ADMM_N_OPTIONS];

/* Columns: those of admm_anderson come first, the family's follow. */
enum { ANDERSON_N_METRICS = 4, ADMM_N_METRICS = 25 };
extern const struct metric_desc admm_metric_list[ANDERSON_N_METRICS + ADMM_N_METRICS];

/* What a variant has in `own`. */
struct admm_variant {
    struct admm_settings (*settings_of)(const struct admm_options *o);
};
/* Settings that follow from the options alone; variants change what is theirs. */
struct admm_settings admm_settings_of(const struct admm_options *o);

enum {
    ADMM_FEATURES = FEATURE_CLASSIFICATION | FEATURE_LOSSES | FEATURE_RESET_SOFT | FEATURE_READOUT_LAST |
                    FEATURE_STARTS | FEATURE_FULL_BATCH | FEATURE_RANKS
};

extern const struct solver solver_admm, solver_admm_joint, solver_admm_linearized, solver_admm_hybrid;

struct admm_solver {
    struct admm blocks;
    struct admm_options options;
    long iteration;
    size_t *layers;     /* [L-1]: order of the hidden layers */
    double rises[5];    /* w, a, z, w_out, z_out */
    double dual, scale; /* scale: magnitude of the Lagrangian, for what counts as rounding */
    double unsolved, rejected, kkt_z;
    /* V_l stands since the last step that changed it, in a run without diagnostics: what the counts go by */
    bool at_hand[NET_MAX_LAYERS + 1];
    double entries;           /* of the training samples' lists */
    double forward, backward; /* products of the present step: weights x columns (samples x steps) */
    double simulated;         /* of these, columns simulated */
    struct step_cost work;    /* all products and solves of the present step but simulations */
};

/* Refuses options of the table that are set although the method with these settings does not read them, and
 * settings that contradict each other. ST_CONFIG. Taken nevertheless, since one grid may hold several depths:
 * layer_order = random and exact_spikes, which mean nothing with one hidden layer. */
status admm_check_options(const struct option_table *t, const struct admm_options *o,
                          const struct admm_settings *set, const struct net_options *net, struct error *e);

/* Makes V_l = W_l a_{l-1} for training, counted unless at hand; and says that W_l or a_{l-1} has changed. */
void admm_family_product(struct admm_solver *s, size_t l);
void admm_family_changed(struct admm_solver *s, size_t l);
/* Passes and operations of the step so far. A product with one layer's weights is that part of a pass which
 * it has of all weights that the pass meets (forward W_1 .. W_L, backward W_2 .. W_L): forward are the
 * products W_l a_{l-1} of all layers, once after each weight step and wherever one is needed again, and the
 * simulation of the start (in the first iteration), which alone is spike_passes; backward the products
 * W_{l+1}' target of all hidden layers. A spike solve by Woodbury's identity, a linearised step or the box
 * takes products with W_{l+1} and W_{l+1}' of its own. dense_macs has all of these but simulations, auxiliary
 * spikes being no binary numbers, and sums, systems and solves of weights and spikes (admm_cost.h). */
void admm_family_counts(const struct admm_solver *s, struct step_report *r);

/* The functions of struct solver. */
status admm_family_check(const struct solver *self, const void *options, const struct net_options *net,
                         const struct dataset_info *info, struct error *e);
status admm_family_create(const struct solver *self, void **state, const void *options,
                          const struct shapes *shapes, struct mem *m, struct error *e);
status admm_family_start(void *state, const struct train_env *env, struct error *e);
status admm_family_step(void *state, struct step_report *r, struct error *e);
void admm_family_report(void *state, struct metric_sink *sink);
status admm_family_checkpoint(void *state, struct checkpoint *c, struct error *e);

#endif

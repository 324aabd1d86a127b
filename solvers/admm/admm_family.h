/* What the solvers of the ADMM family share: their options, columns, and an outer iteration over the blocks
 * of solvers/admm_blocks.h. A variant is a file with its option table, built from the groups below, and a
 * function that turns the options into settings. */
#ifndef SPIKEBENCH_SOLVERS_ADMM_ADMM_FAMILY_H
#define SPIKEBENCH_SOLVERS_ADMM_ADMM_FAMILY_H

#include "solvers/admm/admm_blocks.h"

enum admm_order { ORDER_SEQUENTIAL, ORDER_RANDOM };
enum admm_start_output { START_OUTPUT_SIMULATED, START_OUTPUT_LABELS };

/* Options that a variant's table leaves out keep zero: off, or the first choice; inner 0 counts as 1. */
struct admm_options {
    double rho, rho_out, beta, kappa, cutoff;
    int weights, box, layer_order, time_order, start_output, multiplier, potentials, output;
    long warmup, inner;
    bool exact_weights, exact_readout, exact_spikes, exact_last_spikes; /* admm_hybrid */
    /* admm_anderson */
    int base;
    long memory;
    double regularization;
    double win, tau, tau_end;
    long tau_iterations;
};

extern const char *const admm_weights_names[],
    *const admm_box_names[], *const admm_order_names[], *const admm_start_output_names[],
                                                            *const admm_multiplier_names[],
                                                                *const admm_output_names[];

#define ADMM_OPTION(field, type, value, lo, hi, flags, choices, unit, help)                                  \
    {                                                                                                        \
#field, type, offsetof(struct admm_options, field), value, lo, hi, flags, choices, unit, help        \
    }

/* clang-format off */
#define ADMM_PENALTY_OPTIONS(rho_value, rho_out_value, beta_value)                                           \
    ADMM_OPTION(rho, OPT_REAL, rho_value, 0, 1e12, OPT_OPEN_LO, NULL, "",                                    \
                "penalty of the hidden layers' dynamics"),                                                   \
    ADMM_OPTION(rho_out, OPT_REAL, rho_out_value, 0, 1e12, 0, NULL, "",                                      \
                "penalty of the output layer's dynamics; 0: the same as rho"),                               \
    ADMM_OPTION(beta, OPT_REAL, beta_value, 0, 1e12, OPT_OPEN_LO, NULL, "",                                  \
                "penalty of a = H(z - threshold)")

#define ADMM_WEIGHT_OPTIONS(weights_value, kappa_value)                                                      \
    ADMM_OPTION(weights, OPT_CHOICE, weights_value, 0, 0, 0, admm_weights_names, "",                         \
                "weight solve: Cholesky with a ridge, pseudo-inverse, or proximal (pull towards the previous "   \
                "weights)"),                                                                        \
    ADMM_OPTION(kappa, OPT_REAL, kappa_value, 0, 1e6, OPT_OPEN_LO, NULL, "",                                 \
                "ridge, proximal: shift of the Gram matrix, times its mean diagonal entry"),              \
    ADMM_OPTION(cutoff, OPT_REAL, "1e-12", 0, 1, OPT_OPEN_HI, NULL, "",                                      \
                "pinv: eigenvalues below cutoff times the largest count as zero")

#define ADMM_BOX_OPTION(value)                                                                               \
    ADMM_OPTION(box, OPT_CHOICE, value, 0, 0, 0, admm_box_names, "",                                         \
                "how spikes are kept in [0, 1]: clip afterwards (as published), solve with the box "         \
                "exactly, or not at all")

#define ADMM_ORDER_OPTIONS                                                                 \
    ADMM_OPTION(warmup, OPT_INT, "10", 0, 1e9, 0, NULL, "iterations",                                        \
                "iterations before the multiplier starts to move"),                                          \
    ADMM_OPTION(layer_order, OPT_CHOICE, "sequential", 0, 0, 0, admm_order_names, "",                  \
                "order of the hidden layers: from the first to the last, or drawn anew in each iteration; " \
                "the readout is last")

#define ADMM_START_OPTIONS(start_output_value) \
    ADMM_OPTION(start_output, OPT_CHOICE, start_output_value, 0, 0, 0, admm_start_output_names, "",          \
                "the output layer's z at the start (unless network.start = published): as simulated, or "    \
                "on the path of least input that ends at the labels")

#define ADMM_OUTPUT_OPTION(value)                                                                            \
    ADMM_OPTION(output, OPT_CHOICE, value, 0, 0, 0, admm_output_names, "",                                   \
                "the output layer's z: step by step (as published), or all steps of a sample at once")

#define ADMM_INNER_OPTION                                                                                    \
    ADMM_OPTION(inner, OPT_INT, "1", 1, 1e6, 0, NULL, "",                                                    \
                "linearised steps of a weight block in an iteration, all on the same sums over the samples")

#define ADMM_MULTIPLIER_OPTION(value)                                                                        \
    ADMM_OPTION(multiplier, OPT_CHOICE, value, 0, 0, 0, admm_multiplier_names, "",                           \
                "constraints with a multiplier: the readout's dynamics at the last step (as published), at " \
                "all steps, none")
/* clang-format on */

/* Columns, a list of struct metric_desc. */
/* clang-format off */
#define ADMM_METRICS \
    {"acc_aux", "", "auxiliary accuracy: argmax of the auxiliary z_{L,T}, not of the simulated network", \
    METRIC_RUN}, \
    {"loss_aux", "", "mean loss of the auxiliary z_{L,T}", METRIC_RUN}, \
    {"lagrangian", "", \
    "relaxed augmented Lagrangian, summed over samples, reset and last-step terms included", METRIC_RUN}, \
    {"lagrangian_rises_w", "", "measured hidden-layer W-updates that raised the Lagrangian, so far", \
    METRIC_RUN}, \
    {"lagrangian_rises_a", "", "measured a-updates (layers) that raised the Lagrangian, so far", METRIC_RUN}, \
    {"lagrangian_rises_z", "", "measured z-updates (layers) that raised the Lagrangian, so far", METRIC_RUN}, \
    {"lagrangian_rises_w_out", "", "measured updates of W_L that raised the Lagrangian, so far", METRIC_RUN}, \
    {"lagrangian_rises_z_out", "", "measured updates of z_L that raised the Lagrangian, so far", METRIC_RUN}, \
    {"res_primal", "", "rms of z_{L,T} - delta z_{L,T-1} - W_L a_{L-1,T}", METRIC_RUN}, \
    {"res_dual", "", "rho_out times rms of the last change of z_{L,T}; nan during warm-up", METRIC_RUN}, \
    {"res_dyn", "", "rms dynamics residual", METRIC_LAYER}, \
    {"res_spike", "", "rms of a - H(z - threshold)", METRIC_HIDDEN}, \
    {"spike_gap", "", \
    "fraction of (sample, step, neuron) cells where H(z - threshold) and the simulated spike differ", \
    METRIC_HIDDEN}, \
    {"rate", "spikes/step", "mean auxiliary firing rate", METRIC_HIDDEN}, \
    {"weight_change", "", "relative change of all weights in the last iteration (Frobenius)", METRIC_RUN}, \
    {"kkt_box", "", "box exact: largest KKT residual of the spike solves", METRIC_RUN}, \
    {"backward_error_w", "", "normwise backward error of the weight solve", METRIC_LAYER}, \
    {"rcond_w", "", "reciprocal condition number of the weight system", METRIC_LAYER}, \
    {"backward_error_a", "", "normwise backward error of the spike solves", METRIC_HIDDEN}, \
    {"unsolved", "", "proximal steps of the loss that did not converge, so far", METRIC_RUN}, \
    {"rejected_z", "", "joint z-steps (neuron, sample) so far that did not lower the cost and were not taken", \
    METRIC_RUN}, \
    {"kkt_z", "", "largest KKT residual of the last joint z-steps", METRIC_RUN}, \
    {"rcond_a", "", "reciprocal condition number of the factored spike system (t < T)", METRIC_HIDDEN}, \
    {"precision_w", "", \
    "relative distance of the weight solve (up to 8 rows) from the same systems refined in long double; nan: " \
    "pinv, linearised, or too ill-conditioned", METRIC_LAYER}, \
    {"precision_a", "", \
    "the same for the spike solves (up to 8 columns for t < T and for t = T)", METRIC_HIDDEN}
/* clang-format on */
enum { ADMM_N_METRICS = 25 };
extern const struct metric_desc admm_metrics[ADMM_N_METRICS];

/* The state that a variant's solver works with. */
struct admm_solver {
    struct admm blocks;
    struct admm_options options;
    struct train_env env;
    long iteration;
    size_t *layers;     /* [L-1]: order of the hidden layers */
    double rises[5];    /* w, a, z, w_out, z_out */
    double dual, scale; /* scale: magnitude of the Lagrangian, for what counts as rounding */
    double unsolved, rejected, kkt_z;
    /* V_l stands since the last step that changed it, in a run without diagnostics and resumption: what the
     * counts go by, so that they do not depend on these */
    bool at_hand[NET_MAX_LAYERS + 1];
    double entries;           /* of the training samples' lists */
    double forward, backward; /* products of the present step: weights x columns (samples x steps) */
    double simulated;         /* of these, columns simulated */
    struct step_cost work;    /* all products and solves of the present step but simulations */
};

/* Settings that follow from the options alone; variants change what is theirs. */
struct admm_settings admm_settings_of(const struct admm_options *o);
struct admm_settings admm_joint_settings(const struct admm_options *o);      /* admm_joint.c */
struct admm_settings admm_linearized_settings(const struct admm_options *o); /* admm_linearized.c */
struct admm_settings admm_hybrid_settings(const struct admm_options *o);     /* admm_hybrid.c */

/* Refuses options of the table that are set although the method with these settings does not read them.
 * ST_CONFIG. Taken nevertheless, since one grid may hold several depths: layer_order = random and
 * exact_spikes, which mean nothing with one hidden layer. (admm_idle.c) */
status admm_refuse_idle(const struct option_table *t, const struct admm_options *o,
                        const struct admm_settings *set, const struct net_options *net, struct error *e);

/* The slots of struct solver. check takes the solver's name for its messages; create allocates and starts the
 * state with the variant's settings (on error the caller frees *state with admm_family_free). */
status admm_family_check(const char *name, const struct admm_settings *set, const struct net_options *net,
                         const struct dataset_info *info, struct error *e);
status admm_family_create(struct admm_solver **out, const struct admm_options *o,
                          const struct admm_settings *set, const struct train_env *env, struct error *e);
/* Makes V_l = W_l a_{l-1} for training, counted unless at hand; and says that W_l or a_{l-1} has changed. */
void admm_family_product(struct admm_solver *s, size_t l);
void admm_family_changed(struct admm_solver *s, size_t l);
/* One iteration. Passes that it reports, a product with one layer's weights being that part of a pass which
 * it has of all weights that the pass meets (forward W_1 .. W_L, backward W_2 .. W_L): forward are the
 * products W_l a_{l-1} of all layers, once after each weight step and wherever one is needed again, and the
 * simulation of the start (in the first iteration), which alone is spike_passes; backward
 * the products W_{l+1}' target of all hidden layers. A spike solve by
 * Woodbury's identity, a linearised step or the box takes products with W_{l+1} and W_{l+1}' of its own.
 * dense_macs has all of these but simulations, auxiliary spikes being relaxed, and sums, systems and solves
 * of weights and spikes (admm_cost.c). */
status admm_family_step(void *state, struct step_report *r, struct error *e);
/* The same again, with the products that a solver has made on top of the iteration. */
void admm_family_counts(const struct admm_solver *s, struct step_report *r);
void admm_family_report(void *state, struct metric_sink *sink);
status admm_family_save(void *state, FILE *f, struct error *e);
status admm_family_load(void *state, FILE *f, struct error *e);
void admm_family_free(void *state); /* accepts NULL and a half-built state */

/* What every variant's file ends with: the parts that need its settings (settings_of: const struct
 * admm_options * to struct admm_settings), and the initialisers of its struct solver. */
/* clang-format off */
#define ADMM_DEFINE_SLOTS(solver_name, list, settings_of)                                                          \
    static status check(const void *options, const struct net_options *net, const struct dataset_info *info, \
                        struct error *e)                                                                     \
    {                                                                                                        \
        const struct option_table table = {list, sizeof list / sizeof *list, sizeof(struct admm_options)};   \
        const struct admm_settings set = settings_of(options);                                               \
        TRY(admm_refuse_idle(&table, options, &set, net, e));                                                \
        return admm_family_check(solver_name, &set, net, info, e);                                           \
    }                                                                                                        \
    static size_t memory(const void *options, const struct net *net, const struct dataset_info *info)        \
    {                                                                                                        \
        const struct admm_settings set = settings_of(options);                                               \
        return admm_bytes(&set, net, info->T, info->n[SPLIT_TRAIN]);                                         \
    }                                                                                                        \
    static size_t thread_memory(const void *options, const struct net *net, const struct dataset_info *info) \
    {                                                                                                        \
        const struct admm_settings set = settings_of(options);                                               \
        return admm_thread_bytes(&set, net, info->T, info->n[SPLIT_TRAIN]);                                  \
    }                                                                                                        \
    static struct step_cost cost(const void *options, const struct net *net, const struct dataset_info *info) \
    {                                                                                                        \
        const struct admm_settings set = settings_of(options);                                               \
        return admm_cost(&set, net, info);                                                                   \
    }                                                                                                        \
    static status init(void **state, const void *options, const struct train_env *env, struct error *e)      \
    {                                                                                                        \
        const struct admm_settings set = settings_of(options);                                               \
        return admm_family_create((struct admm_solver **)state, options, &set, env, e);                      \
    }
#define ADMM_SLOTS(list)                                                                                     \
    .api_version = SOLVER_API, .caps = CAP_CLASSIFICATION | CAP_FULL_BATCH,                                  \
    .options = {list, sizeof list / sizeof *list, sizeof(struct admm_options)},                              \
    .metrics = admm_metrics, .n_metrics = ADMM_N_METRICS, .check = check, .memory = memory, .thread_memory = thread_memory, .cost = cost,    \
    .init = init, .step = admm_family_step, .report = admm_family_report, .save = admm_family_save,          \
    .load = admm_family_load, .free = admm_family_free
/* clang-format on */

#endif

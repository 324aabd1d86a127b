/* The pairs. A new one is an entry here, and its functions if no other's do. */
#include "tests/bench/pairs.h"

#define INPUTS(data, product) (&(const struct inputs_setting){&(data), (product)})
#define INPUT_CASE(title, data, product)                                                                     \
    .name = (title), .b = "BLAS on the same block, dense and in memory already",                             \
    .setting = INPUTS(data, product), .same = "the relative difference",                                     \
    .tolerance = REAL_SELECT(1e-13, 1e-5), .open = inputs_open, .run = inputs_run,                           \
    .difference = bench_relative, .close = inputs_close
/* What the library chooses by the share of the cells (spikes_as_dense). */
#define LISTS   "product with the input's lists, as layer 1 does it up to 35 % of the cells"
#define WRITTEN "product with the input written out for BLAS, as layer 1 does it above 35 % of the cells"

#define BORDER_CASE(title, share)                                                                            \
    .name = (title), .a = "product with the input's lists, the library's way up to 35 % of the cells",       \
    .b = "the same block written out for BLAS, its way from there on", .setting = &(const double){share},    \
    .same = "the relative difference", .tolerance = REAL_SELECT(1e-13, 1e-5), .open = border_open,           \
    .run = border_run, .difference = bench_relative

#define WEIGHT_CASE(title, ...)                                                                              \
    .name = (title), .setting = &(const struct weights_setting){__VA_ARGS__},                                \
    .same = "the relative difference", .tolerance = REAL_SELECT(1e-9, 1e-2), .open = weights_open,           \
    .run = weights_run, .difference = bench_relative
#define KEPT "ridge solve of a weight block with the factor of the first iteration, as for layer 1"
#define ANEW "the same with a Cholesky factor made in each iteration"

#define SPIKE_CASE(title, ...)                                                                               \
    .name = (title), .setting = &(const struct spike_setting){__VA_ARGS__},                                  \
    .same = "the relative difference", .tolerance = REAL_SELECT(1e-10, 1e-3), .open = spike_solve_open,      \
    .run = spike_solve_run, .difference = bench_relative

#define POTENTIAL_CASE(title, T)                                                                             \
    .name = (title), .a = "potentials of all steps by their structure (admm_joint, potentials = pattern)",   \
    .b = "dense Cholesky for the free steps, told which ones are free", .setting = &(const size_t){T},       \
    .same = "the relative difference", .tolerance = REAL_SELECT(1e-8, 1e-4), .open = potentials_open,        \
    .run = potentials_run, .difference = bench_relative

#define STEP_CASE(title, hidden)                                                                             \
    .name = (title), .a = "an epoch of bptt at default options",                                             \
    .b = "a step of the solver at default options (exact_spike_time: both on latency code)",                 \
    .setting = &(const struct steps_setting){(hidden), false},                                               \
    .same = "number of networks with weights that are not finite, or none that changed", .tolerance = 0,     \
    .variant = steps_variant, .open = steps_open, .run = steps_run, .difference = steps_difference,          \
    .close = steps_close

const struct bench_case bench_cases[] = {
    {INPUT_CASE("input_product_digits", bench_digits, INPUT_TIMES), .a = WRITTEN},
    {INPUT_CASE("input_product_events", bench_events, INPUT_TIMES), .a = LISTS},
    {INPUT_CASE("input_product_events_150", bench_events_150, INPUT_TIMES), .a = LISTS},
    {INPUT_CASE("input_outer_events", bench_events, INPUT_OUTER), .a = LISTS},
    {INPUT_CASE("input_gram_events", bench_events, INPUT_GRAM), .a = LISTS},
    {BORDER_CASE("input_border_5", 0.05)},
    {BORDER_CASE("input_border_12", 0.12)},
    {BORDER_CASE("input_border_30", 0.30)},
    {.name = "forward_blocks",
     .a = "forward simulation in blocks of 64 samples",
     .b = "sample by sample",
     .setting = "100-100",
     .same = "the share of samples with other scores",
     .tolerance = 0.02,
     .open = forward_open,
     .run = forward_run,
     .difference = forward_difference,
     .close = forward_close},
    {WEIGHT_CASE("weights_kept_digits", .inputs = &bench_digits, .rows = 100), .a = KEPT, .b = ANEW},
    {WEIGHT_CASE("weights_kept_events", .inputs = &bench_events, .rows = 100), .a = KEPT, .b = ANEW},
    {WEIGHT_CASE("weights_pinv_100", .order = 100, .rows = 100, .pinv = true),
     .a = "ridge system by Cholesky", .b = "the same system by pseudo-inverse"},
    {WEIGHT_CASE("weights_pinv_512", .order = 512, .rows = 100, .pinv = true),
     .a = "ridge system by Cholesky", .b = "the same system by pseudo-inverse"},
    {SPIKE_CASE("spike_solve_100", .order = 100, .rows = 10, .columns = 1280),
     .a = "spikes by Woodbury's identity, where the next layer is narrow",
     .b = "Cholesky of the whole order"},
    {SPIKE_CASE("spike_solve_512", .order = 512, .rows = 10, .columns = 1280),
     .a = "spikes by Woodbury's identity, where the next layer is narrow",
     .b = "Cholesky of the whole order"},
    {POTENTIAL_CASE("potentials_20", 20)},
    {POTENTIAL_CASE("potentials_100", 100)},
    {STEP_CASE("step_100", "100")},
    {STEP_CASE("step_100_100", "100-100")},
    {.name = "threads",
     .a = "a step of the solver with one thread",
     .b = "the same with two",
     .setting = &(const struct steps_setting){"100-100", true},
     .same = "number of weights with other bits",
     .tolerance = 0,
     .variant = threads_variant,
     .open = steps_open,
     .run = steps_run,
     .difference = threads_difference,
     .close = steps_close},
    {.name = NULL},
};

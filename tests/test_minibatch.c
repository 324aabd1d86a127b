/* The oracle that mini-batch trainers give to an optimizer. */
#include "network/evaluate.h"
#include "tests/toy_training.h"
#include "trainer/minibatch.h"
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

enum { LARGEST = 24 * 9 };

/* Asks for three gradients an update: here, at other weights (all times 1.5), and here again; moves nothing.
 */
static struct {
    size_t updates;
    double loss[3];
    bool same, differs;
} seen;

static void ask_three_times(struct optimizer_state *s, real *const *W, double lr,
                            const struct gradient_oracle *g)
{
    static real other[3][LARGEST], before[3][LARGEST], first[3][LARGEST];
    real *elsewhere[4];
    (void)lr;
    for (size_t l = 1; l <= s->layers; l++) {
        memcpy(before[l - 1], W[l], s->size[l] * sizeof(real));
        for (size_t i = 0; i < s->size[l]; i++) other[l - 1][i] = R(1.5) * W[l][i];
        elsewhere[l] = other[l - 1];
    }
    seen.loss[0] = g->at(g->context, W, s->gradient);
    for (size_t l = 1; l <= s->layers; l++) memcpy(first[l - 1], s->gradient[l], s->size[l] * sizeof(real));
    seen.loss[1] = g->at(g->context, elsewhere, s->gradient);
    seen.differs = memcmp(first[0], s->gradient[1], s->size[1] * sizeof(real)) != 0;
    seen.loss[2] = g->at(g->context, W, s->gradient);
    seen.same = true;
    for (size_t l = 1; l <= s->layers; l++)
        seen.same = seen.same && memcmp(first[l - 1], s->gradient[l], s->size[l] * sizeof(real)) == 0 &&
                    memcmp(before[l - 1], W[l], s->size[l] * sizeof(real)) == 0;
    seen.updates++;
}

static const struct optimizer three = {.name = "three", .update = ask_three_times};

static void begin(struct toy_training *t, const char *solver, const char *options)
{
    toy_data_create(&t->data, 40, 6, 9, 3, 4);
    toy_training_create(t, solver);
    t->net_options.hidden = (struct int_list){2, {24, 9}};
    toy_training_set_all(t, options);
    toy_training_init(t, 2);
}

static double mean_loss(struct toy_training *t)
{
    struct evaluator *ev;
    struct evaluation result;
    cr_assert_eq(evaluator_create(&ev, &t->net, t->data.info.T, NULL, NULL), ST_OK);
    evaluate(ev, &t->net, &t->env.train, &result, NULL);
    evaluator_free(ev);
    return result.loss;
}

/* Each call is counted, with the passes and operations that it takes; a call elsewhere leaves the weights and
 * the next answer alone; forward_mode draws the same directions in all calls of an update. */
Test(minibatch, an_optimizer_may_ask_several_times_and_elsewhere)
{
    static const struct {
        const char *solver, *options;
        bool has_loss;
    } cases[] = {{"bptt", "batch=15", true},
                 {"lfp", "batch=15", false},
                 {"eprop", "batch=15 feedback=random", true},
                 {"ottt", "batch=15", true},
                 {"decolle", "batch=15", true},
                 {"forward_forward", "batch=15", true},
                 {"exact_spike_time", "batch=15", true},
                 {"forward_mode", "batch=15 directions=2", true}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct toy_training once = {.state = NULL}, t = {.state = NULL};
        struct step_report r = {0}, plain = {0};
        struct error e = {0};
        begin(&once, cases[i].solver, cases[i].options);
        begin(&t, cases[i].solver, cases[i].options);
        struct minibatch *m = t.state; /* which the states of these trainers begin with */
        m->optimizer.kind = &three;
        memset(&seen, 0, sizeof seen);
        cr_assert_eq(once.solver->step(once.state, &plain, &e), ST_OK, "%s", e.text);
        cr_assert_eq(t.solver->step(t.state, &r, &e), ST_OK, "%s", e.text);
        cr_expect_eq(seen.updates, 3, "15, 15 and 10 samples");
        cr_expect_eq(plain.gradient_evaluations, 3, "%s", cases[i].solver);
        cr_expect_eq(r.gradient_evaluations, 9, "%s", cases[i].solver);
        cr_expect_eq(r.samples, 40);
        cr_expect_float_eq(r.forward_passes, 3 * plain.forward_passes, 1e-9, "%s", cases[i].solver);
        cr_expect_float_eq(r.backward_passes, 3 * plain.backward_passes, 1e-9, "%s", cases[i].solver);
        cr_expect_float_eq(r.spike_passes, 3 * plain.spike_passes, 1e-9, "%s", cases[i].solver);
        if (strcmp(cases[i].solver, "exact_spike_time") != 0) /* counts as it goes */
            cr_expect_float_eq(r.dense_macs, 3 * plain.dense_macs, 1e-6, "%s", cases[i].solver);
        cr_expect(seen.differs, "%s: other weights have another gradient", cases[i].solver);
        cr_expect(seen.same, "%s", cases[i].solver);
        for (int k = 0; k < 3; k++)
            cr_expect_eq(!isnan(seen.loss[k]), cases[i].has_loss, "%s: loss %g", cases[i].solver,
                         seen.loss[k]);
        toy_training_free(&once);
        toy_training_free(&t);
    }
}

/* The loss that the oracle returns is that of the network, here over one mini-batch of all samples. */
Test(minibatch, the_oracle_returns_the_mean_loss)
{
    static const char *const cases[][2] = {{"bptt", "batch=40"}, {"forward_mode", "batch=40"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct toy_training t = {.state = NULL};
        struct step_report r = {0};
        begin(&t, cases[i][0], cases[i][1]);
        ((struct minibatch *)t.state)->optimizer.kind = &three;
        const double here = mean_loss(&t);
        cr_assert_eq(t.solver->step(t.state, &r, NULL), ST_OK);
        cr_expect_float_eq(seen.loss[0], here, REAL_SELECT(1e-9, 1e-4) * here, "%s", cases[i][0]);
        for (size_t l = 1; l <= t.net.L; l++)
            for (size_t k = 0; k < t.net.n[l] * t.net.n[l - 1]; k++) t.net.W[l][k] *= R(1.5);
        const double there = mean_loss(&t);
        cr_expect_float_eq(seen.loss[1], there, REAL_SELECT(1e-9, 1e-4) * there, "%s", cases[i][0]);
        cr_expect_neq(seen.loss[0], seen.loss[1]);
        toy_training_free(&t);
    }
}

/* Options that only the optimizer not chosen reads are refused, naming all that would read them. */
Test(minibatch, idle_options_name_the_optimizers_that_read_them)
{
    struct toy_training t = {.state = NULL};
    struct error e = {0};
    toy_data_create(&t.data, 40, 6, 9, 3, 4);
    toy_training_create(&t, "bptt");
    toy_training_set_all(&t, "optimizer=sgd beta1=0.5");
    cr_expect_eq(toy_check(t.solver, t.options, &t.net_options, &t.data.info, &e), ST_CONFIG);
    cr_expect_not_null(strstr(e.text, "optimizer = adam or adamw or lion"), "%s", e.text);
    toy_training_free(&t);
}

/* Mini-batches of 1100 samples have 18 parts: a tree whose right side is not full. */
Test(minibatch, any_number_of_threads_gives_the_same_weights)
{
    static const char *const cases[] = {"bptt",         "lfp",  "forward_forward", "exact_spike_time",
                                        "forward_mode", "admm", "admm_resync"};
    static const size_t threads[] = {1, 2, 3, 5, 8};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        static real first[3][LARGEST];
        for (size_t k = 0; k < sizeof threads / sizeof *threads; k++) {
            struct toy_training t = {.state = NULL};
            struct pool *pool = NULL;
            toy_data_create(&t.data, 1100, 6, 9, 3, 4);
            toy_training_create(&t, cases[i]);
            t.net_options.hidden = (struct int_list){2, {24, 9}};
            if (opt_find(&t.solver->options, "lr")) toy_training_set_all(&t, "batch=1100");
            cr_assert_eq(pool_create(&pool, threads[k], NULL), ST_OK);
            toy_training_init_on(&t, 2, pool);
            toy_training_step(&t);
            toy_training_step(&t);
            for (size_t l = 1; l <= t.net.L; l++) {
                const size_t bytes = t.net.n[l] * t.net.n[l - 1] * sizeof(real);
                if (k == 0) memcpy(first[l - 1], t.net.W[l], bytes);
                cr_expect_eq(memcmp(first[l - 1], t.net.W[l], bytes), 0, "%s, layer %zu, %zu threads",
                             cases[i], l, threads[k]);
            }
            toy_training_free(&t);
            pool_free(pool);
        }
    }
}

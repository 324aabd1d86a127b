/* Dividing a plan: every run in exactly one part, whatever the order of the file, and parts of equal work. */
#include "commands/registry.h"
#include "experiments/plan_check.h"
#include <criterion/criterion.h>
#include <string.h>

#define HEAD "experiment: grid\nseeds: [0, 1, 2]\ndataset: {name: digits, T: 5}\n"
#define BPTT "  - {name: bptt, lr: [0.1, 0.01, 0.001], network: {hidden: [[10], [300, 20], [40]]}}\n"
#define ADMM "  - {name: admm, rho: [0.1, 1], stop: {max_iter: [3, 40]}}\n"
#define ONCE "  - {name: random_features, network: {hidden: [[50], [500]]}}\n"

/* A plan, divided. */
struct divided {
    struct plan plan;
    struct plan_report report;
};

static void divide(struct divided *d, const char *text, size_t count)
{
    struct error e = {.code = ST_OK};
    cr_assert_eq(plan_load(&d->plan, &registry, "grid.yaml", text, NULL, &e), ST_OK, "%s", e.text);
    cr_assert_eq(plan_check(&d->plan, &d->report, &e), ST_OK, "%s", e.text);
    cr_assert_eq(plan_identify(&d->plan, &d->report, &e), ST_OK, "%s", e.text);
    cr_assert_eq(plan_divide(&d->plan, &d->report, (struct shard){1, count}, &e), ST_OK, "%s", e.text);
}

static void release(struct divided *d)
{
    plan_report_free(&d->report);
    plan_free(&d->plan);
}

static double work_of(const struct divided *d, size_t i)
{
    return plan_configuration_of(&d->report, i)->work;
}

static double part_of(const struct divided *d, size_t part)
{
    double sum = 0;
    for (size_t i = 0; i < d->plan.n_runs; i++) sum += d->plan.runs[i].shard == part ? work_of(d, i) : 0;
    return sum;
}

Test(shard, parts_are_of_equal_work)
{
    for (size_t count = 1; count <= 7; count++) {
        struct divided d;
        double least = INFINITY, most = 0, heaviest = 0, all = 0, sum = 0;
        divide(&d, HEAD "solvers:\n" BPTT ADMM ONCE, count);
        for (size_t i = 0; i < d.plan.n_runs; i++) {
            const struct run *run = &d.plan.runs[i];
            cr_assert(run->shard >= 1 && run->shard <= count, "run %zu is in part %zu", i, run->shard);
            cr_expect_eq(plan_makes(&d.plan, run), run->shard == 1);
            cr_assert_gt(work_of(&d, i), 0.0);
            heaviest = fmax(heaviest, work_of(&d, i));
            all += work_of(&d, i);
        }
        for (size_t k = 1; k <= count; k++) {
            least = fmin(least, part_of(&d, k));
            most = fmax(most, part_of(&d, k));
            sum += part_of(&d, k);
        }
        cr_expect_leq(most - least, heaviest);
        cr_expect_float_eq(sum, all, 1e-9 * all);
        /* no division is better than an equal one, or than a part with the heaviest run; this rule (Graham
         * 1969) stays within a third of the best */
        cr_expect_leq(most, 4.0 / 3.0 * fmax(all / (double)count, heaviest));
        release(&d);
    }
}

/* Equal runs of one trainer are spread evenly: what the estimate does not know of the trainer cancels out. */
Test(shard, equal_runs_of_a_trainer_are_spread)
{
    struct divided d;
    size_t n[3][2] = {{0}};
    divide(&d,
           "experiment: grid\nseeds: [0, 1, 2, 3, 4, 5]\ndataset: {name: digits, T: 5}\nsolvers:\n"
           "  - {name: bptt, lr: [0.1, 0.01]}\n  - {name: admm, rho: [0.1, 1]}\n",
           3);
    for (size_t i = 0; i < d.plan.n_runs; i++)
        n[d.plan.runs[i].shard - 1][strcmp(d.plan.runs[i].solver->name, "admm") == 0]++;
    for (size_t k = 0; k < 3; k++) {
        cr_expect_eq(n[k][0], (size_t)4);
        cr_expect_eq(n[k][1], (size_t)4);
    }
    release(&d);
}

Test(shard, the_order_of_the_file_does_not_matter)
{
    struct divided one, other;
    divide(&one, HEAD "solvers:\n" BPTT ADMM ONCE, 4);
    divide(&other, HEAD "solvers:\n" ONCE ADMM BPTT, 4);
    cr_assert_eq(one.plan.n_runs, other.plan.n_runs);
    for (size_t i = 0; i < one.plan.n_runs; i++) {
        size_t k = 0;
        while (k < other.plan.n_runs && strcmp(one.plan.runs[i].id, other.plan.runs[k].id) != 0) k++;
        cr_assert_lt(k, other.plan.n_runs, "the plans have other runs");
        cr_expect_eq(one.plan.runs[i].shard, other.plan.runs[k].shard, "run %zu", i);
        cr_expect_eq(work_of(&one, i), work_of(&other, k));
    }
    release(&one);
    release(&other);
}

/* By hand: 64 inputs of which nothing is known but the entries, 10 hidden neurons, 10 classes. */
Test(shard, work_is_counted_in_multiply_accumulates)
{
    struct divided d;
    double once, twice;
    divide(&d,
           HEAD
           "eval_every: 1000\nnetwork: {hidden: [10]}\nsolvers: [{name: bptt, stop: {max_iter: [10, 20]}}]\n",
           1);
    const struct dataset_info *info = &d.report.configurations[0].probe->info;
    const double samples = (double)(info->n[0] + info->n[1] + info->n[2]), train = (double)info->n[0];
    const double a_sample = 10 * (double)info->entries / samples + 10 * 10 * (double)info->T;
    once = 10 * 3 * train * a_sample + (1 + 10 / 1000.0) * samples * a_sample;
    twice = 20 * 3 * train * a_sample + (1 + 20 / 1000.0) * samples * a_sample;
    cr_expect_float_eq(work_of(&d, 0), once, 1e-9 * once);
    cr_expect_float_eq(work_of(&d, 3), twice, 1e-9 * twice);
    release(&d);
}

Test(shard, forms_that_are_refused)
{
    static const char *const refused[] = {"",    "1",    "/",    "1/",      "/4",    "0/4", "5/4",
                                          "1/0", "-1/4", "1/4 ", "1/99999", "1.5/4", "a/b", "1//4"};
    struct shard s;
    struct error e;
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++)
        cr_expect_eq(shard_read(&s, refused[i], &e), ST_USAGE, "'%s' is taken", refused[i]);
    cr_assert_eq(shard_read(&s, "3/10", &e), ST_OK);
    cr_expect_eq(s.index, (size_t)3);
    cr_expect_eq(s.count, (size_t)10);
}

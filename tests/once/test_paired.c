/* Paired differences against numbers computed by hand. */
#include "report/overview.h"
#include "support/statistics.h"
#include "tests/folder.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

Test(paired, interval_of_known_numbers)
{
    const double v[] = {1, 2, 3, 6};
    struct interval i = interval_of(v, 4);
    /* mean 3, sd sqrt(14/3), t_{0.975, 3} = 3.182 */
    cr_expect_float_eq(i.mean, 3.0, 1e-12);
    cr_expect_float_eq(i.half_width, 3.182 * sqrt(14.0 / 3.0) / 2.0, 1e-9);
    cr_expect(isnan(interval_of(v, 1).half_width));
    double many[41];
    for (int k = 0; k < 41; k++) many[k] = k % 2;
    cr_expect_float_eq(interval_of(many, 41).half_width, 2.0211 * deviation_of(many, 41) / sqrt(41.0), 1e-4);
}

static void load(struct groups *g, char folder[FOLDER_MAX], const char *rows)
{
    struct error e = {0};
    folder_create(folder);
    FILE *f = folder_open(folder, "runs.csv", "w");
    fprintf(f,
            "schema,run_id,solver,dataset,seed,status,error,dataset.split_seed,network.hidden,solver.x,data_"
            "sha256,"
            "acc_train,acc_val,acc_test\n%s",
            rows);
    fclose(f);
    cr_assert_eq(groups_load(g, folder, &e), ST_OK, "%s", e.text);
}

static status write_paired(struct groups *g, const char *reference, FILE *out, struct error *e)
{
    struct paired p;
    TRY(paired_find(&p, g, reference, e));
    return paired_write(&p, TABLE_TEXT, out, e);
}

static const char rows[] = "1,a1,ours,d,0,ok,,0,10,1,h,1,0.5,0.9\n"
                           "1,a2,ours,d,0,ok,,1,10,1,h,1,0.5,0.8\n"
                           "1,a3,ours,d,1,ok,,0,10,1,h,1,0.5,0.7\n"
                           "1,b1,theirs,d,0,ok,,0,10,2,h,0.9,0.5,0.8\n"
                           "1,b2,theirs,d,0,ok,,1,10,2,h,0.9,0.5,0.75\n"
                           "1,b3,theirs,d,2,ok,,0,10,2,h,0.9,0.5,0.1\n";

Test(paired, pairs_by_seed_and_split)
{
    struct groups g;
    struct error e = {0};
    struct csv_table t;
    char folder[FOLDER_MAX], path[FOLDER_MAX + 20];
    double value;
    load(&g, folder, rows);
    fflush(stdout);
    cr_assert_eq(write_paired(&g, "theirs", stdout, &e), ST_OK, "%s", e.text);
    snprintf(path, sizeof path, "%s/paired.csv", folder);
    cr_assert_eq(csv_read(&t, path, 1, &e), ST_OK, "%s", e.text);
    cr_expect_eq(t.n_rows, 1);
    cr_expect_str_eq(csv_cell(&t, 0, 0), "ours");
    cr_assert_eq(csv_number(&t, 0, (size_t)csv_column(&t, "pairs"), &value, &e), ST_OK);
    cr_expect_eq(value, 2.0, "seed 0 on two splits; seeds 1 and 2 have no partner");
    cr_assert_eq(csv_number(&t, 0, (size_t)csv_column(&t, "acc_test_difference"), &value, &e), ST_OK);
    cr_expect_float_eq(value, 0.075, 1e-12);
    cr_assert_eq(csv_number(&t, 0, (size_t)csv_column(&t, "acc_test_half"), &value, &e), ST_OK);
    cr_expect_float_eq(value, 12.706 * 0.05 / sqrt(2.0) / sqrt(2.0), 1e-9);
    csv_table_free(&t);
    cr_expect_eq(write_paired(&g, "nobody", stdout, &e), ST_USAGE);
    cr_expect(strstr(e.text, "nobody") != NULL);
    groups_free(&g);
    folder_remove(folder);
}

Test(paired, two_configurations_of_a_name_are_refused)
{
    struct groups g;
    struct error e = {0};
    char folder[FOLDER_MAX], more[2000];
    snprintf(more, sizeof more, "%s1,a4,ours,d,0,ok,,0,10,7,h,1,0.5,0.9\n", rows);
    load(&g, folder, more);
    cr_expect_eq(write_paired(&g, "theirs", stdout, &e), ST_DATA);
    cr_expect(strstr(e.text, "ours") && strstr(e.text, "seed 0"), "%s", e.text);
    groups_free(&g);
    folder_remove(folder);
}

static double number_in(const struct csv_table *t, size_t row, const char *column)
{
    double value;
    cr_assert_neq(csv_column(t, column), CSV_NONE, "%s", column);
    cr_assert_eq(csv_number(t, row, (size_t)csv_column(t, column), &value, NULL), ST_OK);
    return value;
}

/* Test accuracies of two seeds on each of two splits: differences .1 and .3, then .2 and .5. */
static const struct {
    int split, seed;
    double ours, theirs;
} split_rows[] = {{0, 0, 0.6, 0.5}, {0, 1, 0.8, 0.5}, {1, 0, 0.6, 0.4}, {1, 1, 0.9, 0.4}};

static void write_split_runs(const char *folder, const char *side)
{
    FILE *f = folder_open(folder, "runs.csv", "w");
    (void)fprintf(f, "schema,run_id,solver,dataset,seed,status,error,dataset.split_seed,dataset.n_test,"
                     "network.hidden,data_sha256,test_side,n_test,acc_train,acc_val,acc_test\n");
    for (int k = 0; k < 8; k++)
        (void)fprintf(f, "2,r%d,%s,d,%d,ok,,%d,100,10,h,%s,100,1,0.5,%g\n", k, k % 2 ? "ours" : "theirs",
                      split_rows[k / 2].seed, split_rows[k / 2].split, side,
                      k % 2 ? split_rows[k / 2].ours : split_rows[k / 2].theirs);
    (void)fclose(f);
}

static void pair_up(const char *folder, struct csv_table *t)
{
    struct groups g;
    struct error e = {0};
    FILE *sink = folder_scratch();
    cr_assert_eq(groups_load(&g, folder, &e), ST_OK, "%s", e.text);
    cr_assert_eq(write_paired(&g, "theirs", sink, &e), ST_OK, "%s", e.text);
    (void)fclose(sink);
    groups_free(&g);
    cr_assert_eq(csv_load(t, &e, "%s/paired.csv", folder), ST_OK, "%s", e.text);
    cr_assert_eq(t->n_rows, 1);
}

static void expect_interval(const char *side, const char *over, double values, double half)
{
    char folder[FOLDER_MAX];
    struct csv_table t;
    folder_create(folder);
    write_split_runs(folder, side);
    pair_up(folder, &t);
    cr_expect_str_eq(csv_text(&t, 0, "over"), over);
    cr_expect_eq(number_in(&t, 0, "pairs"), 4);
    cr_expect_eq(number_in(&t, 0, "values"), values);
    cr_expect_float_eq(number_in(&t, 0, "acc_test_difference"), 0.275, 1e-12);
    cr_expect_float_eq(number_in(&t, 0, "acc_test_half"), half, 1e-5);
    cr_expect_float_eq(number_in(&t, 0, "acc_test_error"), 0.07, 1e-12, "sqrt((.6 .4 + .5 .5) / 100)");
    csv_table_free(&t);
    folder_remove(folder);
}

/* Four pairs on two drawn test sides are two values, .2 and .35, with t_{0.975, 1} = 12.706; on one
 * published side they are four draws of deviation .170783, with t_{0.975, 3} = 3.182. */
Test(paired, interval_is_over_splits_or_over_draws_of_one_test_side)
{
    expect_interval("drawn", "splits", 2, 12.706 * 0.15 / 2);
    expect_interval("published", "training draws", 4, 3.182 * 0.170783 / 2);
}

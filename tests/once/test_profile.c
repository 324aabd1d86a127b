/* Performance profiles against examples worked out by hand. */
#include "report/profile.h"
#include "tests/data_helpers.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* rho_s(x), the share of all problems, those that nobody solved included, in which the ratio of trainer s is
 * at most x; nan without problems. At x = 1 it is the share of wins, ties being wins of each. */
static double share_within(const double *ratios, size_t problems, size_t trainers, size_t s, double x)
{
    double count = 0;
    for (size_t p = 0; p < problems; p++) count += ratios[p * trainers + s] <= x;
    return problems > 0 ? count / (double)problems : NAN;
}

/* Four problems, three trainers: a tie in the second, nobody solves the third, the last trainer never solves
 * any. */
Test(profile, ratios_and_shares_by_hand)
{
    double v[] = {2,        8,        INFINITY, /* ratios 1 4 inf */
                  3,        3,        INFINITY, /* 1 1 inf */
                  INFINITY, INFINITY, INFINITY, /* inf inf inf */
                  10,       4,        INFINITY /* 2.5 1 inf */};
    const double ratios[] = {1, 4, INFINITY, 1, 1, INFINITY, INFINITY, INFINITY, INFINITY, 2.5, 1, INFINITY};
    profile_ratios(v, 4, 3);
    for (size_t i = 0; i < 12; i++) cr_expect_eq(v[i], ratios[i], "%zu: %g", i, v[i]);
    /* at 1 the share of wins, ties counted for both; never more than 3/4: one problem is not solved */
    const double x[] = {1, 2.4, 2.5, 3.9, 4, 1e300};
    const double first[] = {0.5, 0.5, 0.75, 0.75, 0.75, 0.75}, second[] = {0.5, 0.5, 0.5, 0.5, 0.75, 0.75};
    for (size_t k = 0; k < 6; k++) {
        cr_expect_eq(share_within(v, 4, 3, 0, x[k]), first[k], "at %g", x[k]);
        cr_expect_eq(share_within(v, 4, 3, 1, x[k]), second[k], "at %g", x[k]);
        cr_expect_eq(share_within(v, 4, 3, 2, x[k]), 0, "at %g", x[k]);
    }
    double none[] = {0, 0, 5};
    profile_ratios(none, 1, 3);
    cr_expect(none[0] == 1 && none[1] == 1 && isinf(none[2]), "a cost of nothing");
    cr_expect(isnan(share_within(v, 0, 3, 0, 1)));
}

/* profile.csv from all curves of a folder. */
static void write_profile(const struct groups *g)
{
    struct error e = {0};
    struct profile_costs *costs = calloc(g->runs.n_rows, sizeof *costs);
    cr_assert_not_null(costs);
    for (size_t k = 0; k < g->n; k++)
        for (size_t i = 0; i < g->group[k].n; i++) {
            struct csv_table curve;
            const size_t row = g->group[k].rows[i];
            cr_assert_eq(
                csv_load(&curve, &e, "%s/curves/%s.csv", g->folder, csv_text(&g->runs, row, "run_id")), ST_OK,
                "%s", e.text);
            cr_assert_eq(profile_read(&costs[row], g, row, &curve, &e), ST_OK, "%s", e.text);
            csv_table_free(&curve);
        }
    cr_assert_eq(profile_write(g, costs, &e), ST_OK, "%s", e.text);
    free(costs);
}

/* Writes profile.csv of these runs and curves (pairs of id and text) and returns it row by row. */
static void profile_of(const char *runs, const char *const *curves, char *rows, size_t size)
{
    char folder[FOLDER_MAX], path[FOLDER_MAX + 30];
    struct groups g;
    struct csv_table t;
    struct error e = {0};
    size_t used = 0;
    folder_create(folder);
    folder_write(folder, "runs.csv", runs, strlen(runs));
    for (size_t i = 0; curves[i]; i += 2) {
        (void)snprintf(path, sizeof path, "curves/%s.csv", curves[i]);
        folder_write(folder, path, curves[i + 1], strlen(curves[i + 1]));
    }
    cr_assert_eq(groups_load(&g, folder, &e), ST_OK, "%s", e.text);
    write_profile(&g);
    (void)snprintf(path, sizeof path, "%s/profile.csv", folder);
    cr_assert_eq(csv_read(&t, path, 1, &e), ST_OK, "%s", e.text);
    cr_assert_eq(t.n_columns, (size_t)7);
    rows[0] = '\0';
    for (size_t r = 0; r < t.n_rows; r++) {
        double n[7] = {0};
        for (size_t c = 1; c < 7; c++)
            if (c != 2) cr_assert_eq(csv_number(&t, r, c, &n[c], &e), ST_OK, "%s", e.text);
        used += (size_t)snprintf(rows + used, size - used, "%s %g %s %g %g %g %g\n", csv_cell(&t, r, 0), n[1],
                                 csv_cell(&t, r, 2), n[3], n[4], n[5], n[6]);
        cr_assert_lt(used, size);
    }
    csv_table_free(&t);
    groups_free(&g);
    folder_remove(folder);
}

#define HEAD                                                                                                 \
    "schema,run_id,solver,dataset,seed,status,error,dataset.split_seed,network.hidden,data_sha256,timing_"   \
    "valid\n"
#define CURVE "iter,samples,train_s,acc_val,acc_test,forward_passes\n"

static const char *const curves[] = {
    "a",
    CURVE "0,0,0,0.1,1,0\n1,0,2,0.90,1,10\n2,0,4,0.96,1,20\n", /* 90 % in 2 s, 95 % in 4 s */
    "b",
    CURVE "0,0,0,0.1,1,0\n1,0,3,0.91,1,10\n2,0,6,0.89,1,20\n", /* 90 % in 3 s, never 95 % */
    "c",
    CURVE "0,0,0,0.1,1,0\n1,0,1,0.80,1,30\n2,0,5,0.92,1,60\n", /* 90 % in 5 s */
    "d",
    CURVE "0,0,0,0.1,1,0\n1,0,1,0.80,1,30\n2,0,5,0.89,1,60\n", /* never: the test accuracy is not looked at */
    "e",
    CURVE "0,0,0,0.1,1,0\n1,0,3,0.90,1,30\n2,0,5,0.89,1,60\n", /* 90 % in 3 s: a tie with b */
    NULL};

/* x fails on (8-8, seed 0), y on (8, seed 0) without a run; (8, seed 1) is a tie; (8, split 7) nobody solves.
 */
Test(profile, from_runs_and_curves)
{
    char rows[4000];
    profile_of(HEAD "2,a,x,d,0,ok,none,-1,8,h,1\n2,b,x,d,1,ok,none,-1,8,h,1\n2,d,x,d,0,ok,none,7,8,h,1\n"
                    "2,a,x,d,0,failed,why,-1,8-8,h,1\n"
                    "2,e,y,d,1,ok,none,-1,8,h,1\n2,d,y,d,0,ok,none,7,8,h,1\n2,c,y,d,0,ok,none,-1,8-8,h,1\n"
                    "2,d,z,d,1,ok,none,-1,8,h,1\n",
               curves, rows, sizeof rows);
    cr_expect_str_eq(rows, "seconds 0.8 x 1 0.5 4 1\nseconds 0.8 x 3 0.75 4 1\n"
                           "seconds 0.8 y 1 0.5 4 1\nseconds 0.8 y 3 0.75 4 1\n"
                           "seconds 0.8 z 1 0.25 4 1\nseconds 0.8 z 3 0.25 4 1\n"
                           "seconds 0.9 x 1 0.5 4 1\nseconds 0.9 y 1 0.5 4 1\nseconds 0.9 z 1 0 4 1\n"
                           "seconds 0.95 x 1 0.25 4 1\nseconds 0.95 y 1 0 4 1\nseconds 0.95 z 1 0 4 1\n"
                           "forward_passes 0.8 x 1 0.75 4 1\nforward_passes 0.8 x 3 0.75 4 1\n"
                           "forward_passes 0.8 y 1 0.5 4 1\nforward_passes 0.8 y 3 0.75 4 1\n"
                           "forward_passes 0.8 z 1 0 4 1\nforward_passes 0.8 z 3 0.25 4 1\n"
                           "forward_passes 0.9 x 1 0.5 4 1\nforward_passes 0.9 x 3 0.5 4 1\n"
                           "forward_passes 0.9 y 1 0.25 4 1\nforward_passes 0.9 y 3 0.5 4 1\n"
                           "forward_passes 0.9 z 1 0 4 1\nforward_passes 0.9 z 3 0 4 1\n"
                           "forward_passes 0.95 x 1 0.25 4 1\nforward_passes 0.95 y 1 0 4 1\n"
                           "forward_passes 0.95 z 1 0 4 1\n");
}

/* A problem with a run that shared the machine is left out of the seconds, not of the passes. */
Test(profile, shared_machine)
{
    char rows[4000];
    profile_of(HEAD "2,a,x,d,0,ok,none,-1,8,h,1\n2,a,x,d,1,ok,none,-1,8,h,0\n"
                    "2,c,y,d,0,ok,none,-1,8,h,1\n2,c,y,d,1,ok,none,-1,8,h,1\n",
               curves, rows, sizeof rows);
    cr_expect_not_null(strstr(rows, "seconds 0.9 x 1 1 1 1\nseconds 0.9 x 2.5 1 1 1\n"
                                    "seconds 0.9 y 1 0 1 1\nseconds 0.9 y 2.5 1 1 1\n"),
                       "%s", rows);
    cr_expect_not_null(strstr(rows, "forward_passes 0.9 y 6 1 2 1\n"), "%s", rows);
    profile_of(HEAD "2,a,x,d,0,ok,none,-1,8,h,0\n2,c,y,d,0,ok,none,-1,8,h,0\n", curves, rows, sizeof rows);
    cr_expect_not_null(strstr(rows, "seconds 0.9 x 1 1 1 0\n"), "all runs, marked: %s", rows);
}

/* Curves without forward passes or validation accuracy: those measures and trainers are not there. */
Test(profile, what_is_unknown_takes_no_part)
{
    static const char *const old[] = {
        "a", "iter,samples,train_s,acc_val\n1,0,2,0.9\n", "n", "iter,samples,train_s,acc_val\n1,0,1,nan\n",
        "l", "iter,samples,train_s,loss\n1,0,1,3\n",      NULL};
    char rows[2000];
    profile_of(HEAD "2,a,x,d,0,ok,none,-1,8,h,1\n2,n,y,d,0,ok,none,-1,8,h,1\n2,l,z,d,0,ok,none,-1,8,h,1\n",
               old, rows, sizeof rows);
    cr_expect_str_eq(rows, "seconds 0.8 x 1 1 1 1\nseconds 0.9 x 1 1 1 1\nseconds 0.95 x 1 0 1 1\n");
}

/* Operations are a measure of their own, for trainers that have them (y predicts by its own rule). Counts by
 * an earlier rule are unknown: the problem (seed 1) is left out of them, not of the seconds. */
Test(profile, operations_and_counts_of_an_earlier_rule)
{
    static const char *const counted[] = {
        "a", "iter,train_s,acc_val,forward_passes,train_synops\n1,2,0.9,10,500\n",
        "b", "iter,train_s,acc_val,forward_passes,train_synops\n1,4,0.9,5,nan\n",
        "c", "iter,train_s,acc_val,forward_passes,train_synops\n1,4,0.9,40,2000\n",
        NULL};
    char rows[4000];
    profile_of(HEAD "3,a,x,d,0,ok,none,-1,8,h,1\n1,a,x,d,1,ok,none,-1,8,h,1\n3,b,y,d,0,ok,none,-1,8,h,1\n"
                    "3,b,y,d,1,ok,none,-1,8,h,1\n3,c,z,d,0,ok,none,-1,8,h,1\n3,c,z,d,1,ok,none,-1,8,h,1\n",
               counted, rows, sizeof rows);
    cr_expect_not_null(strstr(rows, "seconds 0.9 x 1 1 2 1\n"), "%s", rows);
    cr_expect_not_null(strstr(rows, "forward_passes 0.9 y 1 1 1 1\n"), "%s", rows);
    cr_expect_not_null(strstr(rows, "forward_passes 0.9 z 8 1 1 1\n"), "%s", rows);
    cr_expect_not_null(strstr(rows, "train_synops 0.9 x 1 1 1 1\n"), "%s", rows);
    cr_expect_not_null(strstr(rows, "train_synops 0.9 z 4 1 1 1\n"), "%s", rows);
    cr_expect_null(strstr(rows, "train_synops 0.9 y"), "%s", rows);
    /* schema 2 counted passes as today, but not operations */
    profile_of(HEAD "2,a,x,d,0,ok,none,-1,8,h,1\n2,c,z,d,0,ok,none,-1,8,h,1\n", counted, rows, sizeof rows);
    cr_expect_not_null(strstr(rows, "forward_passes 0.9 z 4 1 1 1\n"), "%s", rows);
    cr_expect_null(strstr(rows, "train_synops"), "%s", rows);
}

/* One trainer on two splits, and two settings of one solver. */
Test(profile, a_split_is_no_trainer_but_an_option_is)
{
    static const char runs[] =
        "schema,run_id,solver,dataset,seed,status,error,dataset.split_seed,network.hidden,"
        "solver.rho_out,data_sha256\n"
        "2,a,x,d,0,ok,none,1,8,1,h\n2,a,x,d,0,ok,none,2,8,1,h\n2,c,x,d,0,ok,none,1,8,7,h\n2,c,"
        "x,d,0,ok,none,2,8,7,h\n";
    char rows[2000];
    profile_of(runs, curves, rows, sizeof rows);
    cr_expect_not_null(
        strstr(rows, "\nseconds 0.9 x_rho_out=1 1 1 2 1\nseconds 0.9 x_rho_out=1 2.5 1 2 1\n"
                     "seconds 0.9 x_rho_out=7 1 0 2 1\nseconds 0.9 x_rho_out=7 2.5 1 2 1\nseconds 0.95"),
        "%s", rows);
}

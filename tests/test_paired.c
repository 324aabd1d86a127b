/* Paired differences against numbers computed by hand. */
#include "report/paired.h"
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
    cr_assert_eq(paired_write(&g, "theirs", TABLE_TEXT, stdout, &e), ST_OK, "%s", e.text);
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
    cr_expect_eq(paired_write(&g, "nobody", TABLE_TEXT, stdout, &e), ST_USAGE);
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
    cr_expect_eq(paired_write(&g, "theirs", TABLE_TEXT, stdout, &e), ST_DATA);
    cr_expect(strstr(e.text, "ours") && strstr(e.text, "seed 0"), "%s", e.text);
    groups_free(&g);
    folder_remove(folder);
}

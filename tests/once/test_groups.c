/* Statistics over seeds, and tolerances. */
#include "report/comparison.h"
#include "report/groups.h"
#include "support/statistics.h"
#include "tests/data_helpers.h"
#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

Test(groups, statistics_by_hand)
{
    double v[] = {3, NAN, 1, 2, 10};
    cr_expect_float_eq(mean_of(v, 5), 4.0, 1e-15);
    cr_expect_float_eq(deviation_of(v, 5), sqrt(50.0 / 3), 1e-14); /* squares 1 + 9 + 4 + 36 over n - 1 = 3 */
    /* order statistics 1 2 3 10: position p (n - 1) */
    const double median = quantile(v, 5, 0.5), q1 = quantile(v, 5, 0.25), top = quantile(v, 5, 1);
    cr_expect_float_eq(median, 2.5, 1e-15);
    cr_expect_float_eq(q1, 1.75, 1e-15);
    cr_expect_float_eq(top, 10, 1e-15);
}

Test(groups, statistics_of_little)
{
    double none[] = {NAN}, one[] = {7};
    const double empty = quantile(none, 1, 0.5), only = quantile(one, 1, 0.25);
    cr_expect(isnan(empty));
    cr_expect(isnan(mean_of(none, 1)));
    cr_expect(isnan(deviation_of(one, 1)));
    cr_expect_eq(only, 7);
}

Test(tolerances, defaults_and_last_match)
{
    static const char text[] = "scope,solver,precision,column,rtol,atol\n"
                               "curves,*,double,loss,0.5,0\n"
                               "curves,admm,*,loss,0.25,1e-3\n"
                               "curves,*,*,lagrangian,ignore,0\n"
                               "runs,*,*,train_s,0,0\n";
    char folder[FOLDER_MAX], path[FOLDER_MAX + 20];
    struct csv_table t;
    struct error e = {0};
    folder_create(folder);
    folder_write(folder, "t.csv", text, strlen(text));
    (void)snprintf(path, sizeof path, "%s/t.csv", folder);
    cr_assert_eq(tolerances_read(&t, path, false, &e), ST_OK, "%s", e.text);
    struct tolerance loss = tolerance_of(&t, "curves", "bptt", "double", "loss");
    struct tolerance admm = tolerance_of(&t, "curves", "admm", "double", "loss");
    struct tolerance other = tolerance_of(&t, "curves", "bptt", "double", "rate_1");
    struct tolerance rough = tolerance_of(&t, "curves", "bptt", "float", "acc_test");
    cr_expect_eq(loss.rtol, 0.5);
    cr_expect(admm.rtol == 0.25 && admm.atol == 1e-3);
    cr_expect(other.rtol == 1e-6 && other.atol == 1e-12);
    struct tolerance passes = tolerance_of(&t, "curves", "bptt", "double", "forward_passes");
    cr_expect(!passes.ignored && passes.rtol == 0 && passes.atol == 0, "counts are equal or wrong");
    cr_expect(rough.rtol == 0 && rough.atol >= 0.01 && rough.atol < 0.0101);
    cr_expect(tolerance_of(&t, "curves", "bptt", "double", "lagrangian").ignored);
    cr_expect(tolerance_of(&t, "runs", "bptt", "double", "train_s").ignored, "times never count");
    struct tolerance last = tolerance_of(&t, "runs", "bptt", "double", "loss_train");
    cr_expect(!last.ignored && last.rtol == 1e-6);
    last = tolerance_of(&t, "runs", "bptt", "float", "loss_train");
    cr_expect(!last.ignored && last.rtol == 0.1);
    last = tolerance_of(&t, "runs", "bptt", "float", "iters");
    cr_expect(!last.ignored && last.rtol == 0 && last.atol == 0);
    cr_expect(tolerance_of(&t, "runs", "bptt", "float", "best_iter").ignored);
    cr_expect(!tolerance_of(&t, "runs", "bptt", "double", "best_iter").ignored);
    cr_expect(tolerance_of(&t, "runs", "bptt", "double", "timing_valid").ignored);
    last = tolerance_of(&t, "runs", "lista", "double", "nmse_test");
    cr_expect(!last.ignored && last.rtol == 1e-6, "a metric of a dataset");
    last = tolerance_of(&t, "runs", "lista", "float", "nmse_test");
    cr_expect(!last.ignored && last.rtol == 0.1 && last.atol == 1e-6);
    cr_expect(tolerance_of(&t, "runs", "bptt", "double", "dataset.n_test").ignored, "an option");
    cr_expect(tolerance_of(&t, "runs", "bptt", "double", "data_sha256").ignored);
    csv_table_free(&t);
    folder_remove(folder);
}

/* Two seeds by hand: one passes 90 % at iteration 2 and 95 % at 4, the other passes 90 % at 4 only; none
 * passes 98 %. The forward passes of the second were counted by an earlier rule. */
Test(groups, time_to_accuracy_by_hand)
{
    static const char runs[] =
        "schema,run_id,solver,label,dataset,seed,status,error,network.hidden,data_sha256,iters,train_s,"
        "acc_train,acc_val,acc_test,acc_test_at_best_val,loss_train,rate_mean,synops,backward_passes\n"
        "2,a,admm,admm,digits,0,ok,none,8-8,0,4,4,0.96,0,0,0,0,0,0,70\n"
        "1,b,admm,admm,digits,1,ok,none,8-8,0,4,8,0.91,0,0,0,0,0,0,5000\n"
        "2,c,admm,admm,digits,2,failed,x,8-8,0,4,8,1,0,0,0,0,0,0,1\n";
    static const char a[] = "iter,samples,train_s,forward_passes,acc_train\n"
                            "0,0,0,0,0.1\n2,0,2,20,0.9\n3,0,3,30,0.5\n4,0,4,40,0.96\n";
    static const char b[] = "iter,samples,train_s,forward_passes,acc_train\n0,0,0,0,nan\n2,0,4,3,0.8\n3,0,6,"
                            "5,0.89\n4,0,8,7,0.91\n";
    char folder[FOLDER_MAX], path[FOLDER_MAX + 30];
    struct groups g;
    struct csv_table t;
    struct error e = {0};
    folder_create(folder);
    folder_write(folder, "runs.csv", runs, strlen(runs));
    folder_write(folder, "curves/a.csv", a, strlen(a));
    folder_write(folder, "curves/b.csv", b, strlen(b));
    cr_assert_eq(groups_load(&g, folder, &e), ST_OK, "%s", e.text);
    cr_assert_eq(groups_write(&g, &e), ST_OK, "%s", e.text);
    (void)snprintf(path, sizeof path, "%s/time_to_accuracy.csv", folder);
    cr_assert_eq(csv_read(&t, path, 1, &e), ST_OK, "%s", e.text);
    cr_assert_eq(t.n_rows, (size_t)3);
    static const char *const names[] = {"accuracy", "seeds",        "reached",    "iters_mean",
                                        "iters_sd", "train_s_mean", "train_s_sd", "forward_passes_mean"};
    const double expected[3][8] = {
        {0.9, 2, 2, 3, sqrt(2), 5, sqrt(18), 20}, /* 2 and 4 iterations, 2 and 8 s */
        {0.95, 2, 1, 4, NAN, 4, NAN, 40},
        {0.98, 2, 0, NAN, NAN, NAN, NAN, NAN}};
    for (size_t row = 0; row < 3; row++)
        for (size_t c = 0; c < 8; c++) {
            double value = 0;
            cr_assert_eq(csv_number(&t, row, (size_t)csv_column(&t, names[c]), &value, &e), ST_OK, "%s",
                         e.text);
            const double wanted = expected[row][c];
            cr_expect(isnan(wanted) ? isnan(value) : fabs(value - wanted) < 1e-12, "row %zu %s: %g", row,
                      names[c], value);
        }
    csv_table_free(&t);
    (void)snprintf(path, sizeof path, "%s/summary.csv", folder);
    cr_assert_eq(csv_read(&t, path, 1, &e), ST_OK, "%s", e.text);
    static const char *const lacking[] = {"train_synops_mean", "train_macs_mean"};
    for (size_t k = 0; k < sizeof lacking / sizeof *lacking; k++) {
        double mean = 0;
        cr_assert_eq(csv_number(&t, 0, (size_t)csv_column(&t, lacking[k]), &mean, &e), ST_OK, "%s", e.text);
        cr_expect(isnan(mean), "%s: a column that runs.csv lacks", lacking[k]);
    }
    double passes = 0;
    cr_assert_eq(csv_number(&t, 0, (size_t)csv_column(&t, "backward_passes_mean"), &passes, &e), ST_OK);
    cr_expect_eq(passes, 70, "of the row with today's schema");
    csv_table_free(&t);
    groups_free(&g);
    folder_remove(folder);
}

Test(groups, a_curve_without_training_accuracy_is_refused)
{
    static const char runs[] =
        "run_id,solver,dataset,seed,status,error,network.hidden,data_sha256,iters,train_s,acc_train,"
        "acc_val,acc_test,acc_test_at_best_val,loss_train,rate_mean,synops\n"
        "a,admm,digits,0,ok,none,8,0,4,4,0.96,0,0,0,0,0,0\n";
    static const char a[] = "iter,samples,train_s\n0,0,0\n";
    char folder[FOLDER_MAX];
    struct groups g;
    struct error e = {0};
    folder_create(folder);
    folder_write(folder, "runs.csv", runs, strlen(runs));
    folder_write(folder, "curves/a.csv", a, strlen(a));
    cr_assert_eq(groups_load(&g, folder, &e), ST_OK, "%s", e.text);
    cr_expect_eq(groups_write(&g, &e), ST_DATA);
    cr_expect_not_null(strstr(e.text, "there is no column 'acc_train'"), "%s", e.text);
    groups_free(&g);
    folder_remove(folder);
}

/* Reference results may be kept without the curves of single runs. */
Test(groups, without_curves_the_derived_files_stay)
{
    struct groups g;
    struct error e = {0};
    char folder[FOLDER_MAX], text[40] = "";
    folder_create(folder);
    FILE *f = folder_open(folder, "runs.csv", "w");
    fputs("schema,run_id,solver,dataset,seed,status,error,network.hidden,data_sha256,iters,train_s,acc_train,"
          "acc_val,"
          "acc_test,acc_test_at_best_val,loss_train,rate_mean,synops\n1,a,x,d,0,ok,,10,h,1,1,1,1,1,1,1,1,1\n",
          f);
    fclose(f);
    f = folder_open(folder, "time_to_accuracy.csv", "w");
    fputs("kept\n", f);
    fclose(f);
    cr_assert_eq(groups_load(&g, folder, &e), ST_OK, "%s", e.text);
    cr_expect_eq(groups_write(&g, &e), ST_OK, "%s", e.text);
    groups_free(&g);
    f = folder_open(folder, "time_to_accuracy.csv", "r");
    cr_expect_not_null(fgets(text, sizeof text, f));
    fclose(f);
    cr_expect_str_eq(text, "kept\n");
    f = folder_open(folder, "summary.csv", "r"); /* the summary is written */
    fclose(f);
    folder_remove(folder);
}

/* Two runs by hand, 0.5 and 0.9, and one that failed: mean 0.7, deviation 0.4 / sqrt(2), quartiles a quarter
 * from the ends, half width 12.706 times the deviation over sqrt(2). */
Test(groups, summary_by_hand)
{
    static const char runs[] =
        "schema,run_id,solver,label,dataset,seed,status,error,network.hidden,data_sha256,iters,acc_test\n"
        "2,a,admm,admm,digits,0,ok,none,8,0,4,0.5\n2,b,admm,admm,digits,1,ok,none,8,0,4,0.9\n"
        "2,c,admm,admm,digits,2,failed,x,8,0,4,0.1\n2,d,bptt,bptt,digits,2,failed,x,8,0,4,0.1\n";
    static const struct {
        const char *column;
        double value;
    } expected[] = {{"seeds", 2},
                    {"acc_test_mean", 0.7},
                    {"acc_test_sd", 0.28284271247461903},
                    {"acc_test_med", 0.7},
                    {"acc_test_q1", 0.6},
                    {"acc_test_q3", 0.8},
                    {"acc_test_half", 2.5412}};
    char folder[FOLDER_MAX], path[FOLDER_MAX + 30];
    struct groups g;
    struct csv_table t;
    struct error e = {0};
    folder_create(folder);
    folder_write(folder, "runs.csv", runs, strlen(runs));
    cr_assert_eq(groups_load(&g, folder, &e), ST_OK, "%s", e.text);
    cr_expect_eq(g.n, (size_t)1, "a solver without a finished run is no group");
    cr_expect_eq(g.left_out, (size_t)2);
    cr_assert_eq(groups_write(&g, &e), ST_OK, "%s", e.text);
    (void)snprintf(path, sizeof path, "%s/summary.csv", folder);
    cr_assert_eq(csv_read(&t, path, 1, &e), ST_OK, "%s", e.text);
    cr_assert_eq(t.n_rows, (size_t)1);
    for (size_t k = 0; k < sizeof expected / sizeof *expected; k++) {
        double value = 0;
        cr_assert_eq(csv_number(&t, 0, (size_t)csv_column(&t, expected[k].column), &value, &e), ST_OK, "%s",
                     e.text);
        cr_expect_float_eq(value, expected[k].value, 1e-12, "%s: %.17g", expected[k].column, value);
    }
    csv_table_free(&t);
    groups_free(&g);
    folder_remove(folder);
}

/* The groups of a table of runs "id,label,seed,start,plug-in,x": how many, or why not. */
static size_t groups_of(const char *rows, struct groups *g, struct error *e)
{
    char folder[FOLDER_MAX], text[2000];
    folder_create(folder);
    (void)snprintf(text, sizeof text,
                   "run_id,label,seed,start_sha256,plugin_sha256,solver.x,solver,dataset,status\n%s", rows);
    folder_write(folder, "runs.csv", text, strlen(text));
    (void)groups_load(g, folder, e);
    folder_remove(folder);
    return g->n;
}

/* Runs of one seed are draws of one thing only where they are of one start and one plug-in. */
Test(groups, starts_and_plugins_are_not_averaged)
{
    static const struct {
        const char *rows;
        size_t n;
    } cases[] = {
        {"1,a,0,nan,none,1,s,d,ok\n2,a,1,nan,none,1,s,d,ok\n", 1},
        {"1,a,0,nan,nan,1,s,d,ok\n2,a,1,nan,none,1,s,d,ok\n", 1}, /* a row older than plug-ins */
        {"1,a,0,f0,none,1,s,d,ok\n2,a,0,f1,none,1,s,d,ok\n", 2},
        {"1,a,0,nan,p0,1,s,d,ok\n2,a,0,nan,p1,1,s,d,ok\n", 2},
    };
    struct groups g;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct error e = {0};
        struct group_list c;
        cr_expect_eq(groups_of(cases[i].rows, &g, &e), cases[i].n, "case %zu: %zu", i, g.n);
        cr_expect_eq(e.code, ST_OK, "%s", e.text);
        cr_assert_eq(configurations_make(&c, &g, false, &e), ST_OK, "%s", e.text);
        cr_expect_eq(c.n, cases[i].n, "configurations of case %zu: %zu", i, c.n);
        groups_free(&g);
    }
}

Test(groups, two_runs_of_one_seed_are_refused)
{
    struct groups g;
    struct error e = {0};
    (void)groups_of("1,a,0,nan,none,1,s,d,ok\n2,a,1,nan,none,1,s,d,ok\n3,a,0,nan,none,1,s,d,ok\n", &g, &e);
    cr_expect_eq(e.code, ST_DATA);
    cr_expect_not_null(strstr(e.text, "lines 2 and 4 are two runs of one configuration and seed"), "%s",
                       e.text);
    groups_free(&g);
}

/* Labels are names of files: values that are cut, or whose letters are replaced, do not make two the same. */
Test(groups, each_configuration_has_a_label_of_its_own)
{
    static const char rows[] = "1,a,0,nan,none,a-very-long-file-name-that-ends-in-1,s,d,ok\n"
                               "2,a,0,nan,none,a-very-long-file-name-that-ends-in-2,s,d,ok\n"
                               "3,a,0,nan,none,x/y,s,d,ok\n4,a,0,nan,none,x-y,s,d,ok\n";
    static const char *const labels[] = {"a_nan_x=a-very-long-file-name-th",
                                         "a_nan_x=a-very-long-file-name-th_2", "a_nan_x=x-y",
                                         "a_nan_x=x-y_4"};
    struct groups g;
    struct error e = {0};
    cr_assert_eq(groups_of(rows, &g, &e), 4, "%s", e.text);
    for (size_t k = 0; k < 4; k++) cr_expect_str_eq(g.group[k].label, labels[k]);
    groups_free(&g);
}

/* Our rows are found by the file of network.start, too: those of the reference stand in the other order. */
Test(comparison, by_the_file_of_the_start)
{
    static const char head[] =
        "run_id,solver,dataset,seed,status,precision,network.start,start_sha256,iters\n";
    static const char *const rows[] = {"1,s,d,0,failed,double,w.net,f0,7\n",
                                       "2,s,d,0,failed,double,w.net,f1,9\n"};
    char folder[FOLDER_MAX], ours[FOLDER_MAX + 10], theirs[FOLDER_MAX + 10], text[500];
    struct comparison_result found;
    struct error e = {0};
    FILE *out = folder_scratch();
    folder_create(folder);
    (void)snprintf(text, sizeof text, "%s%s%s", head, rows[0], rows[1]);
    folder_write(folder, "ours/runs.csv", text, strlen(text));
    (void)snprintf(text, sizeof text, "%s%s%s", head, rows[1], rows[0]);
    folder_write(folder, "theirs/runs.csv", text, strlen(text));
    (void)snprintf(ours, sizeof ours, "%s/ours", folder);
    (void)snprintf(theirs, sizeof theirs, "%s/theirs", folder);
    cr_assert_eq(comparison_run(ours, theirs, NULL, VERDICT_TEXT, out, &found, &e), ST_OK, "%s", e.text);
    cr_expect(found.runs == 2 && found.values > 0 && found.regressions == 0, "%zu", found.regressions);
    (void)fclose(out);
    folder_remove(folder);
}

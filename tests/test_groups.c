/* Statistics over seeds, and tolerances. */
#include "experiments/groups.h"
#include "experiments/tolerances.h"
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
    struct tolerances t;
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
    cr_expect(rough.rtol == 0 && rough.atol >= 0.01 && rough.atol < 0.0101);
    cr_expect(tolerance_of(&t, "curves", "bptt", "double", "lagrangian").ignored);
    cr_expect(tolerance_of(&t, "runs", "bptt", "double", "train_s").ignored, "times never count");
    cr_expect(tolerance_of(&t, "runs", "bptt", "double", "loss_train").ignored);
    tolerances_free(&t);
    folder_remove(folder);
}

/* traffic.csv against examples worked out by hand. */
#include "report/groups.h"
#include "support/paths.h"
#include "tests/data_helpers.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define HEAD  "schema,run_id,solver,dataset,seed,status,error,network.hidden,data_sha256,ranks\n"
#define CURVE "iter,acc_val,acc_test,messages,bytes_sent,acc_train,train_s\n"

/* Writes the folder's runs and two curves, and traffic.csv of them. */
static void write_traffic(const char *folder, const char *runs)
{
    /* 80 % with the first evaluation, 90 and 95 % with the second, a little of it lost again */
    static const char first[] =
        CURVE "0,0.1,1,0,0,1,0\n2,0.80,1,8,1000,1,0\n4,0.96,1,16,2000,1,0\n6,0.94,1,24,3000,1,0\n";
    /* 80 % with the second, 90 % with the last; the test accuracy is not looked at */
    static const char second[] =
        CURVE "0,0.1,1,0,0,1,0\n2,0.70,1,10,1100,1,0\n4,0.85,1,20,2200,1,0\n6,0.90,1,30,3300,1,0\n";
    struct groups g;
    struct error e = {0};
    folder_write(folder, "runs.csv", runs, strlen(runs));
    folder_write(folder, "curves/a.csv", first, strlen(first));
    folder_write(folder, "curves/b.csv", second, strlen(second));
    cr_assert_eq(groups_load(&g, folder, &e), ST_OK, "%s", e.text);
    cr_assert_eq(groups_write(&g, &e), ST_OK, "%s", e.text);
    groups_free(&g);
}

Test(traffic, from_runs_and_curves)
{
    static const char rows[] =
        "label,solver,dataset,name,ranks,level,seeds,reached,iters,messages,bytes_sent\n"
        "x_8,x,d,x,2,0.80000000000000004,2,2,3,14,1600\n"
        "x_8,x,d,x,2,0.90000000000000002,2,2,5,23,2650\n"
        "x_8,x,d,x,2,0.94999999999999996,2,1,4,16,2000\n"
        "x_8,x,d,x,2,0.97999999999999998,2,0,nan,nan,nan\n";
    char folder[FOLDER_MAX], path[FOLDER_MAX + 30], text[1000] = "";
    folder_create(folder);
    /* y spoke with nobody, z with one rank here and two there: neither has rows */
    write_traffic(folder, HEAD "3,a,x,d,0,ok,none,8,h,2\n3,b,x,d,1,ok,none,8,h,2\n"
                               "3,a,y,d,0,ok,none,8,h,1\n"
                               "3,a,z,d,0,ok,none,8,h,2\n3,b,z,d,1,ok,none,8,h,3\n");
    (void)snprintf(path, sizeof path, "%s/traffic.csv", folder);
    FILE *f = fopen(path, "r");
    cr_assert_not_null(f);
    text[fread(text, 1, sizeof text - 1, f)] = '\0';
    (void)fclose(f);
    cr_expect_str_eq(text, rows);
    /* without runs of several ranks what is there is of other runs */
    write_traffic(folder, HEAD "3,a,x,d,0,ok,none,8,h,1\n3,b,x,d,1,ok,none,8,h,1\n");
    cr_expect_neq(access(path, F_OK), 0);
    write_traffic(folder, HEAD "3,a,x,d,0,ok,none,8,h,1\n3,b,x,d,1,ok,none,8,h,1\n");
    folder_remove(folder);
}

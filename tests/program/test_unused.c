/* What of the data is not used is said by every command that reads it, once for a dataset. */
#include "tests/cli_run.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

/* Ten classes of two training recordings and a test recording, of two neighbours at 1 and 2 ms: with a filter
 * of 10 ms the first is isolated. */
static void setup(void)
{
    static struct result r;
    cli_setup();
    cli_shell(
        &r,
        "for k in 0 1 2 3 4 5 6 7 8 9; do mkdir -p data/nmnist/Train/$k data/nmnist/Test/$k; y=$((k % 8)); "
        "printf \"\\\\005\\\\00$y\\\\200\\\\003\\\\350\\\\006\\\\00$y\\\\200\\\\007\\\\320\" > one.bin; "
        "printf \"\\\\015\\\\00$y\\\\200\\\\003\\\\350\\\\016\\\\00$y\\\\200\\\\007\\\\320\" > other.bin; "
        "cp one.bin data/nmnist/Train/$k/1.bin; cp one.bin data/nmnist/Train/$k/2.bin; "
        "cp other.bin data/nmnist/Test/$k/3.bin; done");
    cr_assert_eq(r.code, 0, "%s", r.output);
    cli_write("few.yaml", "experiment: few\nseeds: [0, 1]\neval_every: 2\nstop: {max_iter: 2}\n"
                          "dataset: {name: nmnist, path: data/nmnist, T: 2, n_validation: 0}\n"
                          "network: {hidden: [5]}\n"
                          "solvers: [{name: bptt, batch: 10}, {name: random_features, kappa: 1}]\n");
}

TestSuite(unused, .init = setup, .fini = cli_teardown);

static size_t times_in(const char *text, const char *what)
{
    size_t n = 0;
    for (const char *at = text; (at = strstr(at, what)) != NULL; at += strlen(what)) n++;
    return n;
}

Test(unused, is_said_once_by_info_check_and_run)
{
    static struct result r;
    const char *line = "30 recordings, 60 events: 30 isolated events filtered (50 %)\n";
    spikebench(&r, "dataset info nmnist --set path=data/nmnist --set n_validation=0");
    cr_expect(r.code == 0 && times_in(r.output, line) == 1, "%s", r.output);
    spikebench(&r, "check few.yaml");
    cr_expect(r.code == 0 && times_in(r.output, line) == 1, "%s", r.output);
    spikebench(&r, "run few.yaml");
    cr_expect(r.code == 0 && times_in(r.output, line) == 1, "%s", r.output);
    cr_expect_not_null(strstr(r.output, "few: 4 runs: 4 done"), "%s", r.output);
}

/* A recording that the filter empties: the reason, not one about firing rates. */
Test(unused, an_emptied_recording_is_named)
{
    static struct result r;
    cli_shell(&r, "printf '\\001\\001\\200\\003\\350' > data/nmnist/Train/4/1.bin");
    cr_assert_eq(r.code, 0);
    spikebench(&r, "run few.yaml");
    cr_expect(r.code == 1 && strstr(r.output, "Train/4/1.bin: none of its 1 events is left") &&
                  strstr(r.output, "dataset.bad = skip"),
              "%d: %s", r.code, r.output);
    spikebench(&r, "run few.yaml --set dataset.bad=skip");
    cr_expect(r.code == 0 && times_in(r.output, "1 empty recordings left out") == 1, "%d: %s", r.code,
              r.output);
}

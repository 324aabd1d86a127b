/* The program under the limits of a shell (ulimit). */
#include "tests/cli_run.h"
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

TestSuite(limits, .init = cli_setup, .fini = cli_teardown);

/* OpenBLAS would spin for ever. A sanitizer's own address space is beyond any such limit. */
Test(limits, little_address_space_is_said_at_once)
{
#ifndef __SANITIZE_ADDRESS__
    static struct result r;
    static const char *const kilobytes[] = {"120000", "160000", "200000"};
    for (size_t k = 0; k < sizeof kilobytes / sizeof *kilobytes; k++) {
        char command[200];
        (void)snprintf(command, sizeof command,
                       "(unset OPENBLAS_NUM_THREADS; ulimit -v %s; timeout 10 \"$SB\" --version)",
                       kilobytes[k]);
        cli_shell(&r, command);
        cr_expect_eq(r.code, 1, "%s kB: %d: %s", kilobytes[k], r.code, r.output);
        cr_expect_not_null(strstr(r.output, "the limit of address space (ulimit -v) is too low"), "%s",
                           r.output);
    }
    cli_shell(&r, "(ulimit -v 4000000; timeout 10 \"$SB\" --version)");
    cr_expect_eq(r.code, 0, "%s", r.output);
#endif
}

#define WIDE                                                                                                 \
    "--set dataset.T=2 --set dataset.n_train=20 --set dataset.n_validation=0 --set dataset.n_test=10 --set " \
    "network.hidden=1000 --set stop.max_iter=1"

/* 2 MB of weights and moments against a file size of 0.5 or 1 MB: the write fails and is said to, as on a
 * full disk; what does not need the file goes on. */
Test(limits, small_files_are_refused_by_name)
{
    static struct result r;
    cli_write("wide.yaml", "experiment: wide\nsolvers: [{name: bptt, batch: 20, optimizer: adam}]\n"
                           "dataset: {name: digits}\n");
    cli_shell(&r, "ulimit -f 1000; \"$SB\" run wide.yaml " WIDE "; ls -A results/wide/.work");
    expect_good(&r);
    expect_text(&r, ".end: File too large: the state at the end is not kept\n");
    expect_text(&r, "wide: 1 run: 1 done\nlock\n");
    cli_shell(&r, "ulimit -f 1000; \"$SB\" train bptt digits --out a.net " WIDE);
    cr_expect_eq(r.code, 1, "%s", r.output);
    expect_text(&r, ".ckpt: File too large");
}

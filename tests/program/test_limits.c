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

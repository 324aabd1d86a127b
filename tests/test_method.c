/* Claims of docs/method.md that no other suite needs. */
#include "solvers/resync/resync_branch.h"
#include <criterion/criterion.h>
#include <math.h>

/* Section 5.3: over potentials that are spread evenly around the threshold, the mean displacement is
 * proportional to the gain, as with a surrogate derivative of the shape of a box: its integral over z is 4 p
 * / rho with a margin and p / rho without. */
Test(method, mean_displacement_is_that_of_a_boxcar)
{
    enum { CELLS = 200000 };
    const double gains[] = {-2, -0.3, 0.05, 1.7}, penalties[] = {0.5, 8}, reach_max = 4;
    for (int margin = 0; margin < 2; margin++)
        for (size_t i = 0; i < 4; i++)
            for (size_t j = 0; j < 2; j++) {
                const struct branch_rule rule = {R(1.0), (real)penalties[j], margin};
                const double width = 2 * reach_max / CELLS;
                double sum = 0;
                for (int k = 0; k < CELLS; k++) {
                    double z = 1 - reach_max + (k + 0.5) * width;
                    sum += (double)branch_displacement(&rule, (real)z, (real)gains[i]) * width;
                }
                double expected = (margin ? 4 : 1) * gains[i] / penalties[j];
                cr_expect(fabs(sum - expected) < 1e-3 * (0.1 + fabs(expected)), "%g, not %g", sum, expected);
            }
}

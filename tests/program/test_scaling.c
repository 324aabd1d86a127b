/* The model of docs/scaling.md (docs/scaling.awk) against numbers worked out by hand, and against the
 * program's own shares. */
#include "support/csvio.h"
#include "support/parallel.h"
#include "tests/cli_run.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

TestSuite(scaling, .init = cli_setup, .fini = cli_teardown);

#define SECONDS                                                                                              \
    "dataset,label,n,batch,blas_core,iterations,turns,half_s,whole_s,pair_s,two_s,strong_q1,strong,weak_q1," \
    "weak\n"
#define TRAFFIC "label,solver,dataset,name,ranks,level,seeds,reached,iters,messages,bytes_sent\n"
#define MODEL   "awk -v out=. -f \"$SOURCES/docs/scaling.awk\" ranks.csv traffic.csv"

/* x has 16 parts, y mini-batches of 2. Of x's 5 s an iteration 2 (5 - 3) = 4 are divided, 1 is not; it sends
 * 3 messages and 2 MB. Of y's 10 s all are divided; an iteration sends 20 messages and 2 MB. */
Test(scaling, model_by_hand)
{
    static struct result r;
    cli_write("ranks.csv", SECONDS "d,x,1024,1024,Haswell,10,3,3,5,4.5,6,1,1,1,1\n"
                                   "d,y,1024,128,Haswell,10,3,5,10,5,5,1,1,1,1\n"
                                   "d,unknown,1024,128,Haswell,10,3,5,10,5,5,1,1,1,1\n");
    /* 80 % in 4 iterations, 90 % in 10; 95 % by one seed only, which does not count */
    cli_write("traffic.csv", TRAFFIC "x_8,x,d,x,2,0.80000000000000004,2,2,4,12,8000000\n"
                                     "x_8,x,d,x,2,0.90000000000000002,2,2,10,30,20000000\n"
                                     "x_8,x,d,x,2,0.94999999999999996,2,1,12,36,24000000\n"
                                     "y_8,y,d,y,2,0.80000000000000004,2,2,2,40,4000000\n"
                                     "y_8,y,d,y,2,0.90000000000000002,2,0,nan,nan,nan\n");
    cli_shell(&r, MODEL
              " >check.txt && cat check.csv && grep ms,0.8 best.csv && grep -e '0.05 ms.*,0.8,1,2,[248],' "
              "-e '0.05 ms.*,0.8,1,2,32,' -e ' 50 ms.*,0.8,1,2,16,' model.csv && grep -c ,0.95, model.csv");
    /* the check: two strangers take 4.5 / 3 = 1.5 times as long as one; 1.5 (1 + 4/2) + 4 x 5 us + 2000016 B
     * / 2 GB/s a round of x: 3 + 1 messages and 2000016 bytes; on 10 GbE 4 x 0.05 ms + 1.6 ms, on 100 Mbit/s
     * 4 x 50 + 160 ms x on 2, 4 and 8 ranks works 1 + 2, 1 + 1 and 1 + 1/2 s; on 32, had it as many parts, 1
     * + 1/8; best are all 16 parts but with 50 ms, where a fourth round of 0.36 s is more than the 1/4 s that
     * it saves; y has two parts */
    cr_expect_str_eq(r.output, "dataset,label,one_s,two_s,model_s,ratio,fixed_share\n"
                               "d,x,5,6,4.501,0.750,0.200\n"
                               "d,y,10,5,5.0011,1.000,0.000\n"
                               "d,x,10 GbE 0.05 ms,0.8,20,16,5.0288,3.98\n"
                               "d,x,1 GbE 0.1 ms,0.8,20,16,5.2624,3.80\n"
                               "d,x,100 Mbit/s 1 ms,0.8,20,16,7.624,2.62\n"
                               "d,x,100 Mbit/s 10 ms,0.8,20,16,8.2,2.44\n"
                               "d,x,100 Mbit/s 50 ms,0.8,20,8,10.32,1.94\n"
                               "d,y,10 GbE 0.05 ms,0.8,20,2,10.005,2.00\n"
                               "d,y,1 GbE 0.1 ms,0.8,20,2,10.036,1.99\n"
                               "d,y,100 Mbit/s 1 ms,0.8,20,2,10.362,1.93\n"
                               "d,y,100 Mbit/s 10 ms,0.8,20,2,10.74,1.86\n"
                               "d,y,100 Mbit/s 50 ms,0.8,20,2,12.42,1.61\n"
                               "d,x,10 GbE 0.05 ms,1,0.8,1,2,2,16,3,0.0018,3.0018,12.007\n"
                               "d,x,10 GbE 0.05 ms,1,0.8,1,2,4,16,2,0.0036,2.0036,8.0144\n"
                               "d,x,10 GbE 0.05 ms,1,0.8,1,2,8,16,1.5,0.0054,1.5054,6.0216\n"
                               "d,x,10 GbE 0.05 ms,1,0.8,1,2,32,16,1.125,0.0090001,1.134,4.536\n"
                               "d,x,100 Mbit/s 50 ms,5,0.8,1,2,16,16,1.25,1.44,2.69,10.76\n"
                               "d,y,10 GbE 0.05 ms,1,0.8,1,2,2,2,5,0.00265,5.0027,10.005\n"
                               "d,y,10 GbE 0.05 ms,1,0.8,1,2,4,2,2.5,0.0053,2.5053,5.0106\n"
                               "d,y,10 GbE 0.05 ms,1,0.8,1,2,8,2,1.25,0.00795,1.258,2.5159\n"
                               "d,y,10 GbE 0.05 ms,1,0.8,1,2,32,2,0.3125,0.01325,0.32575,0.6515\n"
                               "d,y,100 Mbit/s 50 ms,5,0.8,1,2,16,2,0.625,4.84,5.465,10.93\n"
                               "0\n");
}

/* y needs 20 s alone and 10 with two ranks; x the same alone, and less with more (see above). At 90 % x has
 * no rival. */
Test(scaling, winners_by_hand)
{
    static struct result r;
    cli_write("ranks.csv", SECONDS "d,y,1024,128,Haswell,10,3,5,10,5,5,1,1,1,1\n"
                                   "d,x,1024,1024,Haswell,10,3,3,5,4.5,6,1,1,1,1\n");
    cli_write("traffic.csv", TRAFFIC "x_8,x,d,x,2,0.8,2,2,4,12,8000000\nx_8,x,d,x,2,0.9,2,2,10,30,20000000\n"
                                     "y_8,y,d,y,2,0.8,2,2,2,40,4000000\n");
    cli_shell(&r, MODEL " >check.txt && grep -e dataset -e 10.GbE -e 50 winners.csv");
    cr_expect_str_eq(r.output,
                     "dataset,level,network,label,ranks,seconds,next_label,next_ranks,next_seconds\n"
                     "d,0.8,10 GbE 0.05 ms,x,16,5.0288,y,2,10.005\n"
                     "d,0.8,100 Mbit/s 50 ms,x,8,10.32,y,2,12.42\n"
                     "d,0.9,10 GbE 0.05 ms,x,16,12.572,,,\n"
                     "d,0.9,100 Mbit/s 50 ms,x,8,25.8,,,\n");
}

/* The largest share of chunks that a rank has. */
static double largest_share(size_t n, size_t ranks)
{
    const struct partition p = partition_make(n);
    size_t most = 0;
    for (size_t k = 0; k < ranks; k++) {
        const struct part_range own = parts_of_rank(p.n_parts, ranks, k);
        const size_t chunks = part_first(&p, own.end) - part_first(&p, own.first);
        most = chunks > most ? chunks : most;
    }
    return (double)most / (double)p.n_chunks;
}

/* With nothing but divided work, one second of it, the seconds are the busiest rank's share. */
Test(scaling, shares_are_those_of_the_program)
{
    static const size_t sizes[] = {1, 64, 65, 100, 200, 600, 1000, 4000, 4097, 8000, 60000};
    static struct result r;
    static char seconds[4000], traffic[4000];
    size_t s = 0, t = 0, checked = 0;
    s += (size_t)snprintf(seconds, sizeof seconds, SECONDS);
    t += (size_t)snprintf(traffic, sizeof traffic, TRAFFIC);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        s += (size_t)snprintf(seconds + s, sizeof seconds - s,
                              "d,%zu,%zu,%zu,Haswell,9,9,0.5,1,1,1,1,1,1,1\n", sizes[i], sizes[i], sizes[i]);
        t += (size_t)snprintf(traffic + t, sizeof traffic - t, "a,a,d,%zu,2,0.9,1,1,1,1,8\n", sizes[i]);
    }
    cli_write("ranks.csv", seconds);
    cli_write("traffic.csv", traffic);
    cli_shell(&r,
              MODEL " >check.txt && grep -c . check.txt && awk -F, '/GbE 0.1/ && $8 <= $9 { print $2, $8, "
                    "$10 }' model.csv");
    cr_assert_eq(r.code, 0, "%s", r.output);
    for (char *line = strchr(r.output, '\n'); line && line[1]; line = strchr(line + 1, '\n')) {
        char *end;
        const size_t n = strtoul(line, &end, 10), ranks = strtoul(end, &end, 10);
        cr_expect_float_eq(strtod(end, NULL), largest_share(n, ranks), 1e-4, "%zu samples on %zu ranks", n,
                           ranks);
        checked++;
    }
    /* ranks are powers of two up to the parts: 1 1 2 2 3 4 5 6 7 7 7 of them */
    cr_expect_eq(checked, 45);
}

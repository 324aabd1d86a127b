/* Check and timing of a pair. */
#include "support/linsolve.h"
#include "support/progress.h"
#include "support/statistics.h"
#include "tests/bench/bench.h"

double bench_relative(struct pair *p)
{
    double difference = 0;
    for (size_t i = 0; i < p->n_out; i++) {
        double d = (double)p->out[SIDE_A][i] - (double)p->out[SIDE_B][i];
        difference += d * d;
    }
    return sqrt(difference) / vector_norm(p->n_out, p->out[SIDE_B]);
}

bool bench_case_name(const struct bench_case *c, size_t variant, char *name, size_t size)
{
    const char *text = c->variant ? c->variant(variant) : variant == 0 ? "" : NULL;
    if (!text) return false;
    (void)snprintf(name, size, "%s%s%s", c->name, *text ? "/" : "", text);
    return true;
}

/* The first run of each side is no timed one: it touches the memory, too. */
status bench_check(const struct bench_case *c, struct pair *p, double *difference, struct error *e)
{
    TRY(c->run(p, SIDE_A, e));
    TRY(c->run(p, SIDE_B, e));
    *difference = c->difference(p);
    if (*difference <= c->tolerance) return ST_OK;
    return FAIL(e, ST_NUMERIC, "A and B do not give the same: %s is %.3g, at most %.3g is allowed", c->same,
                *difference, c->tolerance);
}

static status timed(const struct bench_case *c, struct pair *p, enum side side, double *seconds,
                    struct error *e)
{
    double since = clock_seconds();
    TRY(c->run(p, side, e));
    *seconds = clock_seconds() - since;
    return ST_OK;
}

static struct quartiles quartiles_of(double *values, size_t n)
{
    struct quartiles q;
    q.q1 = quantile(values, n, 0.25);
    q.median = quantile(values, n, 0.5);
    q.q3 = quantile(values, n, 0.75);
    return q;
}

status bench_measure(const struct bench_case *c, struct pair *p, double seconds, struct measurement *m,
                     struct error *e)
{
    double *times = mem_alloc(&p->mem, 3 * BENCH_REPEATS_MAX, sizeof *times, e);
    if (!times) return ST_MEMORY;
    double *a = times, *b = a + BENCH_REPEATS_MAX, *ratio = b + BENCH_REPEATS_MAX;
    TRY(bench_check(c, p, &m->difference, e));
    const double end = clock_seconds() + seconds;
    size_t n = 0;
    while (n < BENCH_REPEATS_MIN || (n < BENCH_REPEATS_MAX && clock_seconds() < end)) {
        TRY(timed(c, p, SIDE_A, &a[n], e));
        TRY(timed(c, p, SIDE_B, &b[n], e));
        ratio[n] = b[n] / a[n];
        n++;
    }
    m->repeats = n;
    m->seconds[SIDE_A] = quartiles_of(a, n);
    m->seconds[SIDE_B] = quartiles_of(b, n);
    m->ratio = quartiles_of(ratio, n);
    return ST_OK;
}

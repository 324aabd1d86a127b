/* Bins with exact edges: against brute force over decimal edges that strtod rounds, and against fractions. */
#include "commands/registry.h"
#include "datasets/bins.h"
#include "datasets/event_list.h"
#include "tests/data_helpers.h"
#include <criterion/criterion.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

Test(bins, decimals_as_fractions)
{
    static const struct {
        double v;
        uint64_t over, under;
    } cases[] = {{1.4, 7, 5},
                 {0.001, 1, 1000},
                 {100, 100, 1},
                 {33.3333, 333333, 10000},
                 {1e-6, 1, 1000000},
                 {0.125, 1, 8},
                 {1e15, 1000000000000000, 1}};
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct fraction f = fraction_of(cases[k].v);
        cr_expect(f.over == cases[k].over && f.under == cases[k].under, "%g: %ju / %ju", cases[k].v,
                  (uintmax_t)f.over, (uintmax_t)f.under);
    }
    cr_expect_eq(fraction_of(1e-300).under, 0);
    cr_expect_eq(fraction_of(1e300).under, 0);
}

enum { KINDS = 3 };

/* The number of the given type next to a decimal. */
static double stored(const char *decimal, int kind)
{
    double v = strtod(decimal, NULL), unit;
    int exponent;
    if (kind == 0) return v;
    if (kind == 1) return (double)strtof(decimal, NULL);
    (void)frexp(v, &exponent); /* half: 11 bits, and 2^-24 at least */
    unit = ldexp(1, exponent - 11 > -24 ? exponent - 11 : -24);
    double low = floor(v / unit) * unit, high = low + unit, middle = low + unit / 2;
    bool even = fmod(low / unit, 2) == 0;
    return v < middle || (v == middle && even) ? low : high;
}

/* k * whole * 10^-9 s as text. */
static void edge_text(char text[40], uint64_t nanoseconds)
{
    (void)snprintf(text, 40, "%ju.%09ju", (uintmax_t)(nanoseconds / 1000000000),
                   (uintmax_t)(nanoseconds % 1000000000));
}

/* Every time on the grid of edges, and the numbers next to it, against a search through all bins. */
static void check_grid(uint64_t step, size_t T, int kind)
{
    static const struct {
        int mantissa, finest;
    } types[KINDS] = {{52, -1074}, {23, -149}, {10, -24}};
    char text[40];
    struct bins b;
    struct mem m = {0};
    double *edge = calloc(T + 1, sizeof *edge);
    cr_assert_not_null(edge);
    for (size_t k = 0; k <= T; k++) {
        edge_text(text, step * k);
        edge[k] = stored(text, kind);
    }
    edge_text(text, step * T);
    cr_assert_eq(bins_create(&b, strtod(text, NULL), T,
                             (struct time_type){types[kind].mantissa, types[kind].finest}, &m, NULL),
                 ST_OK);
    for (size_t k = 0; k <= T; k++) {
        const double near[] = {edge[k], nextafter(edge[k], -1), nextafter(edge[k], 1e9)};
        cr_expect_eq(b.edge[k], edge[k], "%zu of %zu, type %d: %.17g %.17g", k, T, kind, b.edge[k], edge[k]);
        for (size_t i = 0; i < 3; i++) {
            size_t expected = 0;
            if (near[i] < 0) continue;
            while (expected < T && !(edge[expected] <= near[i] && near[i] < edge[expected + 1])) expected++;
            cr_expect_eq(bins_find(&b, near[i]), expected, "step %ju ns, T %zu, type %d: t = %.17g",
                         (uintmax_t)step, T, kind, near[i]);
        }
    }
    free(edge);
    mem_free(&m);
}

Test(bins, edges_against_brute_force)
{
    /* 14 ms is SHD's 1.4 s in 100 steps; 10 ms and 1 ms are the usual grids */
    static const uint64_t steps[] = {14000000,  10000000, 1000000, 3300000, 700000000,
                                     123456789, 7,        100,     35000};
    static const size_t counts[] = {1, 2, 3, 7, 10, 99, 100, 300, 1000};
    for (size_t s = 0; s < sizeof steps / sizeof *steps; s++)
        for (size_t k = 0; k < sizeof counts / sizeof *counts; k++)
            for (int kind = 0; kind < KINDS; kind++) check_grid(steps[s], counts[k], kind);
}

/* Durations that T does not divide: against long division of integers. */
Test(bins, thirds_and_sevenths)
{
    static const struct {
        double duration;
        uint64_t over, under;
    } cases[] = {{1.4, 14, 10}, {1, 1, 1}, {0.3, 3, 10}, {2.75, 275, 100}, {100, 100, 1}};
    static const size_t counts[] = {3, 7, 30, 123, 1001};
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++)
        for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
            struct bins b;
            struct mem m = {0};
            const size_t T = counts[i];
            cr_assert_eq(bins_create(&b, cases[c].duration, T, time_double, &m, NULL), ST_OK);
            for (uint64_t t = 0; t < 1000; t++) {
                /* t / 1000 of the duration lies in bin floor(t T / 1000), unless it is on an edge */
                double at = (double)(t * cases[c].over) / (double)(1000 * cases[c].under);
                cr_expect_eq(bins_find(&b, at), t * T / 1000, "%g in %zu bins", at, T);
            }
            cr_expect_eq(bins_find(&b, cases[c].duration), T);
            cr_expect_eq(bins_find(&b, INFINITY), T);
            mem_free(&m);
        }
}

/* Bins of events, by comparing products: window k of w = over / under us holds k over <= t under < (k + 1)
 * over; equal bins of a span the same. */
static size_t bin_by_search(const struct frames *f, uint64_t t, uint64_t first, uint64_t span)
{
    const uint64_t over = f->window.over ? f->window.over : span,
                   under = f->window.over ? f->window.under : f->T;
    const uint64_t from = f->window.over ? 0 : first;
    for (uint64_t k = 0; k < f->T; k++)
        if (k * over <= (t - from) * under && (t - from) * under < (k + 1) * over) return (size_t)k;
    return f->T;
}

static void check_frames(struct frames f, const struct event_list *list)
{
    struct event_list copy = {calloc(list->n, sizeof *copy.events), list->n, list->n};
    uint32_t *counts = calloc(f.T * 8, sizeof *counts), *expected = calloc(f.T, sizeof *expected);
    struct spikes_builder b;
    struct dataset d = {0};
    size_t outside = 0;
    cr_assert(copy.events && counts && expected);
    memcpy(copy.events, list->events, list->n * sizeof *copy.events);
    uint64_t first = list->events[0].t, span = list->events[list->n - 1].t - first + 1;
    for (size_t i = 0; i < list->n; i++) {
        size_t bin = bin_by_search(&f, list->events[i].t, first, span);
        if (bin < f.T)
            expected[bin]++;
        else
            outside++;
    }
    cr_expect_eq(events_cut(&copy, &f), outside);
    cr_assert_eq(spikes_begin(&b, 8, f.T, 1, NULL), ST_OK);
    cr_assert_eq(events_to_frames(&copy, &f, 2, 2, counts, NULL, &b, NULL), ST_OK);
    cr_assert_eq(spikes_finish(&b, &d.x[0], &d.mem, NULL), ST_OK);
    for (size_t t = 0; t < f.T; t++)
        cr_expect_eq(data_cell(&d, SPLIT_TRAIN, 0, t, 0), (double)expected[t],
                     "window %ju / %ju us, T %zu: bin %zu", (uintmax_t)f.window.over,
                     (uintmax_t)f.window.under, f.T, t);
    dataset_free(&d);
    free(copy.events);
    free(counts);
    free(expected);
}

Test(bins, events_against_brute_force)
{
    enum { EVENTS = 400 };
    static const struct fraction windows[] = {{0, 1},       {60, 1}, {1000, 1}, {3, 2},
                                              {333333, 10}, {1, 1},  {7, 3}};
    static const size_t counts[] = {1, 2, 7, 100, 333};
    struct event events[EVENTS];
    for (uint32_t step = 1; step <= 4294967295 / 4 / EVENTS; step = step * 3 + 1) {
        for (uint32_t i = 0; i < EVENTS; i++) events[i] = (struct event){17 + i * step, 0, 0, 0};
        const struct event_list list = {events, EVENTS, EVENTS};
        for (size_t w = 0; w < sizeof windows / sizeof *windows; w++)
            for (size_t k = 0; k < sizeof counts / sizeof *counts; k++)
                check_frames((struct frames){.T = counts[k], .window = windows[w]}, &list);
    }
}

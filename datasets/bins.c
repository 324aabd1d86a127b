/* See bins.h. */
#include "datasets/bins.h"
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

const struct time_type time_double = {52, -1074};

static uint64_t common_divisor(uint64_t a, uint64_t b)
{
    while (b) {
        uint64_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

struct fraction fraction_of(double v)
{
    char text[40];
    struct fraction f = {0, 1};
    for (int digits = 1; digits <= 17; digits++) {
        (void)snprintf(text, sizeof text, "%.*e", digits - 1, v);
        if (strtod(text, NULL) == v) break;
    }
    const char *at = text;
    long power = 0;
    for (bool behind = false; *at && *at != 'e'; at++) {
        if (!isdigit((unsigned char)*at)) {
            behind = true; /* the decimal point */
            continue;
        }
        f.over = 10 * f.over + (uint64_t)(*at - '0');
        power -= behind;
    }
    if (*at == 'e') power += strtol(at + 1, NULL, 10);
    for (; power < 0 && f.over % 10 == 0 && f.over > 0; power++) f.over /= 10;
    for (; power > 0; power--) {
        if (f.over > UINT64_MAX / 10) return (struct fraction){0, 0};
        f.over *= 10;
    }
    for (; power < 0; power++) {
        if (f.under > UINT64_MAX / 10) return (struct fraction){0, 0};
        f.under *= 10;
    }
    uint64_t divisor = common_divisor(f.over, f.under);
    return (struct fraction){f.over / divisor, f.under / divisor};
}

/* v >= 0 rounded to a number of the type, to even at a tie. */
static double round_to(double v, struct time_type type)
{
    int exponent = 0;
    (void)frexp(v, &exponent);
    int unit = exponent - 1 - type.mantissa; /* exponent of the last bit */
    if (unit < type.finest) unit = type.finest;
    return v > 0 && unit > -1074 ? ldexp(nearbyint(ldexp(v, -unit)), unit) : v;
}

/* k duration / T, rounded once where numerator and denominator are exact in double. */
static double edge_of(size_t k, size_t T, double duration, struct fraction d)
{
    const uint64_t exact = (uint64_t)1 << 53;
    if (k == 0) return 0;
    if (d.under == 0 || d.over > exact / k || d.under > exact / T)
        return (double)((long double)k * (long double)duration / (long double)T);
    return (double)(k * d.over) / (double)(T * d.under);
}

status bins_create(struct bins *b, double duration, size_t T, struct time_type type, struct mem *m,
                   struct error *e)
{
    const struct fraction d = fraction_of(duration);
    *b = (struct bins){T, mem_alloc(m, T + 1, sizeof *b->edge, e)};
    if (!b->edge) return ST_MEMORY;
    for (size_t k = 0; k <= T; k++) b->edge[k] = round_to(edge_of(k, T, duration, d), type);
    return ST_OK;
}

size_t bins_find(const struct bins *b, double t)
{
    if (!(t < b->edge[b->T])) return b->T;
    size_t k = (size_t)(t / b->edge[b->T] * (double)b->T); /* near the bin */
    if (k >= b->T) k = b->T - 1;
    while (k > 0 && t < b->edge[k]) k--;
    while (t >= b->edge[k + 1]) k++;
    return k;
}

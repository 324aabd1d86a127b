/* The kernels of one level: compiled once for each of them, with the compiler's options for its processors,
 * KERNELS the name of the table and KERNELS_NAME the level's. Vectors are GCC's (clang has them, too), of the
 * width of that processor's registers. */
#include "network/kernels/kernels.h"
#include <string.h>
#if defined __AVX512F__
#include <immintrin.h>
enum { VECTOR_BYTES = 64, PASS_LINES = 4 };
#elif defined __AVX2__
#include <immintrin.h>
enum { VECTOR_BYTES = 32, PASS_LINES = 4 };
#else
#ifdef __SSE2__
#include <emmintrin.h>
#endif
enum { VECTOR_BYTES = 16, PASS_LINES = 2 }; /* so many lines at once: or the registers do not suffice */
#endif

enum { LANES = VECTOR_BYTES / sizeof(real), LINE_VECTORS = KERNEL_LINE / LANES };
typedef real vec __attribute__((vector_size(VECTOR_BYTES)));
typedef real vec_anywhere __attribute__((vector_size(VECTOR_BYTES), aligned(sizeof(real)), may_alias));
typedef REAL_SELECT(int64_t, int32_t) lanes __attribute__((vector_size(VECTOR_BYTES)));

#define INLINE static inline __attribute__((always_inline))
/* Loops over the vectors of a tile: unrolled, so that each vector has a register. */
#define VECTORS(k, n) _Pragma("GCC unroll 8") for (int k = 0; k < (n); k++)

INLINE vec load(const real *p)
{
    return *(const vec_anywhere *)p;
}
INLINE void store(real *p, vec v)
{
    *(vec_anywhere *)p = v;
}
INLINE vec every(real x)
{
    return x - (vec){0};
}
/* x where mask, else 0. */
INLINE vec where(lanes mask, vec x)
{
    return (vec)(mask & (lanes)x);
}
INLINE vec magnitude(vec x)
{
    return (vec)((lanes)x & ~(lanes)every(R(-0.0)));
}

/* Lane k in bit k. */
INLINE uint32_t bits_of(lanes mask)
{
#if defined __AVX512F__
    return REAL_SELECT((uint32_t)_mm512_movepi64_mask((__m512i)mask),
                       (uint32_t)_mm512_movepi32_mask((__m512i)mask));
#elif defined __AVX2__
    return (uint32_t)REAL_SELECT(_mm256_movemask_pd((__m256d)mask), _mm256_movemask_ps((__m256)mask));
#elif defined __SSE2__
    return (uint32_t)REAL_SELECT(_mm_movemask_pd((__m128d)mask), _mm_movemask_ps((__m128)mask));
#else
    uint32_t bits = 0;
    for (int k = 0; k < LANES; k++) bits |= (uint32_t)(mask[k] & 1) << k;
    return bits;
#endif
}

/* Lanes of the k-th vector whose rows exist. */
INLINE vec load_rows(const real *p, int k, size_t rows)
{
    size_t at = (size_t)k * LANES;
    if (rows >= at + LANES) return load(p + at);
    vec v = {0};
    if (rows > at) memcpy(&v, p + at, (rows - at) * sizeof(real));
    return v;
}
/* Those from `first` on as well. */
INLINE void store_rows(real *p, int k, size_t first, size_t rows, vec v)
{
    size_t at = (size_t)k * LANES, from = first > at ? first - at : 0;
    if (from == 0 && rows >= at + LANES)
        store(p + at, v);
    else if (from < LANES && rows > at + from)
        memcpy(p + at + from, (const real *)&v + from,
               ((rows < at + LANES ? rows - at : LANES) - from) * sizeof(real));
}

/* Rows row .. row + 63 of `mask` from `fresh` on into a column of bits; words above are not yet set. */
INLINE void store_bits(uint32_t *column, uint64_t mask, size_t row, size_t fresh, size_t end)
{
    uint64_t rest = mask >> (fresh - row);
    size_t at = fresh;
    if (at % 32 != 0) {
        column[at / 32] |= (uint32_t)rest << at % 32;
        rest >>= 32 - at % 32;
        at += 32 - at % 32;
    }
    for (; at < end; at += 32, rest >>= 32) column[at / 32] = (uint32_t)rest;
}

/* A sample's column of the next step lies n C numbers on, beyond the page: processors do not foresee it. So
 * many steps ahead it is asked for. */
enum { STEPS_AHEAD_FORWARD = 4, STEPS_AHEAD_BACK = 8 };
#define WILL_WRITE              1
#define WILL_READ               0
#define PREFETCH(p, lines, how) VECTORS(k, lines) __builtin_prefetch((p) + k * KERNEL_LINE, how, 2)

/* ---- forwards ---------------------------------------------------------------------------------------- */

/* v = sum over the list of column j of W's columns. */
INLINE void gather(const struct spike_columns *in, size_t j, const real *W, size_t ld, vec *v, const int n)
{
    const uint32_t *index = in->index, *end = index + in->to[j];
    const real *value = in->value ? in->value + in->from[j] : NULL;
    VECTORS(q, n) v[q] = (vec){0};
    if (value)
        for (index += in->from[j]; index < end; index++, value++) {
            const real *w = W + *index * ld;
            const vec x = every(*value);
            VECTORS(q, n) v[q] += x * load(w + q * LANES);
        }
    else
        for (index += in->from[j]; index < end; index++) {
            const real *w = W + *index * ld;
            VECTORS(q, n) v[q] += load(w + q * LANES);
        }
}

/* z of the step from the currents v and z of the step before. */
INLINE void membrane(const struct forward_pass *p, const vec *v, vec *z, const int n)
{
    const vec leak = every(p->lif->leak), theta = every(p->lif->threshold);
    if (!p->spiking || p->lif->reset == RESET_NONE)
        VECTORS(q, n) z[q] = v[q] + leak * z[q];
    else if (p->lif->reset == RESET_SOFT)
        VECTORS(q, n) z[q] = v[q] + (leak * z[q] - where(z[q] > theta, theta));
    else
        VECTORS(q, n) z[q] = v[q] + where(~(z[q] > theta), leak * z[q]);
}

struct filter {
    vec sum[PASS_LINES * LINE_VECTORS], mean[PASS_LINES * LINE_VECTORS];
};

/* Spikes of a column: their bits, and the filter. */
INLINE void spike(const struct forward_pass *p, size_t j, struct tile tile, const vec *z, struct filter *f,
                  const int n)
{
    const vec leak = every(p->readout_leak), theta = every(p->lif->threshold), one = every(R(1.0));
    uint64_t mask = 0;
    if (p->bits) {
        VECTORS(q, n) mask |= (uint64_t)bits_of(z[q] > theta) << q * LANES;
        size_t end = tile.row + tile.width < p->n ? tile.row + tile.width : p->n;
        store_bits(p->bits + j * spike_words(p->n), mask, tile.row, tile.fresh, end);
    }
    if (!p->filtered) return;
    VECTORS(q, n) f->sum[q] = leak * f->sum[q] + where(z[q] > theta, one);
    if (p->mean) VECTORS(q, n) f->mean[q] += f->sum[q];
}

INLINE void forward_tile(const struct forward_pass *p, struct tile tile, const real *W, const int n,
                         const bool narrow)
{
    const size_t rows = narrow ? p->n : (size_t)n * LANES;
    for (size_t c = 0; c < p->C; c++) {
        vec v[PASS_LINES * LINE_VECTORS], z[PASS_LINES * LINE_VECTORS];
        struct filter f;
        VECTORS(q, n) z[q] = f.sum[q] = f.mean[q] = (vec){0};
        for (size_t t = 0; t < p->T; t++) {
            size_t j = t * p->C + c;
            real *out = p->z ? p->z + j * p->n + tile.row : NULL;
            if (out && t + STEPS_AHEAD_FORWARD < p->T)
                PREFETCH(out + STEPS_AHEAD_FORWARD * p->C * p->n, n / LINE_VECTORS, WILL_WRITE);
            if (p->in)
                gather(p->in, j, W, p->ld, v, n);
            else
                VECTORS(q, n) v[q] = load_rows(out, q, rows);
            if (p->lif)
                membrane(p, v, z, n);
            else
                VECTORS(q, n) z[q] = v[q];
            if (out) VECTORS(q, n) store_rows(out, q, tile.fresh - tile.row, rows, z[q]);
            if (p->spiking) spike(p, j, tile, z, &f, n);
        }
        if (!p->filtered) continue;
        const vec T = every((real)p->T);
        VECTORS(q, n)
        store_rows(p->filtered + c * p->n + tile.row, q, tile.fresh - tile.row, rows,
                   p->mean ? f.mean[q] / T : f.sum[q]);
    }
}

/* The part of a tile that registers hold, `lines` from row `offset` on; false if nothing of it is fresh. */
INLINE bool part_of(struct tile *tile, size_t offset, size_t *lines)
{
    size_t width = tile->width - offset, most = PASS_LINES * (size_t)KERNEL_LINE;
    tile->row += offset;
    tile->width = width < most ? width : most;
    if (tile->fresh < tile->row) tile->fresh = tile->row;
    *lines = tile->width / KERNEL_LINE;
    return tile->fresh < tile->row + tile->width;
}

/* function(..., number of vectors, narrower than a line) with these two constants. */
#define BY_LINES(lines, n, function, ...)                                                                    \
    do {                                                                                                     \
        if ((n) < KERNEL_LINE)                                                                               \
            function(__VA_ARGS__, LINE_VECTORS, true);                                                       \
        else if ((lines) == 1)                                                                               \
            function(__VA_ARGS__, LINE_VECTORS, false);                                                      \
        else if ((lines) == 2)                                                                               \
            function(__VA_ARGS__, 2 * LINE_VECTORS, false);                                                  \
        else if (PASS_LINES > 2 && (lines) == 3)                                                             \
            function(__VA_ARGS__, PASS_LINES > 2 ? 3 * LINE_VECTORS : 0, false);                             \
        else if (PASS_LINES > 2)                                                                             \
            function(__VA_ARGS__, PASS_LINES > 2 ? 4 * LINE_VECTORS : 0, false);                             \
    } while (0)

/* Here and below: a copy of the pass, which no store can change, stays in registers. */
static void forward(const struct forward_pass *pass, struct tile whole)
{
    const struct lif lif = pass->lif ? *pass->lif : (struct lif){0};
    struct forward_pass p = *pass;
    p.lif = pass->lif ? &lif : NULL;
    for (size_t offset = 0, lines; offset < whole.width; offset += PASS_LINES * (size_t)KERNEL_LINE) {
        struct tile tile = whole;
        if (!part_of(&tile, offset, &lines)) continue;
        BY_LINES(lines, p.n, forward_tile, &p, tile, p.W + offset);
    }
}

/* ---- backwards --------------------------------------------------------------------------------------- */

/* Compact surrogates are worked out where they are zero as well: a branch around vectors that are all zero,
 * with the loads of da that it saves, took .98 to 1.4 times as long. */
INLINE vec derivative(enum surrogate_kind kind, vec x, vec k)
{
    const vec one = every(R(1.0)), two = every(R(2.0)), size = magnitude(x);
    if (kind == SURROGATE_FAST_SIGMOID) {
        vec d = one + k * size;
        return k / (two * d * d);
    }
    if (kind == SURROGATE_ARCTAN) {
        vec y = every(R(1.57079632679489661923)) * k * x;
        return k / (two * (one + y * y));
    }
    vec y = one - k * size;
    if (kind == SURROGATE_TRIANGULAR) return where(y > 0, k * y);
    return where(k * size < one, k / two);
}

/* dz of a step from d loss / d a, z, a and dz of the step after. */
INLINE vec step_back(const struct backward_pass *p, const enum surrogate_kind kind, vec da, vec z, vec spike,
                     vec next)
{
    const vec leak = every(p->lif->leak), theta = every(p->lif->threshold), one = every(R(1.0));
    vec carried = leak * next;
    if (p->lif->reset == RESET_HARD) carried *= one - spike;
    if (!p->detach_reset && p->lif->reset == RESET_SOFT) da -= theta * next;
    if (!p->detach_reset && p->lif->reset == RESET_HARD) da -= leak * z * next;
    return derivative(kind, z - theta, every(p->slope)) * da + carried;
}

INLINE void backward_tile(const struct backward_pass *p, struct tile tile, real *block, size_t ld,
                          const enum surrogate_kind kind, const int n, const bool narrow)
{
    const size_t rows = narrow ? p->n : (size_t)n * LANES, T = p->T, first = tile.fresh - tile.row;
    const vec leak = every(p->readout_leak), theta = every(p->lif->threshold), one = every(R(1.0));
    for (size_t c = p->c0; c < p->c1; c++) {
        vec next[PASS_LINES * LINE_VECTORS], below[PASS_LINES * LINE_VECTORS];
        VECTORS(q, n) next[q] = below[q] = (vec){0};
        for (size_t t = T; t-- > 0;) {
            const size_t at = (t * p->C + c) * p->n + tile.row;
            const bool own = p->own && (p->mean || t + 1 == T);
            if (t >= STEPS_AHEAD_BACK)
                PREFETCH(p->z + at - STEPS_AHEAD_BACK * p->C * p->n, n / LINE_VECTORS, WILL_READ);
            VECTORS(q, n)
            {
                vec z = load_rows(p->z + at, q, rows);
                vec spike = p->a ? load_rows(p->a + at, q, rows) : where(z > theta, one);
                if (p->da)
                    below[q] = load_rows(p->da + at, q, rows);
                else
                    below[q] = leak * below[q];
                if (own) below[q] += load_rows(p->own + c * p->n + tile.row, q, rows);
                next[q] = step_back(p, kind, below[q], z, spike, next[q]);
                if (p->dz) store_rows(p->dz + at, q, first, rows, next[q]);
                if (block) store(block + ((c - p->c0) * T + t) * ld + (size_t)q * LANES, next[q]);
            }
        }
    }
}

INLINE void backward_kind(const struct backward_pass *pass, struct tile whole, const enum surrogate_kind kind)
{
    const struct lif lif = *pass->lif;
    struct backward_pass p = *pass;
    p.lif = &lif;
    for (size_t offset = 0, lines; offset < whole.width; offset += PASS_LINES * (size_t)KERNEL_LINE) {
        struct tile tile = whole;
        real *block = p.block ? p.block + offset : NULL;
        if (!part_of(&tile, offset, &lines)) continue;
        BY_LINES(lines, p.n, backward_tile, &p, tile, block, whole.width, kind);
    }
}

static void backward(const struct backward_pass *p, struct tile tile)
{
    switch (p->surrogate) {
    case SURROGATE_FAST_SIGMOID: backward_kind(p, tile, SURROGATE_FAST_SIGMOID); break;
    case SURROGATE_ARCTAN: backward_kind(p, tile, SURROGATE_ARCTAN); break;
    case SURROGATE_TRIANGULAR: backward_kind(p, tile, SURROGATE_TRIANGULAR); break;
    case SURROGATE_BOXCAR: backward_kind(p, tile, SURROGATE_BOXCAR); break;
    }
}

INLINE void outer_tile(const struct outer_pass *p, struct tile tile, const real *block, size_t ld,
                       const int n, const bool narrow)
{
    const size_t rows = narrow ? p->n : (size_t)n * LANES, first = tile.fresh - tile.row;
    for (size_t i = 0; i < p->inputs; i++) {
        const uint32_t *column = p->column + p->start[i], *end = p->column + p->start[i + 1];
        if (column == end) continue;
        real *out = p->D + i * p->n + tile.row;
        vec d[PASS_LINES * LINE_VECTORS];
        VECTORS(q, n) d[q] = load_rows(out, q, rows);
        if (p->value) {
            const real *value = p->value + p->start[i];
            for (; column < end; column++, value++) {
                const vec x = every(*value);
                VECTORS(q, n) d[q] += x * load(block + *column * ld + (size_t)q * LANES);
            }
        } else {
            for (; column < end; column++)
                VECTORS(q, n) d[q] += load(block + *column * ld + (size_t)q * LANES);
        }
        VECTORS(q, n) store_rows(out, q, first, rows, d[q]);
    }
}

static void outer(const struct outer_pass *pass, struct tile whole)
{
    const struct outer_pass p = *pass;
    for (size_t offset = 0, lines; offset < whole.width; offset += PASS_LINES * (size_t)KERNEL_LINE) {
        struct tile tile = whole;
        if (!part_of(&tile, offset, &lines)) continue;
        BY_LINES(lines, p.n, outer_tile, &p, tile, p.block + offset, whole.width);
    }
}

/* ---- elementwise ------------------------------------------------------------------------------------- */

static void add_scaled(size_t n, real factor, const real *restrict x, real *restrict y)
{
    for (size_t i = 0; i < n; i++) y[i] += factor * x[i];
}

static void scale(size_t n, real factor, real *x)
{
    for (size_t i = 0; i < n; i++) x[i] *= factor;
}

static double squares(size_t n, const real *x)
{
    enum { SUMS = 16 };
    double sums[SUMS] = {0}, sum = 0;
    size_t i = 0;
    for (; i + SUMS <= n; i += SUMS)
        for (size_t k = 0; k < SUMS; k++) sums[k] += (double)x[i + k] * (double)x[i + k];
    for (size_t k = 0; i + k < n; k++) sums[k] += (double)x[i + k] * (double)x[i + k];
    for (size_t k = 0; k < SUMS; k++) sum += sums[k];
    return sum;
}

static bool ones(size_t n, const real *x)
{
    int others = 0;
    for (size_t i = 0; i < n; i++) others |= x[i] != R(1.0);
    return others == 0;
}

static size_t count(size_t words, const uint32_t *bits)
{
    size_t sum = 0;
    for (size_t i = 0; i < words; i++) sum += (size_t)__builtin_popcount(bits[i]);
    return sum;
}

static void overlaps(size_t words, const uint64_t *row, size_t n, const uint64_t *rows, real *counts)
{
    for (size_t k = 0; k < n; k++, rows += words) {
        size_t sum = 0;
        for (size_t w = 0; w < words; w++) sum += (size_t)__builtin_popcountll(row[w] & rows[w]);
        counts[k] += (real)sum;
    }
}

static void adam(const struct adam_step *s, size_t n, real *restrict W, const real *restrict g,
                 real *restrict m, real *restrict v)
{
    for (size_t i = 0; i < n; i++) {
        real slope = g[i] + s->decay * W[i];
        m[i] = s->beta1 * m[i] + (1 - s->beta1) * slope;
        v[i] = s->beta2 * v[i] + (1 - s->beta2) * slope * slope;
        W[i] = s->shrink * W[i] - s->rate * m[i] / (sqrt(v[i] * s->scale) + s->eps);
    }
}

extern const struct kernels KERNELS;
const struct kernels KERNELS = {KERNELS_NAME, forward, backward, outer,    add_scaled, scale,
                                squares,      ones,    count,    overlaps, adam};

/* See optimizer.h. */
#include "trainer/optimizer.h"
#include <math.h>
#include <string.h>

status optimizer_create(struct optimizer_state *s, const struct optimizer *kind,
                        const struct optimizer_options *o, const struct net *net, struct layer_range trained,
                        struct mem *m, struct error *e)
{
    *s = (struct optimizer_state){.kind = kind, .options = *o, .layers = trained.last, .residual = NAN};
    for (size_t l = 1; l <= trained.last; l++) {
        s->size[l] = l < trained.first ? 0 : net_block_size(net, l);
        if (!(s->gradient[l] = mem_reals(m, s->size[l], e))) return ST_MEMORY;
        for (size_t k = 0; k < kind->buffers; k++)
            if (!(s->buffer[k][l] = mem_reals(m, s->size[l], e))) return ST_MEMORY;
        for (size_t k = 0; k < kind->scratch; k++)
            if (!(s->scratch[k][l] = mem_reals(m, s->size[l], e))) return ST_MEMORY;
    }
    return kind->create ? kind->create(s, net, m, e) : ST_OK;
}

/* Fewer slices than ALONE are not worth waking other threads for. */
enum { SLICE = 16384, ALONE = 4 };

size_t optimizer_slices(const struct optimizer_state *s, size_t l)
{
    return (s->size[l] + SLICE - 1) / SLICE;
}

struct spread {
    const struct optimizer_state *s;
    optimizer_work work;
    void *context;
};

static void run_slice(void *context, size_t slice, size_t thread)
{
    const struct spread *spread = context;
    size_t l = 1, before = 0, slices;
    (void)thread;
    while (slice - before >= (slices = optimizer_slices(spread->s, l))) {
        before += slices;
        l++;
    }
    size_t first = (slice - before) * SLICE, left = spread->s->size[l] - first;
    spread->work(spread->context, slice, l, first, left < SLICE ? left : SLICE);
}

void optimizer_spread(const struct optimizer_state *s, optimizer_work work, void *context)
{
    struct spread spread = {s, work, context};
    size_t slices = 0;
    for (size_t l = 1; l <= s->layers; l++) slices += optimizer_slices(s, l);
    pool_run(slices < ALONE ? NULL : s->pool, slices, run_slice, &spread);
}

status optimizer_create_projection(struct optimizer_state *s, void *context, struct mem *m, struct error *e)
{
    s->project_context = context;
    for (size_t l = 1; l <= s->layers; l++)
        if (!(s->before[l] = mem_reals(m, s->size[l], e))) return ST_MEMORY;
    return ST_OK;
}

void optimizer_restart(struct optimizer_state *s)
{
    s->steps = 0;
    s->residual = NAN;
    for (size_t l = 1; l <= s->layers; l++)
        for (size_t k = 0; k < s->kind->buffers; k++) memset(s->buffer[k][l], 0, s->size[l] * sizeof(real));
}

static void project_update(const struct optimizer_state *s, real *const *W)
{
    const struct kernels *k = kernels();
    for (size_t l = 1; l <= s->layers; l++) {
        if (s->size[l] == 0) continue; /* frozen */
        k->add_scaled(s->size[l], R(-1.0), s->before[l], W[l]);
        s->project(s->project_context, l, W[l]);
        k->add_scaled(s->size[l], R(1.0), s->before[l], W[l]);
    }
}

void optimizer_update(struct optimizer_state *s, real *const *W, double lr, const struct gradient_oracle *g)
{
    s->steps++;
    for (size_t l = 1; s->project && l <= s->layers; l++)
        memcpy(s->before[l], W[l], s->size[l] * sizeof(real));
    s->kind->update(s, W, lr, g);
    if (s->project) project_update(s, W);
}

status optimizer_checkpoint(struct optimizer_state *s, struct checkpoint *c, struct error *e)
{
    TRY(checkpoint_count(c, &s->steps, "number of updates", e));
    for (size_t l = 1; l <= s->layers; l++)
        for (size_t k = 0; k < s->kind->buffers; k++)
            TRY(checkpoint_block(c, s->buffer[k][l], s->size[l] * sizeof(real), e));
    return ST_OK;
}

/* The list of optimizers, and which options they read. */
#include "trainer/optimizers.h"
#include <string.h>

extern const struct optimizer optimizer_sgd, optimizer_adam, optimizer_adamw, optimizer_lion, optimizer_muon,
    optimizer_mars_adamw, optimizer_mars_lion, optimizer_mars_muon, optimizer_implicit_lbfgs,
    optimizer_implicit_newton;

const struct optimizer *const optimizers[] = {
    &optimizer_sgd,
    &optimizer_adam,
    &optimizer_adamw,
    &optimizer_lion,
    &optimizer_muon,
    &optimizer_mars_adamw,
    &optimizer_mars_lion,
    &optimizer_mars_muon,
    &optimizer_implicit_lbfgs,
    &optimizer_implicit_newton,
    NULL,
};

static bool reads(const struct optimizer *o, const char *key)
{
    for (size_t k = 0; o->reads[k]; k++)
        if (strcmp(o->reads[k], key) == 0) return true;
    return false;
}

/* "optimizer = adam or adamw": all that read the key. */
static void name_readers(const char *key, char *text, size_t size)
{
    size_t used = (size_t)snprintf(text, size, "optimizer");
    const char *separator = " =";
    for (size_t i = 0; optimizers[i] && used < size; i++) {
        if (!reads(optimizers[i], key)) continue;
        used += (size_t)snprintf(text + used, size - used, "%s %s", separator, optimizers[i]->name);
        separator = " or";
    }
}

status optimizer_refuse_idle(const struct optimizer *chosen, const struct option_table *t,
                             const void *options, struct error *e)
{
    for (size_t i = 0; optimizers[i]; i++)
        for (size_t k = 0; optimizers[i]->reads[k]; k++) {
            const char *key = optimizers[i]->reads[k];
            char readers[200];
            name_readers(key, readers, sizeof readers);
            const struct option_use use = {key, reads(chosen, key), readers};
            TRY(opt_refuse_idle(t, options, &use, 1, e));
        }
    return ST_OK;
}

/* See shared_object.h. */
#include "trainer/shared_object.h"
#include <dlfcn.h>

/* Opens the object and finds the list that it exports. */
static status find_list(const char *file, int mode, void **object, const struct solver *const **list,
                        struct error *e)
{
    *object = dlopen(file, mode | RTLD_LOCAL);
    if (!*object) return FAIL(e, ST_CONFIG, "%s is no plug-in: %s", file, dlerror());
    *list = dlsym(*object, "spikebench_plugin");
    if (!*list || !**list)
        return FAIL(e, ST_CONFIG, "%s is no plug-in: it exports no solver as spikebench_plugin", file);
    return ST_OK;
}

/* The ABI word is read first: behind it a solver of another version may look in any way. */
static status check_solver(const char *file, const struct solver *s, struct error *e)
{
    const unsigned version = s->abi / SOLVER_ABI_UNIT, bytes = s->abi % SOLVER_ABI_UNIT;
    if (version != SOLVER_API)
        return FAIL(
            e, ST_CONFIG,
            "%s: built for version %u of the contract of trainers, this program has version %d: compile "
            "it with the headers of this program",
            file, version, SOLVER_API);
    if (bytes != sizeof(float) && bytes != sizeof(double))
        return FAIL(e, ST_CONFIG, "%s: built for reals of %u bytes; there are 4 and 8", file, bytes);
    if (!s->name || !s->summary || !s->reference || !s->create || !s->start || !s->step)
        return FAIL(e, ST_CONFIG, "%s: solver '%s' lacks a summary, a reference, create, start or step", file,
                    s->name ? s->name : "");
    return ST_OK;
}

/* Functions that the object calls are not looked for yet: one of another version, which may call some that
 * are gone, is known by its version. */
static status check_list(const char *file, struct error *e)
{
    void *object = NULL;
    const struct solver *const *list = NULL;
    status st = find_list(file, RTLD_LAZY, &object, &list, e);
    for (size_t i = 0; st == ST_OK && list[i]; i++) st = check_solver(file, list[i], e);
    if (object) (void)dlclose(object);
    return st;
}

status solver_open_list(const char *file, const struct solver *const **list, struct error *e)
{
    void *object;
    TRY(check_list(file, e));
    return find_list(file, RTLD_NOW, &object, list, e);
}

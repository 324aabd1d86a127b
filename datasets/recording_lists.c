/* See recording_lists.h. */
#include "datasets/recording_lists.h"
#include <string.h>
#include <unistd.h>

/* Text beside recordings of another format is no recording (README.txt). */
static void drop_text(struct recording_set *s)
{
    for (int k = 0; k < N_SPLITS; k++) {
        struct sample_list *list = &s->side[k];
        size_t kept = 0;
        for (size_t i = 0; i < list->n; i++)
            if (!list->items[i].format->text) list->items[kept++] = list->items[i];
        s->info.usage.others += list->n - kept;
        list->n = kept;
    }
}

/* Refuses lists without training samples, or of one class alone. */
static status check_lists(struct recording_set *s, const struct recording_layout *l, const char *root,
                          struct error *e)
{
    const bool all = strcmp(l->format, "auto") == 0, tested = s->side[SPLIT_TEST].n > 0;
    if (s->side[SPLIT_TRAIN].n == 0)
        return FAIL(e, tested ? ST_DATA : ST_NO_DATA,
                    "%s: no %srecording was found (%zu other files); dataset.format is %s%s; with "
                    "dataset.labels = folder they are in folders named by their class",
                    root, tested ? "training " : "", s->info.usage.others, l->format,
                    all ? ": .bin, .dat, .aedat, .npy, .csv, .txt" : "");
    if (s->classes.n < 2)
        return FAIL(e, ST_DATA, "%s: all recordings are of one class, '%.60s'; see dataset.labels", root,
                    s->classes.v[0]);
    return ST_OK;
}

/* Refuses classes that no training recording is of. */
static status check_classes(const struct recording_set *s, struct error *e)
{
    struct mem scratch = {0};
    const size_t n = s->info.n_classes;
    bool *trained = mem_alloc(&scratch, n, sizeof *trained, e);
    status st = trained ? ST_OK : ST_MEMORY;
    for (size_t i = 0; st == ST_OK && i < s->side[SPLIT_TRAIN].n; i++)
        trained[s->side[SPLIT_TRAIN].items[i].label] = true;
    for (size_t k = 0; st == ST_OK && k < n; k++)
        if (!trained[k])
            st = FAIL(e, ST_DATA, "%s: class '%.60s' has no training recording", s->dataset,
                      s->class_names[k]);
    mem_free(&scratch);
    return st;
}

status recording_lists_fill(struct recording_set *s, struct recording_layout *l, const char *root,
                            struct error *e)
{
    char index[2 * FIND_PATH];
    const char *name = l->index[0] ? l->index : "index.csv";
    (void)snprintf(index, sizeof index, "%s%s%.511s", name[0] == '/' ? "" : root, name[0] == '/' ? "" : "/",
                   name);
    const bool indexed = l->index[0] || access(index, F_OK) == 0;
    if (l->group == GROUP_COLUMN && !indexed)
        return FAIL(e, ST_CONFIG, "option 'group' is column, which an index has: %s is not there", index);
    TRY(indexed ? recording_index_list(s, l, index, e) : recording_folders_list(s, l, root, e));
    if (l->text && l->others && !indexed) drop_text(s);
    for (int k = 0; k < N_SPLITS; k++) recording_set_sort(&s->side[k]);
    TRY(check_lists(s, l, root, e));
    TRY(recording_set_number_classes(s, e));
    return check_classes(s, e);
}

/* See recording_load.h. */
#include "datasets/recording_load.h"
#include "datasets/recording_split.h"
#include "support/find.h"
#include "support/text.h"
#include <stdlib.h>
#include <string.h>

/* The sensor that all recordings have, by the first of them; then what the samples are. */
static status learn_sensor(struct recording_set *s, const struct recording *r, struct error *e)
{
    static const struct event_view whole = {.crop = {4, {0}}, .downsample = 1};
    if (r->width == 0 || r->height == 0) return ST_OK; /* a file without an event */
    if (s->width > 0) {
        if (s->width == r->width && s->height == r->height) return ST_OK;
        return FAIL(
            e, ST_DATA,
            "%s: a sensor of %u x %u pixels, but %s has %u x %u; dataset.width and dataset.height say "
            "what all are read as",
            r->source, r->width, r->height, s->first, s->width, s->height);
    }
    s->width = r->width;
    s->height = r->height;
    s->first = r->source;
    TRY(event_frame_make(&s->frame, s->view ? s->view : &whole, s->width, s->height, e));
    s->info.channels = s->frame.channels;
    s->info.width = s->frame.columns;
    s->info.height = s->frame.rows;
    s->info.n_inputs = s->info.channels * s->info.width * s->info.height;
    return ST_OK;
}

/* What is to tell a wrong unit of time: how long recordings are, and how busy. */
static void note_times(struct recording_set *s, const struct sample_file *f)
{
    const struct event_list *v = &s->events;
    if (!f->format->has_unit || v->n < 2) return;
    const uint32_t span = v->events[v->n - 1].t - v->events[0].t;
    s->timed += (double)v->n;
    s->timed_us += (double)span + 1;
    if (s->longest_file && span <= s->longest) return;
    s->longest = span;
    s->longest_file = f->path;
}

/* Which sample it is, for messages: "mine/index.csv: line 3: mine/anna/1.csv, 0 to 1500000 us". */
static void name_sample(const struct recording_set *s, const struct sample_file *f, char *text, size_t size)
{
    text[0] = '\0';
    if (f->line > 0) (void)text_add(text, size, "%s: line %zu: ", s->index, f->line);
    (void)text_add(text, size, "%s", f->path);
    if (f->from != RECORDING_BEGIN) (void)text_add(text, size, ", from %lld us", (long long)f->from);
    if (f->to != RECORDING_END) (void)text_add(text, size, ", to %lld us", (long long)f->to);
}

/* A hash of bytes that tells files apart, eight at a time; a mixing step by multiplication as in FNV-1a. */
static uint64_t hash_bytes(const unsigned char *bytes, size_t size)
{
    uint64_t hash = TEXTS_HASH ^ size;
    for (size_t at = 0; at < size; at += sizeof hash) {
        uint64_t word = 0;
        memcpy(&word, bytes + at, size - at < sizeof word ? size - at : sizeof word);
        hash = (hash ^ word) * UINT64_C(1099511628211);
        hash ^= hash >> 29;
    }
    return hash;
}

/* The bytes of a sample's file; where it cannot be read, the line of the index that names it. */
static status load_file(struct recording_set *s, const struct sample_file *f, struct error *e)
{
    s->loaded = NULL;
    const status st = file_read(f->path, s->most, &s->file, e);
    if (st != ST_OK && f->line > 0) (void)err_prefix(e, "%s: line %zu", s->index, f->line);
    TRY(st);
    s->loaded = f->path;
    s->loaded_hash = hash_bytes(s->file.bytes, s->file.size);
    return ST_OK;
}

/* Refuses a recording without polarity beside those that have one, and the reverse: a column of another name.
 * What is refused says nothing of those that follow. `one` is what the recording that was read counts. */
static status learn_polarity(struct recording_set *s, const struct sample_file *f, const struct usage *one,
                             struct error *e)
{
    const char **first = one->flat > 0 ? &s->flat : &s->polar;
    if (s->events.n == 0 || (s->view && s->view->polarity == POLARITY_MERGE)) return ST_OK;
    if (!*first) *first = f->path;
    if (!s->flat || !s->polar) return ST_OK;
    const status st = FAIL(e, ST_DATA, "%s has no polarity (a column p), but %s has", s->flat, s->polar);
    *first = NULL;
    return st;
}

static status read_sample(struct recording_set *s, const struct sample_file *f, struct hash *hash,
                          struct usage *u, struct error *e)
{
    if (!s->loaded || strcmp(s->loaded, f->path) != 0) {
        TRY(load_file(s, f, e));
        if (hash) hash_add(hash, f->name, strlen(f->name) + 1);
        if (hash) hash_add(hash, s->file.bytes, s->file.size);
    }
    struct recording r = {.source = f->path,
                          .bytes = s->file.bytes,
                          .size = s->file.size,
                          .request = s->request,
                          .events = &s->events,
                          .usage = u};
    r.request.from = f->from;
    r.request.to = f->to;
    TRY(recording_read(&r, f->format, e));
    TRY(learn_sensor(s, &r, e));
    note_times(s, f);
    if (s->view && s->width > 0) event_frame_apply(&s->frame, s->view, &s->events, u);
    return ST_OK;
}

/* What the names of the files do not say of a sample: the hash has it, too. */
static void hash_sample(const struct recording_set *s, struct hash *hash, enum split side,
                        const struct sample_file *f)
{
    char window[100];
    const char *class = s->class_names ? s->class_names[f->label] : "";
    const char *group = f->group < s->groups.n ? s->groups.v[f->group] : "";
    if (!s->index && f->from == RECORDING_BEGIN && f->to == RECORDING_END) return;
    const int n = snprintf(window, sizeof window, "%s %lld %lld", split_names[side], (long long)f->from,
                           (long long)f->to);
    hash_add(hash, f->name, strlen(f->name) + 1);
    hash_add(hash, window, (size_t)n + 1);
    hash_add(hash, class, strlen(class) + 1);
    hash_add(hash, group, strlen(group) + 1);
}

/* Of the recording that was read. */
static status count_entries(struct recording_set *s, struct error *e)
{
    const size_t cells = s->info.T * s->info.n_inputs;
    if (!s->seen && !(s->seen = mem_alloc(&s->mem, cells / 32 + 1, sizeof *s->seen, e))) return ST_MEMORY;
    s->info.entries += event_coding_entries(s->coding, &s->info, &s->events, s->seen);
    return ST_OK;
}

/* Reads all recordings of a side and counts what they hold; those that are not to be used leave the list. */
static status scan_side(struct recording_set *s, enum split side, struct hash *hash, struct error *e)
{
    struct sample_list *list = &s->side[side];
    const enum bad_policy bad = s->request.bad;
    size_t kept = 0;
    for (size_t i = 0; i < list->n; i++) {
        struct usage one = {0};
        char name[2 * FIND_PATH];
        bool use;
        if (hash) hash_sample(s, hash, side, &list->items[i]);
        status st = read_sample(s, &list->items[i], hash, &one, e);
        if (st == ST_OK && s->width > 0) st = event_coding_keep(s->coding, &s->info, &s->events, &one, e);
        if (st == ST_OK) st = learn_polarity(s, &list->items[i], &one, e);
        name_sample(s, &list->items[i], name, sizeof name);
        TRY(usage_take(&s->info.usage, bad, &one, st, s->events.n, name, &use, e));
        if (!use) continue;
        TRY(count_entries(s, e));
        list->items[i].bytes = s->loaded_hash;
        list->items[kept++] = list->items[i];
    }
    list->n = kept;
    return ST_OK;
}

/* Refuses units of time that no camera could have worked in: more than 500 events a pixel and second over all
 * recordings (the bus of a DVS128 takes 60, that of a camera of a million pixels 1,000), or one of an hour.
 */
static status check_unit(const struct recording_set *s, struct error *e)
{
    const double busiest = 500, longest = 3600e6, pixels = (double)s->width * (double)s->height;
    const double busy = s->timed_us > 0 ? s->timed / pixels / (1e-6 * s->timed_us) : 0;
    if (busy <= busiest && s->longest <= longest) return ST_OK;
    return FAIL(
        e, ST_DATA,
        "%s: with dataset.time_unit = %s the longest recording takes %.3g ms, and all have %.3g events a "
        "pixel and second: is this the unit of their times (s, ms, us or ns)?",
        s->longest_file, time_unit_names[s->request.time_unit], 1e-3 * ((double)s->longest + 1), busy);
}

/* A sample of some side. */
struct placed {
    const struct sample_file *file;
    int side;
};

static int by_content(const void *a, const void *b)
{
    const struct placed *p = a, *q = b;
    if (p->file->bytes != q->file->bytes) return p->file->bytes < q->file->bytes ? -1 : 1;
    if (p->file->from != q->file->from) return p->file->from < q->file->from ? -1 : 1;
    if (p->file->to != q->file->to) return p->file->to < q->file->to ? -1 : 1;
    return p->side - q->side;
}

static status refuse_copy(const struct recording_set *s, const struct placed *a, const struct placed *b,
                          struct error *e)
{
    char name[2 * FIND_PATH], other[2 * FIND_PATH];
    const bool equal = a->file->from == b->file->from && a->file->to == b->file->to;
    name_sample(s, b->file, name, sizeof name);
    name_sample(s, a->file, other, sizeof other);
    return FAIL(e, ST_DATA, "%s %s %s: it is on the %s side and on the %s side; %s", name,
                equal ? "is the same recording as" : "overlaps with", other, split_names[b->side],
                split_names[a->side],
                s->index ? "remove one of these lines" : "remove one, or leave it out by an index");
}

/* Refuses recordings of which a copy, or a part that overlaps, is on another side: what is trained on would
 * be tested on. */
static status check_copies(const struct recording_set *s, struct error *e)
{
    struct mem scratch = {0};
    const struct placed *last[N_SPLITS] = {NULL}; /* of this file on each side, the part that ends last */
    size_t n = 0, all = 0;
    for (int k = 0; k < N_SPLITS; k++) all += s->side[k].n;
    if (s->side[SPLIT_TRAIN].n == all) return ST_OK;
    struct placed *placed = mem_alloc(&scratch, all, sizeof *placed, e);
    status st = placed ? ST_OK : ST_MEMORY;
    for (int k = 0; k < N_SPLITS && placed; k++)
        for (size_t i = 0; i < s->side[k].n; i++) placed[n++] = (struct placed){&s->side[k].items[i], k};
    if (n > 1) qsort(placed, n, sizeof *placed, by_content);
    for (size_t i = 0; i < n && st == ST_OK; i++) {
        const struct placed *b = &placed[i];
        for (int k = 0; k < N_SPLITS && st == ST_OK; k++) {
            if (last[k] && last[k]->file->bytes != b->file->bytes) last[k] = NULL;
            if (last[k] && k != b->side && b->file->from < last[k]->file->to)
                st = refuse_copy(s, last[k], b, e);
        }
        if (!last[b->side] || last[b->side]->file->to < b->file->to) last[b->side] = b;
    }
    mem_free(&scratch);
    return st;
}

static status scan(struct recording_set *s, struct hash *hash, struct error *e)
{
    static const char *const names[] = {"Train", "validation", "Test"};
    bool listed[N_SPLITS];
    for (int k = 0; k < N_SPLITS; k++) {
        listed[k] = s->side[k].n > 0;
        TRY(scan_side(s, (enum split)k, hash, e));
    }
    TRY(usage_check(&s->info.usage, s->dataset, e));
    for (int k = 0; k < N_SPLITS; k++)
        if (listed[k] && s->side[k].n == 0)
            return FAIL(e, ST_DATA, "%s: no recording of the %s side is left", s->dataset, names[k]);
    TRY(check_unit(s, e));
    return check_copies(s, e);
}

status recording_set_describe(struct recording_set *s, struct error *e)
{
    struct hash hash;
    struct dataset_info *info = &s->info;
    hash_start(&hash);
    TRY(event_coding_check(s->coding, e));
    info->T = (size_t)s->common->T;
    info->valued = event_coding_valued(s->coding);
    info->test_side = s->side[SPLIT_TEST].n > 0 ? TEST_PUBLISHED : TEST_DRAWN;
    TRY(scan(s, &hash, e));
    hash_finish(&hash, info->sha256);
    TRY(recording_split_sizes(s, e));
    const size_t samples = info->n[SPLIT_TRAIN] + info->n[SPLIT_VALIDATION] + info->n[SPLIT_TEST];
    size_t listed = 0;
    for (int k = 0; k < N_SPLITS; k++) listed += s->side[k].n;
    info->entries = (size_t)((double)info->entries / (double)listed * (double)samples);
    return ST_OK;
}

status recording_set_visit(struct recording_set *s, uint64_t seed, recording_visitor take, void *context,
                           struct error *e)
{
    const struct sample_file *const *chosen[N_SPLITS];
    struct usage unused = {0};
    s->info.T = (size_t)s->common->T;
    TRY(event_coding_check(s->coding, e));
    if (s->request.bad == BAD_SKIP) TRY(scan(s, NULL, e)); /* or all of them are used */
    TRY(recording_split_sizes(s, e));
    TRY(recording_split_choose(s, seed, chosen, e));
    s->loaded = NULL;
    for (int k = 0; k < N_SPLITS; k++)
        for (size_t i = 0; i < s->info.n[k]; i++) {
            s->events.n = 0;
            if (dataset_keeps(s->common, (enum split)k, s->info.n[k], i))
                TRY(read_sample(s, chosen[k][i], NULL, &unused, e));
            TRY(take(context, (enum split)k, i, chosen[k][i]->label, &s->events, e));
        }
    return ST_OK;
}

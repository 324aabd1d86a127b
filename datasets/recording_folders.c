/* Samples by folders: FOLDER/CLASS/FILE, with or without a training and a test side above; the class may be
 * in the file's name instead, or in a CSV beside it (see recording_layout.h). */
#include "datasets/recording_formats.h"
#include "datasets/recording_layout.h"
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEPTH_MOST = 6, SINGLE_MOST = 3, NAME_MOST = 1024 };

/* What a walk through the folders carries with it. */
struct walk {
    struct recording_set *s;
    struct recording_layout *l;
    struct sample_list *list; /* of the side; NULL: `lists` say which */
    struct texts lists[2];    /* names of training and test files */
    struct error *e;
};

/* A folder or file on the way. */
struct place {
    char path[2 * FIND_PATH], name[NAME_MOST]; /* name: within the dataset */
};

static status place_in(struct place *p, const struct place *folder, const char *name, struct error *e)
{
    const int n = snprintf(p->path, sizeof p->path, "%.1500s/%.255s", folder->path, name);
    const int m =
        snprintf(p->name, sizeof p->name, "%s%s%.255s", folder->name, folder->name[0] ? "/" : "", name);
    if (n >= 0 && m >= 0 && (size_t)n < sizeof p->path && (size_t)m < sizeof p->name) return ST_OK;
    return FAIL(e, ST_DATA, "%s: the path is too long", folder->path);
}

static bool is_folder(const char *path)
{
    struct stat s;
    return stat(path, &s) == 0 && S_ISDIR(s.st_mode);
}

/* The last part of a name without what is behind its last dot. */
static void stem_of(const char *name, char stem[NAME_MOST])
{
    const char *slash = strrchr(name, '/');
    (void)snprintf(stem, NAME_MOST, "%s", slash ? slash + 1 : name);
    char *dot = strrchr(stem, '.');
    if (dot && dot > stem) *dot = '\0';
}

/* What is not on two sides of a split: the file, its folder, or what stands before the first _ in the file's
 * name; in that of its folder where the file's name is the class. */
static status group_of(const struct walk *w, const char *name, size_t *group)
{
    char text[NAME_MOST];
    (void)snprintf(text, sizeof text, "%s", name);
    char *slash = strrchr(text, '/'), *base = text;
    if (w->l->group == GROUP_FOLDER || (w->l->group == GROUP_PREFIX && w->l->labels == LABEL_FILE))
        *(slash ? slash : text) = '\0';
    if (w->l->group == GROUP_PREFIX) {
        slash = strrchr(text, '/');
        base = slash ? slash + 1 : text;
        base[strcspn(base, "_")] = '\0';
    }
    return recording_layout_place(&w->s->groups, base, group, w->e);
}

/* The samples of a file by the CSV beside it. */
static status add_labelled(struct walk *w, const struct place *p, struct sample_file *f)
{
    char labels[2 * FIND_PATH + 20], stem[NAME_MOST];
    const char *slash = strrchr(p->path, '/'), *base = strrchr(p->name, '/');
    struct sample_list *list = w->list;
    stem_of(p->name, stem);
    (void)snprintf(labels, sizeof labels, "%.*s/%s_labels.csv", (int)(slash - p->path), p->path, stem);
    base = base ? base + 1 : p->name;
    if (!list && texts_find(&w->lists[0], base) < w->lists[0].n) list = &w->s->side[SPLIT_TRAIN];
    if (!list && texts_find(&w->lists[1], base) < w->lists[1].n) list = &w->s->side[SPLIT_TEST];
    if (!list || access(labels, F_OK) != 0) {
        w->s->info.usage.others++;
        return ST_OK;
    }
    return recording_labels_add(w->s, list, f, labels, w->e);
}

static status add_file(struct walk *w, const struct place *p, const char *class)
{
    char stem[NAME_MOST];
    size_t place = 0;
    const size_t n = strlen(p->name);
    struct sample_file f = {.path = p->path, .name = p->name, .from = RECORDING_BEGIN, .to = RECORDING_END};
    if (w->l->labels == LABEL_CSV && n > 11 && strcasecmp(p->name + n - 11, "_labels.csv") == 0) return ST_OK;
    if (w->l->labels == LABEL_FOLDER && !class) {
        w->s->info.usage.others++;
        return ST_OK;
    }
    if (!(f.format = recording_layout_format(w->s, w->l, p->name))) return ST_OK;
    TRY(group_of(w, p->name, &f.group));
    if (w->l->labels == LABEL_CSV) return add_labelled(w, p, &f);
    stem_of(p->name, stem);
    TRY(recording_layout_place(&w->s->classes, w->l->labels == LABEL_FILE ? stem : class, &place, w->e));
    f.label = (int)place;
    return recording_set_add(w->s, w->list, &f, w->e);
}

/* Everything in a folder and below; class: that of the folder, or NULL. */
static status walk_folder(struct walk *w, const struct place *folder, const char *class, int depth)
{
    struct find_list files;
    if (depth == DEPTH_MOST) return FAIL(w->e, ST_DATA, "%s: folders in folders, more than 6", folder->path);
    TRY(find_names(folder->path, &files, w->e));
    w->s->info.usage.others += files.hidden;
    status st = ST_OK;
    for (size_t i = 0; st == ST_OK && i < files.n; i++) {
        struct place p = {.name = ""};
        st = place_in(&p, folder, files.names[i], w->e);
        if (st != ST_OK) break;
        const char *own = class || w->l->labels != LABEL_FOLDER ? class : files.names[i];
        st = is_folder(p.path) ? walk_folder(w, &p, own, depth + 1) : add_file(w, &p, class);
    }
    find_free(&files);
    return st;
}

/* The side that a folder of this name holds, by its end; N_SPLITS: none. */
static enum split side_of(const char *name)
{
    static const struct {
        const char *end;
        enum split side;
    } ends[] = {{"train", SPLIT_TRAIN},  {"training", SPLIT_TRAIN},        {"test", SPLIT_TEST},
                {"testing", SPLIT_TEST}, {"validation", SPLIT_VALIDATION}, {"valid", SPLIT_VALIDATION}};
    const size_t n = strlen(name);
    for (size_t k = 0; k < sizeof ends / sizeof *ends; k++) {
        const size_t m = strlen(ends[k].end);
        if (n >= m && strcasecmp(name + n - m, ends[k].end) == 0) return ends[k].side;
    }
    return N_SPLITS;
}

/* What is in a folder. */
struct sides {
    struct place side[N_SPLITS]; /* the folders of the sides, or "" where there is none */
    char single[NAME_MOST];      /* the only folder, where there is nothing beside it, or "" */
    size_t folders, recordings;
};

static status find_sides(const struct place *root, struct sides *f, struct error *e)
{
    struct find_list files;
    *f = (struct sides){.single = ""};
    TRY(find_names(root->path, &files, e));
    status st = ST_OK;
    for (size_t i = 0; st == ST_OK && i < files.n; i++) {
        struct place p = {.name = ""};
        const enum split k = side_of(files.names[i]);
        st = place_in(&p, root, files.names[i], e);
        if (st == ST_OK && !is_folder(p.path)) f->recordings += recording_format_of(files.names[i]) != NULL;
        if (st != ST_OK || !is_folder(p.path)) continue;
        f->folders++;
        (void)snprintf(f->single, sizeof f->single, "%s", files.names[i]);
        if (k == N_SPLITS) continue;
        if (f->side[k].path[0])
            st = FAIL(e, ST_DATA, "there are two %s sides: %s and %s", split_names[k], f->side[k].path,
                      p.path);
        f->side[k] = p;
    }
    if (f->folders != 1 || f->recordings > 0) f->single[0] = '\0';
    find_free(&files);
    return st;
}

/* A list of file names, a line each; *there tells whether it is there. */
static status read_list(const struct place *root, const char *name, struct texts *names, bool *there,
                        struct error *e)
{
    char path[2 * FIND_PATH + 40], line[NAME_MOST];
    FILE *f = NULL;
    (void)snprintf(path, sizeof path, "%s/%s", root->path, name);
    *there = access(path, F_OK) == 0;
    if (!*there) return ST_OK;
    TRY(file_open(path, 1 << 20, &f, e));
    while (fgets(line, sizeof line, f)) {
        line[strcspn(line, "\r\n")] = '\0';
        if (line[0]) (void)texts_place(names, line);
    }
    const bool failed = ferror(f) != 0;
    (void)fclose(f);
    if (names->no_memory) return FAIL(e, ST_MEMORY, "%s: no memory for its names", path);
    return failed ? FAIL(e, ST_IO, "%s: cannot be read", path) : ST_OK;
}

/* All recordings below root: one side for all splits, unless two lists of files say otherwise. */
static status list_one_side(struct walk *w, const struct place *root)
{
    bool train = false, test = false;
    if (w->l->labels == LABEL_CSV) {
        TRY(read_list(root, "trials_to_train.txt", &w->lists[0], &train, w->e));
        TRY(read_list(root, "trials_to_test.txt", &w->lists[1], &test, w->e));
    }
    w->list = train && test ? NULL : &w->s->side[SPLIT_TRAIN];
    return walk_folder(w, root, NULL, 0);
}

static status list_from(struct walk *w, struct place *root)
{
    struct place inner = {.name = ""};
    struct sides here, below;
    TRY(find_sides(root, &here, w->e));
    for (int k = 0; k < SINGLE_MOST && here.single[0]; k++) {
        /* the folder that an archive brought, unless it is that of the only class */
        TRY(place_in(&inner, root, here.single, w->e));
        TRY(find_sides(&inner, &below, w->e));
        if (w->l->labels == LABEL_FOLDER && below.recordings > 0 && below.folders == 0) break;
        *root = inner;
        root->name[0] = '\0';
        here = below;
    }
    if (!here.side[SPLIT_TRAIN].path[0] || !here.side[SPLIT_TEST].path[0]) return list_one_side(w, root);
    for (int k = 0; k < N_SPLITS; k++) {
        w->list = &w->s->side[k];
        if (here.side[k].path[0]) TRY(walk_folder(w, &here.side[k], NULL, 0));
    }
    return ST_OK;
}

status recording_folders_list(struct recording_set *s, struct recording_layout *l, const char *root,
                              struct error *e)
{
    struct walk w = {.s = s, .l = l, .e = e};
    struct place top = {.name = ""};
    (void)snprintf(top.path, sizeof top.path, "%s", root);
    if (access(root, F_OK) != 0) return FAIL(e, ST_NO_DATA, "%s: no such folder", root);
    const status st = list_from(&w, &top);
    texts_free(&w.lists[0]);
    texts_free(&w.lists[1]);
    return st;
}

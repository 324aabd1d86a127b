/* spikebench dataset show: one sample, as a spike raster and, where the inputs are pictures, as a frame. */
#include "commands/commands.h"
#include "commands/dataset_request.h"
#include "commands/terminal.h"
#include "support/csvio.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The sample that is shown. */
struct sample {
    const struct dataset_info *info;
    const struct spikes *x;
    size_t index;
    char title[300];
    double *frame; /* [channels * height * width]: events summed over time; NULL if the inputs are none */
};

/* The first entry of the sample at step t (from 0), or the end of its last step for t = T. */
static size_t entry(const struct sample *s, size_t t)
{
    return s->x->start[s->index * s->x->T + t];
}

static const char *channel_name(const struct dataset_info *info, size_t channel)
{
    if (info->channels != 2) return "frame";
    return channel == 1 ? "ON" : "OFF";
}

static status prepare(struct sample *s, const struct call *call, const struct dataset_request *r,
                      const struct dataset *d, struct mem *m, struct error *e)
{
    const enum split split = (enum split)call_choice(call, "split");
    double events = 0;
    char what[40] = "no label";
    *s = (struct sample){.info = &d->info, .x = &d->x[split], .index = call_whole(call, "index")};
    TRY(dataset_request_index(s->index, r->source->name, split, d->info.n[split], e));
    if (d->info.width) {
        s->frame = mem_alloc(m, d->info.channels * d->info.height * d->info.width, sizeof *s->frame, e);
        if (!s->frame) return ST_MEMORY;
    }
    for (size_t k = entry(s, 0); k < entry(s, s->x->T); k++) {
        events += (double)s->x->value[k];
        if (s->frame) s->frame[s->x->index[k]] += (double)s->x->value[k];
    }
    if (d->labels[split]) (void)snprintf(what, sizeof what, "class %d", d->labels[split][s->index]);
    (void)snprintf(
        s->title, sizeof s->title, "%s, %s sample %zu (seed %" PRIu64 "): %s, %zu inputs, T = %zu, %g events",
        r->source->name, split_names[split], s->index, r->seed, what, d->info.n_inputs, d->info.T, events);
    return ST_OK;
}

static void put_row(struct csv_writer *w, const double *values, size_t n)
{
    for (size_t i = 0; i < n; i++) csv_put_number(w, values[i]);
    csv_end_row(w);
}

/* raster.csv: a row per entry, steps from 1. */
static status write_raster(const struct sample *s, const char *path, struct error *e)
{
    struct csv_writer w;
    TRY(csv_open(&w, path, e));
    csv_put(&w, "step"), csv_put(&w, "input"), csv_put(&w, "events");
    csv_end_row(&w);
    /* outside of the axes: gnuplot warns of files without any point */
    put_row(&w, (double[]){0, -1, 0}, 3);
    for (size_t t = 0; t < s->x->T; t++)
        for (size_t k = entry(s, t); k < entry(s, t + 1); k++)
            put_row(&w, (double[]){(double)t + 1, s->x->index[k], (double)s->x->value[k]}, 3);
    return csv_close(&w, e);
}

/* frame.csv: a row per pixel, a column per channel. */
static status write_frame(const struct sample *s, const char *path, struct error *e)
{
    struct csv_writer w;
    const struct dataset_info *info = s->info;
    size_t pixels = info->width * info->height;
    TRY(csv_open(&w, path, e));
    csv_put(&w, "x"), csv_put(&w, "y");
    for (size_t c = info->channels; c-- > 0;) csv_put(&w, channel_name(info, c));
    csv_end_row(&w);
    for (size_t i = 0; i < pixels; i++) {
        csv_put_number(&w, (double)(i % info->width));
        csv_put_number(&w, (double)(i / info->width));
        for (size_t c = info->channels; c-- > 0;) csv_put_number(&w, s->frame[c * pixels + i]);
        csv_end_row(&w);
    }
    return csv_close(&w, e);
}

/* The figure in a file, or if out is NULL on standard output. */
static status draw(const struct sample *s, struct drawing *d, const char *out, struct error *e)
{
    const struct dataset_info *info = s->info;
    char path[DRAWING_PATH + 20], number[5][24], columns[TERMINAL_FIELD];
    const struct drawing_field fields[] = {
        {"columns", columns},    {"title", s->title},  {"inputs", number[0]}, {"steps", number[1]},
        {"channels", number[2]}, {"width", number[3]}, {"height", number[4]}};
    const size_t numbers[5] = {info->n_inputs, info->T, s->frame ? info->channels : 0, info->width,
                               info->height};
    for (int i = 0; i < 5; i++) (void)snprintf(number[i], sizeof number[i], "%zu", numbers[i]);
    TRY(figure_begin(d, out, columns, e));
    drawing_file(d, "raster.csv", path, sizeof path);
    TRY(write_raster(s, path, e));
    drawing_file(d, "frame.csv", path, sizeof path);
    if (s->frame) TRY(write_frame(s, path, e));
    return figure_finish(d, "sample.gp", fields, sizeof fields / sizeof *fields, e);
}

static status show(struct call *call, const struct dataset_request *r, const struct dataset *d,
                   struct error *e)
{
    struct sample s;
    struct drawing drawing = {.out = NULL};
    char name[100];
    const char *out = call_text(call, "out");
    status st = prepare(&s, call, r, d, &call->mem, e);
    if (st == ST_OK && call_has(call, "ascii")) {
        (void)printf("%s\n", s.title);
        st = draw(&s, &drawing, NULL, e);
        drawing_end(&drawing);
    }
    if (st != ST_OK || (call_has(call, "ascii") && !out)) return st;
    (void)snprintf(name, sizeof name, "%.60s_%zu.svg", r->source->name, s.index);
    if (!out) out = name;
    st = draw(&s, &drawing, out, e);
    drawing_end(&drawing);
    if (st == ST_OK) (void)printf("%s\n", out);
    return st;
}

status command_dataset_show(struct call *call, struct error *e)
{
    struct dataset_request r;
    struct dataset d;
    TRY(dataset_request_read(&r, call, e));
    status st = r.source->open(r.options, r.seed, &d, e);
    if (st == ST_OK) st = show(call, &r, &d, e);
    dataset_free(&d);
    return st;
}

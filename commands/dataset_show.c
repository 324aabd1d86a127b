/* spikebench dataset show: one sample, as a spike raster and, where the inputs are pictures, as a frame. */
#include "commands/commands.h"
#include "support/csvio.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* The sample that is shown. */
struct sample {
    const struct dataset_info *info;
    const struct spikes *x;
    size_t index;
    char title[400];
    double *frame; /* [channels * height * width]: events summed over time; NULL if the inputs are none */
};

/* The first entry of the sample at step t (from 0), or the end of its last step for t = T. */
static size_t entry(const struct sample *s, size_t t)
{
    return s->x->start[s->index * s->x->T + t];
}

static status prepare(struct sample *s, struct call *call, const struct dataset_request *r,
                      const struct dataset *d, struct error *e)
{
    enum split split;
    double events = 0;
    char class[CLASS_TEXT], what[CLASS_TEXT + 10] = "no label";
    *s = (struct sample){.info = &d->info};
    TRY(sample_of(call, r->source->name, d->info.n, &split, &s->index, e));
    s->x = &d->x[split];
    if (d->info.width) {
        s->frame =
            mem_alloc(&call->mem, d->info.channels * d->info.height * d->info.width, sizeof *s->frame, e);
        if (!s->frame) return ST_MEMORY;
    }
    for (size_t k = entry(s, 0); k < entry(s, s->x->T); k++) {
        events += (double)spikes_value(s->x, k);
        if (s->frame) s->frame[s->x->index[k]] += (double)spikes_value(s->x, k);
    }
    if (d->labels[split]) {
        dataset_class(d, (size_t)d->labels[split][s->index], class);
        (void)snprintf(what, sizeof what, "class %s", class);
    }
    (void)snprintf(
        s->title, sizeof s->title, "%s, %s sample %zu (seed %" PRIu64 "): %s, %zu inputs, T = %zu, %g events",
        r->source->name, split_names[split], s->index, r->seed, what, d->info.n_inputs, d->info.T, events);
    return ST_OK;
}

/* raster.csv: a row per entry, steps from 1. */
static status write_raster(const struct sample *s, const struct drawing *d, struct error *e)
{
    struct csv_writer w;
    TRY(drawing_csv(d, "raster.csv", "step,input,events", &w, e));
    /* outside of the axes: gnuplot warns of files without any point */
    csv_numbers(&w, (double[]){0, -1, 0}, 3);
    for (size_t t = 0; t < s->x->T; t++)
        for (size_t k = entry(s, t); k < entry(s, t + 1); k++)
            csv_numbers(&w, (double[]){(double)t + 1, s->x->index[k], (double)spikes_value(s->x, k)}, 3);
    return csv_close(&w, e);
}

/* frame.csv: a row per pixel, a column per channel. */
static status write_frame(const struct sample *s, const struct drawing *d, struct error *e)
{
    struct csv_writer w;
    const struct dataset_info *info = s->info;
    size_t pixels = info->width * info->height;
    TRY(drawing_csv(d, "frame.csv", info->channels == 2 ? "x,y,ON,OFF" : "x,y,frame", &w, e));
    for (size_t i = 0; i < pixels; i++) {
        csv_put_number(&w, (double)(i % info->width));
        csv_put_number(&w, (double)(i / info->width));
        for (size_t c = info->channels; c-- > 0;) csv_put_number(&w, s->frame[c * pixels + i]);
        csv_end_row(&w);
    }
    return csv_close(&w, e);
}

static status write_files(const void *context, const struct drawing *d, struct error *e)
{
    const struct sample *s = context;
    TRY(write_raster(s, d, e));
    return s->frame ? write_frame(s, d, e) : ST_OK;
}

static status show(struct call *call, const struct dataset_request *r, const struct dataset *d,
                   struct error *e)
{
    struct sample s;
    const struct dataset_info *info = &d->info;
    TRY(prepare(&s, call, r, d, e));
    const struct drawing_field fields[] = {{"title", s.title, 0},
                                           {"inputs", NULL, (double)info->n_inputs},
                                           {"steps", NULL, (double)info->T},
                                           {"channels", NULL, s.frame ? (double)info->channels : 0},
                                           {"width", NULL, (double)info->width},
                                           {"height", NULL, (double)info->height}};
    const struct drawing_figure figure = {"sample.gp", fields, sizeof fields / sizeof *fields, write_files,
                                          &s};
    return draw_sample(call, s.title, r->source->name, &figure, NULL, e);
}

const struct command dataset_show_command = {
    .name = "show",
    .run = with_dataset,
    .own = &(dataset_command){show},
    .synopsis = "NAME [options]",
    .summary = "draw one sample",
    .text = "Draws a sample as a run with this seed sees it: a dot for every event over input and step, and "
            "for pictures the events summed over time, ON and OFF apart.",
    .parameters =
        (parameter_list){
            &dataset_argument, &index_option,
            &(parameter_row){"--split SPLIT", "which samples", &value_choice, "train",
                             .choices = split_names},
            &seed_option, &dataset_set_option,
            &(parameter_row){"--out PATH", "the figure (NAME_I.svg): PATH.svg or PATH.png",
                             .kind = &value_file},
            &(parameter_row){"--ascii", .help = "in the terminal instead, unless --out is given too"}, NULL},
    .failure = "the data is absent or malformed or the figure could not be drawn",
};

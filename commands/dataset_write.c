/* spikebench dataset write: an event dataset as files. */
#include "commands/commands.h"
#include "datasets/event_write.h"
#include "support/progress.h"
#include <string.h>

static void show_progress(void *progress, size_t done, size_t all, const char *path)
{
    progress_update(progress, (double)done / (double)all, done, all, path);
}

/* In the order of event_formats. */
static const char *const format_names[] = {"bin", "npy", "csv", NULL};

static status run(struct call *call, struct error *e)
{
    struct dataset_request r;
    struct progress progress;
    struct event_writer w = {.format = event_formats[call_choice(call, "format")],
                             .folder = call_text(call, "out"),
                             .wrote = show_progress,
                             .context = &progress};
    TRY(dataset_request_read(&r, call, e));
    if (!r.source->recordings)
        return FAIL(e, ST_USAGE, "dataset '%s' has no event recordings", r.source->name);
    progress_start(&progress, stderr);
    status st = event_write(&w, r.source, r.options, r.seed, e);
    progress_clear(&progress);
    TRY(st);
    (void)printf("%zu training and %zu test recordings in %s\n", w.number[0], w.number[1], w.folder);
    return ST_OK;
}

const struct command dataset_write_command = {
    .name = "write",
    .run = run,
    .synopsis = "NAME --out DIR [--format bin|npy|csv] [--set KEY=VALUE]... [--seed N]",
    .summary = "write event recordings as files",
    .text =
        "Writes the recordings of an event dataset to DIR/Train/LABEL/NUMBER.FORMAT (training and validation "
        "samples) and DIR/Test/LABEL/NUMBER.FORMAT, which the dataset events reads; LABEL is the name of the "
        "class, or its number where it has none. bin is the format of N-MNIST (5 bytes per event, at most "
        "8.4 s), npy a numpy array with the fields x, y, t (microseconds), p, csv text with these columns.",
    .parameters = (parameter_list){&dataset_argument,
                                   &(parameter_row){"--out DIR", "where to write; must be new or empty",
                                                    &value_folder, .needed = true},
                                   &(parameter_row){"-f, --format FORMAT", "of the files", &value_choice,
                                                    "bin", .choices = format_names},
                                   &dataset_set_option, &seed_option, NULL},
    .failure = "data is absent or a file could not be written",
};

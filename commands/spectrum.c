/* What a network of harmonic retrieval finds in one sample: drawn by `spikebench trace`. */
#include "commands/commands.h"
#include "support/paths.h"
#include "trainer/suit.h"
#include <math.h>
#include <string.h>

struct view {
    size_t cells;
    const real *truth, *estimate; /* 2 x cells: real parts, then imaginary parts */
};

static double modulus(const real *v, size_t cells, size_t c)
{
    return hypot((double)v[c], (double)v[cells + c]);
}

static status put_rows(const struct view *v, struct csv_writer *w, struct error *e)
{
    for (size_t c = 0; c < v->cells; c++) {
        csv_put_numbers(
            w, (const double[]){(double)c, modulus(v->truth, v->cells, c), modulus(v->estimate, v->cells, c)},
            3);
        csv_end_row(w);
    }
    return csv_close(w, e);
}

static const char head[] = "cell,truth,estimate";

static status write_files(const void *context, const struct drawing *d, struct error *e)
{
    struct csv_writer w;
    TRY(drawing_csv(d, "spectrum.csv", head, &w, e));
    return put_rows(context, &w, e);
}

static status write_csv(const void *context, const char *path, struct error *e)
{
    struct csv_writer w;
    TRY(csv_start(&w, head, e, "%s", path));
    return put_rows(context, &w, e);
}

status trace_spectrum(struct call *call, struct trained *t, struct error *e)
{
    enum split split;
    size_t index;
    char title[300];
    struct operations counts;
    const char *dataset = t->run->dataset->name;
    TRY(sample_of(call, dataset, t->data.info.n, &split, &index, e));
    struct batch b = dataset_batch(&t->data, split);
    b.samples = &index;
    b.n = 1;
    real *estimate = mem_reals(&t->mem, t->net.n[t->net.L], e);
    if (!estimate) return ST_MEMORY;
    TRY(trained_predict(t, &b, estimate, &counts, e));
    const struct view v = {t->net.n[t->net.L] / 2, b.targets + index * t->net.n[t->net.L], estimate};
    (void)snprintf(title, sizeof title, "%.120s (%s) on %s, %s sample %zu", call_text(call, "weights"),
                   t->run->solver->name, dataset, split_names[split], index);
    print_network(call, t, false);
    const struct drawing_field fields[] = {{"title", title}};
    const struct drawing_figure figure = {"spectrum.gp", fields, 1, write_files, &v};
    return draw_sample(call, title, path_base(call_text(call, "weights")), &figure, write_csv, e);
}

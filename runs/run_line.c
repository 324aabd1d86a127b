/* See run_line.h. */
#include "runs/run_line.h"
#include <math.h>
#include <string.h>

static void print_results(const struct csv_table *row, FILE *out)
{
    const bool regression = isnan(csv_value(row, 0, "acc_train"));
    const char *const columns[] = {regression ? "loss_train" : "acc_train",
                                   regression ? "loss_val" : "acc_val"};
    static const char *const words[] = {"train", "validation"};
    const double seconds = csv_value(row, 0, "train_s"), iterations = csv_value(row, 0, "iters");
    for (size_t k = 0; k < 2; k++) {
        const double value = csv_value(row, 0, columns[k]);
        if (isnan(value)) continue; /* no validation samples */
        if (regression)
            (void)fprintf(out, ", %s loss %.4g", words[k], value);
        else
            (void)fprintf(out, ", %s %.2f %%", words[k], 100 * value);
    }
    if (!isnan(seconds)) (void)fprintf(out, ", %.2f s", seconds); /* else it was stopped before it trained */
    const double rate = iterations / seconds;
    if (iterations > 1 && seconds > 0)
        (void)fprintf(out, rate < 100 ? ", %.3g iterations/s" : ", %.0f iterations/s", rate);
}

void run_line_print(const struct csv_table *row, const char *left, FILE *out)
{
    const char *word = csv_text(row, 0, "status");
    (void)fprintf(out, "%s", word);
    if (strcmp(word, "ok") == 0 || strcmp(word, "interrupted") == 0)
        print_results(row, out);
    else
        (void)fprintf(out, " (%s)", csv_text(row, 0, "error"));
    (void)fprintf(out, left[0] ? "; ETA %s\n" : "\n", left);
}

/* What the modules and the files are, for terminals and as pages. */
#ifndef SPIKEBENCH_COMMANDS_REFERENCE_H
#define SPIKEBENCH_COMMANDS_REFERENCE_H

#include "experiments/catalogue.h"
#include "support/command.h"
#include "support/page.h"

/* A key of a file, a column, a file or a variable. */
struct entry {
    const char *name, *meaning;
};
/* Columns of summary.csv that identify a configuration; ends with an entry without a name. */
extern const struct entry summary_parts[];

/* What `spikebench help` describes beside commands, solvers and datasets; ends without a name. */
struct topic {
    const char *name, *summary;
    void (*write)(struct page *p);
};
extern const struct topic topics[];

void reference_solver(struct page *p, const struct solver *s);
void reference_dataset(struct page *p, const struct dataset_source *d);
/* Everything: commands, topics, solvers and datasets. */
void reference_write(struct page *p, const struct call *call);

#endif

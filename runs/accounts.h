/* What the ranks of a run have sent to each other, and how long they waited for it. */
#ifndef SPIKEBENCH_RUNS_ACCOUNTS_H
#define SPIKEBENCH_RUNS_ACCOUNTS_H

#include "datasets/dataset.h"
#include "network/net.h"
#include "support/mem.h"
#include "support/ranks.h"
#include <stdint.h>

enum { HOST_TEXT = 64 };

/* Of one rank since this process began. */
struct rank_account {
    struct rank_traffic training; /* in set-up and steps */
    double train_s, cpu_s;        /* by the rank's own clock */
    double peak_bytes;
    double entries;   /* of the lists of the samples that it keeps */
    uint32_t weights; /* CRC-32 of the network at the last accounts_share */
    char host[HOST_TEXT];
};

struct accounts {
    struct ranks *ranks;          /* borrowed */
    struct rank_account *list;    /* [ranks], up to date since accounts_share */
    struct rank_traffic before;   /* when the clock was started */
    struct rank_traffic reported; /* of all ranks, training, by the last accounts_share */
};

/* Accounts of these ranks in the arena. ST_MEMORY. */
status accounts_create(struct accounts *a, struct ranks *ranks, struct mem *m, struct error *e);
/* What is sent between start and stop is training; the length of that time is added, too. */
void accounts_start(struct accounts *a);
void accounts_stop(struct accounts *a, double wall_s, double cpu_s);
/* Makes the accounts of all ranks known to all, with what each holds of network and data, and adds to *total
 * what they have sent in training since the last time. ST_INTERNAL, on all of them, if a rank holds another
 * network than rank 0. */
status accounts_share(struct accounts *a, const struct net *net, const struct dataset *d,
                      struct rank_traffic *total, struct error *e);
/* The accounts as a table at `path`, a row for each rank. ST_IO. */
status accounts_write(const struct accounts *a, const char *path, struct error *e);

#endif

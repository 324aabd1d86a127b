/* See accounts.h. */
#include "runs/accounts.h"
#include "support/csvio.h"
#include "support/parallel.h"
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>
#include <zlib.h>

/* A name that fits a CSV cell. */
static void name_host(char host[HOST_TEXT])
{
    if (gethostname(host, HOST_TEXT) != 0) (void)snprintf(host, HOST_TEXT, "unknown");
    host[HOST_TEXT - 1] = '\0';
    for (char *c = host; *c; c++)
        if (*c == ',' || *c == '"' || *c == '\n') *c = '_';
}

status accounts_create(struct accounts *a, struct ranks *ranks, struct mem *m, struct error *e)
{
    *a = (struct accounts){.ranks = ranks};
    if (!(a->list = mem_alloc(m, ranks_count(ranks), sizeof *a->list, e))) return ST_MEMORY;
    name_host(a->list[ranks_own(ranks)].host);
    return ST_OK;
}

void accounts_start(struct accounts *a)
{
    a->before = ranks_traffic(a->ranks);
}

/* Adds what has been sent since `before`. */
static void add_traffic(struct rank_traffic *sum, struct rank_traffic now, struct rank_traffic before)
{
    sum->messages += now.messages - before.messages;
    sum->bytes += now.bytes - before.bytes;
    sum->wait_s += now.wait_s - before.wait_s;
}

void accounts_stop(struct accounts *a, double wall_s, double cpu_s)
{
    struct rank_account *own = &a->list[ranks_own(a->ranks)];
    add_traffic(&own->training, ranks_traffic(a->ranks), a->before);
    own->train_s += wall_s;
    own->cpu_s += cpu_s;
}

static uint32_t checksum(const struct net *net)
{
    uLong crc = crc32(0, NULL, 0);
    for (size_t k = 1; k <= net->blocks; k++)
        crc = crc32_z(crc, (const unsigned char *)net->W[k], net_block_size(net, k) * sizeof(real));
    return (uint32_t)crc;
}

status accounts_share(struct accounts *a, const struct net *net, const struct dataset *d,
                      struct rank_traffic *total, struct error *e)
{
    const size_t n = ranks_count(a->ranks);
    struct rank_account *own = &a->list[ranks_own(a->ranks)];
    size_t first[PART_MAX + 1];
    struct rank_traffic all = {0};
    struct rusage usage;
    if (n == 1) return ST_OK;
    if (getrusage(RUSAGE_SELF, &usage) == 0) own->peak_bytes = (double)usage.ru_maxrss * 1024.0;
    own->weights = checksum(net);
    own->entries = 0;
    for (int k = 0; k < N_SPLITS; k++) own->entries += (double)d->x[k].start[d->info.n[k] * d->info.T];
    for (size_t k = 0; k <= n; k++) first[k] = k * sizeof *a->list;
    ranks_share(a->ranks, a->list, first);
    for (size_t k = 0; k < n; k++) {
        if (a->list[k].weights != a->list[0].weights)
            return FAIL(e, ST_INTERNAL, "rank %zu holds other weights than rank 0", k);
        add_traffic(&all, a->list[k].training, (struct rank_traffic){0});
    }
    add_traffic(total, all, a->reported);
    a->reported = all;
    return ST_OK;
}

status accounts_write(const struct accounts *a, const char *path, struct error *e)
{
    struct csv_writer w;
    TRY(csv_start(&w, "rank,host,messages,bytes_sent,wait_s,train_s,cpu_s,peak_bytes,entries", e, "%s",
                  path));
    for (size_t k = 0; k < ranks_count(a->ranks); k++) {
        const struct rank_account *one = &a->list[k];
        csv_put_number(&w, (double)k);
        csv_put(&w, one->host);
        csv_put_numbers(&w,
                        (const double[]){one->training.messages, one->training.bytes, one->training.wait_s,
                                         one->train_s, one->cpu_s, one->peak_bytes, one->entries},
                        7);
        csv_end_row(&w);
    }
    return csv_close(&w, e);
}

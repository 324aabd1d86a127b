/* The processes ("ranks") that share one run, and what they say to each other.
 *
 * Every rank goes through the same program in the same order and holds the same weights; what they share are
 * the samples (support/parallel.h). Messages go from one rank to another, in an order that is fixed: no sum
 * is left to a library, whose order may depend on the number of ranks. A rank that is lost takes the others
 * with it: no function here returns without its message. NULL is one rank, which says nothing. */
#ifndef SPIKEBENCH_SUPPORT_RANKS_H
#define SPIKEBENCH_SUPPORT_RANKS_H

#include "support/err.h"
#include <stddef.h>

enum { RANK_BLOCKS_MAX = 72 };

/* `count` pieces of memory whose beginnings are `stride` bytes apart, each of `bytes`; n blocks, one after
 * another, are a message. */
struct rank_block {
    void *at;
    size_t bytes, count, stride;
};
/* The block of one piece, `bytes` from `at` on; the memory is borrowed. */
struct rank_block rank_memory(void *at, size_t bytes);

/* How messages travel (mpi_link.h; tests bring their own). Both return when the blocks may be used again.
 * Messages of one rank to another arrive in their order; both sides know the number of bytes. */
struct rank_link {
    void *context;
    void (*send)(void *context, size_t to, const struct rank_block *blocks, size_t n);
    void (*receive)(void *context, size_t from, const struct rank_block *blocks, size_t n);
};

/* What a rank has sent, and how long it has waited: seconds inside of send and receive. */
struct rank_traffic {
    double messages, bytes, wait_s;
};

struct ranks {
    size_t n, own; /* how many, and which of them this process is: 0 .. n-1 */
    struct rank_link link;
    struct rank_traffic traffic;
};

size_t ranks_count(const struct ranks *r); /* 1 for NULL */
size_t ranks_own(const struct ranks *r);   /* 0 for NULL */
/* What has been sent and waited for so far; zeros for NULL. */
struct rank_traffic ranks_traffic(const struct ranks *r);

/* One message of n <= RANK_BLOCKS_MAX blocks. */
void ranks_send(struct ranks *r, size_t to, const struct rank_block *blocks, size_t n);
void ranks_receive(struct ranks *r, size_t from, const struct rank_block *blocks, size_t n);

/* What rank 0 has in the blocks goes to all, along a binary tree: n - 1 messages in all. */
void ranks_broadcast(struct ranks *r, const struct rank_block *blocks, size_t n);
/* The same from rank `root`. */
void ranks_broadcast_from(struct ranks *r, size_t root, const struct rank_block *blocks, size_t n);
/* Rank k has the bytes first[k] .. first[k+1]-1 of an array that all ranks have room for. gather: rank 0 gets
 * those of all, n - 1 messages; share: all do, twice as many. */
void ranks_gather(struct ranks *r, void *array, const size_t *first);
void ranks_share(struct ranks *r, void *array, const size_t *first);

/* Whether all ranks have got as far: ST_OK if `st` is that on all, else the first rank's that is not, with
 * its text ("rank 2: ..."), on all. */
status ranks_agree(struct ranks *r, status st, struct error *e);

#endif

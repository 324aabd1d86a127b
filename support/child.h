/* Work that may crash, hang or eat memory, as a library does with a hostile file: done in a forked copy of
 * this process under limits, which hands its results back through a socket. */
#ifndef SPIKEBENCH_SUPPORT_CHILD_H
#define SPIKEBENCH_SUPPORT_CHILD_H

#include "support/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct child {
    pid_t pid;
    int socket;
};

/* Forks; the copy runs serve(context, socket) and ends. It writes no core, prints nothing, may take `bytes`
 * more than this process has, and ends with this process. ST_IO. */
status child_start(struct child *c, void (*serve)(void *context, int socket), void *context, size_t bytes,
                   struct error *e);
/* In the copy: from now on it may compute for `seconds` more. */
void child_may_take(long seconds);

/* All of the bytes, or false: the other side is gone. */
bool child_send(int socket, const void *bytes, size_t size);
bool child_receive(int socket, void *bytes, size_t size);

/* Ends the copy. `how`, which may be NULL, gets how it ended if it did so by itself: "crashed (Segmentation
 * fault)", "took too long". */
void child_end(struct child *c, char *how, size_t size);

#endif

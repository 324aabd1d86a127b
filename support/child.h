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
    bool late; /* an answer did not come in time */
};

/* What a copy may take: bytes of address space beyond what this process has; and seconds that pass without a
 * byte of an answer, whether it computes or sleeps. heard: what it prints is seen, and a sanitizer's handlers
 * of crashes stay. */
struct child_limits {
    size_t bytes;
    long seconds;
    bool heard;
};

/* Forks; the copy runs serve(context, socket) and ends. It writes no core, prints nothing unless heard, is
 * held to the limits, and ends with this process. ST_IO. */
status child_start(struct child *c, void (*serve)(void *context, int socket), void *context,
                   struct child_limits limits, struct error *e);
/* In the copy: from now on it may compute for `seconds` more, or for as long as the user's own limit says
 * (ulimit -t) where that is less. */
void child_may_take(long seconds);

/* All of the bytes, or false: the other side is gone. */
bool child_send(int socket, const void *bytes, size_t size);
bool child_receive(int socket, void *bytes, size_t size);
/* Of the copy's answer, all of the bytes, or false: it is gone, or late. */
bool child_answer(struct child *c, void *bytes, size_t size);

/* Ends the copy. `how`, which may be NULL, gets how it ended if it did so by itself: "crashed (Segmentation
 * fault)", "took too long". */
void child_end(struct child *c, char *how, size_t size);

#endif

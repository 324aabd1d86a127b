/* support/child.h within a process that may be lost (hdf5_process.h): each copy is a thread, at most one at a
 * time. The linker puts these functions in the place of those (--wrap). */
#include "support/child.h"
#include "tests/fuzz/hdf5_process.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

status __wrap_child_start(struct child *c, void (*serve)(void *context, int socket), void *context,
                          struct child_limits limits, struct error *e);
void __wrap_child_may_take(long seconds);
void __wrap_child_end(struct child *c, char *how, size_t size);

enum { STACK = 1 << 20 }; /* the sanitizer clears what belongs to a stack, which takes time with 8 MB */

static struct {
    void (*serve)(void *context, int socket);
    void *context;
    int socket;
    pthread_t thread;
} reader;

static void *run(void *none)
{
    reader.serve(reader.context, reader.socket);
    (void)close(reader.socket);
    return none;
}

status __wrap_child_start(struct child *c, void (*serve)(void *context, int socket), void *context,
                          struct child_limits limits, struct error *e)
{
    int ends[2];
    pthread_attr_t attributes;
    (void)limits;
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) return FAIL(e, ST_IO, "socketpair");
    reader.serve = serve;
    reader.context = context;
    reader.socket = ends[1];
    *c = (struct child){.pid = getpid(), .socket = ends[0]};
    atomic_fetch_add(hdf5_process_readers, 1);
    (void)pthread_attr_init(&attributes);
    (void)pthread_attr_setstacksize(&attributes, STACK);
    if (pthread_create(&reader.thread, &attributes, run, NULL) != 0)
        _exit(0); /* no memory, which libhdf5 holds: another process goes on */
    (void)pthread_attr_destroy(&attributes);
    return ST_OK;
}

void __wrap_child_may_take(long seconds)
{
    (void)seconds;
}

void __wrap_child_end(struct child *c, char *how, size_t size)
{
    if (c->pid > 0) {
        (void)shutdown(c->socket, SHUT_RDWR);
        (void)close(c->socket);
        (void)pthread_join(reader.thread, NULL);
        atomic_fetch_sub(hdf5_process_readers, 1);
    }
    *c = (struct child){.pid = -1, .socket = -1};
    if (how) (void)snprintf(how, size, "ended");
}

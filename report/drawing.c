/* One figure by gnuplot (see drawing.h). */
#include "report/drawing.h"
#include "support/paths.h"
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ENDING = 4, ARGS_MOST = 6 };

status gnuplot_run(char *const *argv, struct error *e)
{
    (void)fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        execvp(argv[0], argv);
        (void)fprintf(stderr, "%s: %s\n", argv[0], strerror(errno));
        _exit(127);
    }
    int how = -1;
    if (pid < 0) return FAIL(e, ST_IO, "fork: %s", strerror(errno));
    while (waitpid(pid, &how, 0) != pid)
        if (errno != EINTR) return FAIL(e, ST_IO, "waiting for %s: %s", argv[0], strerror(errno));
    if (how == 0) return ST_OK;
    const char *script = argv[0];
    for (size_t i = 1; argv[i]; i++)
        if (strcmp(argv[i - 1], "-c") == 0) script = argv[i];
    return FAIL(e, ST_IO, "%s %s",
                WIFEXITED(how) && WEXITSTATUS(how) == 127 ? "gnuplot could not be started for"
                                                          : "gnuplot failed in",
                script);
}

/* NAME.svg -> NAME.tmp.svg, which is made now to see whether it can be. */
static status name_output(struct drawing *d, const char *out, struct error *e)
{
    size_t n = strlen(out);
    const char *ending = n > ENDING ? out + n - ENDING : "";
    if (strcmp(ending, ".svg") != 0 && strcmp(ending, ".png") != 0)
        return FAIL(e, ST_USAGE, "--out '%.200s': a name that ends in .svg or .png is needed", out);
    if (n + ENDING >= sizeof d->unfinished) return FAIL(e, ST_USAGE, "--out: the name is too long");
    (void)snprintf(d->unfinished, sizeof d->unfinished, "%.*s.tmp%s", (int)(n - ENDING), out, ending);
    FILE *f = fopen(d->unfinished, "wb");
    if (!f) {
        status st = FAIL(e, ST_IO, "%s: %s", out, strerror(errno));
        d->unfinished[0] = '\0';
        return st;
    }
    (void)fclose(f);
    d->out = out;
    return ST_OK;
}

status drawing_begin(struct drawing *d, const char *out, struct error *e)
{
    char home[DRAWING_PATH - 10], folder[DRAWING_PATH - 10];
    const char *parent = getenv("TMPDIR");
    memset(d, 0, sizeof *d);
    TRY(name_output(d, out, e));
    TRY(path_home(home, sizeof home, e));
    (void)snprintf(d->scripts, sizeof d->scripts, "%s/plots", home);
    int n = snprintf(folder, sizeof folder, "%s/spikebench-XXXXXX", parent && parent[0] ? parent : "/tmp");
    if (n < 0 || (size_t)n >= sizeof folder) return FAIL(e, ST_IO, "TMPDIR: the name is too long");
    if (!mkdtemp(folder)) return FAIL(e, ST_IO, "%s: %s", folder, strerror(errno));
    memcpy(d->folder, folder, (size_t)n + 1);
    return ST_OK;
}

void drawing_file(const struct drawing *d, const char *name, char *path, size_t size)
{
    (void)snprintf(path, size, "%s/%s", d->folder, name);
}

status drawing_finish(struct drawing *d, const char *script, const char *const *args, size_t n,
                      struct error *e)
{
    char path[DRAWING_PATH + 64];
    char *argv[ARGS_MOST + 7] = {"gnuplot", "-c", path, d->scripts, d->unfinished, d->folder};
    (void)snprintf(path, sizeof path, "%s/%s", d->scripts, script);
    if (n > ARGS_MOST) return FAIL(e, ST_INTERNAL, "%zu arguments: gnuplot -c passes nine in all", n);
    for (size_t i = 0; i < n; i++) argv[6 + i] = (char *)args[i];
    TRY(gnuplot_run(argv, e));
    if (rename(d->unfinished, d->out) != 0) return FAIL(e, ST_IO, "%s: %s", d->out, strerror(errno));
    d->unfinished[0] = '\0';
    return ST_OK;
}

void drawing_end(struct drawing *d)
{
    if (d->unfinished[0]) (void)remove(d->unfinished);
    if (d->folder[0]) path_remove(d->folder);
    d->folder[0] = '\0';
}

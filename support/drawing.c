/* Figures by gnuplot (see drawing.h). */
#include "support/drawing.h"
#include "support/file.h"
#include "support/paths.h"
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

enum { ENDING = 4, VARIABLES = 8, COLUMNS_LEAST = 40, COLUMNS_USUAL = 80, COLUMNS_MOST = 1000 };

extern char **environ;

/* In the child: only what gnuplot and fontconfig need to find their files; GNUTERM and its like are code. */
static void keep_environment(void)
{
    static const char *const names[] = {
        "PATH", "HOME", "TMPDIR", "XDG_CACHE_HOME", "FONTCONFIG_PATH", "FONTCONFIG_FILE"};
    static char *kept[VARIABLES + 1], locale[] = "LC_ALL=C.UTF-8";
    size_t n = 0;
    for (char **v = environ; *v; v++)
        for (size_t i = 0; i < sizeof names / sizeof *names && n < VARIABLES - 1; i++) {
            size_t length = strlen(names[i]);
            if (strncmp(*v, names[i], length) == 0 && (*v)[length] == '=') kept[n++] = *v;
        }
    kept[n++] = locale;
    kept[n] = NULL;
    environ = kept;
}

/* gnuplot in the private folder, without the user's settings (-d). */
static status run_gnuplot(const char *folder, const char *script, struct error *e)
{
    char path[100];
    (void)snprintf(path, sizeof path, "plots/%s", script);
    char *argv[] = {"gnuplot", "-d", path, NULL};
    (void)fflush(stdout);
    pid_t pid = fork();
    if (pid == 0) {
        keep_environment();
        if (chdir(folder) == 0) (void)execvp(argv[0], argv);
        _exit(127);
    }
    int how = -1;
    if (pid < 0) return FAIL(e, ST_IO, "fork: %s", strerror(errno));
    while (waitpid(pid, &how, 0) != pid)
        if (errno != EINTR) return FAIL(e, ST_IO, "waiting for gnuplot: %s", strerror(errno));
    if (how == 0) return ST_OK;
    bool absent = WIFEXITED(how) && WEXITSTATUS(how) == 127;
    return FAIL(e, ST_IO, "%s %s", absent ? "gnuplot could not be started for" : "gnuplot failed in", path);
}

status drawing_open(struct drawing *d, struct error *e)
{
    char home[DRAWING_PATH / 2], here[DRAWING_PATH / 2] = "", plots[DRAWING_PATH + 40],
                                                     link[DRAWING_PATH + 10];
    const char *parent = getenv("TMPDIR");
    memset(d, 0, sizeof *d);
    TRY(path_home(home, sizeof home, e));
    if (home[0] != '/' && !getcwd(here, sizeof here)) return FAIL(e, ST_IO, "getcwd: %s", strerror(errno));
    (void)snprintf(plots, sizeof plots, "%s/%s/plots", here, home);
    char folder[DRAWING_PATH];
    int n = snprintf(folder, sizeof folder, "%s/spikebench-XXXXXX", parent && parent[0] ? parent : "/tmp");
    status st = ST_OK;
    if (n < 0 || (size_t)n >= sizeof folder)
        st = FAIL(e, ST_IO, "TMPDIR: the name is too long");
    else if (!mkdtemp(folder))
        st = FAIL(e, ST_IO, "%s: %s", folder, strerror(errno));
    if (st == ST_OK) {
        memcpy(d->folder, folder, (size_t)n + 1);
        drawing_file(d, "plots", link, sizeof link);
        if (symlink(plots, link) != 0) st = FAIL(e, ST_IO, "%s: %s", link, strerror(errno));
    }
    return st;
}

void drawing_file(const struct drawing *d, const char *name, char *path, size_t size)
{
    (void)snprintf(path, size, "%s/%s", d->folder, name);
}

status drawing_csv(const struct drawing *d, const char *name, const char *head, struct csv_writer *w,
                   struct error *e)
{
    const status st = csv_start(w, head, e, "%s/%s", d->folder, name);
    w->out.derived = true;
    return st;
}

void drawing_text(struct csv_writer *w, const char *text)
{
    char clean[900];
    size_t used = 0;
    for (; *text && used + 4 < sizeof clean; text++) {
        const char *as = *text == ',' ? "\xe2\x80\x9a" : *text == '"' ? "\xe2\x80\x9d" : NULL;
        if (as)
            used += (size_t)snprintf(clean + used, sizeof clean - used, "%s", as);
        else
            clean[used++] = iscntrl((unsigned char)*text) ? ' ' : *text;
    }
    if (used == 0) clean[used++] = ' '; /* gnuplot takes an empty cell as missing */
    clean[used] = '\0';
    csv_put(w, clean);
}

static long terminal_columns(void)
{
    struct winsize size = {0};
    const char *text = getenv("COLUMNS");
    long columns = text ? strtol(text, NULL, 10) : 0;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) columns = size.ws_col;
    if (columns <= 0) columns = COLUMNS_USUAL;
    if (columns > COLUMNS_MOST) columns = COLUMNS_MOST;
    return columns < COLUMNS_LEAST ? COLUMNS_LEAST : columns;
}

status drawing_run(const struct drawing *d, const char *script, unsigned formats,
                   const struct drawing_field *fields, size_t n, struct error *e)
{
    char path[DRAWING_PATH + 20];
    struct csv_writer w;
    drawing_file(d, "figure.csv", path, sizeof path);
    TRY(csv_open(&w, path, e));
    w.out.derived = true;
    csv_put(&w, "formats");
    csv_put(&w, "columns");
    for (size_t i = 0; i < n; i++) csv_put(&w, fields[i].name);
    csv_end_row(&w);
    csv_put_number(&w, formats);
    csv_put_number(&w, (double)terminal_columns());
    for (size_t i = 0; i < n; i++)
        if (fields[i].text)
            drawing_text(&w, fields[i].text);
        else
            csv_put_number(&w, fields[i].number);
    csv_end_row(&w);
    TRY(csv_close(&w, e));
    return run_gnuplot(d->folder, script, e);
}

status drawing_take(const struct drawing *d, const char *part, const char *ending, const char *path,
                    bool *found, struct error *e)
{
    char name[60], from[DRAWING_PATH + 60];
    (void)snprintf(name, sizeof name, "figure%s.%s", part, ending);
    drawing_file(d, name, from, sizeof from);
    *found = access(from, F_OK) == 0;
    if (!*found) return ST_OK;
    status st = file_copy(from, path, true, e);
    (void)remove(from);
    return st;
}

void drawing_end(struct drawing *d)
{
    if (d->folder[0]) path_remove(d->folder);
    d->folder[0] = '\0';
}

/* The lines of figure.txt without the blanks at their ends. */
static status print_text(const struct drawing *d, struct error *e)
{
    char path[DRAWING_PATH + 20], line[4 * COLUMNS_MOST + 2];
    drawing_file(d, "figure.txt", path, sizeof path);
    FILE *f = NULL;
    TRY(file_open(path, UINT64_MAX, &f, e));
    while (fgets(line, sizeof line, f)) {
        size_t n = strlen(line);
        while (n > 0 && strchr(" \f\n", line[n - 1])) n--;
        (void)printf("%.*s\n", (int)n, line);
    }
    (void)fclose(f);
    return ST_OK;
}

/* Refuses a file that could not be written before anything is drawn. */
static status check_out(const char *out, struct error *e)
{
    size_t n = strlen(out);
    const char *ending = n > ENDING ? out + n - ENDING : "";
    struct file_writer w;
    if (strcmp(ending, ".svg") != 0 && strcmp(ending, ".png") != 0)
        return FAIL(e, ST_USAGE, "--out '%.200s': a name that ends in .svg or .png is needed", out);
    TRY(file_create(&w, out, e));
    file_abandon(&w);
    return ST_OK;
}

static status draw(const struct drawing *d, const struct drawing_figure *f, const char *out, struct error *e)
{
    const char *ending = out ? out + strlen(out) - ENDING + 1 : "txt";
    const unsigned formats = !out ? DRAWING_TEXT : strcmp(ending, "svg") == 0 ? DRAWING_SVG : DRAWING_PNG;
    bool found = false;
    TRY(f->write(f->context, d, e));
    TRY(drawing_run(d, f->script, formats, f->fields, f->n, e));
    if (!out) return print_text(d, e);
    TRY(drawing_take(d, "", ending, out, &found, e));
    return found ? ST_OK : FAIL(e, ST_IO, "%s: gnuplot drew nothing", out);
}

status drawing_figure(const struct drawing_figure *f, const char *out, struct error *e)
{
    struct drawing d;
    if (out) TRY(check_out(out, e));
    status st = drawing_open(&d, e);
    if (st == ST_OK) st = draw(&d, f, out, e);
    drawing_end(&d);
    return st;
}

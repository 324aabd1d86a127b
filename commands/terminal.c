/* Figures in a file or in the terminal (see terminal.h). */
#include "commands/terminal.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { COLUMNS_LEAST = 40, COLUMNS_USUAL = 80, COLUMNS_MOST = 1000 };

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

status figure_begin(struct drawing *d, const char *out, char columns[TERMINAL_FIELD], struct error *e)
{
    (void)snprintf(columns, TERMINAL_FIELD, "%ld", terminal_columns());
    return out ? drawing_begin(d, out, e) : drawing_open(d, e);
}

/* The lines of figure.txt without the blanks at their ends. */
static status print_text(const struct drawing *d, struct error *e)
{
    char path[DRAWING_PATH + 20], line[4 * COLUMNS_MOST + 2];
    drawing_file(d, "figure.txt", path, sizeof path);
    FILE *f = fopen(path, "r");
    if (!f) return FAIL(e, ST_IO, "%s: %s", path, strerror(errno));
    while (fgets(line, sizeof line, f)) {
        size_t n = strlen(line);
        while (n > 0 && strchr(" \f\n", line[n - 1])) n--;
        (void)printf("%.*s\n", (int)n, line);
    }
    (void)fclose(f);
    return ST_OK;
}

status figure_finish(struct drawing *d, const char *script, const struct drawing_field *fields, size_t n,
                     struct error *e)
{
    if (d->out) return drawing_finish(d, script, fields, n, e);
    TRY(drawing_run(d, script, DRAWING_TEXT, fields, n, e));
    return print_text(d, e);
}

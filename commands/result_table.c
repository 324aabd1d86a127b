/* spikebench table: one of the tables of the paper and of the results page. */
#include "commands/commands.h"
#include "report/result_tables.h"
#include "support/paths.h"

enum { FOLDER = 3900 };

status command_table(struct call *call, struct error *e)
{
    size_t n = call->n_arguments - 1;
    char(*folder)[FOLDER] = mem_alloc(&call->mem, n, sizeof *folder, e);
    const char **folders = mem_alloc(&call->mem, n, sizeof *folders, e);
    enum table_format format;
    if (!folder || !folders) return ST_MEMORY;
    TRY(table_format_of(call_text(call, "format"), &format, e));
    for (size_t i = 0; i < n; i++) {
        path_results(call_text(call, "results"), call->arguments[i + 1], folder[i], FOLDER);
        folders[i] = folder[i];
    }
    return result_table(call->arguments[0], folders, n, format, stdout, e);
}

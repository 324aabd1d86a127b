/* From the words of the command line to a command (see dispatch.h). */
#include "commands/dispatch.h"
#include "commands/plugin.h"
#include "commands/usage.h"
#include "support/opt.h"
#include <string.h>

enum { NAMES_MOST = 64 };

static status unknown_command(const struct call *call, const char *word, struct error *e)
{
    const char *names[NAMES_MOST];
    size_t n = 0;
    for (const struct command *c = call->command->subcommands; c->name && n < NAMES_MOST; c++)
        if (c->summary) names[n++] = c->name;
    const char *nearest = opt_nearest(word, names, n);
    return FAIL(e, ST_USAGE, "unknown %scommand '%.60s'%s%s%s see 'spikebench%s%s --help'",
                call->path[0] ? "sub" : "", word, nearest ? "; did you mean '" : "", nearest ? nearest : "",
                nearest ? "'?" : ";", call->path[0] ? " " : "", call->path);
}

/* Goes down to the command that the first words name; *used words are its name. */
static status find_command(struct call *call, int *used, struct error *e)
{
    call->command = call->program;
    for (*used = 0; call->command->subcommands && *used < call->argc; ++*used) {
        const char *word = call->argv[*used];
        if (word[0] == '-') break;
        const struct command *next = command_find(call->command, (const char *const[]){word}, 1);
        if (!next) return unknown_command(call, word, e);
        size_t length = strlen(call->path);
        (void)snprintf(call->path + length, sizeof call->path - length, "%s%s", length ? " " : "",
                       next->name);
        call->command = next;
    }
    return ST_OK;
}

static status perform(struct call *call, int argc, char **argv, struct error *e)
{
    int used;
    bool help = false;
    call->argc = argc - 1;
    call->argv = argv + 1;
    status st = find_command(call, &used, e);
    if (st == ST_OK) st = call_read(call, argc - used, argv + used, &help, e);
    TRY(st);
    const char *plugin = call_text(call, "plugin");
    if (!help && plugin) TRY(plugin_open(plugin, call->catalogue, &call->joined, &call->mem, e));
    if (!help && plugin) call->catalogue = &call->joined;
    if (!help && call->command->run) return call->command->run(call, e);
    command_usage(call->command, call->path, help ? stdout : stderr);
    return help ? ST_OK : ST_USAGE;
}

int command_main(const struct command *program, const struct catalogue *catalogue, int argc, char **argv)
{
    struct call call = {.program = program, .catalogue = catalogue};
    struct error e = {.code = ST_OK};
    status st = perform(&call, argc, argv, &e);
    if (st != ST_OK && e.text[0]) {
        (void)fflush(stdout);
        (void)fprintf(stderr, "spikebench%s%s: %s\n", call.path[0] ? " " : "", call.path, e.text);
    }
    mem_free(&call.mem);
    switch (st) {
    case ST_OK: return 0;
    case ST_USAGE:
    case ST_CONFIG: return 2;
    case ST_INTERRUPTED: return 130;
    default: return 1;
    }
}

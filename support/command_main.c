/* From the words of the command line to a command (see command_main.h). */
#include "support/command_main.h"
#include "support/command_usage.h"
#include "support/opt.h"
#include <string.h>

static status unknown_command(const struct call *call, const char *word, struct error *e)
{
    const char *names[OPT_NAMES_MAX];
    char hint[OPT_HINT];
    opt_hint(word, names, command_names(call->command->subcommands, names, OPT_NAMES_MAX), "", hint);
    return FAIL(e, ST_USAGE, "unknown %scommand '%.60s'%s see '%s%s%s --help'", call->path[0] ? "sub" : "",
                word, hint, call->program->name, call->path[0] ? " " : "", call->path);
}

/* Goes down to the command that the first words name; *used words are its name. */
static status find_command(struct call *call, int *used, struct error *e)
{
    call->command = call->program;
    for (*used = 0; call->command->subcommands && *used < call->argc; ++*used) {
        const char *word = call->argv[*used];
        if (word[0] == '-') break;
        const struct command *next = command_find(call->command, &word, 1);
        if (!next) return unknown_command(call, word, e);
        size_t length = strlen(call->path);
        (void)snprintf(call->path + length, sizeof call->path - length, "%s%s", length ? " " : "",
                       next->name);
        call->command = next;
    }
    return ST_OK;
}

static status perform(struct call *call, struct error *e)
{
    int used;
    bool help = false;
    TRY(find_command(call, &used, e));
    TRY(call_read(call, call->argc + 1 - used, call->argv - 1 + used, &help, e));
    if (help || !call->command->run) {
        command_usage(call, help ? stdout : stderr);
        return help ? ST_OK : ST_USAGE;
    }
    if (call->program->prepare) TRY(call->program->prepare(call, e));
    TRY(call_check(call, e));
    return call->command->run(call, e);
}

int command_main(const struct command *program, const void *context, int argc, char **argv)
{
    struct call call = {.program = program, .context = context, .argc = argc - 1, .argv = argv + 1};
    struct error e = {.code = ST_OK};
    status st = perform(&call, &e);
    if (st != ST_OK && e.text[0]) {
        (void)fflush(stdout);
        (void)fprintf(stderr, "%s%s%s: %s\n", program->name, call.path[0] ? " " : "", call.path, e.text);
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

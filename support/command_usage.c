/* What the table says of a command (see command_usage.h). */
#include "support/command_usage.h"
#include "support/text.h"
#include <string.h>

enum { HELP_SIZE = 400 };

static const char *const columns[] = {"", "meaning"};

static void put_row(struct page *p, const char *left, const char *right)
{
    page_row(p, (const char *const[]){left, right}, 2, 0);
}

/* "which samples (test): train, validation, test" */
static void write_parameter(struct page *page, const struct parameter *p)
{
    char text[HELP_SIZE];
    (void)snprintf(text, HELP_SIZE, p->usual ? "%s (%s)" : "%s", p->help, p->usual);
    for (size_t i = 0; p->choices && p->choices[i]; i++)
        (void)text_add(text, HELP_SIZE, "%s%s", i ? ", " : ": ", p->choices[i]);
    put_row(page, p->form, text);
}

static void write_exits(struct page *p, const struct command *c)
{
    char text[HELP_SIZE];
    (void)snprintf(text, sizeof text, "Exit codes: 0 all is well, %s%s%s2 usage or configuration error%s.",
                   c->failure ? "1 " : "", c->failure ? c->failure : "", c->failure ? ", " : "",
                   c->interrupts ? ", 130 interrupted" : "");
    page_text(p, text);
}

void usage_summaries(struct page *p, const struct command *const *list)
{
    size_t width = 0;
    for (size_t i = 0; list[i]; i++)
        if (list[i]->summary && strlen(list[i]->name) > width) width = strlen(list[i]->name);
    page_table(p, width, columns, 2);
    for (; *list; list++)
        if ((*list)->summary) put_row(p, (*list)->name, (*list)->summary);
}

void usage_write(struct page *p, const struct command *program, const struct command *c, const char *path)
{
    const char *gap = path[0] ? " " : "";
    size_t width = strlen(command_help_option.form);
    if (p->markdown)
        (void)fprintf(p->out, "\n```\n%s%s%s %s\n```\n", program->name, gap, path, c->synopsis);
    else
        (void)fprintf(p->out, "%*sUsage: %s%s%s %s\n", (int)p->indent, "", program->name, gap, path,
                      c->synopsis);
    p->begun = true;
    page_text(p, c->text);
    if (c->subcommands) usage_summaries(p, c->subcommands);
    for (const struct parameter *const *o = c->parameters; o && *o; o++)
        if (strlen((*o)->form) > width) width = strlen((*o)->form);
    page_table(p, width, columns, 2);
    for (const struct parameter *const *o = c->parameters; o && *o; o++) write_parameter(p, *o);
    write_parameter(p, &command_help_option);
    write_exits(p, c);
}

void command_usage(const struct call *call, FILE *out)
{
    struct page p = {.out = out};
    usage_write(&p, call->program, call->command, call->path);
}

/* Completion for bash, from the command table and the option tables. It needs bash alone. */
#include "commands/page.h"
#include "commands/reference.h"
#include "commands/usage.h"
#include "experiments/plan_settings.h"
#include <string.h>

enum { TABLES_MAX = 100 };

/* What is written: a command line with the tables, and where to. */
struct script {
    const struct call *call;
    FILE *out;
};

static const char head[] =
    "# Completion of spikebench for bash. Written by 'make docs' from the program's own tables\n"
    "# ('spikebench help --completion bash'); do not edit.\n";

/* The parts that do not depend on the tables. `cur` is the word to complete, `front` what of it stays. */
static const char offers[] =
    "# Replies with those words that begin with the word to complete.\n"
    "_spikebench_offer() {\n"
    "    local word\n"
    "    for word in \"$@\"; do\n"
    "        [[ $word == \"$cur\"* ]] && COMPREPLY+=(\"$front$word\")\n"
    "    done\n"
    "}\n"
    "\n"
    "# Names of files, or with -d of folders; further arguments as for compgen.\n"
    "_spikebench_files() {\n"
    "    local name names\n"
    "    mapfile -t names < <(compgen \"$@\" -- \"$cur\")\n"
    "    for name in \"${names[@]}\"; do COMPREPLY+=(\"$front$name\"); done\n"
    "    [[ $front ]] || compopt -o filenames 2>/dev/null\n"
    "}\n"
    "\n"
    "# The experiments that come with the program, files and folders.\n"
    "_spikebench_experiments() {\n"
    "    local name names\n"
    "    mapfile -t names < <(\"${words[0]}\" list experiments 2>/dev/null)\n"
    "    for name in \"${names[@]}\"; do _spikebench_offer \"${name%% *}\"; done\n"
    "    _spikebench_files -f -X '!*.yaml'\n"
    "    _spikebench_files -d\n"
    "}\n"
    "\n"
    "# Weight files and folders.\n"
    "_spikebench_weights() {\n"
    "    _spikebench_files -f -X '!*.net'\n"
    "    _spikebench_files -d\n"
    "}\n"
    "\n"
    "# Experiments with results in the results folder, and folders.\n"
    "_spikebench_results() {\n"
    "    local i file folder=results\n"
    "    for ((i = 1; i + 1 < ${#words[@]}; i++)); do\n"
    "        case ${words[i]} in\n"
    "        -r | --results) folder=${words[i + 1]} ;;\n"
    "        --results=*) folder=${words[i]#*=} ;;\n"
    "        esac\n"
    "    done\n"
    "    for file in \"$folder\"/*/runs.csv; do\n"
    "        file=${file%/runs.csv}\n"
    "        [[ -e $file/runs.csv ]] && _spikebench_offer \"${file##*/}\"\n"
    "    done\n"
    "    _spikebench_files -d\n"
    "}\n"
    "\n"
    "# KEY=VALUE: keys of the sections $@, or the values of a key; commas stand between values.\n"
    "_spikebench_setting() {\n"
    "    local key section\n"
    "    [[ $1 == of:* && $cur == dataset.* ]] && front+=dataset. && cur=${cur#dataset.}\n"
    "    key=${cur%%=*}\n"
    "    if [[ $cur != *=* ]]; then\n"
    "        for section in \"$@\"; do _spikebench_offer $(_spikebench_keys \"$section\"); done\n"
    "        compopt -o nospace 2>/dev/null\n"
    "        return\n"
    "    fi\n"
    "    front+=$key=\n"
    "    [[ $COMP_WORDBREAKS == *=* ]] && front=\n"
    "    cur=${cur#*=}\n"
    "    [[ $cur == *,* ]] && front+=${cur%,*}, && cur=${cur##*,}\n"
    "    if [[ ${key#dataset.} == path ]]; then\n"
    "        _spikebench_files -f\n"
    "        return\n"
    "    fi\n"
    "    [[ $1 == of:* ]] && key=$1:$key\n"
    "    [[ $2 == solver:* && $key == solver.* ]] && key=$2:${key#solver.}\n"
    "    _spikebench_offer $(_spikebench_values \"$key\")\n"
    "}\n"
    "\n";

static const char body[] =
    "_spikebench_complete() {\n"
    "    case $1 in\n"
    "    choice*) _spikebench_offer ${1#choice} ;;\n"
    "    file) _spikebench_files -f ;;\n"
    "    folder) _spikebench_files -d ;;\n"
    "    experiment) _spikebench_experiments ;;\n"
    "    results) _spikebench_results ;;\n"
    "    trainable*)\n"
    "        _spikebench_offer ${1#trainable}\n"
    "        _spikebench_experiments\n"
    "        ;;\n"
    "    weights) _spikebench_weights ;;\n"
    "    key)\n"
    "        if [[ $path == train && $(_spikebench_keys \"solver:$name\") ]]; then\n"
    "            _spikebench_setting shared \"solver:$name\"\n"
    "        else\n"
    "            _spikebench_setting all\n"
    "        fi\n"
    "        ;;\n"
    "    data-key) _spikebench_setting data ;;\n"
    "    dataset-key) _spikebench_setting \"of:$name\" ;;\n"
    "    esac\n"
    "}\n"
    "\n"
    "_spikebench() {\n"
    "    local words=() cur front= path= name= word glue= pending= count=0 i last\n"
    "    COMPREPLY=()\n"
    "    # Where bash splits words at '=', they are put together again. A word after '=' that is empty is a\n"
    "    # new one.\n"
    "    for ((i = 0; i <= COMP_CWORD; i++)); do\n"
    "        word=${COMP_WORDS[i]}\n"
    "        if [[ ${#words[@]} -gt 1 && ($word == = || ($glue && $word)) ]]; then\n"
    "            words[${#words[@]} - 1]+=$word\n"
    "        else\n"
    "            words+=(\"$word\")\n"
    "        fi\n"
    "        glue=\n"
    "        [[ $word == = ]] && glue=1\n"
    "    done\n"
    "    last=$((${#words[@]} - 1))\n"
    "    cur=${words[last]}\n"
    "    # The command, how many arguments it has so far, and an option that waits for its value.\n"
    "    for ((i = 1; i < last; i++)); do\n"
    "        word=${words[i]}\n"
    "        if [[ $pending ]]; then\n"
    "            pending=\n"
    "        elif [[ $word == -* ]]; then\n"
    "            [[ $(_spikebench_kind \"$path $word\") ]] && pending=$word\n"
    "        elif [[ $(_spikebench_subcommands \"$path\") ]]; then\n"
    "            path+=${path:+ }$word\n"
    "        else\n"
    "            count=$((count + 1))\n"
    "            [[ $count == 1 ]] && name=$word\n"
    "        fi\n"
    "    done\n"
    "    if [[ $pending ]]; then\n"
    "        _spikebench_complete \"$(_spikebench_kind \"$path $pending\")\"\n"
    "    elif [[ $cur == --*=* ]]; then\n"
    "        word=${cur%%=*}\n"
    "        cur=${cur#*=}\n"
    "        [[ $COMP_WORDBREAKS == *=* ]] || front=$word=\n"
    "        _spikebench_complete \"$(_spikebench_kind \"$path $word\")\"\n"
    "    elif [[ $cur == -* ]]; then\n"
    "        _spikebench_offer $(_spikebench_options \"$path\")\n"
    "    elif [[ $(_spikebench_subcommands \"$path\") ]]; then\n"
    "        _spikebench_offer $(_spikebench_subcommands \"$path\")\n"
    "    else\n"
    "        _spikebench_complete \"$(_spikebench_kind \"$path $((count + 1))\")\"\n"
    "    fi\n"
    "    return 0\n"
    "}\n"
    "complete -F _spikebench spikebench\n";

/* The tables of one section of an experiment: several for datasets and solvers. */
struct tables {
    const char *prefix;
    const struct option_table *t[TABLES_MAX];
    size_t n;
};

static void get_tables(const struct catalogue *c, enum section section, struct tables *tables)
{
    static const char *const prefixes[N_SECTIONS] = {"", "stop.", "dataset.", "network.", "solver."};
    const struct option_table *alone = section == SECTION_RUN       ? &run_option_table
                                       : section == SECTION_STOP    ? &stop_option_table
                                       : section == SECTION_NETWORK ? &net_option_table
                                                                    : NULL;
    *tables = (struct tables){.prefix = prefixes[section]};
    if (alone) tables->t[tables->n++] = alone;
    for (size_t i = 0; section == SECTION_DATASET && c->datasets[i] && tables->n < TABLES_MAX; i++)
        tables->t[tables->n++] = &c->datasets[i]->options;
    for (size_t i = 0; section == SECTION_SOLVER && c->solvers[i] && tables->n < TABLES_MAX; i++)
        tables->t[tables->n++] = &c->solvers[i]->options;
}

/* Whether one of the first n tables has the key. */
static bool seen(const struct tables *tables, size_t n, const char *key)
{
    for (size_t i = 0; i < n; i++)
        if (opt_find(tables->t[i], key)) return true;
    return false;
}

/* The keys of the sections from `first` to `last` under `name`. */
static void write_section_keys(const struct catalogue *c, const char *name, enum section first,
                               enum section last, FILE *out)
{
    struct tables tables;
    (void)fprintf(out, "    %s) echo '", name);
    for (int s = (int)first; s <= (int)last; s++) {
        get_tables(c, (enum section)s, &tables);
        for (size_t i = 0; i < tables.n; i++)
            for (size_t k = 0; k < tables.t[i]->n; k++)
                if (!seen(&tables, i, tables.t[i]->options[k].key))
                    (void)fprintf(out, "%s%s= ", tables.prefix, tables.t[i]->options[k].key);
    }
    (void)fputs("' ;;\n", out);
}

/* `what`NAME: the keys of one module, each after the prefix. */
static void write_module_keys(const char *what, const char *name, const char *prefix,
                              const struct option_table *t, FILE *out)
{
    (void)fprintf(out, "    %s:%s) echo '", what, name);
    for (size_t k = 0; k < t->n; k++) (void)fprintf(out, "%s%s= ", prefix, t->options[k].key);
    (void)fputs("' ;;\n", out);
}

/* Keys: "all" of a run, "shared" those of no solver, "data" of any dataset, "of:NAME" of one dataset,
 * "solver:NAME" of one solver. */
static void write_keys(const struct catalogue *c, FILE *out)
{
    (void)fputs("_spikebench_keys() {\n    case $1 in\n", out);
    write_section_keys(c, "all", SECTION_RUN, N_SECTIONS - 1, out);
    write_section_keys(c, "shared", SECTION_RUN, SECTION_SOLVER - 1, out);
    write_section_keys(c, "data", SECTION_DATASET, SECTION_DATASET, out);
    for (size_t i = 0; c->datasets[i]; i++)
        write_module_keys("of", c->datasets[i]->name, "", &c->datasets[i]->options, out);
    for (size_t i = 0; c->solvers[i]; i++)
        write_module_keys("solver", c->solvers[i]->name, "solver.", &c->solvers[i]->options, out);
    (void)fputs("    esac\n}\n\n", out);
}

static bool has_choice(const struct option *o, const char *name)
{
    for (size_t i = 0; o && o->choices && o->choices[i]; i++)
        if (strcmp(o->choices[i], name) == 0) return true;
    return false;
}

/* The choices of a key over all tables that have it, each once. */
static void write_choices(const struct tables *tables, const char *key, FILE *out)
{
    for (size_t i = 0; i < tables->n; i++) {
        const struct option *o = opt_find(tables->t[i], key);
        for (size_t c = 0; o && o->choices && o->choices[c]; c++) {
            bool before = false;
            for (size_t j = 0; j < i; j++)
                before = before || has_choice(opt_find(tables->t[j], key), o->choices[c]);
            if (!before) (void)fprintf(out, "%s ", o->choices[c]);
        }
    }
}

/* The values of an option, those of all tables that have it, under `prefix` and its key. */
static void write_values_of(const char *prefix, const struct option *o, const struct tables *tables,
                            FILE *out)
{
    if (o->type != OPT_CHOICE && o->type != OPT_BOOL) return;
    (void)fprintf(out, "    %s%s) echo '", prefix, o->key);
    if (o->type == OPT_BOOL) (void)fputs("true false ", out);
    write_choices(tables, o->key, out);
    (void)fputs("' ;;\n", out);
}

/* Those of one module. */
static void write_module_values(const char *what, const char *name, const struct option_table *t, FILE *out)
{
    const struct tables alone = {.t = {t}, .n = 1};
    char prefix[OPT_STRING_MAX];
    (void)snprintf(prefix, sizeof prefix, "%s:%s:", what, name);
    for (size_t k = 0; k < t->n; k++) write_values_of(prefix, &t->options[k], &alone, out);
}

/* Values: of a key of a run, "of:NAME:KEY" of one dataset, "solver:NAME:KEY" of one solver. */
static void write_values(const struct catalogue *c, FILE *out)
{
    struct tables tables;
    (void)fputs("_spikebench_values() {\n    case $1 in\n", out);
    for (int s = 0; s < N_SECTIONS; s++) {
        get_tables(c, (enum section)s, &tables);
        for (size_t i = 0; i < tables.n; i++)
            for (size_t k = 0; k < tables.t[i]->n; k++)
                if (!seen(&tables, i, tables.t[i]->options[k].key))
                    write_values_of(tables.prefix, &tables.t[i]->options[k], &tables, out);
    }
    for (size_t i = 0; c->datasets[i]; i++)
        write_module_values("of", c->datasets[i]->name, &c->datasets[i]->options, out);
    for (size_t i = 0; c->solvers[i]; i++)
        write_module_values("solver", c->solvers[i]->name, &c->solvers[i]->options, out);
    (void)fputs("    esac\n}\n\n", out);
}

static void write_solvers(const struct catalogue *c, FILE *out)
{
    for (size_t i = 0; c->solvers[i]; i++) (void)fprintf(out, " %s", c->solvers[i]->name);
}

static void write_datasets(const struct catalogue *c, FILE *out)
{
    for (size_t i = 0; c->datasets[i]; i++) (void)fprintf(out, " %s", c->datasets[i]->name);
}

static void write_commands(const struct command *table, FILE *out)
{
    for (const struct command *c = table; c->name; c++)
        if (c->summary) (void)fprintf(out, " %s", c->name);
}

/* The word, or words, that _spikebench_complete reads. */
static void write_kind(const struct call *call, enum value_kind kind, const char *const *choices, FILE *out)
{
    static const char *const words[] = {[VALUE_NONE] = "nothing",
                                        [VALUE_TEXT] = "nothing",
                                        [VALUE_WHOLE] = "nothing",
                                        [VALUE_FILE] = "file",
                                        [VALUE_FOLDER] = "folder",
                                        [VALUE_CHOICE] = "choice",
                                        [VALUE_DATASET] = "choice",
                                        [VALUE_EXPERIMENT] = "experiment",
                                        [VALUE_RESULTS] = "results",
                                        [VALUE_KEY] = "key",
                                        [VALUE_DATASET_KEY] = "dataset-key",
                                        [VALUE_MODULE] = "choice",
                                        [VALUE_DATA_KEY] = "data-key",
                                        [VALUE_TRAINABLE] = "trainable",
                                        [VALUE_WEIGHTS] = "weights",
                                        [VALUE_SOURCE] = "choice nmnist mnist fashion_mnist kmnist shd ssc"};
    (void)fprintf(out, "echo '%s", words[kind]);
    for (; choices && *choices; choices++) (void)fprintf(out, " %s", *choices);
    if (kind == VALUE_MODULE) {
        write_commands(call->program->subcommands, out);
        for (size_t i = 0; help_topics[i]; i++) (void)fprintf(out, " %s", help_topics[i]);
    }
    if (kind == VALUE_TRAINABLE || kind == VALUE_MODULE) write_solvers(call->catalogue, out);
    if (kind == VALUE_DATASET || kind == VALUE_MODULE) write_datasets(call->catalogue, out);
    (void)fputs("' ;;\n", out);
}

static void write_kinds(void *context, const struct command *c, const char *path)
{
    const struct script *script = context;
    FILE *out = script->out;
    int number = 1;
    for (const struct command_argument *a = c->arguments; a && a->name; a++) {
        (void)fprintf(out, "    '%s %d') ", path, number++);
        write_kind(script->call, a->kind, a->choices, out);
    }
    for (const struct command_option *const *list = c->options; list && *list; list++) {
        const struct command_option *o = *list;
        if (!o->value) continue;
        (void)fprintf(out, "    '%s --%s'", path, o->name);
        if (o->letter) (void)fprintf(out, " | '%s -%c'", path, o->letter);
        (void)fputs(") ", out);
        write_kind(script->call, o->kind, o->choices, out);
    }
}

static void write_options(void *context, const struct command *c, const char *path)
{
    FILE *out = ((const struct script *)context)->out;
    (void)fprintf(out, "    '%s') echo '", path);
    for (const struct command_option *const *o = c->options; o && *o; o++) {
        if ((*o)->letter) (void)fprintf(out, "-%c ", (*o)->letter);
        (void)fprintf(out, "--%s ", (*o)->name);
    }
    (void)fprintf(out, "-%c --%s", command_help_option.letter, command_help_option.name);
    (void)fputs("' ;;\n", out);
}

static void write_subcommands(const struct command *program, FILE *out)
{
    (void)fputs("# Words that may follow the command $1 to name a subcommand; '' is the program.\n"
                "_spikebench_subcommands() {\n    case $1 in\n    '') echo '",
                out);
    write_commands(program->subcommands, out);
    (void)fputs("' ;;\n", out);
    for (const struct command *c = program->subcommands; c->name; c++) {
        if (!c->subcommands) continue;
        (void)fprintf(out, "    '%s') echo '", c->name);
        write_commands(c->subcommands, out);
        (void)fputs("' ;;\n", out);
    }
    (void)fputs("    esac\n}\n\n", out);
}

void completion_write_bash(const struct call *call, FILE *out)
{
    struct script script = {call, out};
    (void)fputs(head, out);
    (void)fputc('\n', out);
    write_subcommands(call->program, out);
    (void)fputs("# Options of the command $1.\n_spikebench_options() {\n    case $1 in\n", out);
    write_options(&script, call->program, "");
    command_each(call->program, write_options, &script);
    (void)fputs(
        "    esac\n}\n\n# What completes argument or option value $1, 'COMMAND --option' or 'COMMAND "
        "NUMBER'; nothing is said of\n# options without a value.\n_spikebench_kind() {\n    case $1 in\n",
        out);
    command_each(call->program, write_kinds, &script);
    (void)fputs("    esac\n}\n\n", out);
    write_keys(call->catalogue, out);
    write_values(call->catalogue, out);
    (void)fputs(offers, out);
    (void)fputs(body, out);
}

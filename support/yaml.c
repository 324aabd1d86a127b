/* Experiment files over libyaml's document interface (see config.h). */
#include "support/yaml.h"
#include "support/file.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* libyaml's time and stack grow faster than the file: with the square of the anchors, and with the depth. */
enum { FILE_MAX = 1 << 20, KEYS_MAX = 1000, DEPTH_MAX = 32, NODES_MAX = 100000, NAMES_MAX = 1000 };

void yml_where(const struct yml *c, const yml_node *node, char *text, size_t size)
{
    (void)snprintf(text, size, "%s:%zu:%zu", c->file, node->start_mark.line + 1, node->start_mark.column + 1);
}

status yml_fail(const struct yml *c, const yml_node *node, struct error *e, const char *format, ...)
{
    char message[1000], where[300];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    yml_where(c, node, where, sizeof where);
    return FAIL(e, ST_CONFIG, "%s: %s", where, message);
}

const yml_node *yml_root(struct yml *c)
{
    return yaml_document_get_root_node(&c->document);
}

bool yml_is_map(const yml_node *node)
{
    return node->type == YAML_MAPPING_NODE;
}

bool yml_is_list(const yml_node *node)
{
    return node->type == YAML_SEQUENCE_NODE;
}

const char *yml_text(const yml_node *node)
{
    return node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value : NULL;
}

size_t yml_length(const yml_node *node)
{
    if (yml_is_map(node)) return (size_t)(node->data.mapping.pairs.top - node->data.mapping.pairs.start);
    if (yml_is_list(node)) return (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);
    return 0;
}

const yml_node *yml_item(struct yml *c, const yml_node *node, size_t i)
{
    int index =
        yml_is_map(node) ? node->data.mapping.pairs.start[i].value : node->data.sequence.items.start[i];
    return yaml_document_get_node(&c->document, index);
}

const yml_node *yml_key(struct yml *c, const yml_node *map, size_t i)
{
    return yaml_document_get_node(&c->document, map->data.mapping.pairs.start[i].key);
}

const yml_node *yml_get(struct yml *c, const yml_node *map, const char *key)
{
    for (size_t i = 0; i < yml_length(map); i++)
        if (strcmp(yml_text(yml_key(c, map, i)), key) == 0) return yml_item(c, map, i);
    return NULL;
}

status yml_need_text(struct yml *c, const yml_node *map, const char *key, const yml_node **node,
                     struct error *e)
{
    *node = yml_get(c, map, key);
    if (!*node) return yml_fail(c, map, e, "'%s' is missing", key);
    if (!yml_text(*node)) return yml_fail(c, *node, e, "'%s' must be a single text", key);
    return ST_OK;
}

/* Refuses keys that are no text and keys given twice. */
static status check_map(struct yml *c, const yml_node *map, struct error *e)
{
    size_t n = yml_length(map);
    if (n > KEYS_MAX) return yml_fail(c, map, e, "%zu keys; at most %d are allowed", n, KEYS_MAX);
    for (size_t i = 0; i < n; i++) {
        const yml_node *key = yml_key(c, map, i);
        const char *text = yml_text(key);
        if (!text) return yml_fail(c, key, e, "a key must be plain text");
        if (strcmp(text, "<<") == 0)
            return yml_fail(c, key, e,
                            "merge keys (<<) are not read: write the keys out (an alias *NAME may stand "
                            "for a whole value)");
        for (size_t k = 0; k < i; k++) {
            const yml_node *first = yml_key(c, map, k);
            if (strcmp(yml_text(first), text) == 0)
                return yml_fail(c, key, e, "key '%s' is given twice (first in line %zu)", text,
                                first->start_mark.line + 1);
        }
    }
    return ST_OK;
}

/* Whether a node is YAML's null, written out: ~ or null without quotes. */
static bool is_null(const yml_node *node)
{
    static const char *const words[] = {"~", "null", "Null", "NULL"};
    const char *text = yml_text(node);
    bool found = false;
    if (!text || node->data.scalar.style != YAML_PLAIN_SCALAR_STYLE) return false;
    for (size_t k = 0; k < sizeof words / sizeof *words; k++) found = found || strcmp(text, words[k]) == 0;
    return found;
}

/* Checks every node of the document; it is a flat array, so depth and aliases do not matter. */
static status check_nodes(struct yml *c, struct error *e)
{
    const yml_node *const first = c->document.nodes.start, *const end = c->document.nodes.top;
    for (const yml_node *node = first; node < end; node++) {
        if (node->type == YAML_SCALAR_NODE && strlen(yml_text(node)) != node->data.scalar.length)
            return yml_fail(c, node, e, "text with a zero byte");
        if (is_null(node))
            return yml_fail(
                c, node, e,
                "'%s' is YAML's null, which no option takes: leave the key out to have its default; a "
                "home folder is written ~/",
                yml_text(node));
    }
    for (const yml_node *node = first; node < end; node++) /* all texts are whole now */
        if (yml_is_map(node)) TRY(check_map(c, node, e));
    return ST_OK;
}

static status parser_fail(const struct yml *c, const yaml_parser_t *parser, struct error *e)
{
    const char *problem = parser->problem ? parser->problem : "not YAML";
    if (parser->error == YAML_MEMORY_ERROR) return FAIL(e, ST_MEMORY, "%s: no memory to read it", c->file);
    if (parser->error == YAML_READER_ERROR)
        return FAIL(e, ST_CONFIG, "%s: byte %zu: %s", c->file, parser->problem_offset, problem);
    return FAIL(e, ST_CONFIG, "%s:%zu:%zu: %s%s%s", c->file, parser->problem_mark.line + 1,
                parser->problem_mark.column + 1, problem, parser->context ? " " : "",
                parser->context ? parser->context : "");
}

/* What was met so far, of what the limits count. */
struct met {
    size_t depth, nodes, names; /* names: anchors and aliases */
};

/* Takes one event of the parser into account; ST_CONFIG beyond a limit. */
static status count_event(const struct yml *c, const yaml_event_t *event, struct met *m, struct error *e)
{
    const yaml_char_t *anchor = NULL;
    const yaml_event_type_t type = event->type;
    if (type == YAML_SCALAR_EVENT) anchor = event->data.scalar.anchor;
    if (type == YAML_SEQUENCE_START_EVENT) anchor = event->data.sequence_start.anchor;
    if (type == YAML_MAPPING_START_EVENT) anchor = event->data.mapping_start.anchor;
    const bool starts = type == YAML_SEQUENCE_START_EVENT || type == YAML_MAPPING_START_EVENT;
    m->nodes += starts || type == YAML_SCALAR_EVENT;
    m->names += anchor || type == YAML_ALIAS_EVENT;
    m->depth += starts;
    m->depth -= type == YAML_SEQUENCE_END_EVENT || type == YAML_MAPPING_END_EVENT;
    const size_t line = event->start_mark.line + 1, column = event->start_mark.column + 1;
    if (m->depth > DEPTH_MAX)
        return FAIL(e, ST_CONFIG, "%s:%zu:%zu: lists and mappings inside each other, more than %d deep",
                    c->file, line, column, DEPTH_MAX);
    if (m->nodes > NODES_MAX)
        return FAIL(e, ST_CONFIG, "%s:%zu:%zu: more than %d texts, lists and mappings", c->file, line, column,
                    NODES_MAX);
    if (m->names > NAMES_MAX)
        return FAIL(e, ST_CONFIG, "%s:%zu:%zu: more than %d anchors (&NAME) and aliases (*NAME)", c->file,
                    line, column, NAMES_MAX);
    return ST_OK;
}

/* Refuses what would keep libyaml's loader busy: a pass over the events, which takes time in proportion to
 * what is read of the file, and stops at the limit. */
static status check_limits(const struct yml *c, const char *text, size_t size, struct error *e)
{
    yaml_parser_t parser;
    struct met met = {0};
    status st = ST_OK;
    bool ended = false;
    if (!yaml_parser_initialize(&parser)) return FAIL(e, ST_MEMORY, "%s: no memory to read it", c->file);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, size);
    while (st == ST_OK && !ended) {
        yaml_event_t event;
        if (!yaml_parser_parse(&parser, &event)) {
            st = parser_fail(c, &parser, e);
            break;
        }
        ended = event.type == YAML_STREAM_END_EVENT;
        st = count_event(c, &event, &met, e);
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&parser);
    return st;
}

static status parse(struct yml *c, yaml_parser_t *parser, struct error *e)
{
    yaml_document_t second;
    if (!yaml_parser_load(parser, &c->document)) return parser_fail(c, parser, e);
    c->loaded = true;
    if (!yml_root(c)) return FAIL(e, ST_CONFIG, "%s:1:1: the file is empty", c->file);
    if (!yaml_parser_load(parser, &second)) return parser_fail(c, parser, e);
    const yml_node *root = yaml_document_get_root_node(&second);
    status s = root ? yml_fail(c, root, e, "a second document; one experiment per file") : ST_OK;
    yaml_document_delete(&second);
    return s == ST_OK ? check_nodes(c, e) : s;
}

/* The bytes of the file, to be freed by the caller. */
static status read_bytes(const char *file, char **bytes, size_t *size, struct error *e)
{
    status s = ST_OK;
    FILE *f = NULL;
    TRY(file_open(file, UINT64_MAX, &f, e));
    *bytes = malloc(FILE_MAX + 1);
    if (!*bytes) {
        s = FAIL(e, ST_MEMORY, "%s: no memory to read it", file);
    } else {
        *size = fread(*bytes, 1, FILE_MAX + 1, f);
        if (ferror(f))
            s = FAIL(e, ST_IO, "%s: cannot be read: %s", file, strerror(errno));
        else if (*size > FILE_MAX)
            s = FAIL(e, ST_CONFIG, "%s: larger than %d bytes", file, FILE_MAX);
    }
    (void)fclose(f);
    return s;
}

status yml_read_text(struct yml *c, const char *name, const char *text, size_t size, struct error *e)
{
    yaml_parser_t parser;
    *c = (struct yml){.file = name};
    TRY(check_limits(c, text, size, e));
    if (!yaml_parser_initialize(&parser)) return FAIL(e, ST_MEMORY, "%s: no memory to read it", name);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, size);
    status s = parse(c, &parser, e);
    yaml_parser_delete(&parser);
    return s;
}

status yml_read(struct yml *c, const char *file, struct error *e)
{
    char *bytes = NULL;
    size_t size = 0;
    *c = (struct yml){.file = file};
    status s = read_bytes(file, &bytes, &size, e);
    if (s == ST_OK) s = yml_read_text(c, file, bytes, size, e);
    free(bytes);
    return s;
}

void yml_free(struct yml *c)
{
    if (c->loaded) yaml_document_delete(&c->document);
    c->loaded = false;
}

/* Experiment files over libyaml's document interface (see config.h). */
#include "experiments/config.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { FILE_MAX = 1 << 20, KEYS_MAX = 1000 };

void config_where(const struct config *c, const config_node *node, char *text, size_t size)
{
    (void)snprintf(text, size, "%s:%zu:%zu", c->file, node->start_mark.line + 1, node->start_mark.column + 1);
}

status config_fail(const struct config *c, const config_node *node, struct error *e, const char *format, ...)
{
    char message[1000], where[300];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(message, sizeof message, format, arguments);
    va_end(arguments);
    config_where(c, node, where, sizeof where);
    return FAIL(e, ST_CONFIG, "%s: %s", where, message);
}

const config_node *config_root(struct config *c)
{
    return yaml_document_get_root_node(&c->document);
}

bool config_is_map(const config_node *node)
{
    return node->type == YAML_MAPPING_NODE;
}

bool config_is_list(const config_node *node)
{
    return node->type == YAML_SEQUENCE_NODE;
}

const char *config_text(const config_node *node)
{
    return node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value : NULL;
}

size_t config_length(const config_node *node)
{
    if (config_is_map(node)) return (size_t)(node->data.mapping.pairs.top - node->data.mapping.pairs.start);
    if (config_is_list(node))
        return (size_t)(node->data.sequence.items.top - node->data.sequence.items.start);
    return 0;
}

const config_node *config_item(struct config *c, const config_node *node, size_t i)
{
    int index =
        config_is_map(node) ? node->data.mapping.pairs.start[i].value : node->data.sequence.items.start[i];
    return yaml_document_get_node(&c->document, index);
}

const config_node *config_key(struct config *c, const config_node *map, size_t i)
{
    return yaml_document_get_node(&c->document, map->data.mapping.pairs.start[i].key);
}

const config_node *config_get(struct config *c, const config_node *map, const char *key)
{
    for (size_t i = 0; i < config_length(map); i++)
        if (strcmp(config_text(config_key(c, map, i)), key) == 0) return config_item(c, map, i);
    return NULL;
}

/* Refuses keys that are no text and keys given twice. */
static status check_map(struct config *c, const config_node *map, struct error *e)
{
    size_t n = config_length(map);
    if (n > KEYS_MAX) return config_fail(c, map, e, "%zu keys; at most %d are allowed", n, KEYS_MAX);
    for (size_t i = 0; i < n; i++) {
        const config_node *key = config_key(c, map, i);
        const char *text = config_text(key);
        if (!text) return config_fail(c, key, e, "a key must be plain text");
        for (size_t k = 0; k < i; k++) {
            const config_node *first = config_key(c, map, k);
            if (strcmp(config_text(first), text) == 0)
                return config_fail(c, key, e, "key '%s' is given twice (first in line %zu)", text,
                                   first->start_mark.line + 1);
        }
    }
    return ST_OK;
}

/* Checks every node of the document; it is a flat array, so depth and aliases do not matter. */
static status check_nodes(struct config *c, struct error *e)
{
    for (const config_node *node = c->document.nodes.start; node < c->document.nodes.top; node++)
        if (node->type == YAML_SCALAR_NODE && strlen(config_text(node)) != node->data.scalar.length)
            return config_fail(c, node, e, "text with a zero byte");
    for (const config_node *node = c->document.nodes.start; node < c->document.nodes.top; node++)
        if (config_is_map(node)) TRY(check_map(c, node, e));
    return ST_OK;
}

static status parser_fail(const struct config *c, const yaml_parser_t *parser, struct error *e)
{
    const char *problem = parser->problem ? parser->problem : "not YAML";
    if (parser->error == YAML_MEMORY_ERROR) return FAIL(e, ST_MEMORY, "%s: no memory to read it", c->file);
    if (parser->error == YAML_READER_ERROR)
        return FAIL(e, ST_CONFIG, "%s: byte %zu: %s", c->file, parser->problem_offset, problem);
    return FAIL(e, ST_CONFIG, "%s:%zu:%zu: %s%s%s", c->file, parser->problem_mark.line + 1,
                parser->problem_mark.column + 1, problem, parser->context ? " " : "",
                parser->context ? parser->context : "");
}

static status parse(struct config *c, yaml_parser_t *parser, struct error *e)
{
    yaml_document_t second;
    if (!yaml_parser_load(parser, &c->document)) return parser_fail(c, parser, e);
    c->loaded = true;
    if (!config_root(c)) return FAIL(e, ST_CONFIG, "%s:1:1: the file is empty", c->file);
    if (!yaml_parser_load(parser, &second)) return parser_fail(c, parser, e);
    const config_node *root = yaml_document_get_root_node(&second);
    status s = root ? config_fail(c, root, e, "a second document; one experiment per file") : ST_OK;
    yaml_document_delete(&second);
    return s == ST_OK ? check_nodes(c, e) : s;
}

/* The bytes of the file, to be freed by the caller. */
static status read_bytes(const char *file, char **bytes, size_t *size, struct error *e)
{
    status s = ST_OK;
    FILE *f = fopen(file, "rb");
    if (!f) return FAIL(e, ST_IO, "%s: cannot be opened: %s", file, strerror(errno));
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

status config_read_text(struct config *c, const char *name, const char *text, size_t size, struct error *e)
{
    yaml_parser_t parser;
    *c = (struct config){.file = name};
    if (!yaml_parser_initialize(&parser)) return FAIL(e, ST_MEMORY, "%s: no memory to read it", name);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, size);
    status s = parse(c, &parser, e);
    yaml_parser_delete(&parser);
    return s;
}

status config_read(struct config *c, const char *file, struct error *e)
{
    char *bytes = NULL;
    size_t size = 0;
    *c = (struct config){.file = file};
    status s = read_bytes(file, &bytes, &size, e);
    if (s == ST_OK) s = config_read_text(c, file, bytes, size, e);
    free(bytes);
    return s;
}

void config_free(struct config *c)
{
    if (c->loaded) yaml_document_delete(&c->document);
    c->loaded = false;
}

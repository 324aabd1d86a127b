/* Experiment files: a YAML document (libyaml) as a tree whose every node knows its line and column. */
#ifndef SPIKEBENCH_EXPERIMENTS_CONFIG_H
#define SPIKEBENCH_EXPERIMENTS_CONFIG_H

#include "support/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <yaml.h>

typedef yaml_node_t config_node;

struct config {
    const char *file; /* borrowed, for messages */
    yaml_document_t document;
    bool loaded;
};

/* Reads a file that holds one YAML document. ST_IO if it cannot be read; ST_CONFIG with FILE:LINE:COLUMN if
 * it is no YAML, is empty, holds several documents, or if a mapping has a key twice or one that is no plain
 * text. Free with config_free, also after an error. */
status config_read(struct config *c, const char *file, struct error *e);
/* The same of a text; `name` stands for the file in messages. */
status config_read_text(struct config *c, const char *name, const char *text, size_t size, struct error *e);
void config_free(struct config *c);

const config_node *config_root(struct config *c);
bool config_is_map(const config_node *node);
bool config_is_list(const config_node *node);
/* The text of a scalar; NULL for anything else. Borrowed from the document. */
const char *config_text(const config_node *node);
/* Number of items of a list or of pairs of a mapping; 0 for a scalar. */
size_t config_length(const config_node *node);
/* Item i of a list, or value i of a mapping. */
const config_node *config_item(struct config *c, const config_node *node, size_t i);
/* Key i of a mapping. */
const config_node *config_key(struct config *c, const config_node *map, size_t i);
/* The value of `key`, or NULL. */
const config_node *config_get(struct config *c, const config_node *map, const char *key);

/* "FILE:LINE:COLUMN" of a node, from 1. */
void config_where(const struct config *c, const config_node *node, char *text, size_t size);
/* ST_CONFIG with "FILE:LINE:COLUMN: " before the message. */
status config_fail(const struct config *c, const config_node *node, struct error *e, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif

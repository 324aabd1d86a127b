/* Experiment files: a YAML document (libyaml) as a tree whose every node knows its line and column. */
#ifndef SPIKEBENCH_SUPPORT_YAML_H
#define SPIKEBENCH_SUPPORT_YAML_H

#include "support/err.h"
#include <stdbool.h>
#include <stddef.h>
#include <yaml.h>

typedef yaml_node_t yml_node;

struct yml {
    const char *file; /* borrowed, for messages */
    yaml_document_t document;
    bool loaded;
};

/* Reads a file that holds one YAML document. ST_IO if it cannot be read; ST_CONFIG with FILE:LINE:COLUMN if
 * it is no YAML, is empty, holds several documents, a null (~) or a merge key (<<), or if a mapping has a key
 * twice or one that is no plain text, or if it is deeper than 32, has more than 100,000 nodes or 1,000
 * anchors and aliases, or is larger than 1 MB. Free with yml_free, also after an error. */
status yml_read(struct yml *c, const char *file, struct error *e);
/* The same of a text; `name` stands for the file in messages. */
status yml_read_text(struct yml *c, const char *name, const char *text, size_t size, struct error *e);
void yml_free(struct yml *c);

const yml_node *yml_root(struct yml *c);
bool yml_is_map(const yml_node *node);
bool yml_is_list(const yml_node *node);
/* The text of a scalar; NULL for anything else. Borrowed from the document. */
const char *yml_text(const yml_node *node);
/* Number of items of a list or of pairs of a mapping; 0 for a scalar. */
size_t yml_length(const yml_node *node);
/* Item i of a list, or value i of a mapping. */
const yml_node *yml_item(struct yml *c, const yml_node *node, size_t i);
/* Key i of a mapping. */
const yml_node *yml_key(struct yml *c, const yml_node *map, size_t i);
/* The value of `key`, or NULL. */
const yml_node *yml_get(struct yml *c, const yml_node *map, const char *key);

/* The value of `key`, which must be there and a scalar: ST_CONFIG. */
status yml_need_text(struct yml *c, const yml_node *map, const char *key, const yml_node **node,
                     struct error *e);

/* "FILE:LINE:COLUMN" of a node, from 1. */
void yml_where(const struct yml *c, const yml_node *node, char *text, size_t size);
/* ST_CONFIG with "FILE:LINE:COLUMN: " before the message. */
status yml_fail(const struct yml *c, const yml_node *node, struct error *e, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif

/* See nir_made.h. */
#include "tests/nir_made.h"

#ifdef SPIKEBENCH_HDF5
#include <criterion/criterion.h>
#include <hdf5.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_EDGES = 64, MOST_NUMBERS = 4096, NAME = 64 };

struct made {
    unsigned flags;
    const char *at; /* the next line */
};

static void put_text(const struct made *m, hid_t group, const char *name, const char *text)
{
    hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
    cr_assert_geq(H5Tset_size(type, m->flags & MADE_FIXED_STRINGS ? strlen(text) + 1 : H5T_VARIABLE), 0);
    hid_t d = H5Dcreate2(group, name, type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    const void *what = m->flags & MADE_FIXED_STRINGS ? (const void *)text : (const void *)&text;
    cr_assert_geq(H5Dwrite(d, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, what), 0);
    (void)H5Dclose(d);
    (void)H5Sclose(space);
    (void)H5Tclose(type);
}

/* KEY=SHAPE:V,V */
static void put_array(const struct made *m, hid_t group, char *text)
{
    static double v[MOST_NUMBERS];
    hsize_t shape[8];
    int rank = 0;
    size_t n = 1, given = 0;
    char *equals = strchr(text, '='), *colon = strchr(text, ':'), *p = equals + 1;
    cr_assert(equals && colon, "%s", text);
    *equals = '\0';
    for (; p < colon && *p >= '0' && *p <= '9'; p += *p == 'x') {
        shape[rank++] = strtoul(p, &p, 10);
        n *= shape[rank - 1];
    }
    hid_t type = *p == 'f' ? H5T_IEEE_F32LE : *p == 'i' ? H5T_STD_I64LE : H5T_IEEE_F64LE;
    for (p = colon + 1; given < MOST_NUMBERS && (given == 0 || p[-1] == ','); p++) v[given++] = strtod(p, &p);
    cr_assert_leq(n, (size_t)MOST_NUMBERS);
    for (size_t i = given; i < n; i++) v[i] = v[i - given];
    hid_t space = rank ? H5Screate_simple(rank, shape, NULL) : H5Screate(H5S_SCALAR);
    hid_t made = H5Pcreate(H5P_DATASET_CREATE);
    if (m->flags & MADE_GZIP && rank && n > 0)
        cr_assert(H5Pset_chunk(made, rank, shape) >= 0 && H5Pset_deflate(made, 4) >= 0);
    hid_t d = H5Dcreate2(group, text, type, space, H5P_DEFAULT, made, H5P_DEFAULT);
    if (n > 0) cr_assert_geq(H5Dwrite(d, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, v), 0, "%s", text);
    (void)H5Dclose(d);
    (void)H5Pclose(made);
    (void)H5Sclose(space);
}

/* "KEY=..." of metadata go into a group of their own. */
static void put_parameters(const struct made *m, hid_t group, char *words)
{
    static const char prefix[] = "metadata.";
    hid_t metadata = -1;
    for (char *word = strtok(words, " "); word; word = strtok(NULL, " ")) {
        const bool own = strncmp(word, prefix, sizeof prefix - 1) == 0;
        if (own && metadata < 0)
            metadata = H5Gcreate2(group, "metadata", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
        put_array(m, own ? metadata : group, own ? word + sizeof prefix - 1 : word);
    }
    if (metadata >= 0) (void)H5Gclose(metadata);
}

static void put_edges(const struct made *m, hid_t graph, char edges[][2][NAME], size_t n)
{
    const char *names[MOST_EDGES][2];
    const hsize_t shape[2] = {n, 2};
    hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate_simple(2, shape, NULL);
    for (size_t i = 0; i < 2 * n; i++) names[i / 2][i % 2] = edges[i / 2][i % 2];
    cr_assert_geq(H5Tset_size(type, m->flags & MADE_FIXED_STRINGS ? NAME : H5T_VARIABLE), 0);
    hid_t d = H5Dcreate2(graph, "edges", type, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    const void *what = m->flags & MADE_FIXED_STRINGS ? (const void *)edges : (const void *)names;
    if (n > 0) cr_assert_geq(H5Dwrite(d, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, what), 0);
    (void)H5Dclose(d);
    (void)H5Sclose(space);
    (void)H5Tclose(type);
}

/* The next line without what surrounds it; false at the end. */
static bool next_line(struct made *m, char *line, size_t size)
{
    while (*m->at == ' ' || *m->at == '\n') m->at++;
    const size_t n = strcspn(m->at, "\n");
    (void)snprintf(line, size, "%.*s", (int)n, m->at);
    m->at += n;
    return n > 0;
}

/* Lines up to the end of the graph. */
static void put_graph(struct made *m, hid_t file, hid_t graph)
{
    char line[2000], name[NAME], second[NAME], edges[MOST_EDGES][2][NAME];
    size_t n = 0;
    hid_t nodes = H5Gcreate2(graph, "nodes", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    if (graph != file) put_text(m, graph, "type", "NIRGraph");
    while (next_line(m, line, sizeof line) && line[0] != '}') {
        int used = 0;
        cr_assert_eq(sscanf(line, "%63s %63s%n", name, second, &used), 2, "%s", line);
        if (strcmp(name, "version") == 0) {
            put_text(m, file, "version", second);
        } else if (strcmp(second, ">") == 0) {
            memset(edges[n], 0, sizeof edges[n]);
            cr_assert_eq(sscanf(line + used, " %63s", edges[n][1]), 1, "%s", line);
            (void)snprintf(edges[n++][0], NAME, "%s", name);
        } else {
            hid_t node = H5Gcreate2(nodes, name, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
            if (strcmp(second, "{") == 0) {
                put_graph(m, file, node);
            } else {
                put_text(m, node, "type", second);
                put_parameters(m, node, line + used);
            }
            (void)H5Gclose(node);
        }
    }
    put_edges(m, graph, edges, n);
    (void)H5Gclose(nodes);
}

void nir_made(const char *path, const char *text, unsigned flags)
{
    struct made m = {flags, text};
    hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    cr_assert_geq(file, 0, "%s", path);
    hid_t graph = flags & MADE_ROOT ? file : H5Gcreate2(file, "node", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    put_graph(&m, file, graph);
    if (graph != file) (void)H5Gclose(graph);
    cr_assert_geq(H5Fclose(file), 0);
}
#else
typedef int nir_made_is_empty; /* ISO C wants a declaration */
#endif

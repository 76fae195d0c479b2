/* SPDX-License-Identifier: Apache-2.0 */
/* Frozen TensorFlow graphs that tests assemble: a node is "Op name input…", then its attributes. */
#ifndef MOTE_TESTS_GRAPHDEF_MADE_H
#define MOTE_TESTS_GRAPHDEF_MADE_H

#include "tests/protobuf_made.h"

enum { TF_FLOAT = 1, TF_INT32 = 3, TF_STRING = 7, TF_BOOL = 10 };

static inline struct text tf_node_of(struct pool *pool, const char *words)
{
    struct text node = {.pool = pool};
    char *rest = pool_strdup(pool, words), *word;

    for (int i = 0; (word = strtok_r(rest, " ", &rest)) != NULL; i++)
        put_string(&node, i == 0 ? 2 : i == 1 ? 1 : 3, word);
    return node;
}

/* ---- attributes ---- */
static inline void put_attr(struct text *node, const char *key, const struct text *value)
{
    struct text attr = {.pool = node->pool};

    put_string(&attr, 1, key);
    put_message(&attr, 2, value);
    put_message(node, 5, &attr);
}

/* One number: `field` says of which kind: 3 an integer, 5 a bool, 6 a type. */
static inline void put_number(struct text *node, const char *key, int field, int64_t number)
{
    struct text value = {.pool = node->pool};

    put_int(&value, field, number);
    put_attr(node, key, &value);
}

static inline void put_words(struct text *node, const char *key, const char *words)
{
    struct text value = {.pool = node->pool};

    put_string(&value, 2, words);
    put_attr(node, key, &value);
}

static inline void put_list(struct text *node, const char *key, int n, const int64_t *numbers)
{
    struct text value = {.pool = node->pool}, list = value;

    for (int i = 0; i < n; i++)
        put_int(&list, 3, numbers[i]);
    put_message(&value, 1, &list);
    put_attr(node, key, &value);
}

static inline struct text tf_shape_of(struct pool *pool, int rank, const int64_t *dims)
{
    struct text shape = {.pool = pool};

    for (int d = 0; d < rank; d++) {
        struct text dim = {.pool = pool};

        put_int(&dim, 1, dims[d]);
        put_message(&shape, 2, &dim);
    }
    return shape;
}

/* ---- nodes ---- */
static inline void tf_put(struct text *graph, const struct text *node) { put_message(graph, 1, node); }

/* Without attributes. */
static inline void tf_put_node(struct text *graph, const char *words)
{
    const struct text node = tf_node_of(graph->pool, words);

    tf_put(graph, &node);
}

static inline void tf_put_input(struct text *graph, const char *name, int rank, const int64_t *dims)
{
    struct text node = tf_node_of(graph->pool, pool_printf(graph->pool, "Placeholder %s", name));
    struct text value = {.pool = graph->pool}, shape = tf_shape_of(graph->pool, rank, dims);

    put_number(&node, "dtype", 6, TF_FLOAT);
    put_message(&value, 7, &shape);
    put_attr(&node, "shape", &value);
    tf_put(graph, &node);
}

/* Elements as bytes. */
static inline void tf_put_const(struct text *graph, const char *name, int type, int rank, const int64_t *dims,
                                const void *data, size_t bytes)
{
    struct text node = tf_node_of(graph->pool, pool_printf(graph->pool, "Const %s", name));
    struct text value = {.pool = graph->pool}, tensor = value, shape = tf_shape_of(graph->pool, rank, dims);

    put_int(&tensor, 1, type);
    put_message(&tensor, 2, &shape);
    put_bytes(&tensor, 4, data, bytes);
    put_message(&value, 8, &tensor);
    put_number(&node, "dtype", 6, type);
    put_attr(&node, "value", &value);
    tf_put(graph, &node);
}

static inline void tf_put_int(struct text *graph, const char *name, int32_t value)
{
    tf_put_const(graph, name, TF_INT32, 0, NULL, &value, sizeof value);
}

static inline void tf_put_ints(struct text *graph, const char *name, int n, const int32_t *values)
{
    tf_put_const(graph, name, TF_INT32, 1, (const int64_t[]){n}, values, (size_t)n * sizeof *values);
}

static inline struct bytes tf_file(const struct text *graph) { return (struct bytes){(uint8_t *)graph->s, graph->len}; }

#define TF_DIMS(...) COUNT(((const int64_t[]){__VA_ARGS__})), ((const int64_t[]){__VA_ARGS__})

#endif

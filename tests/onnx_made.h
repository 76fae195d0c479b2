/* SPDX-License-Identifier: Apache-2.0 */
/* ONNX models that tests assemble: put_…() writes a field of a message, …_of() makes a message. */
#ifndef MOTE_TESTS_ONNX_MADE_H
#define MOTE_TESTS_ONNX_MADE_H

#include "tests/protobuf_made.h"

enum { FLOAT = 1, INT32 = 6, INT64 = 7, STRING = 8 };
enum { FREE = -1, FREE_AS_MINUS_ONE = -3 }; /* said by no number, or by -1 */

/* An input or output of the graph; dimensions up to -2. */
static inline void put_value(struct text *graph, int field, const char *name, int type, const int64_t *dims)
{
    struct text value = {.pool = graph->pool}, shape = value, tensor = value, holder = value;

    for (; *dims != -2; dims++) {
        struct text dim = {.pool = graph->pool};

        if (*dims != FREE)
            put_int(&dim, 1, *dims == FREE_AS_MINUS_ONE ? -1 : *dims);
        put_message(&shape, 1, &dim);
    }
    put_int(&tensor, 1, type);
    put_message(&tensor, 2, &shape);
    put_message(&holder, 1, &tensor);
    put_string(&value, 1, name);
    put_message(&value, 2, &holder);
    put_message(graph, field, &value);
}

static inline struct text tensor_of(struct pool *pool, const char *name, int type, int64_t n, const void *raw,
                                    size_t size)
{
    struct text t = {.pool = pool};

    put_int(&t, 1, n);
    put_int(&t, 2, type);
    put_string(&t, 8, name);
    put_bytes(&t, 9, raw, size);
    return t;
}

/* A constant of the graph; `dims` as of put_value(). */
static inline void put_initializer(struct text *graph, const char *name, int type, const int64_t *dims, const void *raw,
                                   size_t size)
{
    struct text t = {.pool = graph->pool};

    for (; *dims != -2; dims++)
        put_int(&t, 1, *dims);
    put_int(&t, 2, type);
    put_string(&t, 8, name);
    put_bytes(&t, 9, raw, size);
    put_message(graph, 5, &t);
}

static inline void put_attribute_int(struct text *node, const char *name, int64_t value)
{
    struct text a = {.pool = node->pool};

    put_string(&a, 1, name);
    put_int(&a, 3, value);
    put_message(node, 5, &a);
}

/* The same number n times. */
static inline void put_attribute_ints(struct text *node, const char *name, int n, int64_t value)
{
    struct text a = {.pool = node->pool};

    put_string(&a, 1, name);
    for (int i = 0; i < n; i++)
        put_int(&a, 8, value);
    put_message(node, 5, &a);
}

static inline void put_attribute_string(struct text *node, const char *name, const char *value)
{
    struct text a = {.pool = node->pool};

    put_string(&a, 1, name);
    put_string(&a, 4, value);
    put_message(node, 5, &a);
}

/* "Add a b -> c": the node's type, inputs and outputs; "-" is one that is not there. */
static inline struct text node_of(struct pool *pool, const char *words)
{
    struct text t = {.pool = pool};
    char *rest = pool_strdup(pool, words), *word = strtok_r(rest, " ", &rest);
    int field = 1;

    put_string(&t, 4, word);
    while ((word = strtok_r(rest, " ", &rest)) != NULL) {
        if (strcmp(word, "->") == 0)
            field = 2;
        else
            put_string(&t, field, strcmp(word, "-") == 0 ? "" : word);
    }
    return t;
}

static inline void put_node(struct text *graph, const char *words)
{
    struct text node = node_of(graph->pool, words);

    put_message(graph, 1, &node);
}

static inline struct bytes model_of(const struct text *graph, int64_t opset)
{
    struct text model = {.pool = graph->pool}, set = model;

    put_int(&set, 2, opset);
    put_int(&model, 1, 8);
    put_message(&model, 7, graph);
    put_message(&model, 8, &set);
    return (struct bytes){(uint8_t *)model.s, model.len};
}

#define DIMS(...) ((const int64_t[]){__VA_ARGS__, -2})

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* ONNX wants a node behind those whose outputs it reads, itself or in bodies within it; some tools write constants
 * behind. */
#include "host/import/onnx/ops.h"

struct reads {
    const char **names;
    size_t n;
};

struct sorting {
    const struct reads *reads; /* [n] of each node */
    struct names makers;       /* from an output's name to the node */
    size_t *next_input;        /* [n] of each node, the name to look at next */
    int32_t *order;            /* [n] */
    int32_t *path;             /* [n] nodes, each of which waits for the one after it */
    bool *met;
    size_t n_order;
};

/* ---- what a node reads ---- */
/* What bodies have themselves they do not take from outside. */
static void add_read(struct pool *pool, struct reads *r, const char *name, const struct names *own)
{
    if (!name[0] || (own && names_get(own, name) != NAME_ABSENT))
        return;
    r->names = pool_grow(pool, r->names, r->n, sizeof *r->names);
    r->names[r->n++] = name;
}

static struct names names_of(struct pool *pool, const Onnx__GraphProto *body, const struct names *outer)
{
    struct names own = {.outer = outer};

    for (size_t i = 0; i < body->n_input; i++)
        names_set(pool, &own, body->input[i]->name ? body->input[i]->name : "", 0);
    for (size_t i = 0; i < body->n_initializer; i++)
        names_set(pool, &own, body->initializer[i]->name ? body->initializer[i]->name : "", 0);
    for (size_t i = 0; i < body->n_node; i++)
        for (size_t k = 0; k < body->node[i]->n_output; k++)
            names_set(pool, &own, body->node[i]->output[k], 0);
    return own;
}

/* Nesting is bounded (protobuf.c). */
static void add_reads(struct pool *pool, struct reads *r, const Onnx__NodeProto *node, const struct names *own)
{
    for (size_t i = 0; i < node->n_input; i++)
        add_read(pool, r, node->input[i], own);
    for (size_t i = 0; i < node->n_attribute; i++) {
        const Onnx__GraphProto *body = node->attribute[i]->g;
        const struct names within = body ? names_of(pool, body, own) : (struct names){.outer = NULL};

        for (size_t k = 0; body && k < body->n_node; k++)
            add_reads(pool, r, body->node[k], &within);
        for (size_t k = 0; body && k < body->n_output; k++)
            add_read(pool, r, body->output[k]->name ? body->output[k]->name : "", &within);
    }
}

/* ---- the order ---- */
/* The next node that this one waits for and nobody has met, -1 if there is none. */
static int32_t waits_for(struct sorting *s, int32_t i)
{
    while (s->next_input[i] < s->reads[i].n) {
        const int32_t maker = names_get(&s->makers, s->reads[i].names[s->next_input[i]++]);

        if (maker != NAME_ABSENT && !s->met[maker])
            return maker;
    }
    return -1;
}

static void put_in_order(struct sorting *s, int32_t i)
{
    size_t depth = 0;

    s->met[i] = true;
    s->path[depth++] = i;
    while (depth > 0) {
        const int32_t before = waits_for(s, s->path[depth - 1]);

        if (before >= 0) {
            s->met[before] = true;
            s->path[depth++] = before;
        } else {
            s->order[s->n_order++] = s->path[--depth];
        }
    }
}

const int32_t *onnx_order_of(struct pool *pool, size_t n, Onnx__NodeProto *const *nodes)
{
    struct reads *reads = pool_array(pool, n, sizeof *reads);
    struct sorting s = {
        .reads = reads,
        .next_input = pool_array(pool, n, sizeof *s.next_input),
        .order = pool_array(pool, n, sizeof *s.order),
        .path = pool_array(pool, n, sizeof *s.path),
        .met = pool_array(pool, n, sizeof *s.met),
    };

    for (size_t i = 0; i < n; i++) {
        add_reads(pool, &reads[i], nodes[i], NULL);
        for (size_t k = 0; k < nodes[i]->n_output; k++)
            if (nodes[i]->output[k][0])
                names_set(pool, &s.makers, nodes[i]->output[k], (int32_t)i);
    }
    for (size_t i = 0; i < n; i++)
        if (!s.met[i])
            put_in_order(&s, (int32_t)i);
    assert(s.n_order == n);
    return s.order;
}

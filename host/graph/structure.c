/* SPDX-License-Identifier: Apache-2.0 */
/* What makes a model another one: its operators, the tensors between them, and what goes in and comes out. What
 * training and calibration find, weights and quantization, is left out: with others it is the same model, made again.
 */
#include "host/graph/graph.h"

#define FNV_START UINT64_C(0xcbf29ce484222325) /* FNV-1a */
#define FNV_PRIME UINT64_C(0x100000001b3)

static void add_number(uint64_t *hash, int64_t value)
{
    for (int i = 0; i < 8; i++)
        *hash = (*hash ^ (uint8_t)((uint64_t)value >> 8 * i)) * FNV_PRIME;
}

static void add_text(uint64_t *hash, const char *s)
{
    for (; *s != '\0'; s++)
        *hash = (*hash ^ (uint8_t)*s) * FNV_PRIME;
    add_number(hash, -1);
}

static void add_tensor(uint64_t *hash, const struct tensor *t)
{
    add_number(hash, t->type);
    add_number(hash, t->data != NULL);
    add_number(hash, t->state);
    add_number(hash, t->rank);
    for (int32_t d = 0; d < t->rank; d++)
        add_number(hash, t->dims[d]);
}

static void add_indices(uint64_t *hash, const int32_t *index, int32_t n)
{
    add_number(hash, n);
    for (int32_t i = 0; i < n; i++)
        add_number(hash, index[i]);
}

static void add_graph(uint64_t *hash, const struct graph *g)
{
    for (int32_t i = 0; i < g->n_tensors; i++)
        add_tensor(hash, &g->tensors[i]);
    for (int32_t i = 0; i < g->n_ops; i++) {
        add_number(hash, g->ops[i].id);
        add_indices(hash, g->ops[i].in, g->ops[i].n_in);
        add_indices(hash, g->ops[i].out, g->ops[i].n_out);
    }
    add_indices(hash, g->inputs, g->n_inputs);
    add_indices(hash, g->outputs, g->n_outputs);
    for (int32_t i = 0; i < g->n_inputs; i++)
        add_text(hash, g->tensors[g->inputs[i]].name);
    for (int32_t i = 0; i < g->n_outputs; i++)
        add_text(hash, g->tensors[g->outputs[i]].name);
}

uint64_t model_structure(const struct model *m)
{
    uint64_t hash = FNV_START;

    add_graph(&hash, &m->graphs[0]);
    add_number(&hash, m->n_classes);
    for (int32_t i = 0; i < m->n_classes; i++)
        add_text(&hash, m->classes[i]);
    return hash;
}

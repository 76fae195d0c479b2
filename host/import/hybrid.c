/* SPDX-License-Identifier: Apache-2.0 */
/* Hybrid models: quantized constants, float activations. The constants become floats, real = scale * (q - zero), so
 * that nothing after the importer knows mixed operators. An operator is mixed if its first input is float and another
 * one is a constant with a scale; lists of axes, shapes and paddings have none. And models whose weights are stored as
 * float16, which DEQUANTIZE widens: what it makes of a constant is a constant. */
#include "host/graph/half.h"
#include "host/import/import.h"

struct hybrid {
    struct model *m;
    struct graph *g;
    bool *as_is;     /* [n_tensors] an operator wants the tensor as it is */
    int32_t *floats; /* [n_tensors] its copy in float, TENSOR_ABSENT if there is none */
    int64_t *left;   /* elements that may still become floats */
};

static bool is_integer(enum mote_type type)
{
    return type == TYPE_S8 || type == TYPE_U8 || type == TYPE_S16 || type == TYPE_S32;
}

/* Where it makes an output of the graph, an operator must write that: it stays. */
static bool widens_constant(const struct graph *g, const struct op *op)
{
    const struct tensor *in;

    if (op->id != OP_DEQUANTIZE)
        return false;
    in = &g->tensors[op->in[0]];
    return in->data && in->type == TYPE_F16 && tensor_elements(in) > 0 && g->tensors[op->out[0]].type == TYPE_F32 &&
           !g->tensors[op->out[0]].state && !graph_is_output(g, op->out[0]);
}

static bool wants_float(const struct graph *g, const struct op *op, int32_t input)
{
    const struct tensor *t;

    if (input == 0 || op->in[0] == TENSOR_ABSENT || op->in[input] == TENSOR_ABSENT ||
        g->tensors[op->in[0]].type != TYPE_F32)
        return false;
    t = &g->tensors[op->in[input]];
    return t->data && t->quant.n > 0 && is_integer(t->type) && tensor_elements(t) > 0;
}

static int64_t stored(const struct tensor *t, int64_t i)
{
    const uint8_t *p = t->data + i * (type_bits(t->type) / 8);

    switch (t->type) {
    case TYPE_S8:
        return (int8_t)*p;
    case TYPE_S16:
        return (int16_t)(p[0] | p[1] << 8);
    case TYPE_S32:
        return (int32_t)le32(p);
    default:
        return *p;
    }
}

/* Which of the scales element i has. */
static int64_t channel_of(const struct tensor *t, int64_t i)
{
    int64_t below = 1;

    if (t->quant.n == 1)
        return 0;
    for (int32_t d = t->quant.axis + 1; d < t->rank; d++)
        below *= t->dims[d];
    return i / below % t->dims[t->quant.axis];
}

static struct tensor float_tensor(struct pool *pool, const struct tensor *t)
{
    int64_t n = tensor_elements(t);
    float *real = pool_array(pool, (size_t)n, sizeof *real);
    struct tensor out = *t;

    for (int64_t i = 0; i < n; i++) {
        int64_t channel;

        if (t->type == TYPE_F16) {
            real[i] = half_value((uint16_t)(t->data[2 * i] | t->data[2 * i + 1] << 8));
            continue;
        }
        channel = channel_of(t, i);
        real[i] = (float)((double)t->quant.scale[channel] * (double)(stored(t, i) - t->quant.zero[channel]));
    }
    out.type = TYPE_F32;
    out.quant = (struct quant){0};
    out.data = (const uint8_t *)real;
    return out;
}

static enum mote_status charge(struct hybrid *h, int32_t tensor, const struct frame *at)
{
    int64_t n = tensor_elements(&h->g->tensors[tensor]);
    struct frame here = frame_tensor(at, h->g, tensor);

    if (n > *h->left || n > TENSOR_BYTES_MAX / (int64_t)sizeof(float))
        return fail(&here, MOTE_ERR_MEMORY, "too many elements to make floats of, or too often the same bytes");
    *h->left -= n;
    return MOTE_OK;
}

/* *tensor becomes a float one: itself where no operator wants it as it is, else a copy that they share. */
static enum mote_status dequantize(struct hybrid *h, int32_t *tensor, const struct frame *at)
{
    struct tensor t;

    if (h->floats[*tensor] != TENSOR_ABSENT) {
        *tensor = h->floats[*tensor];
        return MOTE_OK;
    }
    TRY(charge(h, *tensor, at));
    t = float_tensor(h->m->pool, &h->g->tensors[*tensor]);
    if (!h->as_is[*tensor]) {
        h->g->tensors[*tensor] = t;
        return MOTE_OK;
    }
    t.source = -1;
    h->floats[*tensor] = graph_add_tensor(h->m, h->g, &t);
    *tensor = h->floats[*tensor];
    return MOTE_OK;
}

/* The operator's output becomes the constant; the operator goes. */
static enum mote_status widen(struct hybrid *h, struct op *op, const struct frame *at)
{
    TRY(charge(h, op->in[0], at));
    h->g->tensors[op->out[0]].data = float_tensor(h->m->pool, &h->g->tensors[op->in[0]]).data;
    op->id = OP_NOP;
    return MOTE_OK;
}

static struct hybrid hybrid_of(struct model *m, struct graph *g, int64_t *left)
{
    struct hybrid h = {.m = m, .g = g, .left = left};

    h.as_is = pool_array(m->pool, (size_t)g->n_tensors, sizeof *h.as_is);
    h.floats = pool_array(m->pool, (size_t)g->n_tensors, sizeof *h.floats);
    for (int32_t i = 0; i < g->n_tensors; i++)
        h.floats[i] = TENSOR_ABSENT;
    for (int32_t i = 0; i < g->n_outputs; i++)
        h.as_is[g->outputs[i]] = true;
    for (int32_t i = 0; i < g->n_ops; i++)
        for (int32_t k = 0; k < g->ops[i].n_in; k++)
            if (g->ops[i].in[k] != TENSOR_ABSENT && !wants_float(g, &g->ops[i], k))
                h.as_is[g->ops[i].in[k]] = true;
    return h;
}

enum mote_status import_dequantize(struct model *m, int64_t limit, const struct frame *at)
{
    for (int32_t i = 0; i < m->n_graphs; i++) {
        struct graph *g = &m->graphs[i];
        struct hybrid h = hybrid_of(m, g, &limit);

        for (int32_t k = 0; k < g->n_ops; k++) {
            struct frame here = frame_op(at, g, k);

            if (g->ops[k].id == OP_NOP)
                continue;
            if (widens_constant(g, &g->ops[k])) {
                TRY(widen(&h, &g->ops[k], &here));
                continue;
            }
            for (int32_t j = 1; j < g->ops[k].n_in; j++)
                if (wants_float(g, &g->ops[k], j))
                    TRY(dequantize(&h, &g->ops[k].in[j], &here));
        }
    }
    return MOTE_OK;
}

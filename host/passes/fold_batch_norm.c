/* SPDX-License-Identifier: Apache-2.0 */
/* Batch normalization is one multiplication and one addition a channel: y = s x + t with s = gamma / sqrt(variance +
 * epsilon), t = beta - mean s. Both join the weights and the bias of the operator that makes x, if that has no
 * activation of its own and nothing else reads x; the activation of the BATCH_NORM goes along. Else it becomes a MUL
 * and an ADD. Sums of floats come out rounded in other places: the one pass that changes bits. */
#include "host/graph/op_info.h"
#include "host/passes/passes.h"

#include <math.h>

enum { X, GAMMA, BETA, MEAN, VARIANCE };

struct affine {
    int64_t n;
    double *scale, *shift; /* [n] */
};

static enum mote_status affine_of(struct model *m, const struct graph *g, const struct op *op, struct affine *a,
                                  const struct frame *at)
{
    const struct batch_norm_opts *o = op->opts;

    for (int i = GAMMA; i <= VARIANCE; i++) {
        const struct tensor *t = op_in(g, op, i);
        struct frame here = frame_tensor(at, g, op->in[i]);

        if (!t->data || t->type != TYPE_F32)
            return fail(&here, MOTE_ERR_UNSUPPORTED, "the statistics of a batch normalization must be f32 constants");
    }
    a->n = op_in(g, op, GAMMA)->dims[0];
    a->scale = pool_array(m->pool, (size_t)a->n, sizeof *a->scale);
    a->shift = pool_array(m->pool, (size_t)a->n, sizeof *a->shift);
    for (int64_t i = 0; i < a->n; i++) {
        double variance = (double)float_at(op_in(g, op, VARIANCE), i) + (double)o->epsilon;

        if (!(variance > 0))
            return fail(at, MOTE_ERR_VALUE, "channel %lld: variance plus epsilon is %g, not above 0", (long long)i,
                        variance);
        a->scale[i] = (double)float_at(op_in(g, op, GAMMA), i) / sqrt(variance);
        a->shift[i] = (double)float_at(op_in(g, op, BETA), i) - (double)float_at(op_in(g, op, MEAN), i) * a->scale[i];
    }
    return MOTE_OK;
}

/* ---- into the operator before ---- */
/* That operator, NULL if there is none that can take it. */
static struct op *find_linear(const struct graph *g, const struct op *op)
{
    int32_t producer = graph_producer(g, op->in[X]);
    const struct linear_inputs *at;
    const struct tensor *w, *bias;
    struct op *linear;

    if (producer < 0 || !tensor_is_internal(g, op->in[X]) || graph_uses(g, op->in[X]) != 1)
        return NULL;
    linear = &g->ops[producer];
    at = op_info[linear->id].is->linear;
    if (!at || *op_activation(linear) != ACTIVATION_NONE)
        return NULL;
    w = op_in(g, linear, at->weights);
    bias = op_in(g, linear, at->bias);
    if (!w->data || w->type != TYPE_F32 || (bias && (!bias->data || bias->type != TYPE_F32)))
        return NULL;
    return w->dims[at->channels] == op_in(g, op, GAMMA)->dims[0] ? linear : NULL;
}

/* A constant like `like` with other numbers, which are not those of a quantization. */
static int32_t add_floats(struct model *m, struct graph *g, const struct tensor *like, const float *data)
{
    struct tensor t = *like;

    t.data = (const uint8_t *)data;
    t.quant = (struct quant){0};
    t.source = -1;
    return graph_add_tensor(m, g, &t);
}

static int32_t scaled_weights(struct model *m, struct graph *g, int32_t tensor, int channels, const struct affine *a)
{
    const struct tensor *w = &g->tensors[tensor];
    int64_t n = tensor_elements(w), below = 1;
    float *out = pool_array(m->pool, (size_t)n, sizeof *out);

    for (int d = channels + 1; d < w->rank; d++)
        below *= w->dims[d];
    for (int64_t i = 0; i < n; i++)
        out[i] = (float)((double)float_at(w, i) * a->scale[i / below % a->n]);
    return add_floats(m, g, w, out);
}

static int32_t shifted_bias(struct model *m, struct graph *g, int32_t tensor, const struct affine *a)
{
    const struct tensor fresh = {.name = "bias", .type = TYPE_F32, .rank = 1, .dims = {a->n}};
    const struct tensor *bias = tensor == TENSOR_ABSENT ? NULL : &g->tensors[tensor];
    float *out = pool_array(m->pool, (size_t)a->n, sizeof *out);

    for (int64_t i = 0; i < a->n; i++)
        out[i] = (float)((bias ? (double)float_at(bias, i) : 0) * a->scale[i] + a->shift[i]);
    return add_floats(m, g, bias ? bias : &fresh, out);
}

static void join(struct model *m, struct graph *g, struct op *linear, const struct affine *a, int32_t activation)
{
    const struct linear_inputs *at = op_info[linear->id].is->linear;
    int32_t in[4] = {TENSOR_ABSENT, TENSOR_ABSENT, TENSOR_ABSENT, TENSOR_ABSENT};

    memcpy(in, linear->in, (size_t)linear->n_in * sizeof *in);
    in[at->weights] = scaled_weights(m, g, in[at->weights], at->channels, a);
    in[at->bias] = shifted_bias(m, g, in[at->bias], a);
    op_set_inputs(m, linear, at->bias + 1, in);
    *op_activation(linear) = activation;
}

/* ---- by itself ---- */
static int32_t add_row(struct model *m, struct graph *g, const char *name, const double *values, int64_t n)
{
    const struct tensor row = {.name = name, .type = TYPE_F32, .rank = 1, .dims = {n}};
    float *out = pool_array(m->pool, (size_t)n, sizeof *out);

    for (int64_t i = 0; i < n; i++)
        out[i] = (float)values[i];
    return add_floats(m, g, &row, out);
}

/* Operator i becomes a MUL, with an ADD after it. */
static void split(struct model *m, struct graph *g, int32_t i, const struct affine *a)
{
    int32_t x = g->ops[i].in[X], y = g->ops[i].out[0], scale = add_row(m, g, "scale", a->scale, a->n);
    int32_t shift = add_row(m, g, "shift", a->shift, a->n), product;
    struct tensor like = g->tensors[y];
    opt_activation activation = *op_activation(&g->ops[i]);

    like.source = -1;
    product = graph_add_tensor(m, g, &like);
    op_kill(&g->ops[i]);
    graph_insert_op(m, g, i + 1, OP_MUL, 2, (int32_t[]){x, scale}, 1, &product);
    *op_activation(graph_insert_op(m, g, i + 2, OP_ADD, 2, (int32_t[]){product, shift}, 1, &y)) = activation;
}

enum mote_status pass_fold_batch_norm(struct model *m, struct graph *g, const struct frame *at)
{
    for (int32_t i = 0; i < g->n_ops; i++) {
        struct frame here = frame_op(at, g, i);
        int32_t activation;
        struct affine a = {0};
        struct op *linear;

        if (g->ops[i].id != OP_BATCH_NORM)
            continue;
        TRY(affine_of(m, g, &g->ops[i], &a, &here));
        linear = find_linear(g, &g->ops[i]);
        activation = *op_activation(&g->ops[i]);
        if (linear && a.n > 0 && op_bypass(g, i))
            join(m, g, linear, &a, activation);
        else
            split(m, g, i, &a);
    }
    return MOTE_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Fully connected operators. The input is rows of as many elements as a filter has weights. */
#include "host/program/survivors.h"

struct dense {
    int64_t x_dims[2], y_dims[2];
    dnnl_memory_desc_t x, w, y, b; /* w open; x and y row-major; b.ndims 0: no bias */
    int32_t list;                  /* of weights that a mask leaves, which are row-major, too; -1 */
};

static struct dense dense(const struct program *p, int32_t x, int32_t w)
{
    const struct tensor *in = &p->graph->tensors[x], *weights = &p->graph->tensors[w];
    int64_t rows = tensor_elements(in) / weights->dims[1];
    struct dense d = {.x_dims = {rows, weights->dims[1]}, .y_dims = {rows, weights->dims[0]}};

    d.x = plain_dims(2, d.x_dims);
    d.y = plain_dims(2, d.y_dims);
    d.list = survivors_of(p, w);
    d.w = d.list < 0 ? any_of(plain_of(p, w)) : *plain_of(p, w);
    return d;
}

static enum mote_status forward(struct program *p, const struct dense *d, int activation, dnnl_primitive_desc_t *pd,
                                const struct frame *at)
{
    dnnl_inner_product_desc_t desc;

    TRY(dnnl_check(at,
                   dnnl_inner_product_forward_desc_init(&desc, dnnl_forward_training, &d->x, &d->w,
                                                        d->b.ndims ? &d->b : NULL, &d->y),
                   "inner product"));
    return describe(p, &desc, activation, NULL, "inner product", pd, at);
}

static enum mote_status backward(struct program *p, const struct dense *d, const dnnl_inner_product_desc_t *desc,
                                 dnnl_primitive_desc_t *pd, const struct frame *at)
{
    dnnl_primitive_desc_t hint;
    enum mote_status status;

    TRY(forward(p, d, ACTIVATION_NONE, &hint, at));
    status = describe(p, desc, ACTIVATION_NONE, hint, "inner product", pd, at);
    dnnl_primitive_desc_destroy(hint);
    return status;
}

/* The operator's primitive, while there are many weights, then its loop: of these three values, and a fourth that is
 * the bias' or -1. */
static enum mote_status step_either(struct program *p, const struct dense *d, dnnl_primitive_desc_t pd, int n,
                                    const struct binding *args, loop_fn *few, int activation, const struct frame *at)
{
    struct few_dense o = {d->x_dims[0], d->x_dims[1], d->y_dims[1], activation};
    int32_t values[7] = {args[0].value, args[1].value, args[2].value, d->list};
    enum mote_status status;

    p->few = d->list;
    status = step_primitive(p, "inner product", pd, n, args, at);
    p->few = -1;
    if (status != MOTE_OK || d->list < 0)
        return status;
    values[4] = value_scratch(p, &d->x);
    values[5] = value_scratch(p, &d->y);
    if (n > 3)
        values[6] = args[3].value;
    step_loop(p, "survivors' inner product", few, pool_copy(p->pool, &o, sizeof o), n > 3 ? 7 : 6, values);
    return MOTE_OK;
}

#define LAYOUT(pd, what) dnnl_primitive_desc_query_md(pd, dnnl_query_##what##_md, 0)

enum mote_status build_fully_connected(struct program *p, const struct op *op, const struct frame *at)
{
    const struct fully_connected_opts *o = op->opts;
    struct dense d = dense(p, op->in[0], op->in[1]);
    bool bias = op->n_in > 2 && op->in[2] != TENSOR_ABSENT;
    struct binding args[4] = {{DNNL_ARG_SRC, 0}, {DNNL_ARG_WEIGHTS, 0}, {DNNL_ARG_DST, 0}, {DNNL_ARG_BIAS, 0}};
    dnnl_primitive_desc_t pd;

    if (o->activation != ACTIVATION_NONE && o->activation != ACTIVATION_RELU && o->activation != ACTIVATION_RELU6)
        d.list = -1;
    if (bias)
        d.b = *plain_of(p, op->in[2]);
    TRY(forward(p, &d, o->activation, &pd, at));
    TRY(value_use_as(p, op->in[0], 2, d.x_dims, &args[0].value, at));
    TRY(value_use(p, op->in[1], LAYOUT(pd, weights), &args[1].value, at));
    if (bias)
        TRY(value_use(p, op->in[2], &d.b, &args[3].value, at));
    args[2].value = value_make_as(p, op->out[0], 2, d.y_dims);
    return step_either(p, &d, pd, bias ? 4 : 3, args, loop_few_dense, o->activation, at);
}

enum mote_status build_fully_connected_grad_input(struct program *p, const struct op *op, const struct frame *at)
{
    struct dense d = dense(p, op->in[2], op->in[1]);
    struct binding args[3] = {{DNNL_ARG_DIFF_DST, 0}, {DNNL_ARG_WEIGHTS, 0}, {DNNL_ARG_DIFF_SRC, 0}};
    dnnl_inner_product_desc_t desc;
    dnnl_primitive_desc_t pd;

    TRY(dnnl_check(at, dnnl_inner_product_backward_data_desc_init(&desc, &d.x, &d.w, &d.y), "inner product"));
    TRY(backward(p, &d, &desc, &pd, at));
    TRY(value_use_as(p, op->in[0], 2, d.y_dims, &args[0].value, at));
    TRY(value_use(p, op->in[1], LAYOUT(pd, weights), &args[1].value, at));
    args[2].value = value_make_as(p, op->out[0], 2, d.x_dims);
    return step_either(p, &d, pd, 3, args, loop_few_dense_grad_input, ACTIVATION_NONE, at);
}

enum mote_status build_fully_connected_grad_weights(struct program *p, const struct op *op, const struct frame *at)
{
    struct dense d = dense(p, op->in[1], op->in[2]);
    bool bias = op->n_out > 1;
    struct binding args[4] = {
        {DNNL_ARG_DIFF_DST, 0}, {DNNL_ARG_SRC, 0}, {DNNL_ARG_DIFF_WEIGHTS, 0}, {DNNL_ARG_DIFF_BIAS, 0}};
    dnnl_inner_product_desc_t desc;
    dnnl_primitive_desc_t pd;

    if (bias)
        d.b = *plain_of(p, op->out[1]);
    TRY(dnnl_check(at, dnnl_inner_product_backward_weights_desc_init(&desc, &d.x, &d.w, bias ? &d.b : NULL, &d.y),
                   "inner product"));
    TRY(backward(p, &d, &desc, &pd, at));
    TRY(value_use_as(p, op->in[0], 2, d.y_dims, &args[0].value, at));
    TRY(value_use_as(p, op->in[1], 2, d.x_dims, &args[1].value, at));
    args[2].value = value_make(p, op->out[0], LAYOUT(pd, diff_weights));
    if (bias)
        args[3].value = value_make(p, op->out[1], &d.b);
    p->survivors[op->out[0]] = d.list;
    return step_either(p, &d, pd, bias ? 4 : 3, args, loop_few_dense_grad_weights, ACTIVATION_NONE, at);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Softmax and the losses, row-major. */
#include "host/program/loops.h"

static struct rows *rows_of(struct program *p, int32_t tensor, float label_smoothing, bool weighted)
{
    const struct tensor *t = &p->graph->tensors[tensor];
    int64_t channels = t->rank > 0 ? t->dims[t->rank - 1] : 1;
    struct rows r = {tensor_elements(t) / channels, channels, label_smoothing, weighted};

    return pool_copy(p->pool, &r, sizeof r);
}

static enum mote_status loop_plain(struct program *p, const struct op *op, const char *what, loop_fn *loop,
                                   const void *opts, const struct frame *at)
{
    int32_t *values = pool_array(p->pool, (size_t)op->n_in + (size_t)op->n_out, sizeof *values);
    int n = 0;

    for (int i = 0; i < op->n_in; i++, n++)
        TRY(value_use(p, op->in[i], plain_of(p, op->in[i]), &values[n], at));
    for (int i = 0; i < op->n_out; i++, n++)
        values[n] = value_make(p, op->out[i], plain_of(p, op->out[i]));
    step_loop(p, what, loop, opts, n, values);
    return MOTE_OK;
}

enum mote_status build_softmax(struct program *p, const struct op *op, const struct frame *at)
{
    const struct softmax_opts *o = op->opts;

    if (o->beta != 1)
        return fail(at, MOTE_ERR_UNSUPPORTED, "training has softmax with a beta of 1 only");
    return loop_plain(p, op, "softmax", loop_softmax, rows_of(p, op->in[0], 0, false), at);
}

enum mote_status build_softmax_cross_entropy(struct program *p, const struct op *op, const struct frame *at)
{
    const struct cross_entropy_opts *o = op->opts;

    return loop_plain(p, op, "loss", loop_cross_entropy, rows_of(p, op->in[0], o->label_smoothing, op->n_in > 2), at);
}

enum mote_status build_softmax_cross_entropy_grad(struct program *p, const struct op *op, const struct frame *at)
{
    const struct cross_entropy_opts *o = op->opts;

    return loop_plain(p, op, "loss", loop_cross_entropy_grad, rows_of(p, op->in[0], o->label_smoothing, op->n_in > 2),
                      at);
}

static struct soft_rows *soft_rows_of(struct program *p, const struct op *op)
{
    struct soft_rows r = {*rows_of(p, op->in[0], 0, false), *(const struct soft_cross_entropy_opts *)op->opts,
                          op->n_in - 2};

    return pool_copy(p->pool, &r, sizeof r);
}

enum mote_status build_soft_cross_entropy(struct program *p, const struct op *op, const struct frame *at)
{
    return loop_plain(p, op, "loss", loop_soft_cross_entropy, soft_rows_of(p, op), at);
}

enum mote_status build_soft_cross_entropy_grad(struct program *p, const struct op *op, const struct frame *at)
{
    return loop_plain(p, op, "loss", loop_soft_cross_entropy_grad, soft_rows_of(p, op), at);
}

enum mote_status build_feature_loss(struct program *p, const struct op *op, const struct frame *at)
{
    return loop_plain(p, op, "loss", loop_feature_loss, op->opts, at);
}

enum mote_status build_feature_loss_grad(struct program *p, const struct op *op, const struct frame *at)
{
    return loop_plain(p, op, "loss", loop_feature_loss_grad, op->opts, at);
}

enum mote_status build_mean_squared_error(struct program *p, const struct op *op, const struct frame *at)
{
    return loop_plain(p, op, "loss", loop_squares, NULL, at);
}

enum mote_status build_mean_squared_error_grad(struct program *p, const struct op *op, const struct frame *at)
{
    return loop_plain(p, op, "loss", loop_squares_grad, NULL, at);
}

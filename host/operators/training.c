/* SPDX-License-Identifier: Apache-2.0 */
/* Operators of training: losses, gradients, optimizers. Their outputs have the shapes of some of their inputs, which is
 * all there is to infer; only the host executes them (host/program), and nobody counts their multiplications. */
#include "host/gradient/gradient.h"
#include "host/graph/op_info.h"

enum { SCALAR = -1, CHANNELS = -2 }; /* shapes that are no input's: [], and [last dimension of input 0] */

/* like[i]: the input whose shape output i has. */
static enum mote_status infer_like(struct graph *g, const struct op *op, const struct frame *at, int n, const int *like)
{
    if (op->n_out > n)
        return fail(at, MOTE_ERR_SHAPE, "%d outputs; there are at most %d", op->n_out, n);
    for (int i = 0; i < op->n_out; i++) {
        const struct tensor *t = op_in(g, op, like[i] < 0 ? 0 : like[i]);

        if (like[i] == SCALAR)
            TRY(infer_set(at, op_out(g, op, i), 0, NULL));
        else if (like[i] == CHANNELS)
            TRY(infer_set(at, op_out(g, op, i), 1, &t->dims[t->rank > 0 ? t->rank - 1 : 0]));
        else
            TRY(infer_set(at, op_out(g, op, i), t->rank, t->dims));
    }
    return MOTE_OK;
}

#define LIKE_WITH(name, facts, ...)                                                                                    \
    static enum mote_status infer_##name(const struct model *m, struct graph *g, const struct op *op,                  \
                                         const struct frame *at)                                                       \
    {                                                                                                                  \
        const int like[] = {__VA_ARGS__};                                                                              \
                                                                                                                       \
        (void)m;                                                                                                       \
        return infer_like(g, op, at, (int)COUNT(like), like);                                                          \
    }                                                                                                                  \
    const struct operator operator_##name = {.infer = infer_##name, facts};
#define LIKE(name, ...) LIKE_WITH(name, .lower = NULL, __VA_ARGS__)

/* ---- gradients of the losses, and of the batch normalization that comes with them ---- */
static enum mote_status gradient_batch_norm_training(struct backward *b, int32_t i, int32_t d, const struct frame *at)
{
    const struct op op = b->g->ops[i];
    int32_t out[3] = {gradient_tensor(b, "grad"), gradient_tensor(b, "grad_gamma"), gradient_tensor(b, "grad_beta")};

    (void)at;
    gradient_op(b, OP_BATCH_NORM_GRAD, 7, (int32_t[]){d, op.in[0], op.out[0], op.in[1], op.in[2], op.out[1], op.out[2]},
                3, out, op.opts);
    for (int k = 0; k < 3; k++)
        gradient_give(b, op.in[k], out[k]);
    return MOTE_OK;
}

/* The losses begin: nothing comes from behind them. */
static enum mote_status gradient_softmax_cross_entropy(struct backward *b, int32_t i, int32_t d, const struct frame *at)
{
    const struct op op = b->g->ops[i];
    const int32_t in[] = {op.out[1], op.in[1], op.n_in > 2 ? op.in[2] : TENSOR_ABSENT};

    (void)d;
    (void)at;
    gradient_give(b, op.in[0], gradient_apply(b, OP_SOFTMAX_CROSS_ENTROPY_GRAD, op.n_in, in, op.opts));
    return MOTE_OK;
}

/* Nothing goes to the teachers. */
static enum mote_status gradient_soft_cross_entropy(struct backward *b, int32_t i, int32_t d, const struct frame *at)
{
    const struct op op = b->g->ops[i];

    (void)d;
    (void)at;
    gradient_give(b, op.in[0], gradient_apply(b, OP_SOFT_CROSS_ENTROPY_GRAD, op.n_in, op.in, op.opts));
    return MOTE_OK;
}

/* The loss that this is added to begins, too: what it is given does not matter. */
static enum mote_status gradient_feature_loss(struct backward *b, int32_t i, int32_t d, const struct frame *at)
{
    const struct op op = b->g->ops[i];

    (void)d;
    (void)at;
    gradient_give(b, op.in[0], op.in[0]);
    gradient_give(b, op.in[1], gradient_apply(b, OP_FEATURE_LOSS_GRAD, 2, (int32_t[]){op.in[1], op.in[2]}, op.opts));
    return MOTE_OK;
}

static enum mote_status gradient_mean_squared_error(struct backward *b, int32_t i, int32_t d, const struct frame *at)
{
    const struct op op = b->g->ops[i];

    (void)d;
    (void)at;
    gradient_give(b, op.in[0], gradient_apply(b, OP_MEAN_SQUARED_ERROR_GRAD, 2, (int32_t[]){op.in[0], op.in[1]}, NULL));
    return MOTE_OK;
}

/* ---- the operators ---- */
LIKE_WITH(batch_norm_training, .gradient = gradient_batch_norm_training, 0, 1, 1, 1, 1)
LIKE_WITH(softmax_cross_entropy, .gradient = gradient_softmax_cross_entropy, SCALAR, 0)
LIKE_WITH(soft_cross_entropy, .gradient = gradient_soft_cross_entropy, SCALAR, 0)
LIKE_WITH(feature_loss, .gradient = gradient_feature_loss, SCALAR)
LIKE_WITH(mean_squared_error, .gradient = gradient_mean_squared_error, SCALAR)
LIKE(conv_2d_grad_input, 2)
LIKE(conv_2d_grad_weights, 2, CHANNELS)
LIKE(depthwise_conv_2d_grad_input, 2)
LIKE(depthwise_conv_2d_grad_weights, 2, CHANNELS)
LIKE(fully_connected_grad_input, 2)
LIKE(fully_connected_grad_weights, 2, CHANNELS)
LIKE(average_pool_2d_grad, 1)
LIKE(max_pool_2d_grad, 1)
LIKE(mean_grad, 1)
LIKE(batch_norm_grad, 1, 3, 3)
LIKE(relu_grad, 0)
LIKE(relu6_grad, 0)
LIKE(leaky_relu_grad, 0)
LIKE(tanh_grad, 0)
LIKE(logistic_grad, 0)
LIKE(unary_grad, 0)
LIKE(softmax_cross_entropy_grad, 0)
LIKE(soft_cross_entropy_grad, 0)
LIKE(feature_loss_grad, 0)
LIKE(mean_squared_error_grad, 0)
LIKE(strided_slice_grad, 1)
LIKE(unidirectional_sequence_lstm_grad, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 2)
LIKE(gru_grad, 3, 4, 5, 6, 2)
LIKE(clip_norm, SCALAR)
LIKE(sgd, 0, 2)
LIKE(adam, 0, 2, 3)

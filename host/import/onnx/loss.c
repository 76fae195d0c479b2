/* SPDX-License-Identifier: Apache-2.0 */
/* Losses, of labels that are constants: what a label selects is gathered. */
#include "host/import/onnx/ops.h"

struct labels {
    int64_t n, classes, inner; /* [N][D…] labels of [N][C][D…] scores; inner: elements of D… */
    int rank;
    int64_t dims[RANK_MAX];
    const struct tensor *values;
    bool ignores;
    int64_t ignored;
};

static void read_labels(struct onnx *r, int32_t x, int32_t labels, struct labels *l)
{
    const struct tensor *t = tensor_at(r, x), *values = tensor_at(r, labels);

    *l = (struct labels){.n = 1, .inner = 1, .rank = values->rank, .values = values};
    if (r->status == MOTE_OK && (!values->data || values->type != TYPE_S32))
        onnx_fail(r, MOTE_ERR_UNSUPPORTED, "labels that are no constant integers");
    if (r->status == MOTE_OK && (t->rank < 2 || values->rank != t->rank - 1))
        onnx_fail(r, MOTE_ERR_SHAPE, "labels of %d dimensions for scores of %d", values->rank, t->rank);
    if (r->status != MOTE_OK)
        return;
    l->classes = t->dims[1];
    for (int d = 0; d < l->rank; d++) {
        l->dims[d] = values->dims[d];
        l->n *= l->dims[d];
        l->inner *= d > 0 ? l->dims[d] : 1;
        if (l->dims[d] != t->dims[d == 0 ? 0 : d + 1])
            onnx_fail(r, MOTE_ERR_SHAPE, "labels of another shape than the scores");
    }
    l->ignores = node_attr(r, "ignore_index") != NULL;
    l->ignored = node_int(r, "ignore_index", 0);
}

/* Label i, or -1 if it is ignored. */
static int64_t label_at(struct onnx *r, const struct labels *l, int64_t i)
{
    int64_t label = const_int(l->values, i);

    if (l->ignores && label == l->ignored)
        return -1;
    if (label < 0 || label >= l->classes)
        onnx_fail(r, MOTE_ERR_VALUE, "label %lld of %lld classes", (long long)label, (long long)l->classes);
    return label;
}

/* What each label's score counts: its class's weight, or 1; 0 if it is ignored. */
static int32_t label_weights(struct onnx *r, const struct labels *l, int32_t weights)
{
    int32_t *classes = add_indices(r, l->n);
    float *counts = has_room(r, l->n * 4) ? pool_array(r->pool, (size_t)l->n, sizeof *counts) : NULL;
    int32_t out;

    for (int64_t i = 0; i < l->n && r->status == MOTE_OK; i++) {
        int64_t label = label_at(r, l, i);

        counts[i] = label >= 0;
        classes[i] = (int32_t)(label >= 0 ? label : 0);
    }
    out = add_const(r, TYPE_F32, l->rank, l->dims, counts);
    return weights == TENSOR_ABSENT ? out
                                    : emit_binary(r, OP_MUL, gather_flat(r, weights, l->rank, l->dims, classes), out);
}

static int32_t scores_of_labels(struct onnx *r, const struct labels *l, int32_t x)
{
    int32_t *places = add_indices(r, l->n);

    for (int64_t i = 0; i < l->n && r->status == MOTE_OK; i++) {
        int64_t label = label_at(r, l, i), n = i / l->inner;

        places[i] = (int32_t)((n * l->classes + (label >= 0 ? label : 0)) * l->inner + i % l->inner);
    }
    return gather_flat(r, x, l->rank, l->dims, places);
}

static int32_t sum_of_all(struct onnx *r, int32_t x)
{
    int64_t axes[RANK_MAX];
    int rank = tensor_at(r, x)->rank;

    for (int d = 0; d < rank; d++)
        axes[d] = d;
    return reduce(r, OP_SUM, x, rank, axes, false);
}

static int32_t likelihood_loss(struct onnx *r, int32_t x, int32_t labels, int32_t weights)
{
    const char *reduction = node_string(r, "reduction", "mean");
    int32_t counts, loss;
    struct labels l;

    read_labels(r, x, labels, &l);
    counts = label_weights(r, &l, weights);
    loss = emit_binary(r, OP_MUL, emit_binary(r, OP_MUL, scores_of_labels(r, &l, x), counts), add_float(r, -1));
    if (strcmp(reduction, "none") == 0)
        return loss;
    loss = sum_of_all(r, loss);
    return strcmp(reduction, "sum") == 0 ? loss : emit_binary(r, OP_DIV, loss, sum_of_all(r, counts));
}

void onnx_negative_log_likelihood_loss(struct onnx *r)
{
    node_out(r, 0, likelihood_loss(r, node_in(r, 0), node_in(r, 1), node_in_or(r, 2, TENSOR_ABSENT)));
}

void onnx_softmax_cross_entropy_loss(struct onnx *r)
{
    int32_t x = node_in(r, 0);
    int last = tensor_at(r, x)->rank - 1;

    if (r->status == MOTE_OK && last < 1)
        onnx_fail(r, MOTE_ERR_SHAPE, "scores without classes");
    if (r->status != MOTE_OK)
        return;
    x = transpose_move(r, emit_unary(r, OP_LOG_SOFTMAX, transpose_move(r, x, 1, last)), last, 1);
    node_out(r, 0, likelihood_loss(r, x, node_in(r, 1), node_in_or(r, 2, TENSOR_ABSENT)));
    node_out(r, 1, x);
}

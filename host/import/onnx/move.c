/* SPDX-License-Identifier: Apache-2.0 */
/* What moves elements. */
#include "host/import/onnx/ops.h"

void onnx_concat(struct build *r)
{
    int axis = axis_of(r, node_int(r, "axis", onnx_of(r)->opset < 4 ? 1 : 0), tensor_at(r, node_in(r, 0))->rank);

    int32_t *in = pool_array(r->pool, (size_t)onnx_of(r)->n_in, sizeof *in);
    int n = 0;

    for (int i = 0; i < onnx_of(r)->n_in; i++)
        if (tensor_elements(tensor_at(r, node_in(r, i))) > 0) /* what is empty adds nothing */
            in[n++] = onnx_of(r)->in[i];
    if (r->status == MOTE_OK)
        node_out(r, 0, n > 0 ? concat(r, axis, n, in) : onnx_of(r)->in[0]);
}

/* How many steps from begin to end. */
static int64_t steps_of(int64_t size, int64_t begin, int64_t end, int64_t step)
{
    begin += begin < 0 ? size : 0;
    end += end < 0 ? size : 0;
    if (step > 0) {
        begin = begin < 0 ? 0 : begin, end = end > size ? size : end;
        return end > begin ? (end - begin + step - 1) / step : 0;
    }
    begin = begin >= size ? size - 1 : begin, end = end < -1 ? -1 : end;
    return begin > end ? (begin - end - step - 1) / -step : 0;
}

/* Of constants, as shapes are, nothing may be left. */
static bool is_empty(const struct build *r, int32_t x, const int64_t *begin, const int64_t *end, const int64_t *step)
{
    const struct tensor *t = tensor_at(r, x);

    for (int d = 0; d < t->rank; d++)
        if (step[d] != 0 && steps_of(t->dims[d], begin[d], end[d], step[d]) == 0)
            return t->data != NULL;
    return false;
}

static int32_t empty(struct build *r, int32_t x, const int64_t *begin, const int64_t *end, const int64_t *step)
{
    struct tensor t = *tensor_at(r, x);

    for (int d = 0; d < t.rank; d++)
        t.dims[d] = step[d] != 0 ? steps_of(t.dims[d], begin[d], end[d], step[d]) : 0;
    return add_const(r, t.type, t.rank, t.dims, pool_alloc(r->pool, 0));
}

/* starts, ends, axes and steps are attributes up to opset 9 (without steps). */
void onnx_slice(struct build *r)
{
    int32_t x = node_in(r, 0);
    const struct tensor t = *tensor_at(r, x);
    int64_t starts[RANK_MAX], ends[RANK_MAX], axes[RANK_MAX], steps[RANK_MAX];
    int64_t begin[RANK_MAX] = {0}, end[RANK_MAX] = {0}, step[RANK_MAX] = {0};
    int n, n_ends, n_axes, n_steps;

    node_list(r, "starts", 1, RANK_MAX, &n, starts);
    node_list(r, "ends", 2, RANK_MAX, &n_ends, ends);
    node_list(r, "axes", 3, RANK_MAX, &n_axes, axes);
    node_list(r, "steps", 4, RANK_MAX, &n_steps, steps);
    if (r->status == MOTE_OK &&
        (n < 0 || n_ends != n || (n_axes >= 0 && n_axes != n) || (n_steps >= 0 && n_steps != n) || n > t.rank))
        build_fail(r, MOTE_ERR_FORMAT, "starts, ends, axes and steps are not as many");
    for (int d = 0; d < t.rank; d++)
        end[d] = t.dims[d], step[d] = 1;
    for (int i = 0; i < n && r->status == MOTE_OK; i++) {
        int d = axis_of(r, n_axes < 0 ? i : axes[i], t.rank);

        begin[d] = starts[i];
        end[d] = ends[i];
        step[d] = n_steps < 0 ? 1 : steps[i];
    }
    if (r->status == MOTE_OK && is_empty(r, x, begin, end, step))
        node_out(r, 0, empty(r, x, begin, end, step));
    else
        node_out(r, 0, slice(r, x, begin, end, step));
}

/* ---- Pad ---- */
/* Without a value it is 0, of quantized numbers too, whose zero point may be another. */
static int32_t pad_value(struct build *r)
{
    const struct tensor *x = tensor_at(r, node_in(r, 0));

    if (onnx_of(r)->opset >= 11)
        return node_has(r, 2) || x->quant.n == 0 ? node_in_or(r, 2, TENSOR_ABSENT) : add_zero(r, x->type);
    return node_attr(r, "value") ? add_float(r, node_float(r, "value", 0)) : TENSOR_ABSENT;
}

static int32_t mirror(struct build *r, int32_t x, const int64_t *before, const int64_t *after)
{
    int rank = tensor_at(r, x)->rank;
    int64_t list[2 * RANK_MAX];

    for (int d = 0; d < rank; d++)
        list[2 * d] = before[d], list[2 * d + 1] = after[d];
    return emit_binary(r, OP_MIRROR_PAD, x, reshape(r, add_ints(r, 2 * rank, list), 2, (int64_t[]){rank, 2}));
}

/* The first and last element of a dimension, again and again; or of `wrap` the other end. */
static int32_t repeat_edges(struct build *r, int32_t x, const int64_t *before, const int64_t *after, bool wrap)
{
    const struct tensor t = *tensor_at(r, x);

    for (int d = 0; d < t.rank && r->status == MOTE_OK; d++) {
        int64_t n = t.dims[d] + before[d] + after[d];
        int32_t *list;

        if (before[d] == 0 && after[d] == 0)
            continue;
        if (n < 1 || t.dims[d] < 1)
            build_fail(r, MOTE_ERR_SHAPE, "nothing is left of dimension %d", d);
        list = add_indices(r, n < 1 ? 0 : n);
        for (int64_t i = 0; i < n && r->status == MOTE_OK; i++) {
            int64_t from = i - before[d];

            if (wrap)
                from = (from % t.dims[d] + t.dims[d]) % t.dims[d];
            list[i] = (int32_t)(from < 0 ? 0 : from >= t.dims[d] ? t.dims[d] - 1 : from);
        }
        x = gather(r, x, d, n, list);
    }
    return x;
}

void onnx_pad(struct build *r)
{
    int32_t x = node_in(r, 0);
    int rank = tensor_at(r, x)->rank, n;
    const char *mode = node_string(r, "mode", "constant");
    int64_t pads[2 * RANK_MAX], before[RANK_MAX] = {0}, after[RANK_MAX] = {0};

    node_list(r, onnx_of(r)->opset < 2 ? "paddings" : "pads", 1, 2 * RANK_MAX, &n, pads);
    if (r->status == MOTE_OK && n != 2 * rank)
        build_fail(r, MOTE_ERR_FORMAT, "%d paddings for %d dimensions", n, rank);
    for (int d = 0; d < rank && r->status == MOTE_OK; d++)
        before[d] = pads[d], after[d] = pads[rank + d];
    if (r->status != MOTE_OK)
        return;
    if (strcmp(mode, "constant") == 0)
        node_out(r, 0, pad(r, x, before, after, pad_value(r)));
    else if (strcmp(mode, "reflect") == 0)
        node_out(r, 0, mirror(r, x, before, after));
    else if (strcmp(mode, "edge") == 0 || strcmp(mode, "wrap") == 0)
        node_out(r, 0, repeat_edges(r, x, before, after, mode[0] == 'w'));
    else
        build_fail(r, MOTE_ERR_UNSUPPORTED, "mode %s", printable(r->pool, mode));
}

/* Without sizes the parts are equal, but for the last, which may be smaller. */
void onnx_split(struct build *r)
{
    int32_t x = node_in(r, 0), out[64];
    const struct tensor t = *tensor_at(r, x);
    int axis = axis_of(r, node_int(r, "axis", 0), t.rank), n_out = (int)onnx_of(r)->node->n_output, n;
    int64_t sizes[64], part;

    node_list(r, "split", 1, 64, &n, sizes);
    if (r->status == MOTE_OK && (n_out < 1 || n_out > 64 || (n >= 0 && n != n_out)))
        build_fail(r, MOTE_ERR_FORMAT, "%d outputs of %d sizes", n_out, n);
    if (r->status != MOTE_OK)
        return;
    assert(n_out > 0);
    part = (t.dims[axis] + n_out - 1) / n_out;
    for (int i = 0; n < 0 && i < n_out; i++)
        sizes[i] = i < n_out - 1 ? part : t.dims[axis] - part * (n_out - 1);
    emit_many(r, OP_SPLIT_V, NULL, TYPE_NONE, 3,
              (int32_t[]){x, add_ints(r, n_out, sizes), reshape(r, add_ints(r, 1, (int64_t[]){axis}), 0, NULL)}, n_out,
              out);
    for (int i = 0; i < n_out; i++)
        node_out(r, i, out[i]);
}

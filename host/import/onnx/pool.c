/* SPDX-License-Identifier: Apache-2.0 */
/* Pools. */
#include <float.h>

#include "host/import/onnx/ops.h"
#include "host/import/onnx/spatial.h"

/* With dilations: dimension by dimension the largest of as many slices as the window has elements. */
static int32_t dilated(struct build *r, int32_t x, const struct spatial *s)
{
    for (int i = 0; i < s->n && r->status == MOTE_OK; i++) {
        int64_t before[RANK_MAX] = {0}, after[RANK_MAX] = {0}, begin[RANK_MAX] = {0}, end[RANK_MAX], step[RANK_MAX];
        int d = 2 + i;
        int32_t max = TENSOR_ABSENT;

        before[d] = s->before[i], after[d] = s->after[i];
        x = pad(r, x, before, after, add_float(r, -FLT_MAX));
        for (int k = 0; k < RANK_MAX; k++)
            end[k] = tensor_at(r, x)->dims[k], step[k] = 1;
        step[d] = s->stride[i];
        for (int64_t k = 0; k < s->kernel[i] && r->status == MOTE_OK; k++) {
            int32_t one;

            begin[d] = k * s->dilation[i];
            end[d] = begin[d] + (s->out[i] - 1) * s->stride[i] + 1;
            one = slice(r, x, begin, end, step);
            max = k == 0 ? one : emit_binary(r, OP_MAXIMUM, max, one);
        }
        x = max;
    }
    return x;
}

static bool has_dilations(const struct spatial *s)
{
    for (int i = 0; i < s->n; i++)
        if (s->dilation[i] > 1)
            return true;
    return false;
}

static int32_t pool(struct build *r, enum op_id id, int32_t x, const struct spatial *s)
{
    return channels_first(r, pooling(r, id, channels_last(r, x), s), s->n);
}

/* Padding that counts is an operator of its own. */
static int32_t pad_before(struct build *r, int32_t x, struct spatial *s)
{
    int64_t before[RANK_MAX] = {0}, after[RANK_MAX] = {0};

    for (int i = 0; i < s->n; i++) {
        before[2 + i] = s->before[i], after[2 + i] = s->after[i];
        s->before[i] = s->after[i] = 0;
    }
    return pad(r, x, before, after, TENSOR_ABSENT);
}

void onnx_average_pool(struct build *r)
{
    int32_t x = node_in(r, 0);
    struct spatial s;

    spatial_read(r, x, NULL, &s);
    if (has_dilations(&s))
        build_fail(r, MOTE_ERR_UNSUPPORTED, "an average pool with dilations");
    if (r->status == MOTE_OK && node_int(r, "count_include_pad", 0) != 0)
        x = pad_before(r, x, &s);
    if (r->status == MOTE_OK)
        node_out(r, 0, pool(r, OP_AVERAGE_POOL_2D, x, &s));
}

void onnx_max_pool(struct build *r)
{
    int32_t x = node_in(r, 0);
    enum mote_type type = tensor_at(r, x)->type;
    struct spatial s;

    if (node_wants(r, 1))
        build_fail(r, MOTE_ERR_UNSUPPORTED, "the indices of a MaxPool");
    spatial_read(r, x, NULL, &s);
    if (r->status != MOTE_OK)
        return;
    x = cast(r, x, TYPE_F32); /* integers of 8 bits, which floats hold */
    node_out(r, 0, cast(r, has_dilations(&s) ? dilated(r, x, &s) : pool(r, OP_MAX_POOL_2D, x, &s), type));
}

static void global(struct build *r, enum op_id id)
{
    int32_t x = node_in(r, 0);
    int rank = tensor_at(r, x)->rank;
    int64_t axes[RANK_MAX];

    if (r->status == MOTE_OK && rank < 3)
        build_fail(r, MOTE_ERR_SHAPE, "an input of %d dimensions", rank);
    for (int d = 2; d < rank; d++)
        axes[d - 2] = d;
    node_out(r, 0, reduce(r, id, x, rank - 2, axes, true));
}

void onnx_global_average_pool(struct build *r) { global(r, OP_MEAN); }

void onnx_global_max_pool(struct build *r) { global(r, OP_REDUCE_MAX); }

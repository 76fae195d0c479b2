/* SPDX-License-Identifier: Apache-2.0 */
/* Pools. */
#include <float.h>

#include "host/import/onnx/ops.h"
#include "host/import/onnx/spatial.h"
#include "host/import/onnx/unpool.h"
#include "host/import/power.h"

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

    if (!node_wants(r, 1) && node_as_reals(r, onnx_max_pool))
        return;
    spatial_read(r, x, NULL, &s);
    if (r->status != MOTE_OK)
        return;
    if (node_wants(r, 1)) {
        max_pool_and_indices(r, x, &s);
        return;
    }
    x = cast(r, x, TYPE_F32); /* integers of 8 bits, which floats hold */
    node_out(r, 0, cast(r, has_dilations(&s) ? dilated(r, x, &s) : pool(r, OP_MAX_POOL_2D, x, &s), type));
}

/* ---- roots of sums of powers ---- */
struct lp {
    float p;
};

static struct lp read_lp(struct build *r)
{
    const bool first = onnx_of(r)->opset < 2;
    const float p = first ? node_float(r, "p", 2) : (float)node_int(r, "p", 2);

    if (r->status == MOTE_OK && !(p >= 1 && p <= 64))
        build_fail(r, MOTE_ERR_VALUE, "attribute p is %g; 1 to 64 are there", (double)p);
    return (struct lp){p};
}

static int32_t powers(struct build *r, int32_t x, struct lp lp)
{
    if (lp.p == 2)
        return emit_unary(r, OP_SQUARE, x);
    x = emit_unary(r, OP_ABS, x);
    return lp.p == 1 ? x : power(r, x, add_float(r, lp.p));
}

static int32_t root(struct build *r, int32_t x, struct lp lp)
{
    if (lp.p == 1)
        return x;
    return lp.p == 2 ? emit_unary(r, OP_SQRT, x) : power(r, x, add_float(r, 1 / lp.p));
}

/* A sum is a mean times the window's elements; padding is zeros, which count. */
void onnx_lp_pool(struct build *r)
{
    int32_t x = node_in(r, 0);
    const struct lp lp = read_lp(r);
    float elements = 1;
    struct spatial s;

    spatial_read(r, x, NULL, &s);
    if (has_dilations(&s))
        build_fail(r, MOTE_ERR_UNSUPPORTED, "an LpPool with dilations");
    if (r->status != MOTE_OK)
        return;
    for (int i = 0; i < s.n; i++)
        elements *= (float)s.kernel[i];
    x = pool(r, OP_AVERAGE_POOL_2D, powers(r, pad_before(r, x, &s), lp), &s);
    node_out(r, 0, root(r, emit_binary(r, OP_MUL, x, add_float(r, elements)), lp));
}

/* ---- of all there is ---- */
static int32_t global(struct build *r, enum op_id id, int32_t x)
{
    int rank = tensor_at(r, x)->rank;
    int64_t axes[RANK_MAX];

    if (r->status == MOTE_OK && rank < 3)
        build_fail(r, MOTE_ERR_SHAPE, "an input of %d dimensions", rank);
    for (int d = 2; d < rank; d++)
        axes[d - 2] = d;
    return reduce(r, id, x, rank - 2, axes, true);
}

void onnx_global_average_pool(struct build *r) { node_out(r, 0, global(r, OP_MEAN, node_in(r, 0))); }

void onnx_global_max_pool(struct build *r) { node_out(r, 0, global(r, OP_REDUCE_MAX, node_in(r, 0))); }

void onnx_global_lp_pool(struct build *r)
{
    const struct lp lp = read_lp(r);

    node_out(r, 0, root(r, global(r, OP_SUM, powers(r, node_in(r, 0), lp)), lp));
}

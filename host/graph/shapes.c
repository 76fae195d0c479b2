/* SPDX-License-Identifier: Apache-2.0 */
/* What the operators' files share: shapes, windows, small constants. Dimensions may be unknown (DIM_UNKNOWN). */
#include "host/graph/op_info.h"

enum mote_status want_rank(const struct frame *at, const struct tensor *t, const char *what, int min, int max)
{
    if (!t)
        return fail(at, MOTE_ERR_SHAPE, "the %s is missing", what);
    if (t->rank >= min && t->rank <= max)
        return MOTE_OK;
    if (min == max)
        return fail(at, MOTE_ERR_SHAPE, "the %s has %d dimensions, not %d", what, (int)t->rank, min);
    return fail(at, MOTE_ERR_SHAPE, "the %s has %d dimensions, not %d to %d", what, (int)t->rank, min, max);
}

/* Whether the dimensions that `t` already has leave room for `dims`. */
static bool agrees(const struct tensor *t, int rank, const int64_t *dims)
{
    if (t->rank != rank)
        return false;
    for (int i = 0; i < rank; i++)
        if (t->dims[i] != DIM_UNKNOWN && dims[i] != DIM_UNKNOWN && t->dims[i] != dims[i])
            return false;
    return true;
}

enum mote_status infer_set(const struct frame *at, struct tensor *out, int rank, const int64_t *dims)
{
    struct tensor want = {.rank = rank};
    char is[96], should[96];

    assert(rank >= 0 && rank <= RANK_MAX);
    for (int i = 0; i < rank; i++) {
        if (dims[i] <= 0 && dims[i] != DIM_UNKNOWN)
            return fail(at, MOTE_ERR_SHAPE,
                        "dimension %d of the output would be empty: the window is larger than the padded input, or an "
                        "input is empty",
                        i);
        want.dims[i] = dims[i];
    }
    /* Rank 0 is what a tensor starts with, and what files write for a shape that is not known. */
    if (out->rank != 0 && !agrees(out, rank, dims))
        return fail(at, MOTE_ERR_SHAPE, "the output's shape is %s in the file, but the inputs make it %s",
                    shape_text(out, is), shape_text(&want, should));
    for (int i = 0; i < rank; i++)
        if (out->rank == 0 || dims[i] != DIM_UNKNOWN)
            out->dims[i] = dims[i];
    out->rank = rank;
    return MOTE_OK;
}

static struct window nothing_fits(void) { return (struct window){0, 0}; }

struct window window_fit(int padding, int64_t in, int64_t filter, int64_t stride, int64_t dilation, int64_t pad_before,
                         int64_t pad_after)
{
    int64_t reach, total;
    struct window w;

    if (in == DIM_UNKNOWN || filter == DIM_UNKNOWN)
        return (struct window){DIM_UNKNOWN, 0};
    if (in <= 0 || filter <= 0 || stride <= 0 || dilation <= 0 || filter > INT32_MAX || in > INT32_MAX)
        return nothing_fits();
    reach = (filter - 1) * dilation + 1;
    if (padding == PADDING_EXPLICIT) {
        if (pad_before < 0 || pad_after < 0 || in + pad_before + pad_after < reach)
            return nothing_fits();
        return (struct window){(in + pad_before + pad_after - reach) / stride + 1, pad_before};
    }
    w.out = padding == PADDING_SAME ? (in + stride - 1) / stride : (in + stride - reach) / stride;
    if (w.out <= 0)
        return nothing_fits();
    total = (w.out - 1) * stride + reach - in;
    w.pad_before = total > 0 ? total / 2 : 0;
    assert(w.pad_before < reach);
    return w;
}

enum mote_status want_axis(const struct frame *at, int64_t axis, int rank, int *out)
{
    assert(rank >= 0 && rank <= RANK_MAX);
    if (axis < -rank || axis >= rank)
        return fail(at, MOTE_ERR_VALUE, "axis %lld of %d dimensions", (long long)axis, rank);
    *out = (int)(axis < 0 ? axis + rank : axis);
    return MOTE_OK;
}

int64_t const_int(const struct tensor *t, int64_t i)
{
    assert(i >= 0);
    assert(t->data && (t->type == TYPE_S16 || t->type == TYPE_S32 || t->type == TYPE_S64));
    if (t->type == TYPE_S16)
        return (int16_t)(t->data[i * 2] | t->data[i * 2 + 1] << 8);
    if (t->type == TYPE_S32)
        return (int32_t)le32(t->data + i * 4);
    return (int64_t)((uint64_t)le32(t->data + i * 8 + 4) << 32 | le32(t->data + i * 8));
}

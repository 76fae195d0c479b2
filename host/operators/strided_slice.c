/* SPDX-License-Identifier: Apache-2.0 */
/* STRIDED_SLICE: begin, end and strides are constants, one entry a dimension; masks, one bit an entry:
 *
 *   begin, end    the entry is as far as the dimension goes, in the direction of the stride
 *   shrink_axis   one index: the dimension goes away
 *   new_axis      a new dimension of 1
 *   ellipsis      all the dimensions that the other entries leave (once at most; at the end without it) */
#include "host/operators/strided_slice.h"

#include "host/gradient/gradient.h"
#include "host/operators/elementwise.h"
#include "host/operators/strided.h"

struct entries {
    int64_t n, begin[2 * RANK_MAX], end[2 * RANK_MAX], stride[2 * RANK_MAX];
};

static int64_t clamp(int64_t x, int64_t lo, int64_t hi) { return x < lo ? lo : x > hi ? hi : x; }

static bool has_bit(int32_t mask, int64_t i) { return ((uint32_t)mask >> i & 1) != 0; }

/* An index that may count from the end, within what a walk in the stride's direction may start or stop at. */
static int64_t index_within(int64_t index, int64_t dim, int64_t stride)
{
    index += index < 0 ? dim : 0;
    return stride > 0 ? clamp(index, 0, dim) : clamp(index, -1, dim - 1);
}

static enum mote_status add_range(struct slice *s, const struct strided_slice_opts *o, const struct entries *e,
                                  int64_t i, int d, int64_t dim, const struct frame *at)
{
    int64_t stride = e->stride[i], first, end;

    if (stride == 0)
        return fail(at, MOTE_ERR_VALUE, "the stride of entry %lld is 0", (long long)i);
    first = has_bit(o->begin_mask, i) ? (stride > 0 ? 0 : dim - 1) : index_within(e->begin[i], dim, stride);
    s->first[d] = first;
    s->stride[d] = stride;
    if (has_bit(o->shrink_axis_mask, i)) {
        if (stride < 0 || first >= dim)
            return fail(at, MOTE_ERR_VALUE, "entry %lld takes index %lld of a dimension of %lld", (long long)i,
                        (long long)e->begin[i], (long long)dim);
        s->count[d] = 1;
        return MOTE_OK;
    }
    end = has_bit(o->end_mask, i) ? (stride > 0 ? dim : -1) : index_within(e->end[i], dim, stride);
    s->count[d] = stride > 0 ? (end - first + stride - 1) / stride : (first - end - stride - 1) / -stride;
    s->dims[s->rank++] = s->count[d] > 0 ? s->count[d] : 0;
    return MOTE_OK;
}

static void add_whole(struct slice *s, int d, int64_t dim)
{
    s->first[d] = 0;
    s->stride[d] = 1;
    s->count[d] = dim;
    s->dims[s->rank++] = dim;
}

/* How many of the input's dimensions the entries name. */
static int count_named(const struct strided_slice_opts *o, const struct entries *e)
{
    int named = 0;

    for (int64_t i = 0; i < e->n; i++)
        named += !has_bit(o->ellipsis_mask, i) && !has_bit(o->new_axis_mask, i);
    return named;
}

static enum mote_status walk_entries(const struct strided_slice_opts *o, const struct tensor *in,
                                     const struct entries *e, struct slice *s, const struct frame *at)
{
    int named = count_named(o, e), d = 0;
    bool ellipsis = false;

    if (named > in->rank)
        return fail(at, MOTE_ERR_SHAPE, "%d entries for %d dimensions", named, (int)in->rank);
    for (int64_t i = 0; i < e->n; i++) {
        if (has_bit(o->ellipsis_mask, i)) {
            for (int left = ellipsis ? 0 : in->rank - named; left > 0; left--, d++)
                add_whole(s, d, in->dims[d]);
            ellipsis = true;
        } else if (has_bit(o->new_axis_mask, i)) {
            s->dims[s->rank++] = 1;
        } else {
            TRY(add_range(s, o, e, i, d, in->dims[d], at));
            d++;
        }
    }
    for (; d < in->rank; d++)
        add_whole(s, d, in->dims[d]);
    if (s->rank > RANK_MAX)
        return fail(at, MOTE_ERR_UNSUPPORTED, "the output has %d dimensions, not up to %d", s->rank, RANK_MAX);
    return MOTE_OK;
}

enum mote_status slice_find(const struct graph *g, const struct op *op, struct slice *s, const struct frame *at)
{
    const struct tensor *in = op_in(g, op, 0);
    struct entries e;

    *s = (struct slice){.rank = 0};
    TRY(want_rank(at, in, "input", 0, RANK_MAX));
    TRY(want_ints(at, g, op, 1, "list of first indices", 0, RANK_MAX, &e.n, e.begin));
    TRY(want_ints(at, g, op, 2, "list of last indices", e.n, e.n, &e.n, e.end));
    TRY(want_ints(at, g, op, 3, "list of strides", e.n, e.n, &e.n, e.stride));
    for (int d = 0; d < in->rank; d++)
        if (in->dims[d] == DIM_UNKNOWN)
            return fail(at, MOTE_ERR_SHAPE, "dimension %d of the input is not known", d);
    for (int64_t i = 0; i < e.n; i++)
        if (e.begin[i] < INT32_MIN || e.begin[i] > INT32_MAX || e.end[i] < INT32_MIN || e.end[i] > INT32_MAX ||
            e.stride[i] < INT32_MIN || e.stride[i] > INT32_MAX)
            return fail(at, MOTE_ERR_VALUE, "entry %lld is beyond 32 bits", (long long)i);
    return walk_entries(op->opts, in, &e, s, at);
}

static enum mote_status infer_strided_slice(const struct model *m, struct graph *g, const struct op *op,
                                            const struct frame *at)
{
    struct slice s;

    (void)m;
    TRY(slice_find(g, op, &s, at));
    return infer_set(at, op_out(g, op, 0), s.rank, s.dims);
}

static enum mote_status lower_strided_slice(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct tensor *in = op_in(l->graph, op, 0), *out = op_out(l->graph, op, 0);
    struct walk whole = walk_dense(in->rank, in->dims), w;
    bool moved = false;
    struct slice s;

    TRY(slice_find(l->graph, op, &s, at));
    w = walk_dense(in->rank, s.count);
    for (int d = 0; d < in->rank; d++) {
        w.in_at += s.first[d] * whole.dims[d].in_stride;
        w.dims[d].in_stride = s.stride[d] * whole.dims[d].in_stride;
        moved |= s.count[d] != in->dims[d] || (s.stride[d] < 0 && s.count[d] > 1);
    }
    if (in->type != out->type)
        return fail(at, MOTE_ERR_TYPE, "the input is %s and the output %s", type_name(in->type), type_name(out->type));
    if (!moved)
        return lower_same_bytes(l, op, at);
    return lower_walk_op(l, &w, op, at);
}

static enum mote_status gradient_strided_slice(struct backward *b, int32_t i, int32_t d, const struct frame *at)
{
    const struct op op = b->g->ops[i];

    (void)at;
    gradient_give(
        b, op.in[0],
        gradient_apply(b, OP_STRIDED_SLICE_GRAD, 5, (int32_t[]){d, op.in[0], op.in[1], op.in[2], op.in[3]}, op.opts));
    return MOTE_OK;
}

const struct operator operator_strided_slice = {
    .infer = infer_strided_slice,
    .lower = lower_strided_slice,
    .scales = {.form = FORM_SAME, .wide = true},
    .gradient = gradient_strided_slice,
};

/* SPDX-License-Identifier: Apache-2.0 */
/* Walks become steps of the kernel strided_copy. */
#include "host/operators/strided.h"

#include "host/plan/plan.h"
#include "mote/kernels/move/strided_copy.h"

struct walk walk_dense(int rank, const int64_t *dims)
{
    struct walk w = {.rank = rank};
    int64_t stride = 1;

    assert(rank <= WALK_MAX);
    for (int d = rank - 1; d >= 0; d--) {
        w.dims[d] = (struct walk_dim){dims[d], stride, stride};
        stride *= dims[d];
    }
    return w;
}

/* Drops dimensions of 1; neighbors through which both walks go in one stride become one. */
static struct walk merge_dims(const struct walk *w)
{
    struct walk m = {.rank = 0, .in_at = w->in_at, .out_at = w->out_at};

    assert(w->rank >= 0 && w->rank <= WALK_MAX);
    for (int32_t d = 0; d < w->rank; d++) {
        const struct walk_dim *now = &w->dims[d];
        struct walk_dim *last = &m.dims[m.rank - (m.rank > 0)];

        if (now->dim == 1)
            continue;
        if (m.rank > 0 && last->in_stride == now->in_stride * now->dim &&
            last->out_stride == now->out_stride * now->dim)
            *last = (struct walk_dim){last->dim * now->dim, now->in_stride, now->out_stride};
        else
            m.dims[m.rank++] = *now;
    }
    return m;
}

enum mote_status lower_walk(struct lowering *l, const struct walk *w, int32_t in, int32_t out, const struct frame *at)
{
    const struct value *from = &l->plan->values[in], *to = &l->plan->values[out];
    int32_t shape[RANK_MAX][3] = {{1, 0, 0}}, size = type_bits(from->type) / 8;
    struct walk m = merge_dims(w);
    struct mote_strided_copy p = {.chunk = size, .in_bytes = (int32_t)from->bytes, .out_bytes = (int32_t)to->bytes};

    if (from->type != to->type || size < 1)
        return fail(at, MOTE_ERR_TYPE, "the input is %s and the output %s: whole bytes of one type are wanted",
                    type_name(from->type), type_name(to->type));
    if (m.rank > 0 && m.dims[m.rank - 1].in_stride == 1 && m.dims[m.rank - 1].out_stride == 1)
        p.chunk *= (int32_t)m.dims[--m.rank].dim;
    if (m.rank > RANK_MAX)
        return fail(at, MOTE_ERR_UNSUPPORTED, "%d dimensions that are moved apart, not up to %d", m.rank, RANK_MAX);
    for (int32_t d = 0; d < m.rank; d++) {
        shape[d][0] = (int32_t)m.dims[d].dim;
        shape[d][1] = (int32_t)(m.dims[d].in_stride * size);
        shape[d][2] = (int32_t)(m.dims[d].out_stride * size);
    }
    p.in_at = (int32_t)(m.in_at * size);
    p.out_at = (int32_t)(m.out_at * size);
    p.rank = m.rank > 0 ? m.rank : 1;
    p.rows = shape[0][0];

    assert(p.rows > 0 && p.chunk > 0 && p.in_at >= 0 && p.out_at >= 0);
    int32_t args[] = {in, lower_const(l, "shape", TYPE_S32, shape, (size_t)p.rank * sizeof shape[0], false), out};

    return lower_step(l, KERNEL_strided_copy, &p, args, at);
}

enum mote_status lower_walk_op(struct lowering *l, const struct walk *w, const struct op *op, const struct frame *at)
{
    const int32_t out = lower_tensor(l, op->out[0]);

    return lower_walk(l, w, lower_tensor(l, op->in[0]), out, at);
}

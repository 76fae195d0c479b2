/* SPDX-License-Identifier: Apache-2.0 */
/* BROADCAST_ARGS: the shape to which two shapes, lists of dimensions, broadcast. Those that are computed when the model
 * runs must be as long as each other. */
#include "host/operators/elementwise.h"
#include "mote/kernels/elementwise/compare.h"
#include "mote/kernels/elementwise/select.h"
#include "mote/kernels/move/copy.h"

static enum mote_status infer_broadcast_args(const struct model *m, struct graph *g, const struct op *op,
                                             const struct frame *at)
{
    const struct tensor *a = op_in(g, op, 0), *b = op_in(g, op, 1);

    (void)m;
    TRY(want_rank(at, a, "first shape", 1, 1));
    TRY(want_rank(at, b, "second shape", 1, 1));
    return infer_set(at, op_out(g, op, 0), 1, a->dims[0] > b->dims[0] ? a->dims : b->dims);
}

/* The dimension that is `back` from the end, 1 before the first. */
static int64_t dim_from_end(const struct tensor *t, int64_t back)
{
    return back < t->dims[0] ? const_int(t, t->dims[0] - 1 - back) : 1;
}

static enum mote_status lower_known(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct tensor *a = op_in(l->graph, op, 0), *b = op_in(l->graph, op, 1), *out = op_out(l->graph, op, 0);
    const int32_t size = type_bits(out->type) / 8;
    int64_t n = out->dims[0], wide[RANK_MAX];
    int32_t narrow[RANK_MAX];

    if (n > RANK_MAX)
        return fail(at, MOTE_ERR_SHAPE, "a shape of %lld dimensions", (long long)n);
    for (int64_t back = 0; back < n; back++) {
        int64_t x = dim_from_end(a, back), y = dim_from_end(b, back);

        if (x != y && x != 1 && y != 1)
            return fail(at, MOTE_ERR_VALUE, "dimensions of %lld and %lld do not broadcast", (long long)x, (long long)y);
        wide[n - 1 - back] = x == 1 ? y : x;
        narrow[n - 1 - back] = (int32_t)wide[n - 1 - back];
    }

    struct mote_copy p = {.rows = 1, .row_bytes = (int32_t)n * size};
    const void *dims = out->type == TYPE_S64 ? (const void *)wide : narrow;
    int32_t args[] = {lower_const(l, "shape", out->type, dims, (size_t)p.row_bytes, false),
                      lower_tensor(l, op->out[0])};

    return lower_step(l, KERNEL_copy, &p, args, at);
}

/* a = 1 ? b : a */
static enum mote_status lower_computed(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct tensor *out = op_out(l->graph, op, 0);
    const int32_t n = (int32_t)out->dims[0], size = type_bits(out->type) / 8;
    const int32_t a = lower_tensor(l, op->in[0]), b = lower_tensor(l, op->in[1]);
    const int32_t one = lower_const(l, "one", out->type, &(int64_t){1}, (size_t)size, false);
    const int32_t is_one = lower_scratch(l, TYPE_BOOL, (size_t)n);
    const struct mote_compare compare = {.function = MOTE_COMPARE_EQUAL,
                                         .type = (int32_t)out->type,
                                         .rows = 1,
                                         .rank = 1,
                                         .a_len = n,
                                         .b_len = 1,
                                         .out_len = n};
    const struct mote_select select = {
        .size = size, .rows = 1, .rank = 1, .condition_len = n, .a_len = n, .b_len = n, .out_len = n};
    int32_t args[5] = {a, one, lower_const(l, "shape", TYPE_S32, (int32_t[]){n, 1, 0}, 12, false), is_one};

    if (op_in(l->graph, op, 0)->dims[0] != op_in(l->graph, op, 1)->dims[0])
        return fail(at, MOTE_ERR_UNSUPPORTED,
                    "shapes of %lld and %lld dimensions that are computed when the model runs",
                    (long long)op_in(l->graph, op, 0)->dims[0], (long long)op_in(l->graph, op, 1)->dims[0]);
    TRY(lower_step(l, KERNEL_compare, &compare, args, at));
    args[0] = is_one;
    args[1] = b;
    args[2] = a;
    args[3] = lower_const(l, "shape", TYPE_S32, (int32_t[]){n, 1, 1, 1}, 16, false);
    args[4] = lower_tensor(l, op->out[0]);
    return lower_step(l, KERNEL_select, &select, args, at);
}

static enum mote_status lower_broadcast_args(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct tensor *a = op_in(l->graph, op, 0), *b = op_in(l->graph, op, 1);

    if (a->type != TYPE_S32 && a->type != TYPE_S64)
        return refuse_type(at, l->graph, op->in[0], "s32 and s64");
    TRY(want_type(at, l->graph, op->in[1], a->type));
    TRY(want_type(at, l->graph, op->out[0], a->type));
    return a->data != NULL && b->data != NULL ? lower_known(l, op, at) : lower_computed(l, op, at);
}

const struct operator operator_broadcast_args = {
    .infer = infer_broadcast_args,
    .lower = lower_broadcast_args,
};

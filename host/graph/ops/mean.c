/* SPDX-License-Identifier: Apache-2.0 */
/* MEAN: over the axes that the second input, a constant, names; negative ones count from the end, repeated ones count
 * once. keep_dims leaves them in the output's shape as 1. */
#include "host/plan/lower.h"
#include "kernels/mean_s8.h"
#include "kernels/reduce_f32.h"

#define LEVELS 4 /* of kept and of reduced dimensions: RANK_MAX dimensions in turn are so many of each */

/* reduced[d]: whether dimension d is. */
static enum mote_status find_axes(const struct graph *g, const struct op *op, bool reduced[RANK_MAX],
                                  const struct frame *at)
{
    const struct tensor *in = op_in(g, op, 0), *axes = op_in(g, op, 1);

    memset(reduced, 0, RANK_MAX * sizeof reduced[0]);
    TRY(want_rank(at, in, "input", 0, RANK_MAX));
    TRY(want_rank(at, axes, "list of axes", 0, 1));
    TRY(want_const(at, g, op->in[1], "list of axes"));
    if (axes->type != TYPE_S32 && axes->type != TYPE_S64)
        return fail(at, MOTE_ERR_TYPE, "the list of axes is %s, not s32 or s64", type_name(axes->type));
    for (int64_t i = 0; i < tensor_elements(axes) && in->rank > 0; i++) {
        int64_t axis = const_int(axes, i);

        if (axis < -in->rank || axis >= in->rank)
            return fail(at, MOTE_ERR_VALUE, "axis %lld of an input of %d dimensions", (long long)axis, (int)in->rank);
        reduced[axis < 0 ? axis + in->rank : axis] = true;
    }
    return MOTE_OK;
}

enum mote_status infer_mean(const struct model *m, struct graph *g, const struct op *op, const struct frame *at)
{
    const struct reduce_opts *o = op->opts;
    const struct tensor *in = op_in(g, op, 0);
    int64_t dims[RANK_MAX];
    bool reduced[RANK_MAX];
    int rank = 0;

    (void)m;
    TRY(find_axes(g, op, reduced, at));
    for (int d = 0; d < in->rank; d++)
        if (!reduced[d])
            dims[rank++] = in->dims[d];
        else if (o->keep_dims)
            dims[rank++] = 1;
    return infer_set(at, op_out(g, op, 0), rank, dims);
}

int64_t macs_mean(const struct graph *g, const struct op *op)
{
    (void)g;
    (void)op;
    return 0;
}

/* Dimensions of one kind, filled from the innermost on; unused ones are 1. */
struct levels {
    int32_t size[LEVELS], step[LEVELS];
    int next;
};

static struct levels no_levels(void) { return (struct levels){{1, 1, 1, 1}, {1, 1, 1, 1}, LEVELS}; }

/* The input's dimensions, innermost first, into kept and reduced levels; neighbors of one kind become one. Returns the
 * number of elements that make one output. */
static int64_t collapse(const struct tensor *in, const bool reduced[RANK_MAX], struct levels *kept, struct levels *gone)
{
    const struct levels *last = NULL;
    int64_t step = 1, n = 1;

    *kept = *gone = no_levels();
    for (int d = in->rank - 1; d >= 0; d--) {
        struct levels *levels = reduced[d] ? gone : kept;

        if (in->dims[d] == 1)
            continue;
        if (levels != last) {
            levels->next--;
            levels->step[levels->next] = (int32_t)step;
        }
        levels->size[levels->next] *= (int32_t)in->dims[d];
        step *= in->dims[d];
        n *= reduced[d] ? in->dims[d] : 1;
        last = levels;
    }
    return n;
}

/* Takes 1 / n into the multiplier, as the reference does: as many bits as n has go from the shift into the multiplier
 * before the division. */
static void divide_multiplier(int64_t n, int32_t *mult, int32_t *shift)
{
    int32_t bits = 0;

    while (n >> (bits + 1))
        bits++;
    if (bits > 31 + *shift)
        bits = 31 + *shift;
    *mult = (int32_t)(((int64_t)*mult << bits) / n);
    *shift -= bits;
}

/* The parameters that the kernels of all types have. */
#define LEVEL_FIELDS(k, r)                                                                                             \
    .keep0 = (k).size[0], .keep1 = (k).size[1], .keep2 = (k).size[2], .keep3 = (k).size[3], .keep_step0 = (k).step[0], \
    .keep_step1 = (k).step[1], .keep_step2 = (k).step[2], .keep_step3 = (k).step[3], .reduce0 = (r).size[0],           \
    .reduce1 = (r).size[1], .reduce2 = (r).size[2], .reduce3 = (r).size[3], .reduce_step0 = (r).step[0],               \
    .reduce_step1 = (r).step[1], .reduce_step2 = (r).step[2], .reduce_step3 = (r).step[3]

static enum mote_status lower_mean_s8(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct tensor *in = op_in(l->graph, op, 0);
    struct levels k, r;
    bool reduced[RANK_MAX];
    float in_scale, out_scale;
    int32_t in_zero, out_zero, mult, shift;
    int64_t n;

    TRY(find_axes(l->graph, op, reduced, at));
    TRY(want_quant(at, l->graph, op, op->in[0], TYPE_S8, &in_scale, &in_zero));
    TRY(want_quant(at, l->graph, op, op->out[0], TYPE_S8, &out_scale, &out_zero));
    n = collapse(in, reduced, &k, &r);
    quantize_multiplier((double)in_scale / (double)out_scale, &mult, &shift);
    divide_multiplier(n, &mult, &shift);
    if (shift > 30)
        return fail(at, MOTE_ERR_QUANT, "the output's scale %g is too small beside the input's, %g", out_scale,
                    in_scale);

    struct mote_mean_s8 p = {
        LEVEL_FIELDS(k, r),   .sum_zero = (int32_t)(0 - (uint32_t)n * (uint32_t)in_zero), .mult = mult, .shift = shift,
        .out_zero = out_zero,
    };
    int32_t args[] = {lower_tensor(l, op->in[0]), lower_tensor(l, op->out[0])};

    return lower_step(l, KERNEL_mean_s8, &p, args, 1, at);
}

static enum mote_status lower_mean_f32(struct lowering *l, const struct op *op, const struct frame *at)
{
    struct mote_reduce_f32 p;
    struct levels k, r;
    bool reduced[RANK_MAX];

    TRY(want_type(at, l->graph, op->out[0], TYPE_F32));
    TRY(find_axes(l->graph, op, reduced, at));
    collapse(op_in(l->graph, op, 0), reduced, &k, &r);
    p = (struct mote_reduce_f32){.function = MOTE_REDUCE_MEAN, LEVEL_FIELDS(k, r)};

    int32_t args[] = {lower_tensor(l, op->in[0]), lower_tensor(l, op->out[0])};

    return lower_step(l, KERNEL_reduce_f32, &p, args, 1, at);
}

enum mote_status lower_mean(struct lowering *l, const struct op *op, const struct frame *at)
{
    switch (op_in(l->graph, op, 0)->type) {
    case TYPE_S8:
        return lower_mean_s8(l, op, at);
    case TYPE_F32:
        return lower_mean_f32(l, op, at);
    default:
        return refuse_type(at, l->graph, op->in[0], "s8 and f32");
    }
}

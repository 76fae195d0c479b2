/* SPDX-License-Identifier: Apache-2.0 */
/* Axes, and the steps of kernels that reduce them. */
#include "host/operators/reduce.h"

#include <math.h>

#include "mote/kernels/pool/mean_rows_f32.h"
#include "mote/kernels/pool/mean_rows_s8.h"
#include "mote/kernels/pool/mean_s16.h"
#include "mote/kernels/pool/mean_s8.h"
#include "mote/kernels/pool/reduce_extreme.h"
#include "mote/kernels/pool/reduce_f32.h"

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
        int axis;

        TRY(want_axis(at, const_int(axes, i), in->rank, &axis));
        reduced[axis] = true;
    }
    return MOTE_OK;
}

enum mote_status infer_reduce(const struct model *m, struct graph *g, const struct op *op, const struct frame *at)
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

static struct levels no_levels(void) { return (struct levels){{1, 1, 1, 1}, {1, 1, 1, 1}, REDUCE_LEVELS}; }

/* The input's dimensions, innermost first, into kept and reduced levels; neighbors of one kind become one. */
static void collapse(const struct tensor *in, const bool reduced[RANK_MAX], struct reduction *r)
{
    const struct levels *last = NULL;
    int64_t step = 1;

    *r = (struct reduction){.kept = no_levels(), .reduced = no_levels(), .n = 1};
    for (int d = in->rank - 1; d >= 0; d--) {
        struct levels *levels = reduced[d] ? &r->reduced : &r->kept;

        if (in->dims[d] == 1)
            continue;
        if (levels != last) {
            assert(levels->next > 0);
            levels->next--;
            levels->step[levels->next] = (int32_t)step;
        }
        levels->size[levels->next] *= (int32_t)in->dims[d];
        step *= in->dims[d];
        r->n *= reduced[d] ? in->dims[d] : 1;
        last = levels;
    }
}

/* The rows of an NHWC tensor, or of [N][H][C], if what is reduced are whole rows, or neighbors in each row alike. */
static bool find_rows(const struct tensor *in, const bool reduced[RANK_MAX], struct reduced_rows *out)
{
    const bool flat = in->rank == 3;
    const int64_t *d = in->dims, w = flat ? 1 : d[2], c = d[in->rank - 1];
    const bool of_w = flat || w == 1 || reduced[2], of_c = reduced[in->rank - 1];

    if (!flat && in->rank != 4)
        return false;
    if ((reduced[0] && d[0] > 1) || (of_c && !of_w))
        return false;
    out->batch = (int32_t)(d[0] * (reduced[1] ? 1 : d[1]));
    out->in_h = (int32_t)(reduced[1] ? d[1] : 1);
    out->in_w = (int32_t)((of_w ? w : 1) * (of_c ? c : 1));
    out->channels = (int32_t)((of_w ? 1 : w) * (of_c ? 1 : c));
    return true;
}

enum mote_status want_reduction(const struct graph *g, const struct op *op, struct reduction *r, const struct frame *at)
{
    bool reduced[RANK_MAX];

    TRY(find_axes(g, op, reduced, at));
    collapse(op_in(g, op, 0), reduced, r);
    r->by_rows = find_rows(op_in(g, op, 0), reduced, &r->rows);
    return MOTE_OK;
}

/* Takes 1 / n into the multiplier, as the reference does: as many bits as n has go from the shift into the multiplier
 * before the division. */
static void divide_multiplier(int64_t n, int32_t *mult, int32_t *shift)
{
    int32_t bits = 0;

    assert(n > 0);
    while (n >> (bits + 1))
        bits++;
    if (bits > 31 + *shift)
        bits = 31 + *shift;
    *mult = (int32_t)(((int64_t)*mult << bits) / n);
    *shift -= bits;
}

static enum mote_status lower_fold(struct lowering *l, const struct op *op, enum kernel_id kernel, const void *params,
                                   enum mote_type sums, int32_t channels, const struct frame *at)
{
    int32_t args[] = {lower_tensor(l, op->in[0]), lower_scratch(l, sums, (size_t)channels * 4),
                      lower_tensor(l, op->out[0])};

    return lower_step(l, kernel, params, args, at);
}

enum mote_status lower_mean_rows_s8(struct lowering *l, const struct op *op, const struct mote_mean_rows_s8 *p,
                                    const struct frame *at)
{
    return lower_fold(l, op, KERNEL_mean_rows_s8, p, TYPE_S32, p->channels, at);
}

enum mote_status lower_mean_rows_f32(struct lowering *l, const struct op *op, const struct mote_mean_rows_f32 *p,
                                     const struct frame *at)
{
    return lower_fold(l, op, KERNEL_mean_rows_f32, p, TYPE_F32, p->channels, at);
}

/* From sums to outputs. */
struct requantization {
    int32_t sum_zero, mult, shift, out_zero;
};

static enum mote_status lower_by_rows(struct lowering *l, const struct op *op, const struct reduced_rows *rows,
                                      const struct requantization *q, const struct frame *at)
{
    struct mote_mean_rows_s8 p = {.batch = rows->batch,
                                  .in_h = rows->in_h,
                                  .in_w = rows->in_w,
                                  .channels = rows->channels,
                                  .sum_zero = q->sum_zero,
                                  .mult = q->mult,
                                  .shift = q->shift,
                                  .out_zero = q->out_zero,
                                  .lo = INT8_MIN,
                                  .hi = INT8_MAX};

    return lower_mean_rows_s8(l, op, &p, at);
}

static enum mote_status lower_whole(struct lowering *l, const struct op *op, const struct reduction *r,
                                    const struct requantization *q, const struct frame *at)
{
    struct mote_mean_s8 p = {REDUCTION_FIELDS(*r), .sum_zero = q->sum_zero, .mult = q->mult, .shift = q->shift,
                             .out_zero = q->out_zero};
    int32_t args[] = {lower_tensor(l, op->in[0]), lower_tensor(l, op->out[0])};

    return lower_step(l, KERNEL_mean_s8, &p, args, at);
}

static enum mote_status sum_multiplier(float in_scale, float out_scale, int64_t n, int32_t *mult, int32_t *shift,
                                       const struct frame *at)
{
    quantize_multiplier((double)in_scale / (double)out_scale, mult, shift);
    if (n > 1)
        divide_multiplier(n, mult, shift);
    if (*shift > 30)
        return fail(at, MOTE_ERR_QUANT, "the output's scale %g is too small beside the input's, %g", out_scale,
                    in_scale);
    return MOTE_OK;
}

enum mote_status lower_sum_s16(struct lowering *l, const struct op *op, bool mean, const struct frame *at)
{
    struct reduction r;
    float in_scale, out_scale;

    TRY(want_reduction(l->graph, op, &r, at));
    TRY(want_symmetric(at, l->graph, op, op->in[0], &in_scale));
    TRY(want_symmetric(at, l->graph, op, op->out[0], &out_scale));

    struct mote_mean_s16 p = {REDUCTION_FIELDS(r)};
    int32_t args[] = {lower_tensor(l, op->in[0]), lower_tensor(l, op->out[0])};

    TRY(sum_multiplier(in_scale, out_scale, mean ? r.n : 1, &p.mult, &p.shift, at));
    return lower_step(l, KERNEL_mean_s16, &p, args, at);
}

enum mote_status lower_sum_s8(struct lowering *l, const struct op *op, bool mean, const struct frame *at)
{
    struct reduction r;
    float in_scale, out_scale;
    int32_t in_zero, out_zero, mult, shift;

    TRY(want_reduction(l->graph, op, &r, at));
    TRY(want_quant(at, l->graph, op, op->in[0], TYPE_S8, &in_scale, &in_zero));
    TRY(want_quant(at, l->graph, op, op->out[0], TYPE_S8, &out_scale, &out_zero));
    TRY(sum_multiplier(in_scale, out_scale, mean ? r.n : 1, &mult, &shift, at));

    const struct requantization q = {
        .sum_zero = (int32_t)(0 - (uint32_t)r.n * (uint32_t)in_zero),
        .mult = mult,
        .shift = shift,
        .out_zero = out_zero,
    };

    return r.by_rows ? lower_by_rows(l, op, &r.rows, &q, at) : lower_whole(l, op, &r, &q, at);
}

static enum mote_status lower_by_rows_f32(struct lowering *l, const struct op *op, const struct reduced_rows *rows,
                                          int64_t n, const struct frame *at)
{
    struct mote_mean_rows_f32 p = {.batch = rows->batch,
                                   .in_h = rows->in_h,
                                   .in_w = rows->in_w,
                                   .channels = rows->channels,
                                   .number = float_bits((float)n),
                                   .lo = float_bits(-INFINITY),
                                   .hi = float_bits(INFINITY)};

    return lower_mean_rows_f32(l, op, &p, at);
}

enum mote_status lower_reduce_f32(struct lowering *l, const struct op *op, int32_t function, const struct frame *at)
{
    struct reduction r;

    TRY(want_type(at, l->graph, op->out[0], TYPE_F32));
    TRY(want_reduction(l->graph, op, &r, at));

    if (r.by_rows && function != MOTE_REDUCE_MAX)
        return lower_by_rows_f32(l, op, &r.rows, function == MOTE_REDUCE_MEAN ? r.n : 1, at);

    struct mote_reduce_f32 p = {.function = function, REDUCTION_FIELDS(r)};
    int32_t args[] = {lower_tensor(l, op->in[0]), lower_tensor(l, op->out[0])};

    return lower_step(l, KERNEL_reduce_f32, &p, args, at);
}

enum mote_status lower_reduce_extreme(struct lowering *l, const struct op *op, bool smallest, const struct frame *at)
{
    const enum mote_type type = op_in(l->graph, op, 0)->type;
    struct reduction r;

    TRY(want_type(at, l->graph, op->out[0], type));
    TRY(want_reduction(l->graph, op, &r, at));

    struct mote_reduce_extreme p = {.smallest = smallest, .type = (int32_t)type, REDUCTION_FIELDS(r)};
    int32_t args[] = {lower_tensor(l, op->in[0]), lower_tensor(l, op->out[0])};

    return lower_step(l, KERNEL_reduce_extreme, &p, args, at);
}

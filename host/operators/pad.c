/* SPDX-License-Identifier: Apache-2.0 */
/* PAD: paddings [rank][2] (before, after), a constant; an optional third input is the element around, else real zero.
 */
#include "host/operators/elementwise.h"
#include "host/plan/plan.h"
#include "mote/kernels/move/pad.h"

static enum mote_status find_paddings(const struct graph *g, const struct op *op, int64_t paddings[2 * RANK_MAX],
                                      const struct frame *at)
{
    const struct tensor *in = op_in(g, op, 0);
    int64_t n;

    TRY(want_rank(at, in, "input", 1, RANK_MAX));
    TRY(want_ints(at, g, op, 1, "list of paddings", 2 * in->rank, 2 * in->rank, &n, paddings));
    for (int64_t i = 0; i < n; i++)
        if (paddings[i] < 0 || paddings[i] > TENSOR_BYTES_MAX)
            return fail(at, MOTE_ERR_VALUE, "padding of %lld elements at dimension %lld", (long long)paddings[i],
                        (long long)i / 2);
    return MOTE_OK;
}

static enum mote_status infer_pad(const struct model *m, struct graph *g, const struct op *op, const struct frame *at)
{
    const struct tensor *in = op_in(g, op, 0);
    int64_t paddings[2 * RANK_MAX], dims[RANK_MAX];

    (void)m;
    TRY(find_paddings(g, op, paddings, at));
    for (int d = 0; d < in->rank; d++)
        dims[d] = in->dims[d] == DIM_UNKNOWN ? DIM_UNKNOWN : in->dims[d] + paddings[2 * d] + paddings[2 * d + 1];
    return infer_set(at, op_out(g, op, 0), in->rank, dims);
}

/* The element around, as a value of the plan: the third input, or the zero point of an 8-bit output, or zero bytes. */
static enum mote_status lower_around(struct lowering *l, const struct op *op, int32_t *value, const struct frame *at)
{
    const struct tensor *out = op_out(l->graph, op, 0), *around = op_in(l->graph, op, 2);

    if (around != NULL) {
        if (around->type != out->type || tensor_elements(around) != 1)
            return fail(at, MOTE_ERR_TYPE, "the padding value is not one element of the output's type");
        *value = lower_tensor(l, op->in[2]);
        return MOTE_OK;
    }
    return lower_real_zero(l, op, value, at);
}

/* Rows of the kernel: the innermost dimension with padding (or, without any, the first), with all dimensions below it.
 */
static int row_dim(const struct tensor *in, const int64_t paddings[2 * RANK_MAX])
{
    int d = in->rank - 1;

    while (d > 0 && paddings[2 * d] == 0 && paddings[2 * d + 1] == 0)
        d--;
    return d;
}

/* {input size, padding before, output size} of the dimensions over the rows; neighbors without padding become one. */
static int32_t outer_dims(const struct tensor *in, const struct tensor *out, const int64_t paddings[2 * RANK_MAX],
                          int n, int32_t outer[RANK_MAX][3])
{
    int32_t rank = 0;

    for (int d = 0; d < n; d++) {
        bool plain = in->dims[d] == out->dims[d];

        if (plain && rank > 0 && outer[rank - 1][0] == outer[rank - 1][2]) {
            outer[rank - 1][0] *= (int32_t)in->dims[d];
            outer[rank - 1][2] *= (int32_t)in->dims[d];
            continue;
        }
        outer[rank][0] = (int32_t)in->dims[d];
        outer[rank][1] = (int32_t)paddings[2 * d];
        outer[rank++][2] = (int32_t)out->dims[d];
    }
    if (rank > 0)
        return rank;
    outer[0][0] = outer[0][2] = 1;
    outer[0][1] = 0;
    return 1;
}

static enum mote_status lower_pad(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct tensor *in = op_in(l->graph, op, 0), *out = op_out(l->graph, op, 0);
    int64_t paddings[2 * RANK_MAX], rows = 1, below = 1;
    int32_t outer[RANK_MAX][3], around = VALUE_NONE;
    int row;

    TRY(find_paddings(l->graph, op, paddings, at));
    if (in->type != out->type || type_bits(in->type) < 8)
        return fail(at, MOTE_ERR_TYPE, "the input is %s and the output %s: whole bytes of one type are wanted",
                    type_name(in->type), type_name(out->type));
    TRY(lower_around(l, op, &around, at));
    row = row_dim(in, paddings);
    for (int d = 0; d < row; d++)
        rows *= out->dims[d];
    for (int d = row + 1; d < in->rank; d++)
        below *= in->dims[d];

    struct mote_pad p = {
        .size = type_bits(in->type) / 8,
        .rows = (int32_t)rows,
        .rank = outer_dims(in, out, paddings, row, outer),
        .in_len = (int32_t)(in->dims[row] * below),
        .before = (int32_t)(paddings[2 * row] * below),
        .out_len = (int32_t)(out->dims[row] * below),
    };
    int32_t args[] = {
        lower_tensor(l, op->in[0]),
        around,
        lower_const(l, "outer", TYPE_S32, outer, (size_t)p.rank * sizeof outer[0], false),
        lower_tensor(l, op->out[0]),
    };
    return lower_step(l, KERNEL_pad, &p, args, at);
}

const struct operator operator_pad = {
    .infer = infer_pad,
    .lower = lower_pad,
    .scales = {.form = FORM_SAME, .wide = true},
};

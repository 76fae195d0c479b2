/* SPDX-License-Identifier: Apache-2.0 */
/* SELECT_V2: where the first input, of bools, holds, the second input's element, else the third's. All three broadcast.
 */
#include "host/operators/elementwise.h"
#include "mote/kernels/elementwise/select.h"

/* The common dimension d of three operands of `rank` dimensions at most; 0: there is none. */
static int64_t common_dim(const struct tensor *const operands[3], int rank, int d)
{
    int64_t dim = 1;

    for (int k = 0; k < 3; k++) {
        int own = d - (rank - operands[k]->rank);
        int64_t size = own < 0 ? 1 : operands[k]->dims[own];

        if (dim == 1)
            dim = size;
        else if (size != 1 && size != dim)
            return 0;
    }
    return dim;
}

static enum mote_status infer_select_v2(const struct model *m, struct graph *g, const struct op *op,
                                        const struct frame *at)
{
    const struct tensor *const operands[] = {op_in(g, op, 0), op_in(g, op, 1), op_in(g, op, 2)};
    char shapes[3][96];
    int64_t dims[RANK_MAX];
    int rank = 0;

    (void)m;
    for (int k = 0; k < 3; k++) {
        TRY(want_rank(at, operands[k], k == 0 ? "condition" : k == 1 ? "second input" : "third input", 0, RANK_MAX));
        assert(operands[k]);
        rank = operands[k]->rank > rank ? operands[k]->rank : rank;
    }
    for (int d = 0; d < rank; d++) {
        dims[d] = common_dim(operands, rank, d);
        if (dims[d] == 0)
            return fail(at, MOTE_ERR_SHAPE, "the shapes %s, %s and %s do not fit together",
                        shape_text(operands[0], shapes[0]), shape_text(operands[1], shapes[1]),
                        shape_text(operands[2], shapes[2]));
    }
    return infer_set(at, op_out(g, op, 0), rank, dims);
}

/* The groups as the kernel walks them; len[3] and *out_len become the elements of a row. */
static int32_t fill_shape(const struct broadcast_groups *g, int32_t shape[RANK_MAX][4], int32_t len[3],
                          int32_t *out_len)
{
    const struct broadcast_group *inner = g->group + g->has_rows;
    int n = g->n - g->has_rows;

    shape[0][0] = 1;
    for (int i = n - 1; i >= 0; i--) {
        shape[i][0] = inner[i].dim;
        for (int k = 0; k < 3; k++) {
            const bool varies = inner[i].varies >> k & 1;

            shape[i][1 + k] = varies ? len[k] : 0;
            len[k] *= varies ? inner[i].dim : 1;
        }
        *out_len *= inner[i].dim;
    }
    return n > 0 ? n : 1;
}

enum mote_status lower_select(struct lowering *l, const struct tensor *const operands[3], const int32_t in[3],
                              int32_t out, const struct frame *at)
{
    const struct tensor *t = &l->graph->tensors[out];
    struct broadcast_groups groups = broadcast_groups(operands, 3, t);
    struct mote_select p = {
        .size = type_bits(t->type) / 8, .rows = groups.has_rows ? groups.group[0].dim : 1, .out_len = 1};
    int32_t shape[RANK_MAX][4] = {0}, len[3] = {1, 1, 1};

    p.rank = fill_shape(&groups, shape, len, &p.out_len);
    p.condition_len = len[0];
    p.a_len = len[1];
    p.b_len = len[2];

    int32_t args[] = {in[0], in[1], in[2],
                      lower_const(l, "shape", TYPE_S32, shape, (size_t)p.rank * sizeof shape[0], false),
                      lower_tensor(l, out)};

    return lower_step(l, KERNEL_select, &p, args, at);
}

static enum mote_status lower_select_v2(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct tensor *out = op_out(l->graph, op, 0);
    const struct tensor *const operands[] = {op_in(l->graph, op, 0), op_in(l->graph, op, 1), op_in(l->graph, op, 2)};
    int32_t in[3];

    TRY(want_type(at, l->graph, op->in[0], TYPE_BOOL));
    TRY(want_type(at, l->graph, op->in[1], out->type));
    TRY(want_type(at, l->graph, op->in[2], out->type));
    if (type_bits(out->type) < 8 || type_bits(out->type) > 64)
        return refuse_type(at, l->graph, op->in[1], "types of 1 to 8 bytes");
    for (int k = 0; k < 3; k++)
        in[k] = lower_tensor(l, op->in[k]);
    return lower_select(l, operands, in, op->out[0], at);
}

const struct operator operator_select_v2 = {
    .infer = infer_select_v2,
    .lower = lower_select_v2,
    .scales = {.form = FORM_SAME, .wide = true},
};

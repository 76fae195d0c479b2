/* SPDX-License-Identifier: Apache-2.0 */
/* BATCH_MATMUL: products of matrices, the last two dimensions of each input; the dimensions before them broadcast.
 * adj_x and adj_y take an input's matrices transposed. */
#include "host/operators/elementwise.h"
#include "mote/kernels/dense/batch_matmul_f32.h"
#include "mote/kernels/dense/batch_matmul_s16.h"
#include "mote/kernels/dense/batch_matmul_s8.h"

/* One input's matrices: [outer][inner] as the product sees them, in elements. */
struct matrices {
    int64_t outer, inner;
    int32_t outer_step, inner_step;
};

static struct matrices matrices_of(const struct tensor *t, bool transposed)
{
    int64_t h = t->dims[t->rank - 2], w = t->dims[t->rank - 1];

    return transposed ? (struct matrices){w, h, 1, (int32_t)w} : (struct matrices){h, w, (int32_t)w, 1};
}

/* The dimensions before the matrix, as a tensor of their own. */
static struct tensor batch_of(const struct tensor *t)
{
    struct tensor batch = *t;

    batch.rank -= 2;
    return batch;
}

static int64_t batch_dim(const struct tensor *t, int rank, int d)
{
    int own = d - (rank - t->rank);

    return own < 0 ? 1 : t->dims[own];
}

static enum mote_status infer_batch_matmul(const struct model *m, struct graph *g, const struct op *op,
                                           const struct frame *at)
{
    const struct batch_matmul_opts *o = op->opts;
    const struct tensor *a = op_in(g, op, 0), *b = op_in(g, op, 1);
    struct matrices x, y;
    int64_t dims[RANK_MAX];
    char a_shape[96], b_shape[96];
    bool fits;
    int rank;

    (void)m;
    TRY(want_rank(at, a, "first input", 2, RANK_MAX));
    TRY(want_rank(at, b, "second input", 2, RANK_MAX));
    x = matrices_of(a, o->adj_x);
    y = matrices_of(b, o->adj_y);
    fits = x.inner == y.outer;
    rank = a->rank > b->rank ? a->rank : b->rank;
    for (int d = 0; d < rank - 2; d++) {
        int64_t p = batch_dim(a, rank, d), q = batch_dim(b, rank, d);

        fits &= p == q || p == 1 || q == 1;
        dims[d] = p == 1 ? q : p;
    }
    if (!fits)
        return fail(at, MOTE_ERR_SHAPE, "the shapes %s and %s do not fit together", shape_text(a, a_shape),
                    shape_text(b, b_shape));
    dims[rank - 2] = x.outer;
    dims[rank - 1] = y.inner;
    return infer_set(at, op_out(g, op, 0), rank, dims);
}

static int64_t macs_batch_matmul(const struct graph *g, const struct op *op)
{
    const struct batch_matmul_opts *o = op->opts;

    return tensor_elements(op_out(g, op, 0)) * matrices_of(op_in(g, op, 0), o->adj_x).inner;
}

/* {dimension, stride in a, stride in b} of the batch: a broadcast of whole matrices. */
static int32_t find_batch(const struct graph *g, const struct op *op, int32_t batch[RANK_MAX][3])
{
    const struct tensor *a = op_in(g, op, 0), *b = op_in(g, op, 1), *out = op_out(g, op, 0);
    struct tensor one[] = {batch_of(a), batch_of(b), batch_of(out)};
    int64_t a_stride = a->dims[a->rank - 2] * a->dims[a->rank - 1];
    int64_t b_stride = b->dims[b->rank - 2] * b->dims[b->rank - 1];

    batch[0][0] = 1, batch[0][1] = 0, batch[0][2] = 0;
    for (int d = one[2].rank - 1; d >= 0; d--) {
        int64_t p = batch_dim(&one[0], one[2].rank, d), q = batch_dim(&one[1], one[2].rank, d);

        batch[d][0] = (int32_t)one[2].dims[d];
        batch[d][1] = p == 1 ? 0 : (int32_t)a_stride;
        batch[d][2] = q == 1 ? 0 : (int32_t)b_stride;
        a_stride *= p;
        b_stride *= q;
    }
    return one[2].rank > 0 ? one[2].rank : 1;
}

static enum mote_status lower_batch_matmul_s8(struct lowering *l, const struct op *op, struct mote_batch_matmul_s8 *p,
                                              const int32_t args[4], const struct frame *at)
{
    volatile float product; /* volatile: rounded to float */
    float a, b, out;

    TRY(want_quant(at, l->graph, op, op->in[0], TYPE_S8, &a, &p->a_zero));
    TRY(want_quant(at, l->graph, op, op->in[1], TYPE_S8, &b, &p->b_zero));
    TRY(want_quant(at, l->graph, op, op->out[0], TYPE_S8, &out, &p->out_zero));
    product = a * b;
    TRY(want_multiplier(at, (double)product / (double)out, &p->mult, &p->shift));
    return lower_step(l, KERNEL_batch_matmul_s8, p, args, at);
}

/* The walk is the int8 kernel's. */
static enum mote_status lower_batch_matmul_s16(struct lowering *l, const struct op *op,
                                               const struct mote_batch_matmul_s8 *walk, const int32_t args[4],
                                               const struct frame *at)
{
    volatile float product; /* volatile: rounded to float */
    struct mote_batch_matmul_s16 p;
    float a, b, out;

    memcpy(&p, walk, offsetof(struct mote_batch_matmul_s16, mult));
    TRY(want_symmetric(at, l->graph, op, op->in[0], &a));
    TRY(want_symmetric(at, l->graph, op, op->in[1], &b));
    TRY(want_symmetric(at, l->graph, op, op->out[0], &out));
    product = a * b;
    TRY(want_multiplier(at, (double)product / (double)out, &p.mult, &p.shift));
    if (p.shift > MOTE_SHIFT64_MAX)
        return fail(at, MOTE_ERR_QUANT, "the output's scale %g is too small beside the product's, %g", (double)out,
                    (double)product);
    return lower_step(l, KERNEL_batch_matmul_s16, &p, args, at);
}

static enum mote_status lower_batch_matmul(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct batch_matmul_opts *o = op->opts;
    const struct graph *g = l->graph;
    const struct tensor *a = op_in(g, op, 0), *b = op_in(g, op, 1), *out = op_out(g, op, 0);
    struct matrices x = matrices_of(a, o->adj_x), y = matrices_of(b, o->adj_y);
    int32_t batch[RANK_MAX][3], rank = find_batch(g, op, batch);
    /* The float kernel's parameters are these without the quantization at the end. */
    _Static_assert(offsetof(struct mote_batch_matmul_s8, a_zero) == sizeof(struct mote_batch_matmul_f32),
                   "the same fields");
    _Static_assert(offsetof(struct mote_batch_matmul_s16, mult) == sizeof(struct mote_batch_matmul_f32),
                   "the same fields");
    struct mote_batch_matmul_s8 p = {
        .rows = (int32_t)(tensor_elements(out) / y.inner),
        .rank = rank,
        .out_h = (int32_t)x.outer,
        .out_w = (int32_t)y.inner,
        .depth = (int32_t)x.inner,
        .a_len = (int32_t)tensor_elements(a),
        .a_row = x.outer_step,
        .a_k = x.inner_step,
        .b_len = (int32_t)tensor_elements(b),
        .b_k = y.outer_step,
        .b_column = y.inner_step,
    };
    int32_t args[] = {
        lower_tensor(l, op->in[0]),
        lower_tensor(l, op->in[1]),
        lower_const(l, "batch", TYPE_S32, batch, (size_t)rank * sizeof batch[0], false),
        lower_tensor(l, op->out[0]),
    };

    switch (a->type) {
    case TYPE_S8:
        return lower_batch_matmul_s8(l, op, &p, args, at);
    case TYPE_S16:
        return lower_batch_matmul_s16(l, op, &p, args, at);
    case TYPE_F32:
        return lower_step(l, KERNEL_batch_matmul_f32, &p, args, at);
    default:
        return refuse_type(at, g, op->in[0], "s8, s16 and f32");
    }
}

const struct operator operator_batch_matmul = {
    .infer = infer_batch_matmul,
    .macs = macs_batch_matmul,
    .lower = lower_batch_matmul,
    .scales = {.form = FORM_OWN, .wide = true},
};

/* SPDX-License-Identifier: Apache-2.0 */
/* Rows, broadcasting and small constants of the element-by-element operators. */
#include "host/operators/elementwise.h"
#include "mote/kernels/elementwise/cast.h"
#include "mote/kernels/elementwise/binary_f32.h"
#include "mote/kernels/elementwise/binary_s16.h"
#include "mote/kernels/elementwise/binary_s32.h"
#include "mote/kernels/elementwise/binary_s8.h"
#include "mote/kernels/move/copy.h"

static int leading_dims(const struct tensor *t) { return t->rank > 2 ? t->rank - 2 : 0; }

struct row_split split_rows(const struct tensor *t)
{
    int64_t rows = 1, len = 1;

    for (int d = 0; d < t->rank; d++)
        *(d < leading_dims(t) ? &rows : &len) *= t->dims[d];
    return (struct row_split){(int32_t)rows, (int32_t)len};
}

enum mote_status infer_same(const struct model *m, struct graph *g, const struct op *op, const struct frame *at)
{
    const struct tensor *in = op_in(g, op, 0);

    (void)m;
    TRY(want_rank(at, in, "input", 0, RANK_MAX));
    return infer_set(at, op_out(g, op, 0), in->rank, in->dims);
}

enum mote_status infer_same_elements(const struct model *m, struct graph *g, const struct op *op,
                                     const struct frame *at)
{
    const struct tensor *in = op_in(g, op, 0), *out = op_out(g, op, 0);
    char in_shape[96], out_shape[96];

    if (out->rank == 0 || tensor_elements(out) < 0)
        return infer_same(m, g, op, at);
    if (tensor_elements(in) != tensor_elements(out))
        return fail(at, MOTE_ERR_SHAPE, "the input is %s, the output %s", shape_text(in, in_shape),
                    shape_text(out, out_shape));
    return MOTE_OK;
}

enum mote_status lower_same_bytes(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct tensor *in = op_in(l->graph, op, 0), *out = op_out(l->graph, op, 0);
    struct mote_copy p = {.rows = 1, .row_bytes = (int32_t)tensor_bytes(in)};

    if (in->type != out->type)
        return fail(at, MOTE_ERR_TYPE, "the input is %s and the output %s", type_name(in->type), type_name(out->type));
    if (in->data == NULL && !in->state && !out->state)
        return lower_alias(l, op->in[0], op->out[0], at);

    int32_t args[] = {lower_tensor(l, op->in[0]), lower_tensor(l, op->out[0])};

    return lower_step(l, KERNEL_copy, &p, args, at);
}

enum mote_status lower_real_zero(struct lowering *l, const struct op *op, int32_t *value, const struct frame *at)
{
    const struct tensor *out = op_out(l->graph, op, 0);
    uint8_t element[16] = {0};
    int32_t zero = 0;
    float scale;

    if ((out->type == TYPE_S8 || out->type == TYPE_U8) && out->quant.n > 0)
        TRY(want_quant(at, l->graph, op, op->out[0], out->type, &scale, &zero));
    element[0] = (uint8_t)zero;
    *value = lower_const(l, "padding", out->type, element, (size_t)type_bits(out->type) / 8, false);
    return MOTE_OK;
}

/* Dimension d of `rank` dimensions, of a tensor that may have fewer: its own are the innermost. */
static int64_t dim_of(const struct tensor *t, int rank, int d)
{
    assert(d >= 0 && d < rank && t->rank <= rank);
    return d < rank - t->rank ? 1 : t->dims[d - (rank - t->rank)];
}

static int64_t broadcast_dim(int64_t a, int64_t b)
{
    if (a == b || b == 1)
        return a;
    if (a == 1)
        return b;
    if (a == DIM_UNKNOWN)
        return b;
    return b == DIM_UNKNOWN ? a : 0;
}

enum mote_status infer_broadcast(const struct model *m, struct graph *g, const struct op *op, const struct frame *at)
{
    const struct tensor *a = op_in(g, op, 0), *b = op_in(g, op, 1);
    char a_shape[96], b_shape[96];
    int64_t dims[RANK_MAX];
    int rank;

    (void)m;
    TRY(want_rank(at, a, "first input", 0, RANK_MAX));
    TRY(want_rank(at, b, "second input", 0, RANK_MAX));
    rank = a->rank > b->rank ? a->rank : b->rank;
    for (int d = 0; d < rank; d++) {
        dims[d] = broadcast_dim(dim_of(a, rank, d), dim_of(b, rank, d));
        if (dims[d] == 0)
            return fail(at, MOTE_ERR_SHAPE, "the shapes %s and %s do not fit together", shape_text(a, a_shape),
                        shape_text(b, b_shape));
    }
    return infer_set(at, op_out(g, op, 0), rank, dims);
}

static uint32_t varying(const struct tensor *const operands[], int n, int rank, int d)
{
    uint32_t varies = 0;

    for (int k = 0; k < n; k++)
        varies |= (uint32_t)(dim_of(operands[k], rank, d) != 1) << k;
    return varies;
}

struct broadcast_groups broadcast_groups(const struct tensor *const operands[], int n_operands,
                                         const struct tensor *out)
{
    struct broadcast_groups g = {.n = 0};

    for (int d = 0; d < out->rank; d++) {
        struct broadcast_group now = {(int32_t)out->dims[d], varying(operands, n_operands, out->rank, d)};
        bool leading = d < leading_dims(out);

        if (now.dim == 1)
            continue;
        if (g.n > 0 && now.varies == g.group[g.n - 1].varies && (leading || g.n > 1 || !g.has_rows)) {
            g.group[g.n - 1].dim *= now.dim;
            continue;
        }
        g.group[g.n++] = now;
        g.has_rows |= leading && g.n == 1;
    }
    return g;
}

struct broadcast broadcast_of(const struct tensor *a, const struct tensor *b, const struct tensor *out)
{
    assert(a && b);

    struct broadcast p = {.rows = 1, .out_len = 1, .a_len = 1, .b_len = 1};
    struct broadcast_groups g = broadcast_groups((const struct tensor *const[]){a, b}, 2, out);
    const struct broadcast_group *inner = g.group + g.has_rows;
    int n = g.n - g.has_rows;

    if (g.has_rows)
        p.rows = g.group[0].dim;
    p.rank = n > 0 ? n : 1;
    p.shape[0][0] = 1;
    for (int i = n - 1; i >= 0; i--) {
        const bool in_a = inner[i].varies & 1, in_b = inner[i].varies & 2;

        p.shape[i][0] = inner[i].dim;
        p.shape[i][1] = in_a ? p.a_len : 0;
        p.shape[i][2] = in_b ? p.b_len : 0;
        p.a_len *= in_a ? inner[i].dim : 1;
        p.b_len *= in_b ? inner[i].dim : 1;
        p.out_len *= inner[i].dim;
    }
    assert(p.rank >= 1 && p.rank <= RANK_MAX && p.a_len <= p.out_len && p.b_len <= p.out_len);
    return p;
}

enum mote_status lower_broadcast(struct lowering *l, const struct op *op, enum kernel_id kernel, const void *params,
                                 const struct broadcast *b, const struct frame *at)
{
    int32_t args[] = {
        lower_tensor(l, op->in[0]),
        lower_tensor(l, op->in[1]),
        lower_const(l, "shape", TYPE_S32, b->shape, (size_t)b->rank * sizeof b->shape[0], false),
        lower_tensor(l, op->out[0]),
    };
    return lower_step(l, kernel, params, args, at);
}

enum mote_status want_binary(const struct lowering *l, const struct op *op, enum mote_type type, struct binary *q,
                             float scales[3], const struct frame *at)
{
    const struct graph *g = l->graph;

    q->lo = type == TYPE_S16 ? INT16_MIN : INT8_MIN;
    q->hi = type == TYPE_S16 ? INT16_MAX : INT8_MAX;
    TRY(want_quant(at, g, op, op->in[0], type, &scales[0], &q->a_zero));
    TRY(want_quant(at, g, op, op->in[1], type, &scales[1], &q->b_zero));
    return want_quant(at, g, op, op->out[0], type, &scales[2], &q->out_zero);
}

enum mote_status lower_binary_s8(struct lowering *l, const struct op *op, const struct binary *q,
                                 const struct frame *at)
{
    const struct graph *g = l->graph;
    struct broadcast b = broadcast_of(op_in(g, op, 0), op_in(g, op, 1), op_out(g, op, 0));
    struct mote_binary_s8 p = {
        .function = q->function,
        BROADCAST_FIELDS(b),
        BINARY_FIELDS(*q),
    };
    assert(q->lo <= q->hi);
    return lower_broadcast(l, op, KERNEL_binary_s8, &p, &b, at);
}

enum mote_status lower_binary_f32(struct lowering *l, const struct op *op, int32_t function, int activation,
                                  const struct frame *at)
{
    const struct graph *g = l->graph;
    struct broadcast b = broadcast_of(op_in(g, op, 0), op_in(g, op, 1), op_out(g, op, 0));
    struct mote_binary_f32 p = {
        .function = function,
        BROADCAST_FIELDS(b),
    };

    TRY(want_type(at, g, op->in[0], TYPE_F32));
    TRY(want_type(at, g, op->in[1], TYPE_F32));
    TRY(want_type(at, g, op->out[0], TYPE_F32));
    activation_range_f32(activation, &p.lo, &p.hi);

    return lower_broadcast(l, op, KERNEL_binary_f32, &p, &b, at);
}

enum mote_status lower_binary_s32(struct lowering *l, const struct op *op, int32_t function, int activation,
                                  const struct frame *at)
{
    const struct graph *g = l->graph;
    struct broadcast b = broadcast_of(op_in(g, op, 0), op_in(g, op, 1), op_out(g, op, 0));
    struct mote_binary_s32 p = {.function = function, BROADCAST_FIELDS(b), .lo = INT32_MIN, .hi = INT32_MAX};

    TRY(want_type(at, g, op->in[1], TYPE_S32));
    TRY(want_type(at, g, op->out[0], TYPE_S32));
    if (activation == ACTIVATION_RELU || activation == ACTIVATION_RELU6)
        p.lo = 0;
    if (activation == ACTIVATION_RELU_N1_TO_1)
        p.lo = -1, p.hi = 1;
    if (activation == ACTIVATION_RELU6)
        p.hi = 6;

    return lower_broadcast(l, op, KERNEL_binary_s32, &p, &b, at);
}

static enum mote_status lower_number_type(struct lowering *l, enum mote_type from, enum mote_type to,
                                          const struct tensor *like, int32_t in, int32_t out, const struct frame *at)
{
    struct row_split split = split_rows(like);
    struct mote_cast p = {.rows = split.rows, .len = split.len, .in_type = (int32_t)from, .out_type = (int32_t)to};

    return lower_step(l, KERNEL_cast, &p, (int32_t[]){in, out}, at);
}

enum mote_status lower_widened(struct lowering *l, const struct op *op, int input, int32_t *value,
                               const struct frame *at)
{
    const struct tensor *t = op_in(l->graph, op, input);
    const int8_t *narrow = (const int8_t *)t->data;
    const size_t n = (size_t)tensor_elements(t);
    int16_t *wide;

    if (narrow == NULL) {
        *value = lower_scratch(l, TYPE_S16, n * sizeof *wide);
        return lower_number_type(l, TYPE_S8, TYPE_S16, t, lower_tensor(l, op->in[input]), *value, at);
    }
    wide = pool_array(l->pool, n, sizeof *wide);
    for (size_t i = 0; i < n; i++)
        wide[i] = narrow[i];
    *value = lower_const(l, "wide", TYPE_S16, wide, n * sizeof *wide, false);
    return MOTE_OK;
}

enum mote_status lower_by_binary_s16(struct lowering *l, const struct op *op, const struct binary *q, int32_t a,
                                     int32_t b, const struct frame *at)
{
    const struct graph *g = l->graph;
    struct broadcast walk = broadcast_of(op_in(g, op, 0), op_in(g, op, 1), op_out(g, op, 0));
    struct mote_binary_s16 p = {.function = q->function, BROADCAST_FIELDS(walk), BINARY_FIELDS(*q)};
    int32_t args[] = {
        a,
        b,
        lower_const(l, "shape", TYPE_S32, walk.shape, (size_t)walk.rank * sizeof walk.shape[0], false),
        lower_tensor(l, op->out[0]),
    };
    return lower_step(l, KERNEL_binary_s16, &p, args, at);
}

enum mote_status lower_by_binary_s32(struct lowering *l, int32_t function, const struct broadcast *walk, int32_t a,
                                     int32_t b, int32_t out, const struct frame *at)
{
    const struct mote_binary_s32 p = {.function = function, BROADCAST_FIELDS(*walk), .lo = INT32_MIN, .hi = INT32_MAX};
    const int32_t args[] = {
        a,
        b,
        lower_const(l, "shape", TYPE_S32, walk->shape, (size_t)walk->rank * sizeof walk->shape[0], false),
        out,
    };
    return lower_step(l, KERNEL_binary_s32, &p, args, at);
}

enum mote_status lower_as_s32(struct lowering *l, const struct op *op, int input, int32_t *value,
                              const struct frame *at)
{
    const struct tensor *t = op_in(l->graph, op, input);
    const size_t n = (size_t)tensor_elements(t);
    int32_t *wide;

    assert(t->type == TYPE_S8 || t->type == TYPE_S16);
    if (t->data == NULL) {
        *value = lower_scratch(l, TYPE_S32, n * sizeof *wide);
        return lower_number_type(l, t->type, TYPE_S32, t, lower_tensor(l, op->in[input]), *value, at);
    }
    wide = pool_array(l->pool, n, sizeof *wide);
    for (size_t i = 0; i < n; i++)
        wide[i] = t->type == TYPE_S8 ? ((const int8_t *)t->data)[i] : ((const int16_t *)t->data)[i];
    *value = lower_const(l, "wide", TYPE_S32, wide, n * sizeof *wide, false);
    return MOTE_OK;
}

enum mote_status lower_from_s32(struct lowering *l, const struct op *op, int32_t value, const struct frame *at)
{
    const struct tensor *out = op_out(l->graph, op, 0);

    return lower_number_type(l, TYPE_S32, out->type, out, value, lower_tensor(l, op->out[0]), at);
}

enum mote_status lower_binary_s16(struct lowering *l, const struct op *op, int32_t function, const struct frame *at)
{
    const struct graph *g = l->graph;
    const struct tensor *out = op_out(g, op, 0);
    struct broadcast walk = broadcast_of(op_in(g, op, 0), op_in(g, op, 1), out);
    int32_t in[2], wide;

    TRY(want_type(at, g, op->in[1], TYPE_S16));
    TRY(want_type(at, g, op->out[0], TYPE_S16));
    for (int k = 0; k < 2; k++)
        TRY(lower_as_s32(l, op, k, &in[k], at));
    wide = lower_scratch(l, TYPE_S32, (size_t)tensor_elements(out) * 4);
    TRY(lower_by_binary_s32(l, function, &walk, in[0], in[1], wide, at));
    return lower_from_s32(l, op, wide, at);
}

enum mote_status want_ints(const struct frame *at, const struct graph *g, const struct op *op, int input,
                           const char *what, int64_t n_min, int64_t n_max, int64_t *n, int64_t values[2 * RANK_MAX])
{
    const struct tensor *t = op_in(g, op, input);

    assert(n_max <= 2 * RANK_MAX);
    TRY(want_rank(at, t, what, 0, RANK_MAX));
    TRY(want_const(at, g, op->in[input], what));
    if (t->type != TYPE_S32 && t->type != TYPE_S64)
        return fail(at, MOTE_ERR_TYPE, "the %s is %s, not s32 or s64", what, type_name(t->type));
    *n = tensor_elements(t);
    if (*n < n_min || *n > n_max)
        return fail(at, MOTE_ERR_SHAPE, "the %s has %lld values, not %lld to %lld", what, (long long)*n,
                    (long long)n_min, (long long)n_max);
    for (int64_t i = 0; i < *n; i++)
        values[i] = const_int(t, i);
    return MOTE_OK;
}

enum mote_status want_indices(const struct frame *at, const struct tensor *indices, int64_t length)
{
    for (int64_t i = 0; indices->data != NULL && i < tensor_elements(indices); i++)
        if (const_int(indices, i) < 0 || const_int(indices, i) >= length)
            return fail(at, MOTE_ERR_VALUE, "index %lld is %lld, of %lld", (long long)i,
                        (long long)const_int(indices, i), (long long)length);
    return MOTE_OK;
}

enum mote_status want_axis_input(const struct frame *at, const struct graph *g, const struct op *op, int input,
                                 int axis_input, int *axis)
{
    const struct tensor *in = op_in(g, op, input);
    int64_t n, values[2 * RANK_MAX] = {0};

    TRY(want_rank(at, in, "input", 1, RANK_MAX));
    TRY(want_ints(at, g, op, axis_input, "axis", 1, 1, &n, values));
    return want_axis(at, values[0], in->rank, axis);
}

enum mote_status want_multiplier(const struct frame *at, double scale, int32_t *mult, int32_t *shift)
{
    if (scale < 0x1p30) /* also false for NaN */
        quantize_multiplier(scale, mult, shift);
    if (!(scale < 0x1p30) || *shift > 30)
        return fail(at, MOTE_ERR_QUANT, "the output's scale is too small: the inputs' are %g times as large", scale);
    return MOTE_OK;
}

float ratio_f32(float a, float b)
{
    volatile float ratio = a / b;

    assert(b > 0);
    return ratio;
}

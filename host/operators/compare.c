/* SPDX-License-Identifier: Apache-2.0 */
/* EQUAL, NOT_EQUAL, LESS, LESS_EQUAL, GREATER, GREATER_EQUAL, and LOGICAL_AND, LOGICAL_OR, LOGICAL_NOT: bools from two
 * tensors that broadcast. What is greater is what the other is less than, and not is equal to false. */
#include "host/graph/scales.h"
#include "host/operators/elementwise.h"
#include "mote/kernels/elementwise/compare.h"

/* The operands' multiplier from its scale alone, which the reference wants below 1. */
static enum mote_status scale_multiplier(float scale, int32_t *mult, int32_t *shift, const struct frame *at)
{
    quantize_multiplier((double)scale, mult, shift);
    if (*shift > 0)
        return fail(at, MOTE_ERR_QUANT, "a scale of %g: int8 is compared where scales are below 1", (double)scale);
    return MOTE_OK;
}

static enum mote_status want_scales_s8(const struct graph *g, const struct op *op, int32_t a, int32_t b,
                                       struct mote_compare *p, const struct frame *at)
{
    float a_scale, b_scale;

    TRY(want_quant(at, g, op, a, TYPE_S8, &a_scale, &p->a_zero));
    TRY(want_quant(at, g, op, b, TYPE_S8, &b_scale, &p->b_zero));
    TRY(scale_multiplier(a_scale, &p->a_mult, &p->a_shift, at));
    return scale_multiplier(b_scale, &p->b_mult, &p->b_shift, at);
}

/* `a` and `b` are values that broadcast as `walk` says, `out` that of the bools. */
static enum mote_status lower_compared(struct lowering *l, const struct mote_compare *p, const struct broadcast *walk,
                                       int32_t a, int32_t b, int32_t out, const struct frame *at)
{
    int32_t args[] = {
        a,
        b,
        lower_const(l, "shape", TYPE_S32, walk->shape, (size_t)walk->rank * sizeof walk->shape[0], false),
        out,
    };
    return lower_step(l, KERNEL_compare, p, args, at);
}

enum mote_status lower_extreme_s64(struct lowering *l, const struct op *op, bool is_maximum, const struct frame *at)
{
    const struct graph *g = l->graph;
    const struct tensor *a = op_in(g, op, 0), *b = op_in(g, op, 1), *out = op_out(g, op, 0);
    const struct broadcast walk = broadcast_of(a, b, out);
    const struct mote_compare p = {.function = MOTE_COMPARE_LESS, .type = TYPE_S64, BROADCAST_FIELDS(walk)};
    const int32_t less = lower_scratch(l, TYPE_BOOL, (size_t)tensor_elements(out));
    const int32_t in[] = {less, lower_tensor(l, op->in[is_maximum]), lower_tensor(l, op->in[!is_maximum])};
    struct tensor bools = *out;

    TRY(want_type(at, g, op->in[1], TYPE_S64));
    TRY(want_type(at, g, op->out[0], TYPE_S64));
    bools.type = TYPE_BOOL;
    TRY(lower_compared(l, &p, &walk, lower_tensor(l, op->in[0]), lower_tensor(l, op->in[1]), less, at));
    return lower_select(l, (const struct tensor *const[]){&bools, is_maximum ? b : a, is_maximum ? a : b}, in,
                        op->out[0], at);
}

/* int16 is compared as it is stored, as int32. */
static enum mote_status want_same_s16(const struct graph *g, const struct op *op, const struct frame *at)
{
    const struct tensor *a = op_in(g, op, 0), *b = op_in(g, op, 1);

    if (quant_same(&a->quant, &b->quant))
        return MOTE_OK;
    return fail(
        at, MOTE_ERR_QUANT,
        "the operands, of int16, have different quantizations: put a QUANTIZE before one, so that both have one");
}

static enum mote_status lower_operand(struct lowering *l, const struct op *op, int input, int32_t *value,
                                      const struct frame *at)
{
    if (op_in(l->graph, op, input)->type == TYPE_S16)
        return lower_as_s32(l, op, input, value, at);
    *value = lower_tensor(l, op->in[input]);
    return MOTE_OK;
}

/* `swap`: the second input comes first. */
static enum mote_status lower_two(struct lowering *l, const struct op *op, int32_t function, bool swap,
                                  const struct frame *at)
{
    const struct graph *g = l->graph;
    int32_t a = op->in[swap], b = op->in[!swap];
    struct broadcast walk = broadcast_of(&g->tensors[a], &g->tensors[b], op_out(g, op, 0));
    struct mote_compare p = {.function = function, .type = (int32_t)g->tensors[a].type, BROADCAST_FIELDS(walk)};

    TRY(want_type(at, g, op->in[1], op_in(g, op, 0)->type));
    TRY(want_type(at, g, op->out[0], TYPE_BOOL));
    if (p.type == TYPE_S8)
        TRY(want_scales_s8(g, op, a, b, &p, at));
    if (p.type == TYPE_S16) {
        TRY(want_same_s16(g, op, at));
        p.type = TYPE_S32;
    }
    TRY(lower_operand(l, op, swap, &a, at));
    TRY(lower_operand(l, op, !swap, &b, at));
    return lower_compared(l, &p, &walk, a, b, lower_tensor(l, op->out[0]), at);
}

static enum mote_status lower_ordered(struct lowering *l, const struct op *op, int32_t function, bool swap,
                                      const struct frame *at)
{
    switch (op_in(l->graph, op, 0)->type) {
    case TYPE_S8:
    case TYPE_S16:
    case TYPE_S32:
    case TYPE_S64:
    case TYPE_F32:
        return lower_two(l, op, function, swap, at);
    default:
        return refuse_type(at, l->graph, op->in[0], "s8, s16, s32, s64 and f32");
    }
}

static enum mote_status lower_equality(struct lowering *l, const struct op *op, int32_t function,
                                       const struct frame *at)
{
    if (op_in(l->graph, op, 0)->type == TYPE_BOOL)
        return lower_two(l, op, function, false, at);
    return lower_ordered(l, op, function, false, at);
}

static enum mote_status lower_logical(struct lowering *l, const struct op *op, int32_t function, const struct frame *at)
{
    if (op_in(l->graph, op, 0)->type != TYPE_BOOL)
        return refuse_type(at, l->graph, op->in[0], "bool");
    return lower_two(l, op, function, false, at);
}

static enum mote_status lower_equal(struct lowering *l, const struct op *op, const struct frame *at)
{
    return lower_equality(l, op, MOTE_COMPARE_EQUAL, at);
}

static enum mote_status lower_not_equal(struct lowering *l, const struct op *op, const struct frame *at)
{
    return lower_equality(l, op, MOTE_COMPARE_NOT_EQUAL, at);
}

static enum mote_status lower_less(struct lowering *l, const struct op *op, const struct frame *at)
{
    return lower_ordered(l, op, MOTE_COMPARE_LESS, false, at);
}

static enum mote_status lower_less_equal(struct lowering *l, const struct op *op, const struct frame *at)
{
    return lower_ordered(l, op, MOTE_COMPARE_LESS_EQUAL, false, at);
}

static enum mote_status lower_greater(struct lowering *l, const struct op *op, const struct frame *at)
{
    return lower_ordered(l, op, MOTE_COMPARE_LESS, true, at);
}

static enum mote_status lower_greater_equal(struct lowering *l, const struct op *op, const struct frame *at)
{
    return lower_ordered(l, op, MOTE_COMPARE_LESS_EQUAL, true, at);
}

static enum mote_status lower_logical_and(struct lowering *l, const struct op *op, const struct frame *at)
{
    return lower_logical(l, op, MOTE_COMPARE_AND, at);
}

static enum mote_status lower_logical_or(struct lowering *l, const struct op *op, const struct frame *at)
{
    return lower_logical(l, op, MOTE_COMPARE_OR, at);
}

static enum mote_status lower_logical_not(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct tensor *x = op_in(l->graph, op, 0), scalar = {.rank = 0};
    struct broadcast walk = broadcast_of(x, &scalar, x);
    struct mote_compare p = {.function = MOTE_COMPARE_EQUAL, .type = TYPE_BOOL, BROADCAST_FIELDS(walk)};
    int32_t a, no;

    if (x->type != TYPE_BOOL)
        return refuse_type(at, l->graph, op->in[0], "bool");
    TRY(want_type(at, l->graph, op->out[0], TYPE_BOOL));
    a = lower_tensor(l, op->in[0]);
    no = lower_const(l, "false", TYPE_BOOL, &(uint8_t){0}, 1, false);
    return lower_compared(l, &p, &walk, a, no, lower_tensor(l, op->out[0]), at);
}

const struct operator operator_equal = {.infer = infer_broadcast, .lower = lower_equal};
const struct operator operator_not_equal = {.infer = infer_broadcast, .lower = lower_not_equal};
const struct operator operator_less = {.infer = infer_broadcast, .lower = lower_less};
const struct operator operator_less_equal = {.infer = infer_broadcast, .lower = lower_less_equal};
const struct operator operator_greater = {.infer = infer_broadcast, .lower = lower_greater};
const struct operator operator_greater_equal = {.infer = infer_broadcast, .lower = lower_greater_equal};
const struct operator operator_logical_and = {.infer = infer_broadcast, .lower = lower_logical_and};
const struct operator operator_logical_or = {.infer = infer_broadcast, .lower = lower_logical_or};
const struct operator operator_logical_not = {.infer = infer_same, .lower = lower_logical_not};

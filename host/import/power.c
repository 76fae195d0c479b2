/* SPDX-License-Identifier: Apache-2.0 */
#include "host/import/power.h"

#include <math.h>

#include "host/import/activation.h"

static int32_t choose(struct build *r, int32_t condition, int32_t a, int32_t b)
{
    return emit(r, OP_SELECT_V2, NULL, TYPE_F32, 3, (int32_t[]){condition, a, b});
}

/* x^y by exp and log. Of a negative x whole numbers y have powers, |x|^y with the sign of x where y is odd; others
 * none: the logarithm of x is no number. */
static int32_t any_power(struct build *r, int32_t x, int32_t y)
{
    int32_t whole = emit(r, OP_EQUAL, NULL, TYPE_BOOL, 2, (int32_t[]){y, emit_unary(r, OP_FLOOR, y)});
    int32_t size = emit_unary(r, OP_LOG, choose(r, whole, emit_unary(r, OP_ABS, x), x)), half, odd, power;

    power = emit_unary(r, OP_EXP, emit_binary(r, OP_MUL, size, y));
    half = times(r, y, 0.5f);
    odd = emit(r, OP_NOT_EQUAL, NULL, TYPE_BOOL, 2, (int32_t[]){half, emit_unary(r, OP_FLOOR, half)});
    odd = emit(r, OP_LOGICAL_AND, NULL, TYPE_BOOL, 2,
               (int32_t[]){odd, emit(r, OP_LESS, NULL, TYPE_BOOL, 2, (int32_t[]){x, add_float(r, 0)})});
    return choose(r, odd, emit_unary(r, OP_NEG, power), power);
}

static int32_t power_of(struct build *r, int32_t x, int32_t y, float power)
{
    if (power == 1)
        return x;
    if (power == 2)
        return emit_unary(r, OP_SQUARE, x);
    if (power == 3)
        return emit_binary(r, OP_MUL, emit_unary(r, OP_SQUARE, x), x);
    if (power == 0.5f)
        return emit_unary(r, OP_SQRT, x);
    if (power == -0.5f)
        return emit_unary(r, OP_RSQRT, x);
    if (power == -1)
        return emit_binary(r, OP_DIV, add_float(r, 1), x);
    if (power != floorf(power))
        return emit_unary(r, OP_EXP, emit_binary(r, OP_MUL, emit_unary(r, OP_LOG, x), y));
    return any_power(r, x, y);
}

int32_t power(struct build *r, int32_t x, int32_t y)
{
    const bool known = is_const(r, y) && tensor_elements(tensor_at(r, y)) == 1;

    return power_of(r, x, y, known ? const_float(r, y, "the power") : 0);
}

/* ---- integers ---- */
static int32_t add_int(struct build *r, int32_t value)
{
    int32_t *data = pool_alloc(r->pool, sizeof *data);

    *data = value;
    return add_const(r, TYPE_S32, 0, NULL, data);
}

/* x^(2^0), x^(2^1), … as far as y has bits; those whose bits are set, times each other. */
static int32_t power_of_const(struct build *r, int32_t x, int64_t y)
{
    int32_t product = TENSOR_ABSENT, square = x;

    for (; y > 0; y /= 2) {
        if (y % 2 != 0)
            product = product == TENSOR_ABSENT ? square : emit_binary(r, OP_MUL, product, square);
        if (y > 1)
            square = emit_binary(r, OP_MUL, square, square);
    }
    return product;
}

/* As above with bits that are computed. Beyond 31 only powers of -1, 0 and 1 are int32: those bits but the lowest say
 * together whether it is 0. */
static int32_t power_of_any(struct build *r, int32_t x, int32_t y)
{
    int32_t one = add_int(r, 1), two = add_int(r, 2), product = one, square = x, rest = y, holds;

    for (int bit = 0; bit < 6 && r->status == MOTE_OK; bit++) {
        int32_t low = bit < 5 ? emit(r, OP_FLOOR_MOD, NULL, TYPE_S32, 2, (int32_t[]){rest, two}) : rest;

        holds = emit(r, OP_NOT_EQUAL, NULL, TYPE_BOOL, 2, (int32_t[]){low, add_int(r, 0)});
        product =
            emit_binary(r, OP_MUL, product, emit(r, OP_SELECT_V2, NULL, TYPE_S32, 3, (int32_t[]){holds, square, one}));
        rest = emit(r, OP_FLOOR_DIV, NULL, TYPE_S32, 2, (int32_t[]){rest, two});
        square = emit_binary(r, OP_MUL, square, square);
    }
    return product;
}

int32_t power_s32(struct build *r, int32_t x, int32_t y)
{
    const bool known = is_const(r, y);
    const struct tensor *t = tensor_at(r, y);

    for (int64_t i = 0; known && i < tensor_elements(t); i++)
        if (const_int(t, i) < 0)
            build_fail(r, MOTE_ERR_VALUE, "an exponent of %lld: powers of integers are of 0 and more",
                       (long long)const_int(t, i));
    if (known && tensor_elements(t) == 1 && t->rank <= tensor_at(r, x)->rank && const_int(t, 0) > 0)
        return power_of_const(r, x, const_int(t, 0));
    return power_of_any(r, x, y);
}

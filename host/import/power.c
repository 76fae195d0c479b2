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

/* SPDX-License-Identifier: Apache-2.0 */
#include "host/import/numbers.h"

#include <float.h>
#include <math.h>

#include "host/graph/half.h"
#include "host/import/build.h"

const struct number_info number_info[NUMBER_LIMIT] = {
    [NUMBER_F32] = {4, TYPE_F32, "float"},      [NUMBER_U8] = {1, TYPE_U8, "uint8"},
    [NUMBER_S8] = {1, TYPE_S8, "int8"},         [NUMBER_U16] = {2, TYPE_U16, "uint16"},
    [NUMBER_S16] = {2, TYPE_S16, "int16"},      [NUMBER_S32] = {4, TYPE_S32, "int32"},
    [NUMBER_S64] = {8, TYPE_S32, "int64"},      [NUMBER_BOOL] = {1, TYPE_BOOL, "bool"},
    [NUMBER_F16] = {2, TYPE_F32, "float16"},    [NUMBER_F64] = {8, TYPE_F32, "double"},
    [NUMBER_U32] = {4, TYPE_S32, "uint32"},     [NUMBER_U64] = {8, TYPE_S32, "uint64"},
    [NUMBER_BF16] = {2, TYPE_F32, "bfloat16"},  [NUMBER_STRING] = {0, TYPE_NONE, "string"},
    [NUMBER_C64] = {0, TYPE_NONE, "complex64"}, [NUMBER_C128] = {0, TYPE_NONE, "complex128"},
};

static float float_of(uint32_t bits)
{
    float value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

static float real_of(enum number of, uint64_t bits)
{
    double value;

    if (of == NUMBER_F16)
        return half_value((uint16_t)bits);
    if (of == NUMBER_BF16)
        return float_of((uint32_t)bits << 16);
    if (of == NUMBER_F32)
        return float_of((uint32_t)bits);
    memcpy(&value, &bits, sizeof value);
    if (isfinite(value) && fabs(value) > (double)FLT_MAX)
        return value > 0 ? FLT_MAX : -FLT_MAX;
    return (float)value;
}

static int32_t integer_of(enum number of, uint64_t bits)
{
    if (of == NUMBER_S64)
        return saturate_s32((int64_t)bits);
    if (of == NUMBER_U64 || of == NUMBER_U32)
        return bits > INT32_MAX ? INT32_MAX : (int32_t)bits;
    if (of == NUMBER_BOOL)
        return bits != 0;
    return (int32_t)(uint32_t)bits;
}

bool number_is_kept(enum number of)
{
    return type_bits(number_info[of].becomes) == 8 * number_info[of].bytes && of != NUMBER_U32 && of != NUMBER_BOOL;
}

void number_store(enum number of, uint64_t bits, uint8_t *out)
{
    enum mote_type to = number_info[of].becomes;
    float real = to == TYPE_F32 ? real_of(of, bits) : 0;
    int32_t integer = to == TYPE_F32 ? 0 : integer_of(of, bits);

    assert(to != TYPE_NONE);
    memcpy(out, to == TYPE_F32 ? (const void *)&real : &integer, (size_t)type_bits(to) / 8);
}

void numbers_convert(enum number of, const uint8_t *raw, int64_t n, uint8_t *out)
{
    size_t bytes = (size_t)number_info[of].bytes, size = (size_t)type_bits(number_info[of].becomes) / 8;

    assert(bytes > 0 && n >= 0);
    for (size_t i = 0; i < (size_t)n; i++) {
        uint64_t bits = 0;

        memcpy(&bits, raw + i * bytes, bytes); /* little-endian, as the host is */
        number_store(of, bits, out + i * size);
    }
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Real numbers at the edge of a model: helpers that the inference itself does not need. */
#include "../memory.h"
#include "../mote.h"
#include "../ops/types.h"

/* a - b modulo 2^32: an image's zero point may be anything. */
static int32_t minus(int32_t a, int32_t b) { return (int32_t)((uint32_t)a - (uint32_t)b); }

int8_t mote_quantize_s8(const struct mote_io *io, float real)
{
    float x = real / io->scale;

    if (!(x == x))
        return (int8_t)io->zero;
    if (x > 512.0f)
        return INT8_MAX;
    if (x < -512.0f)
        return INT8_MIN;

    int32_t whole = (int32_t)x; /* toward zero */
    float rest = x - (float)whole;
    int32_t q = minus(io->zero, (rest <= -0.5f) - (rest >= 0.5f) - whole);

    return (int8_t)(q < INT8_MIN ? INT8_MIN : q > INT8_MAX ? INT8_MAX : q);
}

static float real_of(const struct mote_io *io, int32_t value)
{
    if (!(io->scale > 0.0f))
        return (float)value;
    return io->scale * (float)minus(value, io->zero);
}

float mote_dequantize(const struct mote_io *io, uint32_t i)
{
    float real;

    switch (io->type) {
    case TYPE_S8:
        return real_of(io, ((const int8_t *)io->data)[i]);
    case TYPE_U8:
    case TYPE_BOOL:
        return real_of(io, ((const uint8_t *)io->data)[i]);
    case TYPE_S16:
        return real_of(io, ((const int16_t *)io->data)[i]);
    case TYPE_S32:
        return real_of(io, ((const int32_t *)io->data)[i]);
    case TYPE_F32:
        memcpy(&real, (const uint8_t *)io->data + 4u * i, sizeof real);
        return real;
    default:
        return 0.0f;
    }
}

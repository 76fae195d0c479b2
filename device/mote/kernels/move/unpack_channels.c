/* SPDX-License-Identifier: Apache-2.0 */
/* Portable unpacking: the definition of unpack_channels.h. */
#include "unpack_channels.h"

struct bits {
    const MOTE_FLASH uint8_t *at;
    uint64_t some;
    int32_t have; /* of them, the lowest */
};

/* The next n bits, 1 to 32. */
static uint32_t next(struct bits *b, int32_t n)
{
    for (; b->have < n; b->have += 8)
        b->some = b->some << 8 | *b->at++;
    b->have -= n;
    return (uint32_t)(b->some >> b->have) & UINT32_MAX >> (32 - n);
}

MOTE_WEAK void mote_unpack_channels(const struct mote_unpack_channels *p, const MOTE_FLASH uint8_t *in, int32_t *bias,
                                    int32_t *mult, int32_t first, int32_t count)
{
    struct bits b = {in, 0, 0};
    const uint32_t shift = next(&b, 8) & 31, base = next(&b, 32);
    const uint64_t high = next(&b, 8), factor = high << 32 | next(&b, 32);

    (void)first, (void)count;
    for (int32_t i = 0; i < p->n; i++)
        bias[i] = (int32_t)(base + (next(&b, p->bias_bits) << shift));
    for (int32_t i = 0; i < p->n; i++)
        mult[i] = mote_unpack_mult(next(&b, MOTE_SCALE_BITS) | UINT32_C(1) << MOTE_SCALE_BITS, factor);
}

static void run_unpack_channels(const struct mote_call *c)
{
    mote_unpack_channels(c->params, c->args[0], c->args[1], c->args[2], c->first, c->count);
}

#if MOTE_DESCRIBE
static double instructions(const void *params, int32_t rows)
{
    const struct mote_unpack_channels *p = params;

    (void)rows;
    return 200 + 90.0 * p->n;
}
#endif

MOTE_KERNEL_CODE(unpack_channels, portable, .run = run_unpack_channels, MOTE_INSTRUCTIONS(instructions));

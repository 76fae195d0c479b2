/* SPDX-License-Identifier: Apache-2.0 */
/* Portable int16 leaky ReLU: the definition of leaky_relu_s16.h. */
#include "leaky_relu_s16.h"

#include "../shared/rows.h"

MOTE_WEAK void mote_leaky_relu_s16(const struct mote_leaky_relu_s16 *p, const int16_t *in, int16_t *out, int32_t first,
                                   int32_t count)
{
    mote_assert(first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++) {
        const int16_t *from = in + mote_ring(r, p->in_ring) * p->len;
        int16_t *to = out + mote_ring(r, p->out_ring) * p->len;

        for (int32_t i = 0; i < p->len; i++)
            to[i] = (int16_t)mote_clamp(mote_leaky_requant(from[i], p), INT16_MIN, INT16_MAX);
    }
}

static bool need_leaky_relu_s16(const struct mote_leaky_relu_s16 *p, uint32_t bytes[])
{
    bytes[0] = mote_bytes(p->in_ring, p->len, 2);
    bytes[1] = mote_bytes(p->out_ring, p->len, 2);
    bytes[2] = (uint32_t)p->rows;
    return bytes[0] <= INT32_MAX && bytes[1] <= INT32_MAX;
}

static bool trust_leaky_relu_s16(const struct mote_leaky_relu_s16 *p, const void *const args[])
{
    (void)p;
    (void)args;
    return true;
}

static void run_leaky_relu_s16(const struct mote_call *c)
{
    mote_leaky_relu_s16(c->params, c->args[0], c->args[1], c->first, c->count);
}

MOTE_KERNEL(leaky_relu_s16, MOTE_LEAKY_RELU_S16_PARAMS, MOTE_LEAKY_RELU_S16_ARGS);

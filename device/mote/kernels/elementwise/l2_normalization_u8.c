/* SPDX-License-Identifier: Apache-2.0 */
/* Portable normalization as of uint8: the definition of l2_normalization_u8.h. */
#include "../shared/hot.h"

#include "l2_normalization_u8.h"

#include "../shared/inverse_sqrt.h"

static void normalize(const struct mote_l2_normalization_u8 *p, const int8_t *in, int8_t *out)
{
    int32_t depth = p->depth, zero = p->in_zero, mult, shift;
    uint32_t sum = 0;

    for (int32_t i = 0; i < depth; i++)
        sum += (uint32_t)((in[i] - zero) * (in[i] - zero));
    mote_inverse_sqrt((int32_t)sum, &mult, &shift);
    for (int32_t i = 0; i < depth; i++)
        out[i] = mote_requant_s8((in[i] - zero) * 128, mult, shift, 0, INT8_MIN, INT8_MAX);
}

MOTE_WEAK void mote_l2_normalization_u8(const struct mote_l2_normalization_u8 *p, const int8_t *in, int8_t *out,
                                        int32_t first, int32_t count)
{
    mote_assert(first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++)
        normalize(p, in + r * p->depth, out + r * p->depth);
}

static void run_l2_normalization_u8(const struct mote_call *c)
{
    mote_l2_normalization_u8(c->params, c->args[0], c->args[1], c->first, c->count);
}

MOTE_KERNEL_VERSION(l2_normalization_u8, portable);

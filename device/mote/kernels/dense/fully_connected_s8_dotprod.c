/* SPDX-License-Identifier: Apache-2.0 */
/* fully_connected_s8 with the dot products of Armv8.2-A: four products a lane, in one instruction. */
#include "fully_connected_s8_dotprod.h"

#include "fully_connected_s8_aarch64.h"

#if MOTE_DOTPROD
MOTE_WITH_DOTPROD MOTE_INLINE int32x4_t dot(int32x4_t sums, int8x16_t a, int8x16_t b) { return vdotq_s32(sums, a, b); }

MOTE_WEAK MOTE_WITH_DOTPROD void mote_fully_connected_s8_dotprod(const struct mote_fully_connected_s8 *p,
                                                                 const int8_t *in, const int8_t *weights,
                                                                 const int32_t *bias, const int32_t *mult,
                                                                 const int8_t *shift, int8_t *out, int32_t first,
                                                                 int32_t count)
{
    mote_dense_rows(p, in + first * p->in_len, weights, bias, mult, shift, out + first * p->out_c, count, dot);
}

static void run_fully_connected_s8_dotprod(const struct mote_call *c)
{
    mote_fully_connected_s8_dotprod(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5],
                                    c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(fully_connected_s8, dotprod, .run = MOTE_IF_DOTPROD(run_fully_connected_s8_dotprod));

/* SPDX-License-Identifier: Apache-2.0 */
/* fully_connected_s8 with Advanced SIMD: products of 16 bits, whose pairs are added to sums of 32. */
#include "fully_connected_s8_neon.h"

#include "fully_connected_s8_aarch64.h"

#if MOTE_NEON
MOTE_WEAK void mote_fully_connected_s8_neon(const struct mote_fully_connected_s8 *p, const int8_t *in,
                                            const int8_t *weights, const int32_t *bias, const int32_t *mult,
                                            const int8_t *shift, int8_t *out, int32_t first, int32_t count)
{
    mote_dense_rows(p, in + first * p->in_len, weights, bias, mult, shift, out + first * p->out_c, count,
                    mote_dot_neon);
}

static void run_fully_connected_s8_neon(const struct mote_call *c)
{
    mote_fully_connected_s8_neon(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5],
                                 c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(fully_connected_s8, neon, .run = MOTE_IF_NEON(run_fully_connected_s8_neon));

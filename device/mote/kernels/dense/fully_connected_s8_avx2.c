/* SPDX-License-Identifier: Apache-2.0 */
/* fully_connected_s8 with AVX2. */
#include "fully_connected_s8_avx2.h"

#include "../shared/requant.h"
#include "../shared/sums_avx2.h"

#if MOTE_X86
MOTE_WEAK MOTE_AVX2 void mote_fully_connected_s8_avx2(const struct mote_fully_connected_s8 *p, const int8_t *in,
                                                      const int8_t *weights, const int32_t *bias, const int32_t *mult,
                                                      const int8_t *shift, int8_t *out, int32_t first, int32_t count)
{
    in += first * p->in_len;
    out += first * p->out_c;
    for (; count > 0; count--, in += p->in_len) {
        uint32_t zero = p->weights_zero ? (uint32_t)p->weights_zero * mote_total(in, p->in_len) : 0;

        for (int32_t o = 0, n; o < p->out_c; o += n) {
            uint32_t sum[4];

            n = p->out_c - o < 4 ? p->out_c - o : 4;
            mote_sums_4(in, p->in_len, weights + o * p->in_len, p->in_len, n, sum);
            for (int32_t j = 0; j < n; j++) {
                int32_t q = p->per_channel ? o + j : 0;

                sum[j] += (uint32_t)bias[o + j] - zero;
                *out++ = mote_requant_s8((int32_t)sum[j], mult[q], shift[q], p->out_zero, p->lo, p->hi);
            }
        }
    }
}

static void run_fully_connected_s8_avx2(const struct mote_call *c)
{
    mote_fully_connected_s8_avx2(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5],
                                 c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(fully_connected_s8, avx2, .run = MOTE_IF_X86(run_fully_connected_s8_avx2));

/* SPDX-License-Identifier: Apache-2.0 */
/* fully_connected_rows_s8 with AVX2; four outputs share the inputs. */
#include "fully_connected_rows_s8_avx2.h"

#include "../shared/requant.h"
#include "../shared/sums_avx2.h"

#if MOTE_X86
#include "fully_connected_rows_s8_fold.h"

MOTE_AVX2 static void add(const struct mote_fully_connected_rows_s8 *p, const int8_t *in, int32_t n,
                          const int8_t *weights, int32_t *sums)
{
    uint32_t zero = p->weights_zero ? (uint32_t)p->weights_zero * mote_total(in, n) : 0;
    int32_t step = p->in_h * p->in_len;

    for (int32_t o = 0, some; o < p->out_c; o += some) {
        uint32_t sum[4];

        some = p->out_c - o < 4 ? p->out_c - o : 4;
        mote_sums_4(in, n, weights + o * step, step, some, sum);
        for (int32_t i = 0; i < some; i++)
            sums[o + i] = (int32_t)((uint32_t)sums[o + i] + sum[i] - zero);
    }
}

static void put(const struct mote_fully_connected_rows_s8 *p, const int32_t *sums, const int32_t *mult,
                const int8_t *shift, int8_t *out)
{
    for (int32_t o = 0; o < p->out_c; o++) {
        int32_t q = p->per_channel ? o : 0;

        out[o] = mote_requant_s8(sums[o], mult[q], shift[q], p->out_zero, p->lo, p->hi);
    }
}

MOTE_WEAK void mote_fully_connected_rows_s8_avx2(const struct mote_fully_connected_rows_s8 *p, const int8_t *in,
                                                 const int8_t *weights, const int32_t *bias, const int32_t *mult,
                                                 const int8_t *shift, int32_t *sums, int8_t *out, int32_t first,
                                                 int32_t count)
{
    mote_dense_rows_fold(p, in, weights, bias, mult, shift, sums, out, first, count);
}

static void run_fully_connected_rows_s8_avx2(const struct mote_call *c)
{
    mote_fully_connected_rows_s8_avx2(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5],
                                      c->args[6], c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(fully_connected_rows_s8, avx2, .run = MOTE_IF_X86(run_fully_connected_rows_s8_avx2));

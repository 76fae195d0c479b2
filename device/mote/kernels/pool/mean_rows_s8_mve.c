/* SPDX-License-Identifier: Apache-2.0 */
/* mean_rows_s8 with vectors of four sums. */
#include "../shared/hot.h"

#include "mean_rows_s8_mve.h"

#include "../shared/mve.h"
#include "mean_rows_s8_fold.h"

#if MOTE_MVE
static void add(const int8_t *in, int32_t n, int32_t channels, int32_t *sums)
{
    const int32_t step = channels;

    for (; channels > 0; channels -= 4, in += 4, sums += 4) {
        mve_pred16_t lanes = vctp32q((uint32_t)channels);
        int32x4_t sum = vldrwq_z_s32(sums, lanes);
        const int8_t *at = in;

        for (int32_t i = n; i > 0; i--, at += step)
            sum = vaddq_s32(sum, vldrbq_z_s32(at, lanes));
        vstrwq_p_s32(sums, sum, lanes);
    }
}

MOTE_WEAK void mote_mean_rows_s8_mve(const struct mote_mean_rows_s8 *p, const int8_t *in, int32_t *sums, int8_t *out,
                                     int32_t first, int32_t count)
{
    mote_mean_rows_fold(add, p, in, sums, out, first, count);
}

static void run_mean_rows_s8_mve(const struct mote_call *c)
{
    mote_mean_rows_s8_mve(c->params, c->args[0], c->args[1], c->args[2], c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(mean_rows_s8, mve, .run = MOTE_IF_MVE(run_mean_rows_s8_mve));

/* SPDX-License-Identifier: Apache-2.0 */
/* svdf_s8 with vectors of 16 products, of which four filters share the inputs; the state moves while it is
 * multiplied. */
#include "svdf_s8_mve.h"

#include "../shared/mve.h"
#include "svdf_s8_fours.h"

#if MOTE_MVE
static void features(const struct mote_svdf_s8 *p, const int8_t *in, const int8_t *w, int32_t last, int32_t values[4])
{
    const struct mote_scale scale =
        mote_scale_of(vdupq_n_s32(0), vdupq_n_s32(p->state_mult), vdupq_n_s32(p->state_shift));
    const struct mote_clamp clamp = {0, p->wide ? INT16_MIN : INT8_MIN, p->wide ? INT16_MAX : INT8_MAX, 0};
    int32_t n = p->inputs, total[4] = {0};

    for (int32_t i = 0; i <= last && p->in_zero != 0; i++)
        total[i] = (int32_t)mote_total(w + i * n, n);
    vstrwq_s32(values, mote_requant_four(vmlaq_n_s32(mote_dot_four(in, w, n, last, n), vldrwq_s32(total), -p->in_zero),
                                         &scale, &clamp));
}

static uint32_t times_s16(int16_t *state, const int16_t *w, int32_t n, int32_t newest)
{
    int32_t sum = 0;

    for (; n > 1; n -= 8, state += 8, w += 8) {
        mve_pred16_t lanes = vctp16q((uint32_t)(n - 1));
        int16x8_t x = vldrhq_z_s16(state + 1, lanes);

        vstrhq_p_s16(state, x, lanes);
        sum = vmladavaq_p_s16(sum, x, vldrhq_z_s16(w, lanes), lanes);
    }
    state[n - 1] = (int16_t)newest;
    return (uint32_t)sum + (uint32_t)(newest * w[n - 1]);
}

static uint32_t times_s8(int8_t *state, const int8_t *w, int32_t n, int32_t zero, int32_t newest)
{
    int32_t sum = 0;

    for (; n > 1; n -= 8, state += 8, w += 8) {
        mve_pred16_t lanes = vctp16q((uint32_t)(n - 1));
        int16x8_t x = vldrbq_z_s16(state + 1, lanes);

        vstrbq_p_s16(state, x, lanes);
        sum = vmladavaq_p_s16(sum, vsubq_n_s16(x, (int16_t)zero), vldrbq_z_s16(w, lanes), lanes);
    }
    state[n - 1] = (int8_t)newest;
    return (uint32_t)sum + (uint32_t)((newest - zero) * w[n - 1]);
}

static uint32_t times(const struct mote_svdf_s8 *p, void *state, const void *w, int32_t newest)
{
    return p->wide ? times_s16(state, w, p->memory, newest) : times_s8(state, w, p->memory, p->state_zero, newest);
}

MOTE_WEAK void mote_svdf_s8_mve(const struct mote_svdf_s8 *p, const int8_t *in, const int8_t *features_weights,
                                const void *times_weights, const int32_t *bias, void *state, int8_t *out, int32_t first,
                                int32_t count)
{
    const struct mote_svdf_loops loops = {features, times};

    mote_svdf_rows(p, &loops, in, features_weights, times_weights, bias, state, out, first, count);
}

static void run_svdf_s8_mve(const struct mote_call *c)
{
    mote_svdf_s8_mve(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5], c->first,
                     c->count);
}
#endif

MOTE_KERNEL_CODE(svdf_s8, mve, .run = MOTE_IF_MVE(run_svdf_s8_mve));

/* SPDX-License-Identifier: Apache-2.0 */
/* Portable SVDF, float: the definition of svdf_f32.h. One filter after the other: its state moves on, gets the new
 * feature and is summed over time. */
#include "svdf_f32.h"

#include "../../memory.h"
#include "../shared/weights_f32.h"

MOTE_WEAK void mote_svdf_f32(const struct mote_svdf_f32 *p, const float *in, const MOTE_FLASH float *features,
                             const MOTE_FLASH float *times, const MOTE_FLASH float *bias, float *state, float *out,
                             int32_t first, int32_t count)
{
    const float lo = mote_float(p->lo), hi = mote_float(p->hi);
    int32_t filters = p->units * p->rank, last = p->memory - 1;

    mote_assert(first >= 0 && first + count <= p->batch);
    for (int32_t b = first; b < first + count; b++)
        for (int32_t u = 0, f = 0; u < p->units; u++) {
            float sum = bias[u];

            for (int32_t i = 0; i < p->rank; i++, f++) {
                float *s = state + (b * filters + f) * p->memory;

                memmove(s, s + 1, (size_t)last * sizeof *s);
                s[last] = mote_dot(in + b * p->inputs, features + f * p->inputs, p->inputs, 0.0f);
                sum += mote_dot(s, times + f * p->memory, p->memory, 0.0f);
            }
            out[b * p->units + u] = mote_clamp_f32(sum, lo, hi);
        }
}

static void run_svdf_f32(const struct mote_call *c)
{
    mote_svdf_f32(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5], c->first,
                  c->count);
}

MOTE_KERNEL_VERSION(svdf_f32, portable);

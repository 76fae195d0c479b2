/* SPDX-License-Identifier: Apache-2.0 */
/* What versions of conv_2d_s16 share: four filters at a time meet what lies side by side of a pixel. */
#ifndef MOTE_CONV_2D_S16_FOURS_H
#define MOTE_CONV_2D_S16_FOURS_H

#include "../shared/rows.h"
#include "../shared/wide_fours.h"
#include "../shared/windows.h"
#include "conv_2d_s16.h"

struct mote_conv_s16_call {
    const struct mote_conv_2d_s16 *p;
    const int8_t *weights;
    const int64_t *bias;
    const int32_t *mult;
    const int8_t *shift;
    mote_wide_four *four;
};

/* Filters o to o + last of the group of channels that begins at `group`. */
static inline void mote_conv_s16_four(const struct mote_conv_s16_call *call, const int16_t *const rows[],
                                      struct mote_columns c, int32_t group, int32_t o, int32_t last, int16_t *out)
{
    const struct mote_conv_2d_s16 *p = call->p;
    int32_t filter = p->kernel_h * p->kernel_w * p->filter_c;
    int32_t together = p->dilation_w == 1 && p->filter_c == p->in_c ? c.to - c.from : 1;
    const int8_t *w = call->weights + o * filter;
    int64_t sum[4] = {0};

    for (int32_t k = 0; k < p->kernel_h; k++, w += p->kernel_w * p->filter_c)
        for (int32_t j = c.from; j < c.to && rows[k] != NULL; j += together)
            mote_wide_add(call->four, rows[k] + group + c.at + (j - c.from) * p->dilation_w * p->in_c,
                          w + j * p->filter_c, filter, last, together * p->filter_c, sum);
    for (int32_t i = 0; i <= last; i++, o++) {
        int32_t m = o * p->per_channel;

        out[o] = mote_requant_s16(sum[i], call->bias[o], p->wide, call->mult[m], call->shift[m], p->lo, p->hi);
    }
}

static inline void mote_conv_s16_row(const struct mote_conv_s16_call *call, const int16_t *const rows[], int16_t *out)
{
    const struct mote_conv_2d_s16 *p = call->p;
    int32_t per_group = p->out_c / (p->in_c / p->filter_c);

    for (int32_t ox = 0, x = -p->pad_left; ox < p->out_w; ox++, x += p->stride_w, out += p->out_c) {
        struct mote_columns c = mote_clip_columns(x, p->kernel_w, p->dilation_w, p->in_w, p->in_c);

        for (int32_t o = 0, group = 0; o < p->out_c; group += p->filter_c)
            for (int32_t left = per_group, n; left > 0; left -= n, o += n) {
                n = left < 4 ? left : 4;
                mote_conv_s16_four(call, rows, c, group, o, n - 1, out);
            }
    }
}

static inline void mote_conv_s16_rows(const struct mote_conv_s16_call *call, const int16_t *in, int16_t *out,
                                      int32_t first, int32_t count)
{
    const struct mote_conv_2d_s16 *p = call->p;
    const int16_t *rows[MOTE_KERNEL_ROWS_MAX];

    for (int32_t r = first; r < first + count; r++) {
        int32_t top = r % p->out_h * p->stride_h - p->pad_top;

        mote_rows_s16(rows, p->kernel_h, in, r / p->out_h, top, p->dilation_h, p->in_h, p->in_w * p->in_c, p->in_ring);
        mote_conv_s16_row(call, rows, out + mote_ring(r, p->out_ring) * p->out_w * p->out_c);
    }
}

#endif

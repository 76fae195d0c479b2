/* SPDX-License-Identifier: Apache-2.0 */
/* Where a pixel's taps lie, outside the picture in the row of zero points: what versions of depthwise_conv_2d_s8 share
 * that read inputs in their place. */
#ifndef MOTE_DEPTHWISE_CONV_2D_S8_TAPS_H
#define MOTE_DEPTHWISE_CONV_2D_S8_TAPS_H

#include "../shared/plain.h"
#include "depthwise_conv_2d_s8.h"

enum { MOTE_TAPS = 64 }; /* kernels of more go slowly */

struct mote_depthwise_layer {
    const struct mote_depthwise_conv_2d_s8 *p;
    const int8_t *weights, *zeros, *shift;
    const int32_t *bias, *mult;
    bool swift; /* the version's own: its short way does for all channels */
};

static inline const int8_t *mote_tap(const struct mote_depthwise_layer *l, const int8_t *const rows[], int32_t x,
                                     int32_t k, int32_t j)
{
    int32_t at = x + j * l->p->dilation_w;

    return at < 0 || at >= l->p->in_w ? l->zeros : rows[k] + at * l->p->in_c;
}

/* All of them; returns the end. */
static inline const int8_t **mote_set_taps(const struct mote_depthwise_layer *l, const int8_t *const rows[], int32_t x,
                                           const int8_t *taps[MOTE_TAPS])
{
    for (int32_t k = 0; k < l->p->kernel_h; k++)
        for (int32_t j = 0; j < l->p->kernel_w; j++)
            *taps++ = mote_tap(l, rows, x, k, j);
    return taps;
}

/* A pixel of as many taps as there are. */
static inline void mote_put_many_taps(const struct mote_depthwise_layer *l, const int8_t *const rows[], int32_t x,
                                      int8_t *out)
{
    const struct mote_depthwise_conv_2d_s8 *p = l->p;

    for (int32_t o = 0; o < p->out_c; o++) {
        int32_t at = o / p->depth_multiplier, q = p->per_channel ? o : 0;
        uint32_t sum = (uint32_t)l->bias[o];
        const int8_t *w = l->weights + o;

        for (int32_t k = 0; k < p->kernel_h; k++)
            for (int32_t j = 0; j < p->kernel_w; j++, w += p->out_c)
                sum += (uint32_t)(mote_tap(l, rows, x, k, j)[at] * *w);
        out[o] = mote_requant_s8((int32_t)sum, l->mult[q], l->shift[q], p->out_zero, p->lo, p->hi);
    }
}

#endif

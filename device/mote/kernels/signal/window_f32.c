/* SPDX-License-Identifier: Apache-2.0 */
/* Portable windows of floats: the definition of window_f32.h. */
#include "../shared/hot.h"

#include "window_f32.h"

#include "../shared/floats.h"
#include "../shared/rows.h"

static void shape(const int16_t *in, const MOTE_FLASH float *window, float *out, int32_t len)
{
    for (int32_t i = 0; i < len; i++)
        out[i] = (float)in[i] * window[i];
}

static void emphasize(const int16_t *in, int16_t before, float emphasis, const MOTE_FLASH float *window, float *out,
                      int32_t len)
{
    float last = before;

    for (int32_t i = 0; i < len; i++) {
        float x = in[i], y = emphasis * last;

        out[i] = (x - y) * window[i];
        last = x;
    }
}

MOTE_WEAK void mote_window_f32(const struct mote_window_f32 *p, const int16_t *in, const MOTE_FLASH float *window,
                               float *out, int32_t first, int32_t count)
{
    int32_t before = p->in_len - p->len;

    mote_assert(first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++) {
        const int16_t *from = in + mote_ring(r, p->in_ring) * p->in_len + before;
        float *to = out + mote_ring(r, p->out_ring) * p->len;

        if (p->emphasis == 0)
            shape(from, window, to, p->len);
        else
            emphasize(from, before > 0 ? from[-1] : 0, mote_float(p->emphasis), window, to, p->len);
    }
}

static void run_window_f32(const struct mote_call *c)
{
    mote_window_f32(c->params, c->args[0], c->args[1], c->args[2], c->first, c->count);
}

MOTE_KERNEL_VERSION(window_f32, portable);

/* SPDX-License-Identifier: Apache-2.0 */
/* Portable bilinear resizing of int16: the definition of resize_bilinear_s16.h. */
#include "resize_bilinear_s16.h"

#include "../shared/rows.h"

/* The sum of the four, with 20 fraction bits, to the nearest, half away from zero. */
static int16_t mix(int32_t top_left, int32_t bottom_left, int32_t top_right, int32_t bottom_right, int32_t dy,
                   int32_t dx)
{
    int32_t left = top_left * (1024 - dy) + bottom_left * dy, right = top_right * (1024 - dy) + bottom_right * dy;
    int64_t sum = (int64_t)left * (1024 - dx) + (int64_t)right * dx, half = INT32_C(1) << 19;

    return (int16_t)((sum + (sum > 0 ? half : -half)) / (INT32_C(1) << 20));
}

static void resize_row(const struct mote_resize_bilinear_s16 *p, const int16_t *top, const int16_t *bottom, int32_t dy,
                       const MOTE_FLASH int32_t *columns, int16_t *out)
{
    for (int32_t x = 0; x < p->out_w; x++, columns += 3) {
        int32_t left = columns[0] * p->channels, right = columns[1] * p->channels;
        int32_t dx = columns[2];

        for (int32_t c = 0; c < p->channels; c++)
            *out++ = mix(top[left + c], bottom[left + c], top[right + c], bottom[right + c], dy, dx);
    }
}

MOTE_WEAK void mote_resize_bilinear_s16(const struct mote_resize_bilinear_s16 *p, const int16_t *in,
                                        const MOTE_FLASH int32_t *rows, const MOTE_FLASH int32_t *columns, int16_t *out,
                                        int32_t first, int32_t count)
{
    int32_t in_len = p->in_w * p->channels, out_len = p->out_w * p->channels;

    mote_assert(first >= 0 && first + count <= p->batch * p->out_h);
    for (int32_t r = first; r < first + count; r++) {
        const MOTE_FLASH int32_t *place = rows + 3 * (r % p->out_h);
        int32_t image = r / p->out_h * p->in_h;

        resize_row(p, in + mote_ring(image + place[0], p->in_ring) * in_len,
                   in + mote_ring(image + place[1], p->in_ring) * in_len, place[2], columns,
                   out + mote_ring(r, p->out_ring) * out_len);
    }
}

static void run_resize_bilinear_s16(const struct mote_call *c)
{
    mote_resize_bilinear_s16(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->first, c->count);
}

MOTE_KERNEL_VERSION(resize_bilinear_s16, portable);

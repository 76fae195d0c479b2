/* SPDX-License-Identifier: Apache-2.0 */
/* Portable bilinear resizing of bytes that stand for uint8: the definition of resize_bilinear_u8.h. */
#include "resize_bilinear_u8.h"

#include "../shared/floats.h"
#include "../shared/requant.h"
#include "../shared/rows.h"

/* A product that is rounded: a compiler may not make one operation of it and of an addition. */
static float product(float a, float b)
{
    volatile float rounded = a * b;

    return rounded;
}

static int8_t mix(int32_t top_left, int32_t bottom_left, int32_t top_right, int32_t bottom_right, float dy, float dx)
{
    float up = 1.0f - dy, left = 1.0f - dx, sum;

    sum = product(product((float)(top_left + 128), up), left);
    sum += product(product((float)(bottom_left + 128), dy), left);
    sum += product(product((float)(top_right + 128), up), dx);
    sum += product(product((float)(bottom_right + 128), dy), dx);
    return (int8_t)mote_clamp((int32_t)(sum + 0.5f) - 128, -128, 127);
}

static void resize_row(const struct mote_resize_bilinear_u8 *p, const int8_t *top, const int8_t *bottom, float dy,
                       const MOTE_FLASH int32_t *columns, int8_t *out)
{
    for (int32_t x = 0; x < p->out_w; x++, columns += 3) {
        int32_t left = columns[0] * p->channels, right = columns[1] * p->channels;
        float dx = mote_float(columns[2]);

        for (int32_t c = 0; c < p->channels; c++)
            *out++ = mix(top[left + c], bottom[left + c], top[right + c], bottom[right + c], dy, dx);
    }
}

MOTE_WEAK void mote_resize_bilinear_u8(const struct mote_resize_bilinear_u8 *p, const int8_t *in,
                                       const MOTE_FLASH int32_t *rows, const MOTE_FLASH int32_t *columns, int8_t *out,
                                       int32_t first, int32_t count)
{
    int32_t in_len = p->in_w * p->channels, out_len = p->out_w * p->channels;

    mote_assert(first >= 0 && first + count <= p->batch * p->out_h);
    for (int32_t r = first; r < first + count; r++) {
        const MOTE_FLASH int32_t *place = rows + 3 * (r % p->out_h);
        int32_t image = r / p->out_h * p->in_h;

        resize_row(p, in + mote_ring(image + place[0], p->in_ring) * in_len,
                   in + mote_ring(image + place[1], p->in_ring) * in_len, mote_float(place[2]), columns,
                   out + mote_ring(r, p->out_ring) * out_len);
    }
}

static void run_resize_bilinear_u8(const struct mote_call *c)
{
    mote_resize_bilinear_u8(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->first, c->count);
}

MOTE_KERNEL_VERSION(resize_bilinear_u8, portable);

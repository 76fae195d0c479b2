/* SPDX-License-Identifier: Apache-2.0 */
/* conv_2d_f32 with AVX2: up to four pixels that see the same columns meet sixteen filters. */
#include "conv_2d_f32_avx2.h"

#include "../shared/floats_avx2.h"
#include "../shared/rows.h"
#include "../shared/windows.h"

static const uint16_t forms[] = {0, MOTE_FORM(MOTE_CODING_DENSE, MOTE_PACKING_TRANSPOSED), 0, 0};

#if MOTE_DESCRIBE
static void shape_of(const void *params, uint32_t arg, int32_t shape[MOTE_PACKED_DIMS])
{
    const struct mote_conv_2d_f32 *p = params;

    (void)arg;
    shape[MOTE_ROWS] = p->out_c;
    shape[MOTE_COLUMNS] = p->kernel_h * p->kernel_w * p->filter_c;
}
#endif

/* Transposed weights are as many. */
static uint32_t fit(const void *params, uint32_t *bytes)
{
    (void)params;
    (void)bytes;
    return 0;
}

#if MOTE_X86
/* n filters from o on, of pixels that see the columns c. */
static void filter_some(const struct mote_conv_2d_f32 *p, const float *const rows[], const struct mote_columns *c,
                        int32_t pixels, const float *w, const float *bias, int32_t n, float *out)
{
    int32_t kernel_row = p->kernel_w * p->filter_c;
    int32_t next = (int32_t)((uint32_t)p->stride_w * (uint32_t)p->in_c); /* of one pixel it may be anything */
    bool dense = p->dilation_w == 1 && p->filter_c == p->in_c;
    int32_t together = dense ? c->to - c->from : 1, len = together * p->filter_c;
    float sum[MOTE_TILE] = {0.0f};

    for (int32_t k = 0; k < p->kernel_h; k++)
        for (int32_t j = c->from; j < c->to && rows[k] != NULL; j += together)
            mote_add_dots(rows[k] + c->at + (j - c->from) * p->dilation_w * p->in_c, next, pixels,
                          w + (k * kernel_row + j * p->filter_c) * p->out_c, p->out_c, len, n, sum);
    for (int32_t i = 0; i < pixels; i++)
        mote_put_floats(sum + i * MOTE_TILE_OUTPUTS, bias, n, mote_float(p->lo), mote_float(p->hi), out + i * p->out_c);
}

static void filter_pixels(const struct mote_conv_2d_f32 *p, const float *const rows[], struct mote_columns c,
                          int32_t pixels, const float *weights, const float *bias, float *out)
{
    int32_t per_group = p->out_c / (p->in_c / p->filter_c);

    for (int32_t o = 0, left = per_group, n; o < p->out_c; o += n) {
        n = mote_outputs_together(pixels, left);
        filter_some(p, rows, &c, pixels, weights + o, bias + o, n, out + o);
        left -= n;
        if (left == 0) {
            left = per_group;
            c.at += p->filter_c;
        }
    }
}

static void compute_row(const struct mote_conv_2d_f32 *p, const float *const rows[], const float *weights,
                        const float *bias, float *out)
{
    for (int32_t ox = 0, x = -p->pad_left, n; ox < p->out_w; ox += n, x += n * p->stride_w, out += n * p->out_c) {
        struct mote_columns c = mote_clip_columns(x, p->kernel_w, p->dilation_w, p->in_w, p->in_c);
        int32_t most = p->out_w - ox < MOTE_TILE_PIXELS ? p->out_w - ox : MOTE_TILE_PIXELS;

        n = mote_alike_columns(x, p->stride_w, p->kernel_w, p->dilation_w, p->in_w, p->in_c, most);
        filter_pixels(p, rows, c, n, weights, bias, out);
    }
}

MOTE_WEAK void mote_conv_2d_f32_avx2(const struct mote_conv_2d_f32 *p, const float *in, const float *weights,
                                     const float *bias, float *out, int32_t first, int32_t count)
{
    const float *rows[MOTE_KERNEL_ROWS_MAX];

    for (int32_t r = first; r < first + count; r++) {
        int32_t top = r % p->out_h * p->stride_h - p->pad_top;

        mote_rows_f32(rows, p->kernel_h, in, r / p->out_h, top, p->dilation_h, p->in_h, p->in_w * p->in_c, p->in_ring);
        compute_row(p, rows, weights, bias, out + mote_ring(r, p->out_ring) * p->out_w * p->out_c);
    }
}

static void run_conv_2d_f32_avx2(const struct mote_call *c)
{
    mote_conv_2d_f32_avx2(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(conv_2d_f32, avx2, .run = MOTE_IF_X86(run_conv_2d_f32_avx2), .forms = forms, .fit = fit,
                 MOTE_SHAPE(shape_of));

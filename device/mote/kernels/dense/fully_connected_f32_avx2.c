/* SPDX-License-Identifier: Apache-2.0 */
/* fully_connected_f32 with AVX2: up to four rows share the weights of sixteen outputs. */
#include "fully_connected_f32_avx2.h"

#include "../shared/floats_avx2.h"

static const uint16_t forms[] = {0, MOTE_FORM(MOTE_CODING_DENSE, MOTE_PACKING_TRANSPOSED), 0, 0};

#if MOTE_DESCRIBE
static void shape_of(const void *params, uint32_t arg, int32_t shape[MOTE_PACKED_DIMS])
{
    const struct mote_fully_connected_f32 *p = params;

    (void)arg;
    shape[MOTE_ROWS] = p->out_c;
    shape[MOTE_COLUMNS] = p->in_len;
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
static void compute_rows(const struct mote_fully_connected_f32 *p, const float *in, int32_t rows, const float *weights,
                         const float *bias, float *out)
{
    for (int32_t o = 0, n; o < p->out_c; o += n) {
        float sum[MOTE_TILE] = {0.0f};

        n = mote_outputs_together(rows, p->out_c - o);
        mote_add_dots(in, p->in_len, rows, weights + o, p->out_c, p->in_len, n, sum);
        for (int32_t r = 0; r < rows; r++)
            mote_put_floats(sum + r * MOTE_TILE_OUTPUTS, bias + o, n, mote_float(p->lo), mote_float(p->hi),
                            out + r * p->out_c + o);
    }
}

MOTE_WEAK void mote_fully_connected_f32_avx2(const struct mote_fully_connected_f32 *p, const float *in,
                                             const float *weights, const float *bias, float *out, int32_t first,
                                             int32_t count)
{
    for (int32_t r = first, n; r < first + count; r += n) {
        n = first + count - r < MOTE_TILE_PIXELS ? first + count - r : MOTE_TILE_PIXELS;
        compute_rows(p, in + r * p->in_len, n, weights, bias, out + r * p->out_c);
    }
}

static void run_fully_connected_f32_avx2(const struct mote_call *c)
{
    mote_fully_connected_f32_avx2(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(fully_connected_f32, avx2, .run = MOTE_IF_X86(run_fully_connected_f32_avx2), .forms = forms,
                 .fit = fit, MOTE_SHAPE(shape_of));

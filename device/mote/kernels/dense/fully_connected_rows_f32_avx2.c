/* SPDX-License-Identifier: Apache-2.0 */
/* fully_connected_rows_f32 with AVX2: up to 64 outputs share the inputs. */
#include "fully_connected_rows_f32_avx2.h"

#include "../shared/floats_avx2.h"
#include "../shared/folds.h"

static const uint16_t forms[] = {0, MOTE_FORM(MOTE_CODING_DENSE, MOTE_PACKING_TRANSPOSED), 0, 0, 0};

#if MOTE_DESCRIBE
static void shape_of(const void *params, uint32_t arg, int32_t shape[MOTE_PACKED_DIMS])
{
    const struct mote_fully_connected_rows_f32 *p = params;

    (void)arg;
    shape[MOTE_ROWS] = p->out_c;
    shape[MOTE_COLUMNS] = p->in_h * p->in_len;
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
/* n inputs, whose first one has these weights. */
static void add(const struct mote_fully_connected_rows_f32 *p, const float *in, int32_t n, const float *weights,
                float *sums)
{
    for (int32_t o = 0, some; o < p->out_c; o += some) {
        some = mote_outputs_together(1, p->out_c - o);
        mote_add_dots(in, 0, 1, weights + o, p->out_c, n, some, sums + o);
    }
}

MOTE_WEAK void mote_fully_connected_rows_f32_avx2(const struct mote_fully_connected_rows_f32 *p, const float *in,
                                                  const float *weights, const float *bias, float *sums, float *out,
                                                  int32_t first, int32_t count)
{
    struct mote_run run;

    for (; count > 0; count -= run.rows, first += run.rows) {
        run = mote_run_of(first, count, p->in_h, p->in_ring);
        for (int32_t o = 0; run.y == 0 && o < p->out_c; o++)
            sums[o] = 0.0f;
        add(p, in + run.at * p->in_len, run.rows * p->in_len, weights + run.y * p->in_len * p->out_c, sums);
        if (run.ends)
            mote_put_floats(sums, bias, p->out_c, mote_float(p->lo), mote_float(p->hi), out);
    }
}

static void run_fully_connected_rows_f32_avx2(const struct mote_call *c)
{
    mote_fully_connected_rows_f32_avx2(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->first,
                                       c->count);
}
#endif

MOTE_KERNEL_CODE(fully_connected_rows_f32, avx2, .run = MOTE_IF_X86(run_fully_connected_rows_f32_avx2), .forms = forms,
                 .fit = fit, MOTE_SHAPE(shape_of));

/* SPDX-License-Identifier: Apache-2.0 */
/* lstm_s8 with Advanced SIMD: a lane is a gate of a unit, until its table is looked up. */
#include "lstm_s8_neon.h"

#include "../shared/rows.h"
#include "../shared/sums_neon.h"
#include "lstm_s8_unit.h"

#if MOTE_NEON
struct constants {
    const int8_t *x_weights, *h_weights;
    const int32_t *bias;
    const uint16_t *table;
    struct mote_scale_4 x_scale, h_scale;
};

/* What n inputs make of a unit's four gates, within 16 bits; its weights are at w and its biases at `bias`. */
MOTE_INLINE int16x4_t gates(const int8_t *x, int32_t n, const int8_t *w, int32_t units, const int32_t *bias,
                            const struct mote_scale_4 *scale)
{
    const int32_t four[4] = {bias[0], bias[units], bias[2 * units], bias[3 * units]};
    int32x4_t sum = mote_sums_4(x, n, w, units * n, 4, mote_dot_neon);

    return vqmovn_s32(mote_requant_4(vaddq_s32(sum, vld1q_s32(four)), scale));
}

static void lstm_row(const struct mote_lstm_s8 *p, const struct constants *k, const int8_t *x, int8_t *hidden,
                     int16_t *cell, int8_t *out)
{
    for (int32_t u = 0; u < p->units; u++) {
        const int32_t *bias = k->bias + u;
        int16x4_t of_x = gates(x, p->in_len, k->x_weights + u * p->in_len, p->units, bias, &k->x_scale);
        int16x4_t of_h =
            gates(hidden, p->units, k->h_weights + u * p->units, p->units, bias + MOTE_GATES * p->units, &k->h_scale);
        int32_t gate[MOTE_GATES];

        vst1q_s32(gate, vmovl_s16(vqadd_s16(of_x, of_h)));
        out[u] = mote_lstm_s8_unit(p, k->table, gate, cell + u);
    }
    for (int32_t u = 0; u < p->units; u++) /* no memcpy: in a strange image they may overlap */
        hidden[u] = out[u];
}

MOTE_WEAK void mote_lstm_s8_neon(const struct mote_lstm_s8 *p, const int8_t *x, const int8_t *x_weights,
                                 const int8_t *h_weights, const int32_t *bias, const int32_t *mult, const int8_t *shift,
                                 const uint16_t *table, int8_t *hidden, int16_t *cell, int8_t *out, int32_t first,
                                 int32_t count)
{
    const struct constants k = {x_weights,
                                h_weights,
                                bias,
                                table,
                                mote_scale_4(mult, shift, true, MOTE_GATES),
                                mote_scale_4(mult + MOTE_GATES, shift + MOTE_GATES, true, MOTE_GATES)};

    for (int32_t r = first; r < first + count; r++) {
        int32_t state = (p->time_major ? r % p->batch : r / p->time) * p->units;

        lstm_row(p, &k, x + mote_ring(r, p->in_ring) * p->in_len, hidden + state, cell + state,
                 out + mote_ring(r, p->out_ring) * p->units);
    }
}

static void run_lstm_s8_neon(const struct mote_call *c)
{
    mote_lstm_s8_neon(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5], c->args[6],
                      c->args[7], c->args[8], c->args[9], c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(lstm_s8, neon, .run = MOTE_IF_NEON(run_lstm_s8_neon));

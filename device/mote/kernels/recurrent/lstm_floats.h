/* SPDX-License-Identifier: Apache-2.0 */
/* A float LSTM; LSTM is its name. Nothing couples the units of a step but the old h, so a unit goes from its four
 * gates, which share x and h, to its new c and h at once, and no gate is ever stored. */
#ifndef MOTE_LSTM_FLOATS_H
#define MOTE_LSTM_FLOATS_H

#include "../shared/math_f32.h"
#include "../shared/rows.h"

enum { GATE_INPUT, GATE_FORGET, GATE_CELL, GATE_OUTPUT, GATES };

struct constants {
    const MOTE_FLASH float *x_weights, *h_weights, *bias;
};

static void sum_gates(const struct mote_lstm_f32 *p, const struct constants *k, const float *x, const float *h,
                      int32_t unit, float sum[GATES])
{
    float h_sum[GATES] = {0.0f, 0.0f, 0.0f, 0.0f};

    for (int32_t g = 0; g < GATES; g++)
        sum[g] = 0.0f;
    mote_dot_four(x, k->x_weights + unit * p->in_len, p->units * p->in_len, p->in_len, sum);
    mote_dot_four(h, k->h_weights + unit * p->units, p->units * p->units, p->units, h_sum);
    for (int32_t g = 0; g < GATES; g++)
        sum[g] = sum[g] + k->bias[g * p->units + unit] + h_sum[g];
}

static void lstm_row(const struct mote_lstm_f32 *p, const struct constants *k, const float *x, float *hidden,
                     float *cell, float *out)
{
    const float clip = mote_float(p->clip);

    for (int32_t u = 0; u < p->units; u++) {
        float sum[GATES], kept, added, c;

        sum_gates(p, k, x, hidden, u, sum);
        kept = mote_sigmoid_f32(sum[GATE_FORGET]) * cell[u];
        added = mote_sigmoid_f32(sum[GATE_INPUT]) * mote_tanh_f32(sum[GATE_CELL]);
        c = kept + added;
        cell[u] = clip > 0.0f ? mote_clamp_f32(c, -clip, clip) : c;
        out[u] = mote_tanh_f32(cell[u]) * mote_sigmoid_f32(sum[GATE_OUTPUT]);
    }
    for (int32_t u = 0; u < p->units; u++) /* no memcpy: in a strange image they may overlap */
        hidden[u] = out[u];
}

MOTE_WEAK void LSTM(const struct mote_lstm_f32 *p, const float *x, const MOTE_FLASH float *x_weights,
                    const MOTE_FLASH float *h_weights, const MOTE_FLASH float *bias, float *hidden, float *cell,
                    float *out, int32_t first, int32_t count)
{
    const struct constants k = {x_weights, h_weights, bias};

    mote_assert(first >= 0 && first + count <= p->batch * p->time);
    for (int32_t r = first; r < first + count; r++) {
        int32_t state = (p->time_major ? r % p->batch : r / p->time) * p->units;

        lstm_row(p, &k, x + mote_ring(r, p->in_ring) * p->in_len, hidden + state, cell + state,
                 out + mote_ring(r, p->out_ring) * p->units);
    }
}

#endif

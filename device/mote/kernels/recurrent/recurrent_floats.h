/* SPDX-License-Identifier: Apache-2.0 */
/* Recurrent layers in float whose weights are mote_weight: RECURRENT is the name, RECURRENT_PARAMS that of its
 * parameters. Nothing couples the units of a step but the old h, so that a unit goes from its sums to its new h at
 * once. */
#ifndef MOTE_RECURRENT_FLOATS_H
#define MOTE_RECURRENT_FLOATS_H

#include "../shared/math_f32.h"
#include "../shared/rows.h"

enum { GATE_INPUT, GATE_FORGET, GATE_CELL, GATE_OUTPUT };
enum { PEEPHOLE_INPUT, PEEPHOLE_FORGET, PEEPHOLE_OUTPUT };

struct weights {
    const MOTE_FLASH mote_weight *first;
    const MOTE_FLASH float *scales; /* one a row, if weights have any */
};

struct constants {
    struct weights x, h;
    const MOTE_FLASH float *bias, *peepholes;
};

static float function_of(int32_t f, float x)
{
    switch (f) {
    case MOTE_RECURRENT_TANH:
        return mote_tanh_f32(x);
    case MOTE_RECURRENT_SIGMOID:
        return mote_sigmoid_f32(x);
    case MOTE_RECURRENT_RELU:
        return x < 0.0f ? 0.0f : x;
    case MOTE_RECURRENT_FIFTH:
        return mote_clamp_f32(0.2f * x + 0.5f, 0.0f, 1.0f);
    case MOTE_RECURRENT_SIXTH:
        return mote_clamp_f32(x * (1.0f / 6.0f) + 0.5f, 0.0f, 1.0f);
    default:
        return x;
    }
}

static float sum_of(const struct RECURRENT_PARAMS *p, const struct constants *k, const float *x, const float *h,
                    int32_t gate, int32_t unit)
{
    const int32_t row = gate * p->units + unit;
    const float of_x =
        mote_dot(x, MOTE_WEIGHTS(k->x.first + row * p->in_len, k->x.scales + row), p->in_len, 0.0f) + k->bias[row];

    return of_x + mote_dot(h, MOTE_WEIGHTS(k->h.first + row * p->units, k->h.scales + row), p->units, 0.0f);
}

static float gate_of(const struct RECURRENT_PARAMS *p, const struct constants *k, float sum, int32_t peephole,
                     int32_t unit, float c)
{
    return function_of(p->gate, p->peephole ? sum + k->peepholes[peephole * p->units + unit] * c : sum);
}

static float lstm_unit(const struct RECURRENT_PARAMS *p, const struct constants *k, const float *x, const float *h,
                       int32_t unit, float *cell)
{
    const float i = gate_of(p, k, sum_of(p, k, x, h, GATE_INPUT, unit), PEEPHOLE_INPUT, unit, *cell);
    const float f = gate_of(p, k, sum_of(p, k, x, h, GATE_FORGET, unit), PEEPHOLE_FORGET, unit, *cell);
    const float kept = f * *cell, added = i * function_of(p->fresh, sum_of(p, k, x, h, GATE_CELL, unit));
    const float c = kept + added;

    *cell = c;
    return gate_of(p, k, sum_of(p, k, x, h, GATE_OUTPUT, unit), PEEPHOLE_OUTPUT, unit, c) * function_of(p->last, c);
}

MOTE_WEAK void RECURRENT(const struct RECURRENT_PARAMS *p, const float *x,
                         MOTE_WEIGHTS(const MOTE_FLASH mote_weight *x_weights, const MOTE_FLASH float *x_scales),
                         MOTE_WEIGHTS(const MOTE_FLASH mote_weight *h_weights, const MOTE_FLASH float *h_scales),
                         const MOTE_FLASH float *bias, const MOTE_FLASH float *peepholes, float *hidden, float *cell,
                         float *out, int32_t first, int32_t count)
{
    const struct constants k = {
        .x = {.first = MOTE_WEIGHTS(x_weights, .scales = x_scales)},
        .h = {.first = MOTE_WEIGHTS(h_weights, .scales = h_scales)},
        .bias = bias,
        .peepholes = peepholes,
    };

    mote_assert(first >= 0 && first + count <= p->batch * p->time);
    for (int32_t r = first; r < first + count; r++) {
        const int32_t state = (p->time_major ? r % p->batch : r / p->time) * p->units;
        const float *row = x + mote_ring(r, p->in_ring) * p->in_len;
        float *h = hidden + state, *to = out + mote_ring(r, p->out_ring) * p->units;

        for (int32_t u = 0; u < p->units; u++)
            to[u] = p->lstm ? lstm_unit(p, &k, row, h, u, cell + state + u)
                            : function_of(p->fresh, sum_of(p, &k, row, h, 0, u));
        for (int32_t u = 0; u < p->units; u++) /* no memcpy: in a strange image they may overlap */
            h[u] = to[u];
    }
}

#endif

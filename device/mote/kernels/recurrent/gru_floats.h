/* SPDX-License-Identifier: Apache-2.0 */
/* A float GRU; GRU is its name. What is new in a unit needs all of the old h, or all of r * h: so z and what r makes
 * of h are worked out for all units first, into `gates` and the output's row; then each unit's h. Four units go
 * together. */
#ifndef MOTE_GRU_FLOATS_H
#define MOTE_GRU_FLOATS_H

#include "../shared/math_f32.h"
#include "../shared/rows.h"

enum { GATE_UPDATE, GATE_RESET, GATE_NEW, BIAS_NEW };

struct constants {
    const MOTE_FLASH float *x_weights, *h_weights, *bias;
};

/* A unit's or four units' sums of one gate. */
enum { UNITS = 4 };

static int32_t units_together(const struct mote_gru_f32 *p, int32_t unit)
{
    return p->units - unit < UNITS ? 1 : UNITS;
}

static void sum_units(const float *in, const MOTE_FLASH float *weights, int32_t len, int32_t n, float sum[UNITS])
{
    for (int32_t i = 0; i < n; i++)
        sum[i] = 0.0f;
    if (n == UNITS)
        mote_dot_four(in, weights, len, len, sum);
    else
        sum[0] = mote_dot(in, weights, len, sum[0]);
}

static void sum_x(const struct mote_gru_f32 *p, const struct constants *k, const float *x, int32_t gate, int32_t unit,
                  int32_t n, float sum[UNITS])
{
    const int32_t row = gate * p->units + unit;

    sum_units(x, k->x_weights + row * p->in_len, p->in_len, n, sum);
    for (int32_t i = 0; i < n; i++)
        sum[i] += k->bias[row + i];
}

static void sum_h(const struct mote_gru_f32 *p, const struct constants *k, const float *h, int32_t gate, int32_t unit,
                  int32_t n, float sum[UNITS])
{
    sum_units(h, k->h_weights + (gate * p->units + unit) * p->units, p->units, n, sum);
}

/* The opening of a gate of some units. */
static void sum_gate(const struct mote_gru_f32 *p, const struct constants *k, const float *x, const float *h,
                     int32_t gate, int32_t unit, int32_t n, float open[UNITS])
{
    float of_h[UNITS];

    sum_x(p, k, x, gate, unit, n, open);
    sum_h(p, k, h, gate, unit, n, of_h);
    for (int32_t i = 0; i < n; i++)
        open[i] = mote_sigmoid_f32(open[i] + of_h[i]);
}

/* z into gates; r * h, or where r comes after the product r times that, into out. */
static void open_gates(const struct mote_gru_f32 *p, const struct constants *k, const float *x, const float *h,
                       float *gates, float *out)
{
    const MOTE_FLASH float *bias = k->bias + BIAS_NEW * p->units;

    for (int32_t u = 0, n; u < p->units; u += n) {
        float z[UNITS], r[UNITS], of[UNITS];

        n = units_together(p, u);
        sum_gate(p, k, x, h, GATE_UPDATE, u, n, z);
        sum_gate(p, k, x, h, GATE_RESET, u, n, r);
        if (p->reset_after)
            sum_h(p, k, h, GATE_NEW, u, n, of);
        for (int32_t i = 0; i < n; i++) {
            gates[u + i] = z[i];
            out[u + i] = r[i] * (p->reset_after ? of[i] + bias[u + i] : h[u + i]);
        }
    }
}

static void gru_row(const struct mote_gru_f32 *p, const struct constants *k, const float *x, float *hidden,
                    float *gates, float *out)
{
    const MOTE_FLASH float *bias = k->bias + BIAS_NEW * p->units;

    open_gates(p, k, x, hidden, gates, out);
    for (int32_t u = 0, n; u < p->units; u += n) {
        float of_x[UNITS], of_h[UNITS];

        n = units_together(p, u);
        sum_x(p, k, x, GATE_NEW, u, n, of_x);
        if (!p->reset_after)
            sum_h(p, k, out, GATE_NEW, u, n, of_h);
        for (int32_t i = 0; i < n; i++) {
            const float made = mote_tanh_f32(of_x[i] + (p->reset_after ? out[u + i] : of_h[i] + bias[u + i]));
            const float fresh = (1.0f - gates[u + i]) * made, old = gates[u + i] * hidden[u + i];

            hidden[u + i] = fresh + old;
        }
    }
    for (int32_t u = 0; u < p->units; u++) /* no memcpy: in a strange image they may overlap */
        out[u] = hidden[u];
}

MOTE_WEAK void GRU(const struct mote_gru_f32 *p, const float *x, const MOTE_FLASH float *x_weights,
                   const MOTE_FLASH float *h_weights, const MOTE_FLASH float *bias, float *hidden, float *gates,
                   float *out, int32_t first, int32_t count)
{
    const struct constants k = {x_weights, h_weights, bias};

    mote_assert(first >= 0 && first + count <= p->batch * p->time);
    for (int32_t r = first; r < first + count; r++) {
        const int32_t state = (p->time_major ? r % p->batch : r / p->time) * p->units;

        gru_row(p, &k, x + mote_ring(r, p->in_ring) * p->in_len, hidden + state, gates,
                out + mote_ring(r, p->out_ring) * p->units);
    }
}

#endif

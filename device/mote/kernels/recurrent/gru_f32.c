/* SPDX-License-Identifier: Apache-2.0 */
/* Portable float GRU: the definition of gru_f32.h. What is new in a unit needs all of the old h, or all of r * h: so z
 * and what r makes of h are worked out for all units first, into `gates` and the output's row; then each unit's h. */
#include "gru_f32.h"

#include "../shared/math_f32.h"
#include "../shared/rows.h"
#include "../shared/weights_f32.h"

enum { GATE_UPDATE, GATE_RESET, GATE_NEW, BIAS_NEW };

struct constants {
    const MOTE_FLASH float *x_weights, *h_weights, *bias;
};

static float sum_x(const struct mote_gru_f32 *p, const struct constants *k, const float *x, int32_t gate, int32_t unit)
{
    const int32_t row = gate * p->units + unit;

    return mote_dot(x, k->x_weights + row * p->in_len, p->in_len, 0.0f) + k->bias[row];
}

static float sum_h(const struct mote_gru_f32 *p, const struct constants *k, const float *h, int32_t gate, int32_t unit)
{
    return mote_dot(h, k->h_weights + (gate * p->units + unit) * p->units, p->units, 0.0f);
}

/* z into gates; r * h, or where r comes after the product r times that, into out. */
static void open_gates(const struct mote_gru_f32 *p, const struct constants *k, const float *x, const float *h,
                       float *gates, float *out)
{
    for (int32_t u = 0; u < p->units; u++) {
        const float z = sum_x(p, k, x, GATE_UPDATE, u) + sum_h(p, k, h, GATE_UPDATE, u);
        const float r = mote_sigmoid_f32(sum_x(p, k, x, GATE_RESET, u) + sum_h(p, k, h, GATE_RESET, u));
        const float of = p->reset_after ? sum_h(p, k, h, GATE_NEW, u) + k->bias[BIAS_NEW * p->units + u] : h[u];

        gates[u] = mote_sigmoid_f32(z);
        out[u] = r * of;
    }
}

static void gru_row(const struct mote_gru_f32 *p, const struct constants *k, const float *x, float *hidden,
                    float *gates, float *out)
{
    open_gates(p, k, x, hidden, gates, out);
    for (int32_t u = 0; u < p->units; u++) {
        const float of_h = p->reset_after ? out[u] : sum_h(p, k, out, GATE_NEW, u) + k->bias[BIAS_NEW * p->units + u];
        const float n = mote_tanh_f32(sum_x(p, k, x, GATE_NEW, u) + of_h);
        const float fresh = (1.0f - gates[u]) * n, old = gates[u] * hidden[u];

        hidden[u] = fresh + old;
    }
    for (int32_t u = 0; u < p->units; u++) /* no memcpy: in a strange image they may overlap */
        out[u] = hidden[u];
}

MOTE_WEAK void mote_gru_f32(const struct mote_gru_f32 *p, const float *x, const MOTE_FLASH float *x_weights,
                            const MOTE_FLASH float *h_weights, const MOTE_FLASH float *bias, float *hidden,
                            float *gates, float *out, int32_t first, int32_t count)
{
    const struct constants k = {x_weights, h_weights, bias};

    mote_assert(first >= 0 && first + count <= p->batch * p->time);
    for (int32_t r = first; r < first + count; r++) {
        const int32_t state = (p->time_major ? r % p->batch : r / p->time) * p->units;

        gru_row(p, &k, x + mote_ring(r, p->in_ring) * p->in_len, hidden + state, gates,
                out + mote_ring(r, p->out_ring) * p->units);
    }
}

static void run_gru_f32(const struct mote_call *c)
{
    mote_gru_f32(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5], c->args[6],
                 c->first, c->count);
}

MOTE_KERNEL_VERSION(gru_f32, portable);

/* SPDX-License-Identifier: Apache-2.0 */
/* Portable functions of one float: the definition of unary_math_f32.h. */
#include "unary_math_f32.h"

#include "../shared/rows.h"

#define LOOP(number, NAME, operations, result)                                                                         \
    case number:                                                                                                       \
        for (int32_t i = 0; i < n; i++) {                                                                              \
            float x = in[i];                                                                                           \
                                                                                                                       \
            out[i] = result;                                                                                           \
        }                                                                                                              \
        break;

static void apply(const struct mote_unary_math_f32 *p, const float *in, float *out)
{
    int32_t n = p->len;

    switch (p->function) {
        MOTE_UNARY_MATH_FUNCTIONS(LOOP)
    default:
        break;
    }
}

MOTE_WEAK void mote_unary_math_f32(const struct mote_unary_math_f32 *p, const float *in, float *out, int32_t first,
                                   int32_t count)
{
    mote_assert(first >= 0 && first + count <= p->rows);
    for (int32_t r = first; r < first + count; r++)
        apply(p, in + mote_ring(r, p->in_ring) * p->len, out + mote_ring(r, p->out_ring) * p->len);
}

static void run_unary_math_f32(const struct mote_call *c)
{
    mote_unary_math_f32(c->params, c->args[0], c->args[1], c->first, c->count);
}

MOTE_KERNEL_VERSION(unary_math_f32, portable);

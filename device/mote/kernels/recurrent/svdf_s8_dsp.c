/* SPDX-License-Identifier: Apache-2.0 */
/* svdf_s8 with products of pairs of halfwords. Two filters share what is widened of the inputs; the state
 * moves while it is multiplied. */
#include "svdf_s8_dsp.h"

#include "../shared/dsp.h"
#include "svdf_s8_fours.h"

#if MOTE_DSP
/* The pair to be added where a zero point is to be subtracted. */
static int32_t less(int32_t zero) { return (int32_t)mote_twice(-zero); }

/* Four centered inputs and one filter's weights. */
static int32_t add_four(int32_t even, int32_t odd, uint32_t w, int32_t sum)
{
    return mote_add_products(odd, mote_odd_bytes(w), mote_add_products(even, mote_even_bytes(w), sum));
}

static void two_filters(const int8_t *in, int32_t zero, int32_t n, const int8_t *u, const int8_t *v, uint32_t sum[2])
{
    int32_t s = 0, t = 0;

    for (; n >= 4; n -= 4, in += 4, u += 4, v += 4) {
        uint32_t x = mote_four_of(in);
        int32_t even = mote_add_even_bytes(less(zero), x), odd = mote_add_odd_bytes(less(zero), x);

        s = add_four(even, odd, mote_four_of(u), s);
        t = add_four(even, odd, mote_four_of(v), t);
    }
    sum[0] = (uint32_t)s;
    sum[1] = (uint32_t)t;
    for (; n > 0; n--, in++) {
        sum[0] += (uint32_t)((*in - zero) * *u++);
        sum[1] += (uint32_t)((*in - zero) * *v++);
    }
}

static void features(const struct mote_svdf_s8 *p, const int8_t *in, const int8_t *w, int32_t last, int32_t values[4])
{
    int32_t n = p->inputs;
    uint32_t sum[4];

    two_filters(in, p->in_zero, n, w, last > 0 ? w + n : w, sum);
    if (last > 1)
        two_filters(in, p->in_zero, n, w + 2 * n, w + last * n, sum + 2);
    for (int32_t i = 0; i <= last; i++)
        values[i] = mote_svdf_value(p, sum[i]);
}

static uint32_t times_s16(int16_t *state, const int16_t *w, int32_t n, int32_t newest)
{
    int32_t sum = 0;

    for (; n > 2; n -= 2, state += 2, w += 2) {
        int32_t pair, weights;

        __builtin_memcpy(&pair, state + 1, 4);
        __builtin_memcpy(state, &pair, 4);
        __builtin_memcpy(&weights, w, 4);
        sum = mote_add_products(pair, weights, sum);
    }
    for (; n > 1; n--, state++)
        sum = (int32_t)((uint32_t)sum + (uint32_t)((*state = state[1]) * *w++));
    *state = (int16_t)newest;
    return (uint32_t)sum + (uint32_t)(newest * *w);
}

static uint32_t times_s8(int8_t *state, const int8_t *w, int32_t n, int32_t zero, int32_t newest)
{
    int32_t sum = 0;

    for (; n > 4; n -= 4, state += 4, w += 4) {
        uint32_t x = mote_four_of(state + 1);

        mote_put_four(x, state);
        sum = add_four(mote_add_even_bytes(less(zero), x), mote_add_odd_bytes(less(zero), x), mote_four_of(w), sum);
    }
    for (; n > 1; n--, state++)
        sum += ((*state = state[1]) - zero) * *w++;
    *state = (int8_t)newest;
    return (uint32_t)sum + (uint32_t)((newest - zero) * *w);
}

static uint32_t times(const struct mote_svdf_s8 *p, void *state, const void *w, int32_t newest)
{
    return p->wide ? times_s16(state, w, p->memory, newest) : times_s8(state, w, p->memory, p->state_zero, newest);
}

MOTE_WEAK void mote_svdf_s8_dsp(const struct mote_svdf_s8 *p, const int8_t *in, const int8_t *features_weights,
                                const void *times_weights, const int32_t *bias, void *state, int8_t *out, int32_t first,
                                int32_t count)
{
    const struct mote_svdf_loops loops = {features, times};

    mote_svdf_rows(p, &loops, in, features_weights, times_weights, bias, state, out, first, count);
}

static void run_svdf_s8_dsp(const struct mote_call *c)
{
    mote_svdf_s8_dsp(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5], c->first,
                     c->count);
}
#endif

MOTE_KERNEL_CODE(svdf_s8, dsp, .run = MOTE_IF_DSP(run_svdf_s8_dsp));

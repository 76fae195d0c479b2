/* SPDX-License-Identifier: Apache-2.0 */
/* fully_connected_s8 for Armv6-M: four outputs share the inputs. Where there are fewer, the last one is summed again,
 * for nothing. */
#include "fully_connected_s8_m0.h"

#include "../shared/m0.h"

#if MOTE_ARMV6M
enum { SUMS = 16 };

struct layer {
    const struct mote_fully_connected_s8 *p;
    const int8_t *weights, *shift;
    const int32_t *bias, *mult;
    bool divide; /* all outputs do (plain.h) */
};

static uint32_t total(const int8_t *in, int32_t n)
{
    uint32_t sum = 0;

    for (; n > 0; n--) {
        int32_t value = *in++;

        sum += (uint32_t)value;
    }
    return sum;
}

static void put(const struct layer *l, int32_t o, const uint32_t *sum, int32_t n, int8_t *out)
{
    const struct mote_fully_connected_s8 *p = l->p;
    int32_t q = p->per_channel ? o : 0;
    struct mote_results r = {l->mult + q, sum, out, l->shift + q, p->lo, p->hi, p->per_channel, p->out_zero, sum + n};

    mote_put_results(&r, l->divide);
}

/* n outputs from o on, a multiple of 4. */
static void put_outputs(const struct layer *l, const int8_t *in, uint32_t zero, int32_t o, int32_t n, int8_t *out)
{
    const struct mote_run run = {in + l->p->in_len, l->p->in_len};

    for (int32_t part; n > 0; n -= part, o += part) {
        uint32_t sum[SUMS];
        struct mote_fours fours = {&run, &run + 1, l->weights + o * run.n, run.n, l->bias + o, sum, 0, 0};

        part = n < SUMS ? n : SUMS;
        fours.n = part / 4;
        mote_sum_fours(&fours);
        for (int32_t j = 0; j < part && zero != 0; j++)
            sum[j] -= zero;
        put(l, o, sum, part, out + o);
    }
}

static void put_output(const struct layer *l, const int8_t *in, uint32_t zero, int32_t o, int8_t *out)
{
    const int8_t *w = l->weights + o * l->p->in_len;
    uint32_t sum = (uint32_t)l->bias[o] - zero;

    for (int32_t i = 0; i < l->p->in_len; i++)
        sum += (uint32_t)(in[i] * w[i]);
    put(l, o, &sum, 1, out + o);
}

/* Outputs that are no four have some before them computed again, for nothing. */
static void put_row(const struct layer *l, const int8_t *in, int8_t *out)
{
    int32_t n = l->p->out_c;
    uint32_t zero = l->p->weights_zero != 0 ? (uint32_t)l->p->weights_zero * total(in, l->p->in_len) : 0;

    put_outputs(l, in, zero, 0, n / 4 * 4, out);
    if (n >= 4 && n % 4 > 0)
        put_outputs(l, in, zero, n - 4, 4, out);
    for (int32_t o = 0; o < n && n < 4; o++)
        put_output(l, in, zero, o, out);
}

MOTE_WEAK void mote_fully_connected_s8_m0(const struct mote_fully_connected_s8 *p, const int8_t *in,
                                          const int8_t *weights, const int32_t *bias, const int32_t *mult,
                                          const int8_t *shift, int8_t *out, int32_t first, int32_t count)
{
    const struct layer l = {p, weights, shift, bias, mult, mote_all_divide(mult, shift, p->per_channel ? p->out_c : 1)};

    in += first * p->in_len;
    out += first * p->out_c;
    for (; count > 0; count--, in += p->in_len, out += p->out_c)
        put_row(&l, in, out);
}

static void run_fully_connected_s8_m0(const struct mote_call *c)
{
    mote_fully_connected_s8_m0(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5],
                               c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(fully_connected_s8, m0, .run = MOTE_IF_ARMV6M(run_fully_connected_s8_m0));

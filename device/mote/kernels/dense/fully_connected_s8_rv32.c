/* SPDX-License-Identifier: Apache-2.0 */
/* fully_connected_s8 in plain C: four outputs share the inputs. The last outputs, if they are no four, come one by one.
 */
#include "fully_connected_s8_rv32.h"

#include "../shared/plain.h"
#include "../shared/registers.h"
#include "../shared/rows_of_four.h"

#if MOTE_REGISTERS
struct layer {
    const struct mote_fully_connected_s8 *p;
    const int8_t *weights, *shift;
    const int32_t *bias, *mult;
    bool plain; /* all outputs are */
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
    int32_t q = p->per_channel ? o : 0, zero = p->out_zero, lo = p->lo, hi = p->hi, step = p->per_channel;

    for (out += o; n > 0; n--, q += step, sum++) {
        const struct mote_plain scale = mote_plain_of(l->mult[q], l->plain ? l->shift[q] : 0, zero);

        *out++ = l->plain ? (int8_t)mote_clamp(mote_requant_short((int32_t)*sum, &scale), lo, hi)
                          : mote_requant_s8((int32_t)*sum, l->mult[q], l->shift[q], zero, lo, hi);
    }
}

static void put_row(const struct layer *l, const int8_t *in, int8_t *out)
{
    const struct mote_fully_connected_s8 *p = l->p;
    int32_t len = p->in_len, o = 0;
    uint32_t zero = p->weights_zero != 0 ? (uint32_t)p->weights_zero * total(in, len) : 0, sum[4];

    for (; o <= p->out_c - 4; o += 4) {
        const int8_t *w = l->weights + o * len;

        for (int32_t j = 0; j < 4; j++)
            sum[j] = (uint32_t)l->bias[o + j] - zero;
        mote_add_rows_of_four(in, len, w, w + len, w + 2 * len, w + 3 * len, sum);
        put(l, o, sum, 4, out);
    }
    for (; o < p->out_c; o++) {
        const int8_t *w = l->weights + o * len;

        *sum = (uint32_t)l->bias[o] - zero;
        for (int32_t i = 0; i < len; i++)
            *sum += (uint32_t)(in[i] * w[i]);
        put(l, o, sum, 1, out);
    }
}

MOTE_WEAK void mote_fully_connected_s8_rv32(const struct mote_fully_connected_s8 *p, const int8_t *in,
                                            const int8_t *weights, const int32_t *bias, const int32_t *mult,
                                            const int8_t *shift, int8_t *out, int32_t first, int32_t count)
{
    /* Products with the weights' zero point are as large as those with the weights. */
    bool few = p->in_len <= (p->weights_zero != 0 ? MOTE_PLAIN_PRODUCTS / 2 : MOTE_PLAIN_PRODUCTS);
    const struct layer l = {p,    weights, shift,
                            bias, mult,    few && mote_all_plain(bias, mult, shift, p->out_c, p->per_channel)};

    in += first * p->in_len;
    out += first * p->out_c;
    for (; count > 0; count--, in += p->in_len, out += p->out_c)
        put_row(&l, in, out);
}

static void run_fully_connected_s8_rv32(const struct mote_call *c)
{
    mote_fully_connected_s8_rv32(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5],
                                 c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(fully_connected_s8, rv32, .run = MOTE_IF_REGISTERS(run_fully_connected_s8_rv32));

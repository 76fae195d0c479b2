/* SPDX-License-Identifier: Apache-2.0 */
/* fully_connected_s8 with products of pairs of halfwords. Four inputs and the same four weights of four outputs
 * are 16 products: a load and two widenings of the inputs, two loads, eight widenings, eight double products. */
#include "fully_connected_s8_dsp.h"

#include "../shared/dsp.h"
#include "../shared/requant.h"

static uint32_t fit(const void *params, uint32_t *bytes)
{
    const struct mote_fully_connected_s8 *p = params;
    uint32_t columns = mote_packed_align((uint32_t)p->in_len, 4), rows = mote_packed_align((uint32_t)p->out_c, 4);

    bytes[1] = rows > INT32_MAX || columns > INT32_MAX ? UINT32_MAX : mote_bytes((int32_t)rows, (int32_t)columns, 1);
    return 0;
}

#if MOTE_DESCRIBE
static void shape(const void *params, uint32_t arg, int32_t shape[MOTE_PACKED_DIMS])
{
    const struct mote_fully_connected_s8 *p = params;

    (void)arg;
    shape[MOTE_ROWS] = p->out_c;
    shape[MOTE_COLUMNS] = p->in_len;
}
#endif

#if MOTE_DSP
/* The n <= 4 last inputs, zeros behind them: so are the weights. */
static uint32_t last_of(const int8_t *in, int32_t n)
{
    uint32_t four = 0;

    for (int32_t i = 0; i < n; i++)
        four |= (uint32_t)(uint8_t)in[i] << 8 * i;
    return four;
}

struct sums {
    int32_t a, b, c, d; /* of four outputs */
};

/* Four inputs times the same four weights of four outputs. */
static inline struct sums add_quad(uint32_t in, const mote_word *w, struct sums sum)
{
    int32_t even = mote_even_bytes(in), odd = mote_odd_bytes(in);
    uint32_t a = w[0], b = w[1], c = w[2], d = w[3];

    sum.a = mote_add_products(mote_even_bytes(a), even, sum.a);
    sum.a = mote_add_products(mote_odd_bytes(a), odd, sum.a);
    sum.b = mote_add_products(mote_even_bytes(b), even, sum.b);
    sum.b = mote_add_products(mote_odd_bytes(b), odd, sum.b);
    sum.c = mote_add_products(mote_even_bytes(c), even, sum.c);
    sum.c = mote_add_products(mote_odd_bytes(c), odd, sum.c);
    sum.d = mote_add_products(mote_even_bytes(d), even, sum.d);
    sum.d = mote_add_products(mote_odd_bytes(d), odd, sum.d);
    return sum;
}

static struct sums sum_four(const int8_t *in, const mote_word *w, int32_t n)
{
    struct sums sum = {0, 0, 0, 0};

    for (; n >= 8; n -= 8, in += 8, w += 8) {
        sum = add_quad(mote_four_of(in), w, sum);
        MOTE_IN_ORDER();
        sum = add_quad(mote_four_of(in + 4), w + 4, sum);
        MOTE_IN_ORDER();
    }
    for (; n >= 4; n -= 4, in += 4, w += 4)
        sum = add_quad(mote_four_of(in), w, sum);
    return n > 0 ? add_quad(last_of(in, n), w, sum) : sum;
}

static uint32_t total(const int8_t *in, int32_t n)
{
    uint32_t sum = 0;

    for (; n > 0; n--) {
        int32_t value = *in++;

        sum += (uint32_t)value;
    }
    return sum;
}

MOTE_WEAK void mote_fully_connected_s8_dsp(const struct mote_fully_connected_s8 *p, const int8_t *in,
                                           const int8_t *weights, const int32_t *bias, const int32_t *mult,
                                           const int8_t *shift, int8_t *out, int32_t first, int32_t count)
{
    int32_t words = (p->in_len / 4 + (p->in_len % 4 != 0)) * 4; /* of four outputs */

    in += first * p->in_len;
    out += first * p->out_c;
    for (; count > 0; count--, in += p->in_len) {
        uint32_t zero = p->weights_zero != 0 ? (uint32_t)p->weights_zero * total(in, p->in_len) : 0;
        const mote_word *w = (const void *)weights;

        for (int32_t o = 0; o < p->out_c; o += 4, w += words) {
            struct sums four = sum_four(in, w, p->in_len);
            int32_t sum[4] = {four.a, four.b, four.c, four.d}, n = p->out_c - o < 4 ? p->out_c - o : 4;

            for (int32_t j = 0; j < n; j++) {
                int32_t q = p->per_channel ? o + j : 0;
                uint32_t s = (uint32_t)sum[j] + (uint32_t)bias[o + j] - zero;

                *out++ = mote_requant_s8((int32_t)s, mult[q], shift[q], p->out_zero, p->lo, p->hi);
            }
        }
    }
}

static void run_fully_connected_s8_dsp(const struct mote_call *c)
{
    mote_fully_connected_s8_dsp(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5],
                                c->first, c->count);
}
#endif

static const uint16_t forms[] = {0, MOTE_FORM(MOTE_CODING_DENSE, MOTE_PACKING_QUADS_4), 0, 0, 0, 0};

MOTE_KERNEL_CODE(fully_connected_s8, dsp, .run = MOTE_IF_DSP(run_fully_connected_s8_dsp), .forms = forms, .fit = fit,
                 MOTE_SHAPE(shape));

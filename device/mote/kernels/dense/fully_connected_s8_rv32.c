/* SPDX-License-Identifier: Apache-2.0 */
/* fully_connected_s8 in plain C: four outputs share the inputs. The last outputs, if they are no four, come one by one.
 */
#include "../shared/hot.h"

#include "fully_connected_s8_rv32.h"

#include "../shared/plain.h"
#include "../shared/registers.h"
#include "../shared/rows_of_four.h"

#if MOTE_REGISTERS
enum { SUMS = 32 };

struct layer {
    const struct mote_fully_connected_s8 *p;
    const int8_t *weights, *shift;
    const int32_t *bias, *mult;
};

/* Of the oldest models, whose weights have a zero point. */
static __attribute__((noinline)) void take_zeros(const struct layer *l, const int8_t *in, uint32_t *sum, int32_t n)
{
    uint32_t total = 0;

    for (int32_t i = 0; i < l->p->in_len; i++) {
        int32_t value = in[i];

        total += (uint32_t)value;
    }
    for (; n > 0; n--)
        *sum++ -= total * (uint32_t)l->p->weights_zero;
}

/* n sums of one scale. */
static __attribute__((noinline)) void put_slowly(const struct layer *l, int32_t q, const uint32_t *sum, int32_t n,
                                                 int8_t *out)
{
    const struct mote_fully_connected_s8 *p = l->p;

    for (; n > 0; n--)
        *out++ = mote_requant_s8((int32_t)*sum++, l->mult[q], l->shift[q], p->out_zero, p->lo, p->hi);
}

#define RESULT(k)                                                                                                      \
    do {                                                                                                               \
        int32_t value = (int32_t)sum[k];                                                                               \
                                                                                                                       \
        if (!mote_is_small(value))                                                                                     \
            return false;                                                                                              \
        out[k] = (int8_t)mote_clamp(mote_requant_small(value, &scale), lo, hi);                                        \
    } while (0)

/* It says whether it could. */
static bool put_swiftly(const struct layer *l, int32_t q, const uint32_t *sum, int32_t n, int8_t *out)
{
    int32_t lo = l->p->lo, hi = l->p->hi;
    const uint32_t *end = sum + n, *fours = sum + (n & -4);
    struct mote_small scale;

    if (!mote_all_divide(l->mult + q, l->shift + q, 1))
        return false;
    scale = mote_small_of(l->mult[q], l->shift[q], l->p->out_zero);
    for (; sum != fours; sum += 4, out += 4) {
        RESULT(0);
        RESULT(1);
        RESULT(2);
        RESULT(3);
    }
    for (; sum != end; sum++, out++)
        RESULT(0);
    return true;
}

/* n outputs from o on. */
static void put(const struct layer *l, int32_t o, int32_t n, const uint32_t *sum, int8_t *out)
{
    int32_t alike = l->p->per_channel ? 1 : n;

    for (int32_t end = o + n; o != end; o += alike, sum += alike) {
        int32_t q = l->p->per_channel ? o : 0;

        if (!put_swiftly(l, q, sum, alike, out + o))
            put_slowly(l, q, sum, alike, out + o);
    }
}

/* Fours from output o on; returns how many outputs they are. */
static int32_t sum_fours(const struct layer *l, int32_t o, int32_t n, const int8_t *in, uint32_t *sum)
{
    int32_t len = l->p->in_len, done = 0;
    const int8_t *w = l->weights + o * len;
    const int32_t *bias = l->bias + o;

    for (; done <= n - 4; done += 4, w += 4 * len, bias += 4, sum += 4) {
        uint32_t four[4] = {(uint32_t)bias[0], (uint32_t)bias[1], (uint32_t)bias[2], (uint32_t)bias[3]};

        mote_add_rows_of_four(in, len, w, w + len, w + 2 * len, w + 3 * len, four);
        sum[0] = four[0];
        sum[1] = four[1];
        sum[2] = four[2];
        sum[3] = four[3];
    }
    return done;
}

/* Outputs one by one, from o on. */
static __attribute__((noinline)) void sum_ones(const struct layer *l, int32_t o, int32_t n, const int8_t *in,
                                               uint32_t *sum)
{
    int32_t len = l->p->in_len;
    const int8_t *w = l->weights + o * len;
    const int32_t *bias = l->bias + o;
    const int8_t *twos = in + (len & -2);

    for (; n > 0; n--) {
        const int8_t *x = in;
        uint32_t one = (uint32_t)*bias++;

        for (; x != twos; x += 2, w += 2)
            one += (uint32_t)(x[0] * w[0] + x[1] * w[1]);
        if (len % 2 != 0)
            one += (uint32_t)(*x * *w++);
        *sum++ = one;
    }
}

static void put_row(const struct layer *l, const int8_t *in, int8_t *out)
{
    const struct mote_fully_connected_s8 *p = l->p;

    for (int32_t o = 0, n, done; o < p->out_c; o += n) {
        uint32_t sum[SUMS];

        n = p->out_c - o < SUMS ? p->out_c - o : SUMS;
        done = sum_fours(l, o, n, in, sum);
        if (done < n)
            sum_ones(l, o + done, n - done, in, sum + done);
        if (p->weights_zero != 0)
            take_zeros(l, in, sum, n);
        put(l, o, n, sum, out);
    }
}

MOTE_WEAK void mote_fully_connected_s8_rv32(const struct mote_fully_connected_s8 *p, const int8_t *in,
                                            const int8_t *weights, const int32_t *bias, const int32_t *mult,
                                            const int8_t *shift, int8_t *out, int32_t first, int32_t count)
{
    const struct layer l = {p, weights, shift, bias, mult};

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

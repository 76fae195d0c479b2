/* SPDX-License-Identifier: Apache-2.0 */
/* mean_rows_s8 with sums of halfwords, two in a word: a pixel's four channels are a load and two additions that widen.
 */
#include "../shared/hot.h"

#include "mean_rows_s8_dsp.h"

#include "../shared/dsp.h"
#include "mean_rows_s8_fold.h"

#if MOTE_DSP
#define PIXELS 256 /* of which a halfword has room for the sum */

/* n <= PIXELS. */
static void add_four(const int8_t *in, int32_t n, int32_t channels, int32_t *sums)
{
    int32_t even = 0, odd = 0;

    for (; n > 0; n--, in += channels) {
        uint32_t four = mote_four_of(in);

        even = mote_add_even_bytes(even, four);
        odd = mote_add_odd_bytes(odd, four);
    }
    sums[0] = mote_sum(sums[0], (int16_t)even);
    sums[1] = mote_sum(sums[1], (int16_t)odd);
    sums[2] = mote_sum(sums[2], even >> 16);
    sums[3] = mote_sum(sums[3], odd >> 16);
}

static void add_some(const int8_t *in, int32_t n, int32_t channels, int32_t *sums)
{
    int32_t c = 0;

    for (; c + 4 <= channels; c += 4)
        add_four(in + c, n, channels, sums + c);
    for (; c < channels; c++)
        for (int32_t i = 0; i < n; i++)
            sums[c] = mote_sum(sums[c], in[i * channels + c]);
}

static void add(const int8_t *in, int32_t n, int32_t channels, int32_t *sums)
{
    for (; n > PIXELS; n -= PIXELS, in += PIXELS * channels)
        add_some(in, PIXELS, channels, sums);
    add_some(in, n, channels, sums);
}

MOTE_WEAK void mote_mean_rows_s8_dsp(const struct mote_mean_rows_s8 *p, const int8_t *in, int32_t *sums, int8_t *out,
                                     int32_t first, int32_t count)
{
    mote_mean_rows_fold(add, p, in, sums, out, first, count);
}

static void run_mean_rows_s8_dsp(const struct mote_call *c)
{
    mote_mean_rows_s8_dsp(c->params, c->args[0], c->args[1], c->args[2], c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(mean_rows_s8, dsp, .run = MOTE_IF_DSP(run_mean_rows_s8_dsp));

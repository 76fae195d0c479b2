/* SPDX-License-Identifier: Apache-2.0 */
/* fully_connected_s8 with AVX-512 VNNI: four inputs meet 16 outputs an instruction, up to 64 outputs at once. It
 * multiplies unsigned with signed bytes: weights are 128 more, as if that were their zero point. */
#include "fully_connected_s8_vnni.h"

#include "../shared/x86.h"

static uint32_t fit(const void *params, uint32_t *bytes)
{
    const struct mote_fully_connected_s8 *p = params;
    uint32_t columns = mote_packed_align((uint32_t)p->in_len, 4), rows = mote_packed_align((uint32_t)p->out_c, 16);

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

#if MOTE_X86
struct call {
    const struct mote_fully_connected_s8 *p;
    const int8_t *weights;
    const int32_t *bias, *mult;
    const int8_t *shift;
    size_t block; /* bytes of 16 outputs' weights */
};

MOTE_VNNI static uint32_t total(const int8_t *in, int32_t n)
{
    const __m512i ones = _mm512_set1_epi8(1);
    __m512i sum = _mm512_setzero_si512();

    for (; n >= 64; n -= 64, in += 64)
        sum = _mm512_dpbusd_epi32(sum, ones, _mm512_loadu_si512(in));
    if (n > 0)
        sum = _mm512_dpbusd_epi32(sum, ones, _mm512_maskz_loadu_epi8(~UINT64_C(0) >> (64 - n), in));
    return (uint32_t)_mm512_reduce_add_epi32(sum);
}

/* n <= 4 inputs, zeros behind them, sixteen times. */
MOTE_VNNI MOTE_INLINE __m512i inputs(const int8_t *in, int32_t n)
{
    int32_t word = 0;

    if (n >= 4)
        __builtin_memcpy(&word, in, 4);
    else
        mote_copy_some((int8_t *)&word, in, n);
    return _mm512_set1_epi32(word);
}

/* `blocks` times 16 outputs from o on. */
MOTE_VNNI MOTE_INLINE void compute(const struct call *c, const int8_t *in, uint32_t zero, int32_t o, int8_t *out,
                                   const int blocks)
{
    const __m512i more = _mm512_set1_epi8(-128);
    const struct mote_fully_connected_s8 *p = c->p;
    const int8_t *w = c->weights + (size_t)(o / 16) * c->block;
    __m512i sum[4];

    MOTE_UNROLL for (int b = 0; b < blocks; b++) sum[b] =
        _mm512_sub_epi32(_mm512_maskz_loadu_epi32(mote_lanes_16(p->out_c - o - 16 * b), c->bias + o + 16 * b),
                         _mm512_set1_epi32((int32_t)zero));
    for (int32_t k = p->in_len; k > 0; k -= 4, in += 4, w += 64) {
        __m512i x = inputs(in, k);

        MOTE_UNROLL for (int b = 0; b < blocks; b++) sum[b] =
            _mm512_dpbusd_epi32(sum[b], _mm512_xor_si512(more, _mm512_loadu_si512(w + (size_t)b * c->block)), x);
    }
    MOTE_UNROLL for (int b = 0; b < blocks; b++)
    {
        int32_t from = o + 16 * b, q = p->per_channel ? from : 0;
        __mmask16 which = mote_lanes_16(p->out_c - from);
        struct mote_scale_16 scale = mote_scale_16(c->mult + q, c->shift + q, p->per_channel, which);

        _mm_mask_storeu_epi8(out + from, which,
                             mote_narrow_16(mote_requant_16(sum[b], &scale), p->out_zero, p->lo, p->hi));
    }
}

MOTE_VNNI static void compute_row(const struct call *c, const int8_t *in, int8_t *out)
{
    uint32_t zero = (uint32_t)(c->p->weights_zero + 128) * total(in, c->p->in_len);
    int32_t o = 0, out_c = c->p->out_c;

    for (; out_c - o > 48; o += out_c - o < 64 ? out_c - o : 64)
        compute(c, in, zero, o, out, 4);
    for (; out_c - o > 0; o += out_c - o < 16 ? out_c - o : 16)
        compute(c, in, zero, o, out, 1);
}

MOTE_WEAK void mote_fully_connected_s8_vnni(const struct mote_fully_connected_s8 *p, const int8_t *in,
                                            const int8_t *weights, const int32_t *bias, const int32_t *mult,
                                            const int8_t *shift, int8_t *out, int32_t first, int32_t count)
{
    const struct call c = {p, weights, bias, mult, shift, (size_t)mote_packed_align((uint32_t)p->in_len, 4) * 16};

    for (int32_t r = first; r < first + count; r++)
        compute_row(&c, in + r * p->in_len, out + r * p->out_c);
}

static void run_fully_connected_s8_vnni(const struct mote_call *c)
{
    mote_fully_connected_s8_vnni(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5],
                                 c->first, c->count);
}
#endif

static const uint16_t forms[] = {0, MOTE_FORM(MOTE_CODING_DENSE, MOTE_PACKING_QUADS_16), 0, 0, 0, 0};

MOTE_KERNEL_CODE(fully_connected_s8, vnni, .run = MOTE_IF_X86(run_fully_connected_s8_vnni), .forms = forms, .fit = fit,
                 MOTE_SHAPE(shape));

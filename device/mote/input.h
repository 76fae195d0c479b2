/* SPDX-License-Identifier: Apache-2.0 */
/* From raw numbers (a sensor's, a picture's) to elements of a model's input. This is the one place that knows how: the
 * interpreter, generated C and all tools on the host compute with it, so that a raw sample gives the same bytes
 * everywhere (docs/EXACT.md, "The input").
 *
 *     real = (raw - mean) * factor          factor = 1 / std, by the host; each operation rounded to float32
 *     element = real                        of a float32 input
 *     element = quantize(real)              of an int8, uint8 or int16 input: as QUANTIZE does
 *
 * No libm, no allocation. Any raw number is allowed: NaN becomes the zero point, what is too large saturates. */
#ifndef MOTE_INPUT_H
#define MOTE_INPUT_H

#include <stdint.h>

#include "config.h"
#include "quantize.h"

/* Element types, by their numbers in device/mote/ops/types_def.h. */
enum { MOTE_S8 = 1, MOTE_U8 = 2, MOTE_S16 = 3, MOTE_F32 = 11 };

/* One channel. */
struct mote_input {
    uint8_t raw, type;  /* of the raw numbers, of the input: one of the four above */
    float mean, factor; /* finite */
    float scale;        /* of the input: real = scale * (element - zero); finite, above 0 */
    int32_t zero;       /* within the input's type. Both are not looked at if that is float32 */
};

/* Bytes of an element of the four types. */
static inline uint32_t mote_input_bytes(uint8_t type) { return type == MOTE_F32 ? 4 : type == MOTE_S16 ? 2 : 1; }

static inline float mote_input_real(float raw, float mean, float factor) { return (raw - mean) * factor; }

/* Raw number i. */
static inline float mote_input_raw(uint8_t type, const void *raw, uint32_t i)
{
    switch (type) {
    case MOTE_S8:
        return ((const int8_t *)raw)[i];
    case MOTE_U8:
        return ((const uint8_t *)raw)[i];
    case MOTE_S16:
        return ((const int16_t *)raw)[i];
    default:
        return ((const float *)raw)[i];
    }
}

/* Element i of the input from a real number. */
static inline void mote_input_put(const struct mote_input *p, void *input, uint32_t i, float real)
{
    switch (p->type) {
    case MOTE_S8:
        ((int8_t *)input)[i] = (int8_t)mote_quantize(real, p->scale, p->zero, INT8_MIN, INT8_MAX);
        break;
    case MOTE_U8:
        ((uint8_t *)input)[i] = (uint8_t)mote_quantize(real, p->scale, p->zero, 0, UINT8_MAX);
        break;
    case MOTE_S16:
        ((int16_t *)input)[i] = (int16_t)mote_quantize(real, p->scale, p->zero, INT16_MIN, INT16_MAX);
        break;
    default:
        ((float *)input)[i] = real;
    }
}

/* The numbers raw[0], raw[step], raw[2 * step] … that are below raw[count] become the elements of the same places.
 * Both are aligned as their types and do not overlap. */
static inline void mote_input_channel(const struct mote_input *p, const void *raw, void *input, uint32_t count,
                                      uint32_t step)
{
    for (uint32_t i = 0; i < count; i += step)
        mote_input_put(p, input, i, mote_input_real(mote_input_raw(p->raw, raw, i), p->mean, p->factor));
}

/* ---- many channels, which take turns ---- */
/* Both functions below make elements first … first + count of `input` of raw[0 … count). Where red and blue change,
 * first and count are multiples of 3: of "bgr" raw pictures are RGB all the same. */
struct mote_channels {
    uint8_t raw, type, swap;                /* swap: red and blue change */
    uint32_t n;                             /* of mean and inverse; 0: raw numbers are the reals; 1: of all channels */
    const MOTE_FLASH float *mean, *inverse; /* inverse: 1 / std */
    float scale;
    int32_t zero;
};

/* Raw numbers of 8 bits to an input of integers, by all results: no arithmetic, no float. */
struct mote_channel_tables {
    uint8_t type, swap;
    uint32_t n;                   /* at least 1 */
    const MOTE_FLASH void *table; /* [n][256] elements of `type`, by the raw number's byte */
};

static inline uint32_t mote_input_period(uint32_t n, uint8_t swap) { return swap ? 3 : n > 1 ? n : 1; }

static inline void mote_input_set(const struct mote_channels *p, uint32_t first, const void *raw, void *input,
                                  uint32_t count)
{
    uint32_t raw_bytes = mote_input_bytes(p->raw), bytes = mote_input_bytes(p->type);
    uint32_t period = mote_input_period(p->n, p->swap);

    for (uint32_t k = 0; k < period && k < count; k++) {
        uint32_t c = p->n > 1 ? (first + k) % period : 0, from = p->swap ? 2 - k : k;
        struct mote_input channel = {.raw = p->raw, .type = p->type, .scale = p->scale, .zero = p->zero};

        channel.mean = p->n > 0 ? p->mean[c] : 0.0f;
        channel.factor = p->n > 0 ? p->inverse[c] : 1.0f;
        mote_input_channel(&channel, (const uint8_t *)raw + from * raw_bytes, (uint8_t *)input + (first + k) * bytes,
                           count - k, period);
    }
}

static inline void mote_input_look_up(const struct mote_channel_tables *p, uint32_t first, const void *raw, void *input,
                                      uint32_t count)
{
    uint32_t period = mote_input_period(p->n, p->swap);

    for (uint32_t k = 0; k < period && k < count; k++) {
        uint32_t row = p->n > 1 ? 256 * ((first + k) % period) : 0;
        const uint8_t *from = (const uint8_t *)raw + (p->swap ? 2 - k : k);

        for (uint32_t i = first + k; i < first + count; i += period, from += period)
            if (p->type == MOTE_S16)
                ((int16_t *)input)[i] = ((const MOTE_FLASH int16_t *)p->table)[row + *from];
            else
                ((uint8_t *)input)[i] = ((const MOTE_FLASH uint8_t *)p->table)[row + *from];
    }
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Least, largest, mean and deviation. Bytes are counted; other types take two passes, the second with the mean. */
#include <math.h>

#include "host/data/elements.h"
#include "host/data/source.h"

#define COUNTED_CHANNELS_MAX 64

static const uint8_t *sample_of(const struct dataset *d, const int32_t *samples, int32_t i)
{
    return d->samples + (samples != NULL ? samples[i] : i) * d->elements * (type_bits(d->type) / 8);
}

static void range_of_counts(const int64_t *counts, bool is_signed, struct dataset_range *out)
{
    double n = 0, sum = 0, squares = 0;

    *out = (struct dataset_range){.min = INFINITY, .max = -INFINITY};
    for (int byte = 0; byte < 256; byte++) {
        double value = is_signed ? (int8_t)byte : byte, count = (double)counts[byte];

        if (counts[byte] == 0)
            continue;
        out->min = fmin(out->min, value);
        out->max = fmax(out->max, value);
        n += count;
        sum += count * value;
    }
    out->mean = sum / n;
    for (int byte = 0; byte < 256; byte++) {
        double value = (is_signed ? (int8_t)byte : byte) - out->mean;

        squares += (double)counts[byte] * value * value;
    }
    out->std = sqrt(squares / n);
}

static void count_bytes(struct pool *scratch, const struct dataset *d, const int32_t *samples, int32_t n,
                        int32_t channels, struct dataset_range *out)
{
    int64_t *counts = pool_array(scratch, (size_t)channels * 256, sizeof *counts);

    for (int32_t i = 0; i < n; i++) {
        const uint8_t *p = sample_of(d, samples, i);

        for (int64_t k = 0; k < d->elements; k += channels)
            for (int32_t c = 0; c < channels; c++)
                counts[c * 256 + *p++]++;
    }
    for (int32_t c = 0; c < channels; c++)
        range_of_counts(counts + (size_t)c * 256, d->type == TYPE_S8, &out[c]);
}

static void add_values(const struct dataset *d, const uint8_t *sample, int32_t channels, int pass,
                       struct dataset_range *out)
{
    int32_t c = 0;

    for (int64_t k = 0; k < d->elements; k++, c = c + 1 < channels ? c + 1 : 0) {
        double x = (double)element_of(d->type, sample, k);

        if (pass == 1) {
            out[c].std += (x - out[c].mean) * (x - out[c].mean);
            continue;
        }
        out[c].min = fmin(out[c].min, x);
        out[c].max = fmax(out[c].max, x);
        out[c].mean += x;
    }
}

void dataset_ranges(struct pool *scratch, const struct dataset *d, const int32_t *samples, int32_t n, int32_t channels,
                    struct dataset_range *out)
{
    int64_t of_one = d->elements / channels;
    double count = (double)n * (double)of_one;

    assert(channels > 0 && d->elements % channels == 0 && n >= 0);
    if (type_bits(d->type) == 8 && channels <= COUNTED_CHANNELS_MAX) {
        count_bytes(scratch, d, samples, n, channels, out);
        return;
    }
    for (int32_t c = 0; c < channels; c++)
        out[c] = (struct dataset_range){.min = INFINITY, .max = -INFINITY};
    for (int pass = 0; pass < 2; pass++) {
        for (int32_t i = 0; i < n; i++)
            add_values(d, sample_of(d, samples, i), channels, pass, out);
        for (int32_t c = 0; c < channels; c++)
            if (pass == 0)
                out[c].mean /= count;
            else
                out[c].std = sqrt(out[c].std / count);
    }
}

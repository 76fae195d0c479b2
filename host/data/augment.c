/* SPDX-License-Identifier: Apache-2.0 */
/* Samples as reals, as they are and augmented. This runs beside training, for each sample in each epoch: a byte's reals
 * come from a table, and normal numbers from a table of quantiles, five of them from one random number. */
#include <math.h>

#include "host/base/random.h"
#include "host/data/elements.h"
#include "host/data/source.h"
#include "mote/input.h"

#define PURPOSE 0x6175676d /* of the random numbers */
enum { DRAW_Y, DRAW_X, DRAW_FLIP, DRAW_NOISE };

/* `n` elements from element `from` on, which is of channel 0. */
static void convert(const struct dataset *d, int64_t from, int64_t n, float *out)
{
    const struct dataset_source *s = d->source;
    const uint8_t *bytes = d->samples + from;
    int32_t channels = s->channels;

    assert(channels >= 1 && from % channels == 0 && n % channels == 0);
    if (s->reals != NULL && channels == 1) {
        for (int64_t i = 0; i < n; i++)
            out[i] = s->reals[bytes[i]];
    } else if (s->reals != NULL && channels == 3) {
        for (int64_t i = 0; i + 2 < n; i += 3) {
            out[i] = s->reals[bytes[i]];
            out[i + 1] = s->reals[256 + bytes[i + 1]];
            out[i + 2] = s->reals[512 + bytes[i + 2]];
        }
    } else {
        for (int64_t i = 0; i < n; i += channels)
            for (int32_t c = 0; c < channels; c++)
                out[i + c] = mote_input_real(element_of(d->type, d->samples, from + i + c), s->mean[c], s->factor[c]);
    }
}

void dataset_real(const struct dataset *d, int32_t i, float *out) { convert(d, i * d->elements, d->elements, out); }

static void mirror(float *row, int64_t width, int64_t channels)
{
    for (int64_t a = 0, b = width - 1; a < b; a++, b--)
        for (int64_t c = 0; c < channels; c++) {
            float left = row[a * channels + c];

            row[a * channels + c] = row[b * channels + c];
            row[b * channels + c] = left;
        }
}

/* The picture moved down by dy and right by dx; what comes in is 0. */
static void move(const struct dataset *d, int32_t i, int64_t dy, int64_t dx, bool flip, float *out)
{
    int64_t height = d->dims[0], width = d->dims[1], channels = d->dims[2], row = width * channels;
    int64_t shown = width - (dx < 0 ? -dx : dx), to = dx > 0 ? dx : 0, from = dx < 0 ? -dx : 0;

    assert(d->rank == 3 && row > 0);
    for (int64_t y = 0; y < height; y++, out += row) {
        int64_t source = y - dy;

        if (dx != 0 || source < 0 || source >= height)
            memset(out, 0, (size_t)row * sizeof *out);
        if (source < 0 || source >= height || shown <= 0)
            continue;
        convert(d, i * d->elements + source * row + from * channels, shown * channels, out + to * channels);
        if (flip)
            mirror(out, width, channels);
    }
}

static void add_noise(const struct dataset *d, struct random_stream stream, float *out)
{
    const float *quantiles = d->source->quantiles;
    int64_t i = 0;
    uint64_t block = DRAW_NOISE;

    assert(quantiles != NULL);
    for (; i + 5 <= d->elements; i += 5, block++) {
        uint64_t bits = random_bits(stream, block);

        for (int k = 0; k < 5; k++, bits >>= 12)
            out[i + k] += quantiles[bits % QUANTILES];
    }
    for (uint64_t bits = random_bits(stream, block); i < d->elements; i++, bits >>= 12)
        out[i] += quantiles[bits % QUANTILES];
}

void dataset_augmented(const struct dataset *d, int32_t i, uint64_t seed, int32_t epoch, float *out)
{
    const struct augment *a = &d->augment;
    struct random_stream stream = random_stream(seed, PURPOSE, (uint64_t)epoch, (uint64_t)i);

    assert(i >= 0 && i < d->n);
    if (d->source->clips != NULL && clips_augment(d->source->clips)) {
        clip_augmented(d, i, seed, epoch, out);
        return;
    }
    if (a->shift > 0 || a->flip_horizontal) {
        uint32_t steps = 2 * (uint32_t)a->shift + 1;

        move(d, i, (int64_t)random_below(stream, DRAW_Y, steps) - a->shift,
             (int64_t)random_below(stream, DRAW_X, steps) - a->shift,
             a->flip_horizontal && (random_bits(stream, DRAW_FLIP) >> 63) != 0, out);
    } else {
        dataset_real(d, i, out);
    }
    if (a->noise > 0)
        add_noise(d, stream, out);
}

/* ---- opening ---- */
/* x with P(X < x) = p for p below a half, by Newton's method on the complementary error function. */
static double quantile(double p)
{
    double x = 0;

    for (int i = 0; i < 60; i++) {
        double density = exp(-x * x / 2) / 2.5066282746310002, step = (erfc(-x / 1.4142135623730951) / 2 - p) / density;

        x -= step > 0.5 ? 0.5 : step;
    }
    return x;
}

static const float *make_quantiles(struct pool *pool, float noise)
{
    float *q = pool_array(pool, QUANTILES, sizeof *q);

    for (int i = 0; i < QUANTILES / 2; i++) {
        q[i] = (float)(quantile((i + 0.5) / QUANTILES) * (double)noise);
        q[QUANTILES - 1 - i] = -q[i];
    }
    return q;
}

enum mote_status make_augment(struct reading *r)
{
    const struct data_augment *a = r->spec->augment;
    struct dataset *d = r->out;

    if (a == NULL)
        return MOTE_OK;
    if (r->source->clips != NULL)
        return make_clip_augment(r, a);
    if (a->gain != 0 || a->background != NULL || a->snr_count != 0 || a->share != 0 || a->mask_frames != 0 ||
        a->mask_channels != 0)
        return fail_key(r, "augment", "augment: gain, background, snr, share and masks are for sounds");
    d->augment = (struct augment){a->shift, a->flip == DATA_FLIP_HORIZONTAL, a->noise};
    if (!(a->noise >= 0) || !isfinite(a->noise))
        return fail_key(r, "augment", "augment: noise is %g; a number from 0 is wanted", (double)a->noise);
    if ((a->shift != 0 || d->augment.flip_horizontal) && d->rank != 3)
        return fail_key(r, "augment", "augment: shift and flip are for samples [height, width, channels]");
    if (a->shift < 0 || (a->shift > 0 && (a->shift >= d->dims[0] || a->shift >= d->dims[1])))
        return fail_key(r, "augment", "augment: shift is %d; from 0 to less than height and width is wanted", a->shift);
    if (a->noise > 0)
        r->source->quantiles = make_quantiles(r->pool, a->noise);
    return MOTE_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Clips otherwise: moved in time, louder or softer, over background, with stripes of their features masked
 * (SpecAugment: Park et al., 2019). All by the seeded generator, so that a run repeats. */
#include <math.h>
#include <pthread.h>

#include "host/base/random.h"
#include "host/data/clips.h"
#include "host/data/elements.h"
#include "mote/input.h"

#define PURPOSE 0x636c6970 /* of the random numbers */
enum { DRAW_SHIFT, DRAW_GAIN, DRAW_WHETHER, DRAW_BACKGROUND, DRAW_PLACE, DRAW_SNR, DRAW_TIME, DRAW_CHANNEL = 10 };

static pthread_mutex_t one_at_a_time = PTHREAD_MUTEX_INITIALIZER; /* an ear has one arena */

/* -1 to 1 */
static float swing(struct random_stream s, uint64_t index) { return 2 * random_unit(s, index) - 1; }

static int16_t limited(float x) { return x >= INT16_MAX ? INT16_MAX : x <= INT16_MIN ? INT16_MIN : (int16_t)lrintf(x); }

static double power_of(const int16_t *s, int64_t n)
{
    double sum = 0;

    for (int64_t i = 0; i < n; i++)
        sum += (double)s[i] * s[i];
    return sum / (double)n;
}

/* What the background is multiplied by, and where it begins; 0: none. */
static float background_gain(const struct clips *c, const int16_t *clip, struct random_stream s, const int16_t **from)
{
    const struct clip_augment *a = &c->augment;
    const struct sound *b;
    double signal, noise;
    float snr;

    if (a->n_backgrounds == 0 || random_unit(s, DRAW_WHETHER) >= a->share)
        return 0;
    b = &a->backgrounds[random_below(s, DRAW_BACKGROUND, (uint32_t)a->n_backgrounds)];
    *from = b->samples + random_below(s, DRAW_PLACE, (uint32_t)(b->n - a->lead - c->samples + 1));
    signal = power_of(clip, c->samples);
    noise = power_of(*from + a->lead, c->samples);
    snr = a->snr_low + (a->snr_high - a->snr_low) * random_unit(s, DRAW_SNR);
    return noise > 0 ? (float)sqrt(signal / noise * pow(10, -(double)snr / 10)) : 0;
}

static void change(const struct clips *c, const int16_t *clip, struct random_stream s)
{
    const struct clip_augment *a = &c->augment;
    const int64_t shift =
        a->shift > 0 ? (int64_t)random_below(s, DRAW_SHIFT, 2 * (uint32_t)a->shift + 1) - a->shift : 0;
    const float gain = powf(10, a->gain * swing(s, DRAW_GAIN) / 20);
    const int16_t *background = NULL;
    const float louder = background_gain(c, clip, s, &background);

    for (int64_t i = 0; i < a->lead + c->samples; i++) {
        const int64_t at = i - a->lead - shift;
        float x = i >= a->lead && at >= 0 && at < c->samples ? clip[at] : 0;

        c->heard[i] = limited(gain * (x + (background != NULL ? louder * background[i] : 0)));
    }
}

/* Up to `longest` of n in a row, from `first` on. */
static int32_t stripe(struct random_stream s, uint64_t index, int32_t longest, int32_t n, int32_t *first)
{
    const int32_t long_ = longest > 0 ? (int32_t)random_below(s, index, (uint32_t)longest + 1) : 0;

    *first = (int32_t)random_below(s, index + 1, (uint32_t)(n - long_ + 1));
    return long_;
}

static void mask(const struct clips *c, struct random_stream s, float *out)
{
    int32_t from, channel, n = stripe(s, DRAW_TIME, c->augment.mask_frames, c->frames, &from);
    int32_t high = stripe(s, DRAW_CHANNEL, c->augment.mask_channels, c->ear.channels, &channel);

    for (int32_t i = 0; i < c->frames; i++)
        for (int32_t k = 0; k < c->ear.channels; k++)
            if ((i >= from && i < from + n) || (k >= channel && k < channel + high))
                out[i * c->ear.channels + k] = 0;
}

bool clips_augment(const struct clips *c) { return c->augmented; }

void clip_augmented(const struct dataset *d, int32_t i, uint64_t seed, int32_t epoch, float *out)
{
    const struct dataset_source *source = d->source;
    struct clips *c = source->clips;
    struct random_stream s = random_stream(seed, PURPOSE, (uint64_t)epoch, (uint64_t)i);
    const uint8_t *features;

    pthread_mutex_lock(&one_at_a_time);
    change(c, c->audio + i * c->samples, s);
    hearing_all(&c->ear, c->heard, c->augment.lead + c->samples, c->features);
    features = c->features + (size_t)(c->augment.lead / c->ear.front_end.step) * c->ear.bytes;
    for (int64_t k = 0; k < d->elements; k++) {
        int32_t channel = source->channels > 1 ? (int32_t)(k % source->channels) : 0;

        out[k] = mote_input_real(element_of(d->type, features, k), source->mean[channel], source->factor[channel]);
    }
    pthread_mutex_unlock(&one_at_a_time);
    mask(c, s, out);
}

/* ---- opening ---- */
static enum mote_status read_backgrounds(struct reading *r, struct clips *c, const char *folder)
{
    struct clip_augment *a = &c->augment;
    const char *path = pool_printf(&r->scratch, "%s/%s", r->path, folder), *const * names;
    size_t n;

    TRY(find_sounds(r, path, &names, &n));
    a->backgrounds = pool_array(r->pool, n, sizeof *a->backgrounds);
    for (size_t i = 0; i < n; i++) {
        struct sound *s = &a->backgrounds[a->n_backgrounds];
        struct frame here = frame_of(r->at, names[i]);

        TRY(sound_read_at(r->pool, pool_printf(&r->scratch, "%s/%s", path, names[i]), c->ear.front_end.rate, s, r->at));
        if (s->n < a->lead + c->samples)
            return fail(&here, MOTE_ERR_SHAPE, "is a background of %lld samples, a clip has %lld, its lead %d",
                        (long long)s->n, (long long)c->samples, a->lead);
        a->n_backgrounds++;
    }
    return n > 0 ? MOTE_OK : fail_key(r, "augment", "augment: background %s has no sounds", folder);
}

static enum mote_status check_numbers(const struct reading *r, const struct data_augment *a)
{
    if (!(a->gain >= 0 && a->gain <= 60))
        return fail_key(r, "augment", "augment: gain is %g; 0 to 60 decibels are wanted", (double)a->gain);
    if (a->snr_count == 2 && !(a->snr[0] <= a->snr[1] && a->snr[0] >= -60 && a->snr[1] <= 100))
        return fail_key(r, "augment", "augment: snr is [%g, %g]; from the least to the most, -60 to 100 decibels",
                        (double)a->snr[0], (double)a->snr[1]);
    if (a->share != NULL && !(*a->share >= 0 && *a->share <= 1))
        return fail_key(r, "augment", "augment: share is %g; 0 to 1 is wanted", (double)*a->share);
    return MOTE_OK;
}

static int32_t whole_steps(const struct clips *c, int32_t samples)
{
    const int32_t step = c->ear.front_end.step;

    return (samples + step - 1) / step * step;
}

/* A clip as it is heard, its lead before it. */
static void make_room(struct pool *pool, struct clips *c)
{
    const int64_t samples = c->augment.lead + c->samples;

    c->heard = pool_array(pool, (size_t)samples, sizeof *c->heard);
    c->features = pool_array(pool, (size_t)hearing_frames(&c->ear.front_end, samples), c->ear.bytes);
}

enum mote_status make_clip_augment(struct reading *r, const struct data_augment *a)
{
    struct clips *c = r->source->clips;
    const int32_t rate = c->ear.front_end.rate / 1000;

    if (a->flip != DATA_FLIP_NONE || a->noise > 0)
        return fail_key(r, "augment", "augment: flip and noise are for other data; sounds have background, at an snr");
    if (a->shift < 0 || a->shift >= r->out->hears.clip)
        return fail_key(r, "augment", "augment: shift is %d; from 0 to less than %d ms, the clip, is wanted", a->shift,
                        r->out->hears.clip);
    if (a->mask_frames < 0 || a->mask_frames > c->frames || a->mask_channels < 0 || a->mask_channels > c->ear.channels)
        return fail_key(r, "augment", "augment: mask_frames and mask_channels are 0 to %d and %d", c->frames,
                        c->ear.channels);
    if (a->lead < 0 || a->lead > HEARS_MS_MAX)
        return fail_key(r, "augment", "augment: lead is %d; 0 to %d ms are wanted", a->lead, HEARS_MS_MAX);
    TRY(check_numbers(r, a));
    c->augment = (struct clip_augment){.shift = a->shift * rate,
                                       .gain = a->gain,
                                       .lead = whole_steps(c, a->lead * rate),
                                       .snr_low = a->snr_count == 2 ? a->snr[0] : 0,
                                       .snr_high = a->snr_count == 2 ? a->snr[1] : 20,
                                       .share = a->share != NULL ? *a->share : 0.8F,
                                       .mask_frames = a->mask_frames,
                                       .mask_channels = a->mask_channels};
    c->augmented = true;
    make_room(r->pool, c);
    return a->background != NULL ? read_backgrounds(r, c, a->background) : MOTE_OK;
}

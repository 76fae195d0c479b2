/* SPDX-License-Identifier: Apache-2.0 */
#include "host/jobs/features.h"

#include "host/data/source.h"
#include "host/data/tensors.h"
#include "host/hear/hear.h"

static enum mote_status check_sound(const struct front_end *f, const struct sound *s, const struct frame *at)
{
    if (s->n < f->window)
        return fail(at, MOTE_ERR_SHAPE, "has %lld samples, fewer than a window, %d", (long long)s->n, (int)f->window);
    return MOTE_OK;
}

#define PEAK_FRAMES_MAX 4096 /* all are in memory at a time */

/* Where samples count in units of the largest of all: one inference. What is behind the last frame counts for that,
 * too, and is where no frame looks. */
static enum mote_status find_inference(struct front_end *f, const struct features *x, const struct frame *at)
{
    if (x->frames > PEAK_FRAMES_MAX)
        return fail(at, MOTE_ERR_SHAPE,
                    "%d frames in units of their largest sample: %d are the most; cut it, or say --absolute",
                    (int)x->frames, PEAK_FRAMES_MAX);
    f->frames = x->frames;
    f->skip = (int32_t)(x->sound.n - (int64_t)(x->frames - 1) * f->step - f->window);
    return MOTE_OK;
}

/* What is behind the last frame comes first. */
static void put_samples(const struct front_end *f, const struct sound *s, int16_t *to)
{
    const int64_t n = front_end_samples(f) - f->skip;

    assert(f->lead == 0);
    memcpy(to, s->samples + n, (size_t)f->skip * sizeof *to);
    memcpy(to + f->skip, s->samples, (size_t)n * sizeof *to);
}

/* All frames in one inference. */
static enum mote_status make_at_once(struct pool *pool, struct front_end *f, struct features *out,
                                     const struct frame *at)
{
    struct pipeline p = {.pool = pool, .path = f->preset, .has_graph = true, .model = {.pool = pool}};
    struct runner r;
    int16_t *samples;

    TRY(find_inference(f, out, at));
    TRY(front_end_model(f, &p.model, at));
    TRY(pipeline_compile(&p, &(struct pipeline_options){.passes = NULL}, at));
    TRY(runner_open(pool, p.image, &r, at));
    samples = pool_array(pool, (size_t)front_end_samples(f), sizeof *samples);
    put_samples(f, &out->sound, samples);
    out->type = f->type;
    out->channels = f->channels;
    out->data = pool_alloc(pool, runner_output_bytes(&r));
    runner_run(&r, (const uint8_t *)samples, out->data);
    return MOTE_OK;
}

enum mote_status features_make(struct pool *pool, const struct front_end *front_end, const char *path,
                               struct features *out, const struct frame *at)
{
    struct frame here = {at, path, NULL, -1, NULL};
    struct front_end f = *front_end;
    struct hearing ear;

    *out = (struct features){.frames = 0};
    TRY(sound_read_at(pool, path, f.rate, &out->sound, at));
    TRY(check_sound(&f, &out->sound, &here));
    out->frames = (int32_t)hearing_frames(&f, out->sound.n);
    if (f.peak)
        return make_at_once(pool, &f, out, &here);
    TRY(hearing_open(pool, &f, &ear, at));
    out->type = ear.type;
    out->channels = ear.channels;
    out->data = pool_array(pool, (size_t)out->frames, ear.bytes);
    hearing_all(&ear, out->sound.samples, out->sound.n, out->data);
    return MOTE_OK;
}

/* A file may call anything so: what is read and written here must be what is there. */
static enum mote_status check_inside(const struct front_end *f, const struct runner *r, const struct frame *at)
{
    const size_t samples = (size_t)front_end_samples(f) * sizeof(int16_t);
    const size_t features = (size_t)f->frames * (size_t)f->channels * ((size_t)type_bits(f->type) / 8);

    if (runner_input_bytes(r) == samples && runner_output_bytes(r) == features)
        return MOTE_OK;
    return fail(at, MOTE_ERR_SHAPE,
                "%zu bytes of samples and %zu of \"" FRONT_END_FEATURES
                "\" are not those of %d frames of %d features: make it by `mote features --before`",
                runner_input_bytes(r), runner_output_bytes(r), (int)f->frames, (int)f->channels);
}

/* The model up to its features. */
static enum mote_status open_inside(struct pool *pool, const char *path, struct front_end *f, struct runner *out,
                                    const struct frame *at)
{
    struct frame here = {at, path, NULL, -1, NULL};
    struct pipeline p;
    struct graph *g;

    TRY(pipeline_load(pool, path, &p, at));
    if (!p.has_graph || !front_end_inside(&p.model, f))
        return fail(&here, MOTE_ERR_USAGE, "it has no front end inside: name one with --preset, or put one before it");
    g = &p.model.graphs[0];
    for (int32_t i = 0; i < g->n_tensors; i++)
        if (strcmp(g->tensors[i].name, FRONT_END_FEATURES) == 0)
            g->outputs[0] = i;
    g->n_outputs = 1;
    TRY(pipeline_compile(&p, &(struct pipeline_options){.passes = NULL}, at));
    TRY(runner_open(pool, p.image, out, at));
    return check_inside(f, out, &here);
}

/* Those of inference i, which begins with zeros, or with what the one before had, and may end with zeros. */
static void put_window(const struct front_end *f, const struct sound *s, int64_t i, int16_t *to)
{
    const int64_t n = front_end_samples(f), from = i * f->frames * f->step - front_end_silence(f);
    const int64_t first = from < 0 ? 0 : from, end = from + n < s->n ? from + n : s->n;

    memset(to, 0, (size_t)n * sizeof *to);
    memcpy(to + (first - from), s->samples + first, (size_t)(end - first) * sizeof *to);
}

enum mote_status features_inside(struct pool *pool, const char *model, const char *path, struct front_end *f,
                                 struct features *out, const struct frame *at)
{
    struct frame here = {at, path, NULL, -1, NULL};
    int32_t inferences;
    struct runner r;
    int16_t *samples;
    size_t bytes;

    *out = (struct features){.frames = 0};
    TRY(open_inside(pool, model, f, &r, at));
    TRY(sound_read_at(pool, path, f->rate, &out->sound, at));
    TRY(check_sound(f, &out->sound, &here));
    out->frames = (int32_t)((out->sound.n - f->window) / f->step + 1);
    out->type = f->type;
    out->channels = f->channels;
    inferences = (out->frames + f->frames - 1) / f->frames;
    bytes = runner_output_bytes(&r);
    samples = pool_array(pool, (size_t)front_end_samples(f), sizeof *samples);
    out->data = pool_array(pool, (size_t)inferences, bytes);
    mote_model_reset(&r.model);
    for (int32_t i = 0; i < inferences; i++) {
        put_window(f, &out->sound, i, samples);
        runner_run(&r, (const uint8_t *)samples, out->data + (size_t)i * bytes);
    }
    return MOTE_OK;
}

enum mote_status features_before(struct pool *pool, struct front_end *f, const char *path, struct pipeline *out,
                                 const struct frame *at)
{
    struct frame here = {at, path, NULL, -1, NULL};

    TRY(pipeline_load(pool, path, out, at));
    if (!out->has_graph)
        return fail(&here, MOTE_ERR_USAGE, "it is an image, which takes no front end: give the .tflite or graph file");
    return front_end_before(f, &out->model, &here);
}

enum mote_status features_write(struct pool *pool, const struct features *f, const char *path, const struct frame *at)
{
    size_t bytes = (size_t)f->frames * (size_t)f->channels * ((size_t)type_bits(f->type) / 8);
    const uint32_t dims[] = {(uint32_t)f->frames, (uint32_t)f->channels};
    struct mote_io io = {.type = (uint8_t)f->type, .rank = COUNT(dims), .dims = dims};
    struct frame here = {at, path, NULL, -1, NULL};

    return tensors_write(pool, path, &io, 1, (struct bytes){f->data, bytes}, &here);
}

static double feature(const struct features *f, int32_t frame, int32_t channel)
{
    size_t i = (size_t)frame * (size_t)f->channels + (size_t)channel;

    switch (f->type) {
    case TYPE_U16:
        return ((const uint16_t *)(const void *)f->data)[i];
    case TYPE_S16:
        return ((const int16_t *)(const void *)f->data)[i];
    case TYPE_F32:
        return (double)((const float *)(const void *)f->data)[i];
    default:
        return (int8_t)f->data[i];
    }
}

enum mote_status features_picture(struct pool *pool, const struct features *f, const char *path, const struct frame *at)
{
    int32_t tall = 256 / f->channels > 1 ? 256 / f->channels : 1, wide = 4;
    struct picture p = {.height = f->channels * tall, .width = f->frames * wide, .channels = 1};
    struct frame here = {at, path, NULL, -1, NULL};
    double low = feature(f, 0, 0), high = low;
    struct bytes png;

    if ((int64_t)p.height * f->frames * wide > PICTURE_PIXELS_MAX)
        return fail(&here, MOTE_ERR_SHAPE, "%d frames are too many for a picture", (int)f->frames);
    for (int32_t i = 0; i < f->frames * f->channels; i++) {
        double x = feature(f, 0, i);

        low = x < low ? x : low;
        high = x > high ? x : high;
    }
    p.data = pool_array(pool, (size_t)p.height, (size_t)p.width);
    for (int32_t y = 0; y < p.height; y++)
        for (int32_t x = 0; x < p.width; x++)
            p.data[(size_t)y * (size_t)p.width + (size_t)x] =
                high > low ? (uint8_t)(255 * (feature(f, x / wide, f->channels - 1 - y / tall) - low) / (high - low))
                           : 0;
    TRY(picture_encode(pool, &p, &png, &here));
    return file_write(path, png.data, png.size, &here);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "host/hear/hear.h"

#include "host/pipeline/pipeline.h"

static enum mote_status open_image(struct pool *pool, struct hearing *h, const struct frame *at)
{
    const size_t samples = (size_t)h->front_end.lead + (size_t)h->front_end.window;
    struct mote_io io;

    TRY(runner_open(pool, h->image, &h->runner, at));
    if (mote_model_output(&h->runner.model, 0, &io) != MOTE_OK)
        return fail(at, MOTE_ERR_FORMAT, "the front end has no output");
    h->frame = pool_array(pool, samples, sizeof *h->frame);
    assert(runner_input_bytes(&h->runner) == samples * sizeof *h->frame);
    h->bytes = io.bytes;
    h->type = (enum mote_type)io.type;
    h->channels = (int32_t)(h->bytes / ((size_t)type_bits(h->type) / 8));
    return MOTE_OK;
}

enum mote_status hearing_open(struct pool *pool, const struct front_end *f, struct hearing *out, const struct frame *at)
{
    struct pipeline p = {.pool = pool, .path = f->preset, .has_graph = true, .model = {.pool = pool}};

    if (f->peak)
        return fail(at, MOTE_ERR_UNSUPPORTED,
                    "%s takes samples in units of a whole sound's largest, which is not known "
                    "while it is heard: --absolute has them as they are",
                    f->preset);
    TRY(front_end_model(f, &p.model, at));
    TRY(pipeline_compile(&p, &(struct pipeline_options){.passes = NULL}, at));
    *out = (struct hearing){.front_end = *f, .image = p.image};
    return open_image(pool, out, at);
}

enum mote_status hearing_again(struct pool *pool, const struct hearing *h, struct hearing *out, const struct frame *at)
{
    *out = (struct hearing){.front_end = h->front_end, .image = h->image};
    return open_image(pool, out, at);
}

int64_t hearing_frames(const struct front_end *f, int64_t samples)
{
    return samples < f->window ? 0 : (samples - f->window) / f->step + 1;
}

void hearing_reset(struct hearing *h)
{
    mote_model_reset(&h->runner.model);
    memset(h->frame, 0, (size_t)h->front_end.lead * sizeof *h->frame);
}

/* The sample before a frame is the last of the step before. */
void hearing_frame(struct hearing *h, const int16_t *samples, uint8_t *out)
{
    const struct front_end *f = &h->front_end;

    assert(f->lead <= 1 && f->step <= f->window);
    memcpy(h->frame + f->lead, samples, (size_t)f->window * sizeof *h->frame);
    runner_run(&h->runner, (const uint8_t *)h->frame, out);
    if (f->lead > 0)
        h->frame[0] = samples[f->step - 1];
}

void hearing_all(struct hearing *h, const int16_t *samples, int64_t n, uint8_t *out)
{
    const int64_t frames = hearing_frames(&h->front_end, n);

    hearing_reset(h);
    for (int64_t i = 0; i < frames; i++)
        hearing_frame(h, samples + i * h->front_end.step, out + (size_t)i * h->bytes);
}

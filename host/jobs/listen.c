/* SPDX-License-Identifier: Apache-2.0 */
#include "host/jobs/listen.h"

#include <math.h>

#include "host/run/image_view.h"

#define SAMPLES_MAX 400000 /* a second */

enum mote_status listener_open(struct pool *pool, const struct pipeline *p, struct listener *out,
                               const struct frame *file)
{
    const struct mote_listening *how;
    int32_t known, status;

    *out = (struct listener){.rate = 0};
    TRY(runner_open(pool, p->image, &out->runner, file));
    status = mote_ear_open(&out->ear, &out->runner.model);
    if (status == MOTE_ERR_USAGE)
        return fail(file, MOTE_ERR_USAGE, "is an image that does not listen: give the .tflite or graph file");
    if (status != MOTE_OK)
        return fail(file, (enum mote_status)status, "what it says of listening is damaged");
    how = out->ear.how;
    if (how->rate < 1 || how->rate > SAMPLES_MAX)
        return fail(file, MOTE_ERR_VALUE, "wants %u samples a second", how->rate);
    out->posterior = how->posterior;
    out->rate = (int32_t)how->rate;
    out->pace = (double)(how->wanted - how->kept) / how->rate;
    out->names = image_classes(pool, &out->runner.model, &known);
    if (known != how->posterior.classes)
        return fail(file, MOTE_ERR_FORMAT, "has names of %d classes, and %d scores", known, how->posterior.classes);
    return MOTE_OK;
}

void listened_again(struct pool *pool, const struct mote_posterior *how, struct listened *x)
{
    struct mote_posterior_state *s = pool_alloc(pool, mote_posterior_bytes(how));

    mote_posterior_reset(how, s);
    x->events = NULL;
    x->n_events = 0;
    for (int32_t i = 0; i < x->n; i++) {
        struct mote_heard heard = mote_posterior_hear(how, s, x->scores + (size_t)i * how->classes);

        if (heard.command < 0)
            continue;
        x->events = pool_grow(pool, x->events, (size_t)x->n_events, sizeof *x->events);
        x->events[x->n_events++] = (struct event){x->times[i], heard.command, heard.score};
    }
}

int16_t *listen_samples(struct pool *pool, const struct sound *s, int64_t silence)
{
    int16_t *all = pool_array(pool, (size_t)(s->n + 2 * silence), sizeof *all);

    memcpy(all + silence, s->samples, (size_t)s->n * sizeof *all);
    return all;
}

/* An inference's scores, and when they were known. */
static void keep_scores(struct listener *l, int64_t silence, struct listened *x, int64_t taken)
{
    const size_t classes = l->posterior.classes;

    memcpy(x->scores + (size_t)x->n * classes, mote_listener_scores(l->ear.how, l->ear.listener), classes);
    x->n_closed +=
        l->ear.gate != NULL && !mote_gate_is_open(l->ear.gate, mote_listener_gate(l->ear.how, l->ear.listener));
    x->times[x->n++] = (double)(taken - silence) / l->rate;
}

/* Of a strange image, whose operators write what the listener keeps, inferences need not take samples. */
static enum mote_status hear_all(struct listener *l, const int16_t *samples, int64_t n, int64_t silence, size_t most,
                                 struct listened *x, const struct progress *progress, const struct frame *at)
{
    struct mote_event event;
    int32_t heard = 1;

    mote_model_reset(&l->runner.model);
    for (int64_t taken = 0; heard;) {
        taken += mote_ear_next(&l->ear, samples + taken, (uint32_t)(n - taken), &event, &heard);
        if (event.command < -1 || (heard && (size_t)x->n == most))
            return fail(
                at, MOTE_ERR_VALUE,
                "the model makes more than %zu inferences of it: its operators write what it keeps of listening", most);
        if (heard)
            keep_scores(l, silence, x, taken);
        if (x->n % 1000 == 0 && !progress_step(progress, "samples", taken, n))
            return fail_cancelled(at, "listening");
    }
    progress_step(progress, "samples", n, n);
    return MOTE_OK;
}

/* A second, or as long as the posterior hears nothing after a reset, in whole inferences: frames lie where they lie
 * without it, and a sound's scores are the same once the silence is out of sight. */
static double usual_silence(const struct listener *l)
{
    const double blind = l->posterior.kind == MOTE_POSTERIOR_SUM ? (l->posterior.suppression + 1) * l->pace : 0;

    return ceil(fmax(1, blind) / l->pace - 1e-9) * l->pace;
}

enum mote_status listener_hear(struct pool *pool, struct listener *l, const struct sound *sound, double lead,
                               struct listened *out, const struct progress *progress, const struct frame *at)
{
    const struct mote_listening *how = l->ear.how;
    int64_t silence = llround((lead >= 0 ? lead : usual_silence(l)) * l->rate), all = sound->n + 2 * silence;
    size_t most = (size_t)((all + how->silence) / (how->wanted - how->kept) + 1);

    if (sound->rate != l->rate)
        return fail(at, MOTE_ERR_VALUE, "has %d samples a second, the front end wants %d", sound->rate, l->rate);
    if (sound->n < 1)
        return fail(at, MOTE_ERR_SHAPE, "has no samples");
    if (all > UINT32_MAX)
        return fail(at, MOTE_ERR_SHAPE, "has %lld samples: more than Mote listens to", (long long)sound->n);
    *out = (struct listened){.seconds = (double)sound->n / l->rate, .lead = (double)silence / l->rate};
    out->times = pool_array(pool, most, sizeof *out->times);
    out->scores = pool_array(pool, most, l->posterior.classes);
    TRY(hear_all(l, listen_samples(pool, sound, silence), all, silence, most, out, progress, at));
    if (out->n == 0)
        return fail(at, MOTE_ERR_SHAPE,
                    "is too short: with the silence around it there is no whole window of %lld samples",
                    (long long)all);
    listened_again(pool, &l->posterior, out);
    return MOTE_OK;
}

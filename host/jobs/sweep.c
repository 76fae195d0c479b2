/* SPDX-License-Identifier: Apache-2.0 */
#include "host/jobs/sweep.h"

#include "host/jobs/manifest.h"

#include <math.h>

struct sweep sweep_make(const struct mote_posterior *how, const struct listened *heard, const struct truth *truth)
{
    struct listened again = *heard;
    struct sweep s;

    for (int32_t t = 0; t < THRESHOLDS; t++) {
        struct mote_posterior other = *how;
        struct pool scratch = {0};

        other.threshold = (uint8_t)t;
        listened_again(&scratch, &other, &again);
        s.at[t] = detections_of(&scratch, truth->said, truth->n, again.events, again.n_events, heard->seconds);
        pool_free(&scratch);
    }
    return s;
}

static double accepts_an_hour(const struct detections *d) { return d->false_accepts / d->seconds * 3600; }

static int32_t fewest_misses(const struct sweep *s, double per_hour)
{
    int32_t fewest = INT32_MAX;

    for (int32_t t = 0; t < THRESHOLDS; t++)
        if (accepts_an_hour(&s->at[t]) <= per_hour && s->at[t].misses < fewest)
            fewest = s->at[t].misses;
    return fewest;
}

static double fewest_accepts(const struct sweep *s, double misses)
{
    double fewest = INFINITY;

    for (int32_t t = 0; t < THRESHOLDS; t++)
        if (s->at[t].misses <= misses)
            fewest = fmin(fewest, accepts_an_hour(&s->at[t]));
    return fewest;
}

enum mote_status sweep_choose(const struct sweep *s, const struct sweep_limits *limits, int32_t *threshold,
                              const struct frame *at)
{
    const bool any = limits->missed < 0;
    const double most = any ? fewest_misses(s, limits->per_hour) : floor(limits->missed * s->at[0].words);

    for (int32_t t = THRESHOLDS - 1; t >= 0; t--)
        if (accepts_an_hour(&s->at[t]) <= limits->per_hour && s->at[t].misses <= most) {
            *threshold = t;
            return MOTE_OK;
        }
    if (isinf(fewest_accepts(s, most)))
        return fail(at, MOTE_ERR_VALUE, "no threshold misses at most %g of %d words: %d are the fewest", most,
                    s->at[0].words, fewest_misses(s, INFINITY));
    return fail(at, MOTE_ERR_VALUE, "no threshold%s has at most %g false accepts an hour: %.2f are the fewest",
                any ? "" : " that misses so few words", limits->per_hour, fewest_accepts(s, any ? INFINITY : most));
}

/* Thresholds by falling numbers of misses, where these come with as few false accepts as can be. */
struct det sweep_curve(struct pool *pool, const struct sweep *s)
{
    struct det det = {.points = pool_array(pool, THRESHOLDS, sizeof *det.points), .hours = s->at[0].seconds / 3600};
    const struct detections *last = NULL;

    for (;;) {
        const struct detections *next = NULL;

        for (int32_t t = 0; t < THRESHOLDS; t++) {
            const struct detections *d = &s->at[t];

            if ((last == NULL || d->misses < last->misses) &&
                (next == NULL || d->false_accepts < next->false_accepts ||
                 (d->false_accepts == next->false_accepts && d->misses < next->misses)))
                next = d;
        }
        if (next == NULL)
            return det;
        det.points[det.n++] =
            (struct det_point){next->false_accepts, next->words > 0 ? (double)next->misses / next->words : 0};
        last = next;
    }
}

enum mote_status listening_keep(struct pool *pool, const char *path, const struct model *listens, int32_t threshold,
                                const char *out, const struct frame *at)
{
    struct frame here = {at, out, NULL, -1, NULL};
    struct text t = {.pool = pool};
    struct manifest manifest;
    struct pipeline p;

    if (is_manifest(path)) {
        TRY(manifest_read(pool, path, &manifest, at));
        path = manifest.model;
    }
    TRY(pipeline_load(pool, path, &p, at));
    assert(p.has_graph);
    if (p.model.hears.preset == NULL)
        p.model.hears = listens->hears;
    p.model.hears.posterior = listens->hears.posterior;
    p.model.hears.gate = listens->hears.gate;
    p.model.hears.posterior.threshold = threshold;
    p.model.n_classes = listens->n_classes;
    p.model.classes = listens->classes;
    model_write(&p.model, &t);
    if (strcmp(out, path) == 0)
        inputs_release(out);
    return file_write(out, t.s, t.len, &here);
}

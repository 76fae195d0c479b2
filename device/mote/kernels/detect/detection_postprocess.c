/* SPDX-License-Identifier: Apache-2.0 */
/* Portable: the definition of detection_postprocess.h. Nothing is sorted: the best box that is left is looked for as
 * often as one is taken, and what overlaps with it loses its score. */
#include "detection_postprocess.h"

#include "../shared/floats.h"
#include "../shared/math_f32.h"
#include "boxes.h"

/* What one call works with. */
struct detection {
    const struct mote_detection_postprocess *p;
    const float *scores; /* of the first class */
    struct box *boxes;   /* [p->boxes] */
    float *left;         /* [p->boxes] scores of boxes that may still be taken; NaN: not this one */
    struct box *corners; /* [p->most], of which n are there */
    float *found, *values;
    int32_t n;
};

static void decode(const struct mote_detection_postprocess *p, const float *codes, const float *anchors,
                   struct box *boxes)
{
    const float y_scale = mote_float(p->y_scale), x_scale = mote_float(p->x_scale);
    const float h_scale = mote_float(p->h_scale), w_scale = mote_float(p->w_scale);

    for (int32_t i = 0; i < p->boxes; i++, codes += p->coords, anchors += 4) {
        float y = codes[0] / y_scale * anchors[2] + anchors[0], x = codes[1] / x_scale * anchors[3] + anchors[1];
        float h = 0.5f * mote_exp_f32(codes[2] / h_scale) * anchors[2];
        float w = 0.5f * mote_exp_f32(codes[3] / w_scale) * anchors[3];

        boxes[i] = (struct box){y - h, x - w, y + h, x + w};
    }
}

/* The best that is left, -1 if there is none. */
static int32_t best_of(const struct detection *d)
{
    int32_t best = -1;

    for (int32_t i = 0; i < d->p->boxes; i++)
        if (d->left[i] == d->left[i] && (best < 0 || d->left[i] > d->left[best]))
            best = i;
    return best;
}

static void drop_like(struct detection *d, int32_t box)
{
    const float most = mote_float(d->p->iou_threshold);

    d->left[box] = mote_float(0x7fc00000);
    for (int32_t i = 0; i < d->p->boxes; i++)
        if (d->left[i] == d->left[i] && overlap(&d->boxes[box], &d->boxes[i]) > most)
            d->left[i] = mote_float(0x7fc00000);
}

/* Behind what scores as much, if it is among the best. */
static void insert(struct detection *d, int32_t box, int32_t class, float score)
{
    int32_t at = d->n < d->p->most ? d->n++ : d->p->most;

    for (; at > 0 && d->values[at - 1] < score; at--)
        if (at < d->p->most) {
            d->corners[at] = d->corners[at - 1];
            d->found[at] = d->found[at - 1];
            d->values[at] = d->values[at - 1];
        }
    if (at == d->p->most)
        return;
    memmove(&d->corners[at], &d->boxes[box], sizeof d->corners[at]); /* of a strange image they may overlap */
    d->found[at] = (float)class;
    d->values[at] = score;
}

static int32_t class_of(const struct detection *d, int32_t box)
{
    const float *scores = d->scores + box * d->p->width;
    int32_t best = 0;

    for (int32_t c = 1; c < d->p->classes; c++)
        if (scores[c] > scores[best])
            best = c;
    return best;
}

/* Takes `most` boxes of those that are left, of a class or (-1) of their best. */
static void take(struct detection *d, int32_t class, int32_t most)
{
    const float least = mote_float(d->p->score_threshold);

    for (int32_t i = 0; i < d->p->boxes; i++) {
        float score = d->scores[i * d->p->width + (class < 0 ? class_of(d, i) : class)];

        d->left[i] = score >= least ? score : mote_float(0x7fc00000);
    }
    for (int32_t best; most > 0 && (best = best_of(d)) >= 0; most--) {
        insert(d, best, class < 0 ? class_of(d, best) : class, d->left[best]);
        drop_like(d, best);
    }
}

MOTE_WEAK void mote_detection_postprocess(const struct mote_detection_postprocess *p, const float *codes,
                                          const float *scores, const float *anchors, float *memory, float *corners,
                                          float *found, float *values, float *number, int32_t first, int32_t count)
{
    struct detection d = {
        .p = p,
        .scores = scores + (p->width - p->classes),
        .boxes = (struct box *)memory,
        .left = memory + 4 * p->boxes,
        .corners = (struct box *)corners,
        .found = found,
        .values = values,
    };

    (void)first;
    if (count == 0)
        return;
    decode(p, codes, anchors, d.boxes);
    for (int32_t c = 0; c < p->classes && p->by_class; c++)
        take(&d, c, p->per_class);
    if (!p->by_class)
        take(&d, -1, p->most);
    number[0] = (float)d.n;
    for (; d.n < p->most; d.n++) {
        d.corners[d.n] = (struct box){0.0f, 0.0f, 0.0f, 0.0f};
        found[d.n] = values[d.n] = 0.0f;
    }
}

static void run_detection_postprocess(const struct mote_call *c)
{
    mote_detection_postprocess(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5],
                               c->args[6], c->args[7], c->first, c->count);
}

MOTE_KERNEL_VERSION(detection_postprocess, portable);

/* SPDX-License-Identifier: Apache-2.0 */
/* Portable: the definition of non_max_suppression.h. Nothing is sorted: the best box that is left is looked for as
 * often as one is taken, and what overlaps with it loses its score. */
#include "non_max_suppression.h"

#include "../shared/floats.h"
#include "boxes.h"

static struct box corners(const struct mote_non_max_suppression *p, const float *box)
{
    float x = box[2] / 2.0f, y = box[3] / 2.0f;

    if (p->centered)
        return (struct box){box[1] - y, box[0] - x, box[1] + y, box[0] + x};
    return (struct box){lesser(box[0], box[2]), lesser(box[1], box[3]), greater(box[0], box[2]),
                        greater(box[1], box[3])};
}

static float gone(void) { return mote_float(0x7fc00000); } /* the score of what is not to be taken */

/* The first of the best scores that are left, -1 if there is none. */
static int32_t best_of(const float *left, int32_t n)
{
    int32_t best = -1;

    for (int32_t i = 0; i < n; i++)
        if (left[i] == left[i] && (best < 0 || left[i] > left[best]))
            best = i;
    return best;
}

static void drop_like(const struct mote_non_max_suppression *p, const float *boxes, int32_t box, float *left)
{
    const struct box taken = corners(p, boxes + 4 * box);
    const float most = mote_float(p->iou_threshold);

    left[box] = gone();
    for (int32_t i = 0; i < p->boxes; i++) {
        struct box other;

        if (left[i] != left[i])
            continue;
        other = corners(p, boxes + 4 * i);
        if (overlap(&taken, &other) > most)
            left[i] = gone();
    }
}

/* One class of an image: the boxes that are taken go to every third number; gives how many they are. */
static int32_t take(const struct mote_non_max_suppression *p, const float *boxes, const float *scores, float *left,
                    int32_t *chosen)
{
    const float least = mote_float(p->score_threshold);
    int32_t n = 0;

    for (int32_t i = 0; i < p->boxes; i++)
        left[i] = !p->scored || scores[i] > least ? scores[i] : gone();
    for (int32_t best; n < p->most && (best = best_of(left, p->boxes)) >= 0; n++) {
        chosen[3 * n] = best;
        drop_like(p, boxes, best, left);
    }
    return n;
}

MOTE_WEAK void mote_non_max_suppression(const struct mote_non_max_suppression *p, const float *boxes,
                                        const float *scores, float *memory, int32_t *chosen, int32_t first,
                                        int32_t count)
{
    int32_t *to = chosen, *end = chosen + 3 * (p->batches * p->classes * p->most);

    (void)first;
    if (count == 0)
        return;
    for (int32_t b = 0; b < p->batches; b++, boxes += 4 * p->boxes)
        for (int32_t c = 0; c < p->classes; c++, scores += p->boxes)
            for (int32_t n = take(p, boxes, scores, memory, to + 2); n > 0; n--, to += 3) {
                to[0] = b;
                to[1] = c;
            }
    while (to < end)
        *to++ = -1;
}

static void run_non_max_suppression(const struct mote_call *c)
{
    mote_non_max_suppression(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->first, c->count);
}

MOTE_KERNEL_VERSION(non_max_suppression, portable);

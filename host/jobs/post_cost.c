/* SPDX-License-Identifier: Apache-2.0 */
/* What channels save on a target. */
#include <math.h>

#include "host/jobs/post.h"

#define TRIED 4 /* one channel in so many goes, to see: one alone may fit into what there is */

static int32_t kill_some(struct model *m, const struct layer *l)
{
    struct graph *g = &m->graphs[0];
    uint8_t *w = pool_copy(m->pool, g->tensors[l->weights].data, (size_t)tensor_bytes(&g->tensors[l->weights]));
    const int32_t n = (l->rows + TRIED - 1) / TRIED;

    for (int32_t r = 0; r < n; r++)
        for (int32_t k = 0; k < l->columns; k++)
            w[layer_element(l, r, k)] = 0;
    g->tensors[l->weights].data = w;
    if (l->bias != TENSOR_ABSENT) {
        uint8_t *bias = pool_copy(m->pool, g->tensors[l->bias].data, (size_t)tensor_bytes(&g->tensors[l->bias]));

        memset(bias, 0, 4 * (size_t)n);
        g->tensors[l->bias].data = bias;
    }
    return n;
}

static double share_saved(double before, double after) { return before > 0 ? (before - after) / before : 0; }

/* Shares of what the goal counts; without one of all there is. */
static double saved_for(const struct goal *goal, const struct goal_takes *before, const struct goal_takes *after)
{
    const double instructions = share_saved(before->instructions, after->instructions);
    const double constants = share_saved(before->constants, after->constants);

    if (goal->given)
        return goal->optimize == OPTIMIZE_FLASH ? constants : instructions;
    return instructions + share_saved(before->arena, after->arena) + constants;
}

enum mote_status channel_savings(const struct post *p, const struct goal *goal, double *saving, const struct frame *at)
{
    struct goal_takes before, after;

    TRY(goal_takes(&p->before, goal, &before, at));
    for (int32_t i = 0; i < p->n_layers; i++) {
        struct pool scratch = {0};
        struct model m = {.pool = &scratch};
        enum mote_status status;
        int32_t n;

        model_copy(&p->before, &m);
        n = kill_some(&m, &p->layers[i]);
        status = goal_takes(&m, goal, &after, at);
        pool_free(&scratch);
        TRY(status);
        saving[i] =
            after.macs >= before.macs || p->layers[i].depthwise ? 0 : fmax(0, saved_for(goal, &before, &after) / n);
    }
    return MOTE_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What models take on a target, and what channels save. */
#include <math.h>

#include "host/jobs/post.h"
#include "host/passes/passes.h"
#include "host/pipeline/trade.h"

/* A plan of the model after its passes, all in `scratch`. */
static enum mote_status plan_of(struct pool *scratch, const struct model *m, const struct target *target,
                                enum coding coding, struct plan *out, const struct frame *at)
{
    const struct plan_options options = {.coding = coding};
    struct model *copy = pool_alloc(scratch, sizeof *copy);

    copy->pool = scratch;
    model_copy(m, copy);
    TRY(passes_run(copy, NULL, NULL, NULL, at));
    return plan_make(scratch, copy, target, &options, out, at);
}

static enum mote_status bytes_with(const struct model *m, enum coding coding, int64_t *bytes, const struct frame *at)
{
    struct pool scratch = {0};
    struct plan plan;
    const enum mote_status status = plan_of(&scratch, m, &target_portable, coding, &plan, at);

    if (status == MOTE_OK)
        *bytes = plan.weight_bytes;
    pool_free(&scratch);
    return status;
}

static enum mote_status least_coding(const struct model *m, enum coding *least, int64_t *bytes, const struct frame *at)
{
    int64_t here;

    *bytes = INT64_MAX;
    for (enum coding coding = CODING_DENSE; coding <= CODING_HUFFMAN; coding++) {
        TRY(bytes_with(m, coding, &here, at));
        if (here < *bytes) {
            *bytes = here;
            *least = coding;
        }
    }
    return MOTE_OK;
}

enum mote_status post_bytes(const struct model *m, int64_t *bytes, const struct frame *at)
{
    enum coding coding = CODING_DENSE;

    return least_coding(m, &coding, bytes, at);
}

enum mote_status post_plan(struct pool *pool, const struct model *m, struct plan *out, const struct frame *at)
{
    enum coding coding = CODING_DENSE;
    int64_t bytes;

    TRY(least_coding(m, &coding, &bytes, at));
    return plan_of(pool, m, &target_portable, coding, out, at);
}

enum mote_status post_takes(const struct model *m, const struct target *target, struct post_takes *out,
                            const struct frame *at)
{
    struct pool scratch = {0};
    struct plan plan;
    struct trade t = {.ram = 0};
    enum mote_status status = plan_of(&scratch, m, target != NULL ? target : &target_portable, CODING_DENSE, &plan, at);

    if (status == MOTE_OK)
        status = trade_of(&plan, true, &t, at);
    if (status == MOTE_OK)
        *out = (struct post_takes){t.instructions, (double)t.ram, (double)(plan.weight_bytes + plan.table_bytes),
                                   model_macs(plan.model)};
    pool_free(&scratch);
    return status;
}

/* ---- what channels save ---- */
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

enum mote_status channel_savings(const struct post *p, const struct target *target, double *saving,
                                 const struct frame *at)
{
    struct post_takes before, after;

    TRY(post_takes(&p->before, target, &before, at));
    for (int32_t i = 0; i < p->n_layers; i++) {
        struct pool scratch = {0};
        struct model m = {.pool = &scratch};
        enum mote_status status;
        int32_t n;

        model_copy(&p->before, &m);
        n = kill_some(&m, &p->layers[i]);
        status = post_takes(&m, target, &after, at);
        pool_free(&scratch);
        TRY(status);
        saving[i] =
            after.macs >= before.macs || p->layers[i].depthwise
                ? 0
                : fmax(0, (share_saved(before.instructions, after.instructions) +
                           share_saved(before.arena, after.arena) + share_saved(before.constants, after.constants)) /
                              n);
    }
    return MOTE_OK;
}

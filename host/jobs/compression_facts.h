/* SPDX-License-Identifier: Apache-2.0 */
/* What reports of compressions say of a model: how large its weights are, and where its bytes go. */
#ifndef MOTE_JOBS_COMPRESSION_FACTS_H
#define MOTE_JOBS_COMPRESSION_FACTS_H

#include "host/graph/graph.h"
#include "host/jobs/goal.h"
#include "host/jobs/judge.h"
#include "host/report/html.h"

/* Of weights, the constants of f32 or int8 with two dimensions or more, as the numbers that they stand for. */
void weights_histogram(const struct model *m, struct weights_histogram *out);

/* Layers and bytes of an int8 model, as goal_plan() has it; the rest of `out` stays. */
MUST_CHECK enum mote_status compression_describe(struct pool *pool, const struct model *m, const struct goal *goal,
                                                 struct compression *out, const struct frame *at);

#define COMPRESS_REPORT "report.html" /* in the folder */

/* A page of it. */
struct compression_page {
    const char *title, *source; /* source: the recipe or the model */
    const struct compression *compression;
    const struct judge *judge; /* of what came out; perhaps without metrics */
    const struct history *history;
    int32_t best_epoch;
};
MUST_CHECK enum mote_status compression_report(struct pool *pool, const struct compression_page *page, const char *path,
                                               const struct frame *at);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Which samples of a data set a job may test on, and what it says about them. */
#ifndef MOTE_JOBS_SPLITS_H
#define MOTE_JOBS_SPLITS_H

#include "host/data/dataset.h"
#include "host/pipeline/pipeline.h"

extern const char *const split_words[SPLIT_COUNT]; /* "training", "validation", "test" */

/* The data as the model knows them: with the split of a model that has a graph, for `task`. max_bytes: as of
 * dataset_open(). */
MUST_CHECK enum mote_status split_open(struct pool *pool, const char *specification, const struct pipeline *p,
                                       enum mote_task task, int64_t max_bytes, struct dataset *out,
                                       const struct frame *at);
static inline bool split_known(const struct pipeline *p) { return p->has_graph && p->model.split.known; }

/* One line: what counts as test, and who says so. */
const char *split_text(struct pool *pool, const struct pipeline *p, const struct dataset *d);
/* A line, "" if none is needed: samples that are in no split because another split has the same. */
const char *split_repeated(struct pool *pool, const struct dataset *d);

#endif

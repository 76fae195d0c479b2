/* SPDX-License-Identifier: Apache-2.0 */
/* A report's part about data: how many samples each class and split has, and samples as figures. */
#ifndef MOTE_JOBS_LIFE_DATA_H
#define MOTE_JOBS_LIFE_DATA_H

#include "host/data/dataset.h"
#include "host/report/life.h"

#define LIFE_WORST 12 /* samples that a model is most wrong about, of a report */

/* Fills in classes and `all`. */
void life_count(struct pool *pool, const struct dataset *d, struct life_data *out);
/* Sample i: a picture, or the curves of its reals. */
MUST_CHECK enum mote_status life_figure(struct pool *pool, const struct dataset *d, int32_t i, struct figure *out,
                                        const struct frame *at);

#endif

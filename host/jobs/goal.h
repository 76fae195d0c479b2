/* SPDX-License-Identifier: Apache-2.0 */
/* What a network is made small for: bytes of flash, or instructions, on a board. */
#ifndef MOTE_JOBS_GOAL_H
#define MOTE_JOBS_GOAL_H

#include "host/plan/plan.h"

struct goal {
    const struct target *target; /* NULL: portable */
    bool given;                  /* else figures are those of no goal: bytes of the coding that takes the least, the
                                  * rest of a dense plan */
    enum optimize optimize;      /* OPTIMIZE_FLASH or OPTIMIZE_SPEED */
};

/* A plan of the model after its passes. */
struct goal_takes {
    double instructions, arena, constants; /* estimated; bytes */
    int64_t macs;
};
MUST_CHECK enum mote_status goal_takes(const struct model *m, const struct goal *goal, struct goal_takes *out,
                                       const struct frame *at);

/* What `mote emulate` calls weight_bytes: for the goal; without one with the --coding that takes the least. */
MUST_CHECK enum mote_status goal_bytes(const struct model *m, const struct goal *goal, int64_t *bytes,
                                       const struct frame *at);
/* The plan of which it is, after the model's passes. */
MUST_CHECK enum mote_status goal_plan(struct pool *pool, const struct model *m, const struct goal *goal,
                                      struct plan *out, const struct frame *at);

/* What one weight less of each operator saves, in bytes or instructions, of the int8 model `m` that has been through
 * the passes: once the largest weights of each tensor are left, `keep` of them (above 0, to 1), and all that can be is
 * coded. saving [n_ops] is 0 of operators whose weights save nothing. `goal` is given. */
MUST_CHECK enum mote_status goal_weights(const struct model *m, const struct goal *goal, double keep, double *saving,
                                         const struct frame *at);
/* Scores are divided by savings: what saves nothing saves nearly nothing, and if nothing saves, all alike do. */
void goal_divisors(double *saving, int32_t n);

#endif

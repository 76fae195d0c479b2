/* SPDX-License-Identifier: Apache-2.0 */
/* Boards with several memories: what of the arena lies in which. */
#ifndef MOTE_PLAN_MEMORIES_H
#define MOTE_PLAN_MEMORIES_H

#include "host/plan/plan.h"

#define MEMORIES_MAX    4    /* of a board; its first ones of kind ram */
#define MEMORIES_SPARED 2048 /* bytes of the first one, for stack and variables */

/* Cuts the arena, which has been placed in one piece, where that is asked for, the first memory has no room for it, and
 * there are others. The last one takes what the others leave, even if it has no room for that. */
void cut_arena(struct plan *plan);

/* The memory that has no room for its part of the arena; NULL: all have. */
const struct plan_memory *memory_too_small(const struct plan *plan);

/* The memory that holds a byte of the arena. */
int32_t memory_at(const struct plan *plan, int64_t offset);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Does a model fit a board? Judged against the board's main flash and RAM, never against the machine that emulates
 * it; an arena that is cut, against each memory that has a part of it. */
#ifndef MOTE_FIT_H
#define MOTE_FIT_H

#include "host/boards/board.h"
#include "host/plan/plan.h"
#include "mote/mote.h"

/* What a model takes of a board, in bytes. The harness that measures is nobody's. */
struct footprint {
    int64_t code, constants, weights; /* flash */
    int64_t arena, data_bss, stack;   /* RAM */
    int64_t elsewhere;                /* of the arena: in other memories than the board's first */
};

static inline int64_t footprint_flash(const struct footprint *f) { return f->code + f->constants + f->weights; }
static inline int64_t footprint_ram(const struct footprint *f) { return f->arena + f->data_bss + f->stack; }
bool footprint_fits(const struct footprint *f, const struct board *board);
/* For all of it: the first memory, if that has room, else the largest piece. Of an arena that is cut, for what is in
 * the first memory. */
int64_t footprint_ram_available(const struct footprint *f, const struct board *board);
int64_t arena_elsewhere(const struct plan *plan);

/* The most stack that set-up and inference take below the caller's frame, by the frames of the functions that they call
 * (host/deploy/stack.def: GCC, kernels -O2, the rest -Os), interrupts not included; -1 for a core that the table
 * lacks. */
int64_t stack_bytes(const struct mote_model *m, const struct board *board, bool via_c);

/* Before anything is built: the image, or of generated C the weights, against the flash; the arena and the runtime's
 * struct, which generated C has not, against the RAM. The plan of generated C may have cut the arena. */
struct footprint footprint_least(const struct mote_model *m, const struct plan *plan, bool via_c);

/* A model that does not fit is refused with the numbers. `least`: the footprint is footprint_least()'s. */
MUST_CHECK enum mote_status check_footprint(const struct footprint *f, bool least, const struct board *board,
                                            const struct frame *at);
/* Each memory has room for its part of the arena. */
MUST_CHECK enum mote_status check_memories(const struct plan *plan, const struct frame *at);

/* The same, with the stack, for a compiled model and its target; and whether models come to the board this way. A
 * target that is no board has nothing to check. */
MUST_CHECK enum mote_status check_target_fit(const struct mote_model *m, const struct plan *plan, enum board_way way,
                                             const struct target *target, const struct frame *file);

#endif

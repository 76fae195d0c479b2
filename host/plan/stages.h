/* SPDX-License-Identifier: Apache-2.0 */
/* Stages: what a plan decides, in the order of one table (plan.c), each in its own file. A stage reads what those
 * before it decided, and adds to it. */
#ifndef MOTE_STAGES_H
#define MOTE_STAGES_H

#include "host/plan/plan.h"

struct stage {
    const char *name;
    enum mote_status (*run)(struct plan *plan, const struct frame *at);
    void (*print)(const struct plan *plan, struct text *text); /* what it decided */
    const char *what;
};

extern const struct stage stages[];
extern const int stages_count;

/* Anew, without a value or a step, but for what was asked for. */
void plan_start(struct plan *plan);
/* What the stage `lower` does, of which alone whoever computes single operators makes use. */
MUST_CHECK enum mote_status stage_lower(struct plan *plan, const struct frame *at);

/* For assert(): what holds after that stage, and after those before it (invariants.c). Says itself what does not. */
bool plan_holds(const struct plan *plan, int stage);

/* ---- shared by the stages ---- */
/* The value whose memory this one has: itself, or what it is an alias of. */
int32_t value_root(const struct plan *plan, int32_t value);
/* It needs memory of its own in the arena; and some call does, so that it has a place. */
bool value_in_arena(const struct value *v);
bool value_is_placed(const struct value *v);
/* What is stored less once all steps of `changes` have so many bytes in the place of a constant argument: of steps that
 * share it, and of arguments of one step, as it is stored once, the first one's. If others still want it, the bytes are
 * stored besides. */
int64_t constant_saves(const struct plan *plan, const bool changes[], int32_t step, int32_t arg, int64_t bytes);
/* What the stage `lifetimes` does. */
void find_lifetimes(struct plan *plan);
/* What the stage `place` does, with so many placements tried: offsets_solve(). */
void place_values(struct plan *plan, int64_t effort);
/* The same from offset 0 on for those values whose memory[] is `which`; NULL: for all. */
struct offsets_result place_among(struct plan *plan, const uint8_t *memory, int32_t which, int64_t effort);
/* Float weights stay floats though fewer bytes would do: for speed, where memory is no concern, or as asked for. */
bool keeps_floats(const struct plan *plan);
/* With values and steps of its own. */
struct plan plan_copy(const struct plan *plan);
/* "conv1/weights", printable. */
const char *value_label(const struct plan *plan, int32_t value);

#endif

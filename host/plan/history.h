/* SPDX-License-Identifier: Apache-2.0 */
/* Histories: a state that an inference puts in front of new rows, and of which it keeps the last rows of both. */
#ifndef MOTE_HISTORY_H
#define MOTE_HISTORY_H

#include "host/plan/rounds.h"

#define HISTORY_MOVES_MAX 8

/* A step that moves bytes that lie side by side. */
struct move {
    int32_t from, to; /* values, of roots */
    int64_t from_at, to_at, bytes;
};

struct history {
    int32_t state;
    int32_t window;                      /* what others read: the state's last bytes, and behind them */
    int32_t fresh;                       /* the new ones */
    int64_t skip;                        /* the state's bytes that are forgotten first */
    int32_t append;                      /* the step that puts the new ones there */
    int32_t n, steps[HISTORY_MOVES_MAX]; /* that only move bytes between them, that one included */
};

/* The step only moves bytes. */
bool history_move(const struct plan *plan, int32_t step, struct move *out);
/* The value is the only thing that `reads` or writes: -1 if not one step does. */
int32_t history_only_step(const struct plan *plan, int32_t value, bool writes);
/* The graph's inputs and outputs are the caller's. */
bool history_is_callers(const struct plan *plan, int32_t value);
/* Recognizes what a state, which is no other's alias, is used for. */
bool history_find(const struct plan *plan, int32_t state, struct history *out);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the stage `rings`: which histories become rings (rings_find.c), and making them (rings.c). */
#ifndef MOTE_RINGS_H
#define MOTE_RINGS_H

#include "host/plan/history.h"

#define READERS_MAX 16

/* A step that reads the last rows of a window, from row `from` on. */
struct reader {
    int32_t step, arg, from;
    bool folds;
    int32_t stride, pad, first, hop; /* as its kernel has to count rows */
};

struct ring {
    const struct history *history;
    int32_t value; /* that it becomes: the window, or what `part` makes of each row of it */
    int32_t part;  /* step; -1: none */
    int32_t n;
    struct reader readers[READERS_MAX];
    struct line line;
};

struct rings {
    struct plan *plan;
    int32_t n, n_histories;
    struct ring *all;          /* [n] */
    struct history *histories; /* [n_histories] */
    bool *dropped;             /* [n_steps] */
    struct line *lines;        /* [n] */
};

/* All that can be, but for states that are banned: [n_values]. */
void rings_find(struct rings *rings, const bool *banned);
/* The reader that a step is, and its ring's line; NULL if it is none. */
const struct reader *rings_reader(const struct rings *rings, int32_t step, const struct line **line);
/* A fully connected layer that takes all of the window, and can as well fold its rows. */
bool rings_is_dense(const struct plan *plan, const struct reader *r);

#endif

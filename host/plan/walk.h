/* SPDX-License-Identifier: Apache-2.0 */
/* A run of steps, depth first: rows are computed when others need them, and nothing is computed twice. What it calls
 * says what memory has to hold, and when. */
#ifndef MOTE_WALK_H
#define MOTE_WALK_H

#include "host/plan/flow.h"

struct walk {
    const struct plan *plan;
    const struct flow *flow;
    bool slides;            /* whole memory may share its place with what is computed from it, row by row */
    const int32_t *at_once; /* [n_steps] rows that a call computes, but for the last */
    int32_t *done;          /* [n_steps] rows */
    struct schedule_call *calls;
    struct call_list list;  /* of them */
    int32_t *ring;          /* [n_values] rows that memory must hold; all of them, if it must be whole */
    int32_t *oldest;        /* [n_values] the first row that later calls need */
    double *cost;           /* [n_steps] instructions, about */
    int64_t *occupied;      /* [n + 1] by how many bytes more than before, and */
    struct row_span *spans; /* [n] of memory, and */
    int32_t from;           /* walk_peak() has looked at the steps from here on */
};

/* Room for walks of the plan, one after the other. */
struct walk walk_new(const struct plan *plan, const struct flow *flow);

/* The calls of steps from … to - 1, and the rings of what is both written and read by them alone. False: there are too
 * many calls. */
bool walk_run(struct walk *w, int32_t from, int32_t to, const int32_t *at_once);

/* Of the walk without steps before `from`: the memory holds fewer rows than it has. */
bool walk_is_ring(const struct walk *w, int32_t from, int32_t value);

/* The most bytes that are occupied at one time in that walk; `from` is not above that of the last time. */
int64_t walk_peak(struct walk *w, int32_t from);

/* About as many instructions as its calls take. */
double walk_cost(const struct walk *w, int32_t from);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* The flow of rows: what of earlier steps a step's rows need, and which memory may be a ring of rows. */
#ifndef MOTE_FLOW_H
#define MOTE_FLOW_H

#include "host/plan/rows.h"

/* An earlier step that a step has to wait for. */
struct source {
    int32_t step;
    int32_t value; /* that it writes by rows, which are read by rows; VALUE_NONE: all its rows have to be there */
    struct row_range *needed; /* [rows of the reader] of the value */
};

struct sources {
    int32_t n;
    struct source *all; /* the latest step first: in front of a join, the longer branch */
};

/* A step that touches memory. */
struct touch {
    int32_t step, arg;
    bool writes;
    struct row_range *needed; /* [rows of the step] rows of memory that it reads; NULL: all, or it writes */
};

/* Memory that is no constant, by the value that it is. */
struct memory {
    int32_t n;
    struct touch *touches; /* in the order of steps */
    int32_t writer;        /* the first step that writes it; -1: it is there before all */
    int32_t last;          /* the last step that touches it; n_steps: it is there after all */
    int32_t
        rows; /* that all touches count alike, and one step, if any, writes in order; 0: they cannot be told apart */
    int64_t bytes; /* of all, rounded up to ARENA_ALIGN */
    bool fed;      /* the caller fills it before each call that reads it, after which it is worth nothing */
    bool ring;     /* it may hold fewer rows: all that touch it have a ring for it */
};

/* Memory. */
struct memories {
    int32_t n, *values;
};

struct flow {
    struct memories all;      /* that steps touch */
    struct memories *touched; /* [n_steps] by that step */
    struct memories *written; /* [n_steps] by that step before any other */
    struct sources *sources;  /* [n_steps] */
    struct memory *memory;    /* [n_values] */
    int64_t *scratch;         /* [n_steps] bytes */
};

/* Of the plan's steps and values; in the plan's pool. */
struct flow flow_of(const struct plan *plan);

/* Calls of steps from … to - 1, and where those of each step are among them. */
struct call_list {
    int32_t n, from, to;
    const struct schedule_call *calls;
    int32_t *first; /* [n_steps + 1] of a step's in `index`, */
    int32_t *index; /* [n] which has the calls of a step side by side */
};

/* Fills in `first` and `index`. */
void call_list_sort(struct call_list *c);

/* Rows from … to - 1 of memory. */
struct row_span {
    int32_t from, to;
};

/* The rows of memory that are worth something while each call runs ([n]), of memory that has rows; steps before `from`
 * do not count, they have been before. */
void flow_rows(const struct flow *f, int32_t value, const struct call_list *c, int32_t from, struct row_span *rows);

bool step_writes(const struct step *s, int32_t arg);
/* Its memory is worth nothing between calls. */
bool step_scratches(const struct step *s, int32_t arg);

#endif

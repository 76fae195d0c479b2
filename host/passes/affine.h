/* SPDX-License-Identifier: Apache-2.0 */
/* What elements of a float graph are made of, through operators that only move elements and through linear ones: a
 * constant, and matrices times what is neither. So whoever looks for a layer need not know in which of the many ways a
 * file says it: one matrix or several, inputs side by side or apart, biases before or after. */
#ifndef MOTE_AFFINE_H
#define MOTE_AFFINE_H

#include "host/graph/graph.h"

/* Elements first … first + n - 1 of a tensor, row-major. */
struct view {
    int32_t tensor;
    int64_t first, n;
};

/* A graph that is looked at, and does not change meanwhile. */
struct origins {
    struct pool *pool; /* for what is found out */
    const struct model *m;
    const struct graph *g;
    int32_t *maker; /* [n_tensors] operator that makes it, -1: none */
    int64_t *
        *from; /* [n_tensors] of what moves elements: where each was, counted through all inputs; NULL: not asked */
};

struct origins origins_of(struct pool *pool, const struct model *m, const struct graph *g);

/* The whole tensor. */
struct view view_whole(const struct origins *o, int32_t tensor);
/* Where these elements come from, through operators that only move them, as long as they stay side by side. */
struct view view_origin(const struct origins *o, struct view v);
/* The operator of that kind that makes the view's tensor, without an activation; NULL: it is another. */
const struct op *view_made_by(const struct origins *o, struct view v, enum op_id id);
/* The same elements, or constants that are equal. Both are origins. */
bool view_same(const struct origins *o, struct view a, struct view b);
/* All are constant and equal to x. */
bool view_is_const(const struct origins *o, struct view v, float x);

#define AFFINE_TERMS 4
struct affine {
    int64_t rows;
    float *constant; /* [rows] */
    int n;
    struct term {
        struct view of; /* an origin */
        float *matrix;  /* [rows][of.n] */
    } terms[AFFINE_TERMS];
};

/* The view as a function of what is not linear. False: it has more terms than these, or is made
 * of more than layers of networks are. */
bool affine_of(struct pool *pool, const struct origins *o, struct view v, struct affine *out);

#endif

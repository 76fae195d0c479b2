/* SPDX-License-Identifier: Apache-2.0 */
/* Which elements a STRIDED_SLICE takes. */
#ifndef MOTE_OPERATORS_STRIDED_SLICE_H
#define MOTE_OPERATORS_STRIDED_SLICE_H

#include "host/graph/op_info.h"

/* The input's dimensions that are walked, outermost first, and the output's shape. */
struct slice {
    int64_t first[RANK_MAX], stride[RANK_MAX], count[RANK_MAX]; /* per input dimension */
    int64_t dims[2 * RANK_MAX];
    int rank;
};

/* Fails where the entries are no constants or do not fit the input's shape, which must be known. */
MUST_CHECK enum mote_status slice_find(const struct graph *g, const struct op *op, struct slice *s,
                                       const struct frame *at);

#endif

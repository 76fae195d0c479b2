/* SPDX-License-Identifier: Apache-2.0 */
/* What CONCATENATION, PACK, SPLIT, SPLIT_V and UNPACK share: tensors that are parts of another one along an axis. */
#ifndef MOTE_OPERATORS_PARTS_H
#define MOTE_OPERATORS_PARTS_H

#include "host/operators/strided.h"

/* The whole is [outer][length], a part is [outer][part length], in elements. */
struct parts {
    int32_t whole; /* value */
    int64_t outer, length;
    int64_t at; /* where the next part begins in the length */
};

/* `axis` is the dimension of `whole` along which the parts lie one after the other. */
struct parts parts_of(struct lowering *l, int32_t whole, int axis);
/* Steps from the next part into the whole, or from the whole to its next part. */
MUST_CHECK enum mote_status parts_join(struct lowering *l, struct parts *p, int32_t part, const struct frame *at);
MUST_CHECK enum mote_status parts_split(struct lowering *l, struct parts *p, int32_t part, const struct frame *at);

#endif

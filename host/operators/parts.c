/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of a tensor along an axis: one walk each. */
#include "host/operators/parts.h"

struct parts parts_of(struct lowering *l, int32_t whole, int axis)
{
    const struct tensor *t = &l->graph->tensors[whole];
    struct parts p = {.whole = lower_tensor(l, whole), .outer = 1, .length = 1};

    assert(axis >= 0 && axis < t->rank);
    for (int d = 0; d < t->rank; d++)
        *(d < axis ? &p.outer : &p.length) *= t->dims[d];
    return p;
}

/* A walk over the next part; *whole_stride is the side of it that is the whole's. */
static struct walk next_part(const struct lowering *l, struct parts *p, int32_t part)
{
    int64_t length = tensor_elements(&l->graph->tensors[part]) / p->outer;
    struct walk w = {.rank = 2, .dims = {{p->outer, length, length}, {length, 1, 1}}};

    assert(p->outer > 0 && length > 0 && p->at + length <= p->length);
    p->at += length;
    return w;
}

enum mote_status parts_join(struct lowering *l, struct parts *p, int32_t part, const struct frame *at)
{
    int64_t begin = p->at;
    struct walk w = next_part(l, p, part);

    w.out_at = begin;
    w.dims[0].out_stride = p->length;
    return lower_walk(l, &w, lower_tensor(l, part), p->whole, at);
}

enum mote_status parts_split(struct lowering *l, struct parts *p, int32_t part, const struct frame *at)
{
    int64_t begin = p->at;
    struct walk w = next_part(l, p, part);

    w.in_at = begin;
    w.dims[0].in_stride = p->length;
    return lower_walk(l, &w, p->whole, lower_tensor(l, part), at);
}

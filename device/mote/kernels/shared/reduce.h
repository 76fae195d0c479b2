/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernels that reduce axes share. The input has keep0 * … * keep3 * reduce0 * … * reduce3 elements;
 * (k0, …, k3, r0, …, r3) is at k0 * keep_step0 + … + k3 * keep_step3 + r0 * reduce_step0 + … + r3 * reduce_step3. Any
 * axes of a tensor of up to eight dimensions come down to four kept and four reduced ones: neighbors of the same kind
 * are one, and unused ones are 1. The output is [keep0][keep1][keep2][keep3]. */
#ifndef MOTE_REDUCE_H
#define MOTE_REDUCE_H

#include "../../kernel.h"

#define MOTE_REDUCE_PARAMS(F)                                                                                          \
    F(keep0, 1, INT32_MAX, "kept dimension, outermost")                                                                \
    F(keep1, 1, INT32_MAX, "kept dimension")                                                                           \
    F(keep2, 1, INT32_MAX, "kept dimension")                                                                           \
    F(keep3, 1, INT32_MAX, "kept dimension, innermost")                                                                \
    F(keep_step0, 1, INT32_MAX, "elements from one of keep0 to the next")                                              \
    F(keep_step1, 1, INT32_MAX, "elements from one of keep1 to the next")                                              \
    F(keep_step2, 1, INT32_MAX, "elements from one of keep2 to the next")                                              \
    F(keep_step3, 1, INT32_MAX, "elements from one of keep3 to the next")                                              \
    F(reduce0, 1, INT32_MAX, "reduced dimension, outermost")                                                           \
    F(reduce1, 1, INT32_MAX, "reduced dimension")                                                                      \
    F(reduce2, 1, INT32_MAX, "reduced dimension")                                                                      \
    F(reduce3, 1, INT32_MAX, "reduced dimension, innermost")                                                           \
    F(reduce_step0, 1, INT32_MAX, "elements from one of reduce0 to the next")                                          \
    F(reduce_step1, 1, INT32_MAX, "elements from one of reduce1 to the next")                                          \
    F(reduce_step2, 1, INT32_MAX, "elements from one of reduce2 to the next")                                          \
    F(reduce_step3, 1, INT32_MAX, "elements from one of reduce3 to the next")

struct mote_reduce {
    MOTE_REDUCE_PARAMS(MOTE_FIELD)
};

/* The same fields of a kernel's parameters. */
#define MOTE_REDUCE_OF(p)                                                                                              \
    {                                                                                                                  \
        (p)->keep0, (p)->keep1, (p)->keep2, (p)->keep3, (p)->keep_step0, (p)->keep_step1, (p)->keep_step2,             \
            (p)->keep_step3, (p)->reduce0, (p)->reduce1, (p)->reduce2, (p)->reduce3, (p)->reduce_step0,                \
            (p)->reduce_step1, (p)->reduce_step2, (p)->reduce_step3                                                    \
    }

/* Computes one output of `out` from the elements at `in`, with the kernel's parameters. */
typedef void mote_reduce_one(const void *params, const struct mote_reduce *r, const void *in, void *out);

/* All outputs, of elements of `size` bytes. */
static inline void mote_reduce_all(mote_reduce_one *one, const void *params, const struct mote_reduce *r, int32_t size,
                                   const void *in, void *out)
{
    const uint8_t *from = in;
    uint8_t *to = out;

    for (int32_t a = 0; a < r->keep0; a++)
        for (int32_t b = 0; b < r->keep1; b++)
            for (int32_t c = 0; c < r->keep2; c++)
                for (int32_t d = 0; d < r->keep3; d++, to += size)
                    one(params, r,
                        from + (a * r->keep_step0 + b * r->keep_step1 + c * r->keep_step2 + d * r->keep_step3) * size,
                        to);
}

/* Takes one dimension into the number of elements and the index of the last one; false if they grow too large. */
static inline bool mote_reduce_extend(int32_t dim, int32_t step, int64_t *elements, int64_t *last)
{
    *elements *= dim;
    *last += (int64_t)(dim - 1) * step;
    return *elements <= INT32_MAX && *last <= INT32_MAX;
}

/* For need functions: the bytes of input and output, whose elements have `size` bytes; one row. */
static inline bool mote_reduce_need(const struct mote_reduce *r, int32_t size, uint32_t bytes[])
{
    int64_t elements = 1, last = 0;

    bytes[2] = 1;
    if (!mote_reduce_extend(r->keep0, r->keep_step0, &elements, &last) ||
        !mote_reduce_extend(r->keep1, r->keep_step1, &elements, &last) ||
        !mote_reduce_extend(r->keep2, r->keep_step2, &elements, &last) ||
        !mote_reduce_extend(r->keep3, r->keep_step3, &elements, &last))
        return false;
    bytes[1] = mote_bytes((int32_t)elements, size, 1);
    if (!mote_reduce_extend(r->reduce0, r->reduce_step0, &elements, &last) ||
        !mote_reduce_extend(r->reduce1, r->reduce_step1, &elements, &last) ||
        !mote_reduce_extend(r->reduce2, r->reduce_step2, &elements, &last) ||
        !mote_reduce_extend(r->reduce3, r->reduce_step3, &elements, &last))
        return false;
    bytes[0] = mote_bytes((int32_t)elements, size, 1);
    return bytes[0] <= INT32_MAX && last < elements;
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Small tables that describe how a kernel walks its arguments: `rank` lines of `columns` int32, outermost dimension
 * first. Column 0 is the dimension; what the others mean, the kernel says. They are constants, checked once. */
#ifndef MOTE_STRIDES_H
#define MOTE_STRIDES_H

#include <stdbool.h>
#include <stdint.h>

#define MOTE_RANK_MAX 8

/* The product of the dimensions; -1 if one is below 1 or the product exceeds INT32_MAX. */
static inline int32_t mote_strides_product(const int32_t *table, int32_t rank, int32_t columns)
{
    int64_t product = 1;

    for (int32_t d = 0; d < rank; d++, table += columns) {
        if (*table < 1 || product * *table > INT32_MAX)
            return -1;
        product *= *table;
    }
    return (int32_t)product;
}

/* No walk reaches `limit`: the sum of (dimension - 1) * stride is below it, and no stride is negative. */
static inline bool mote_strides_reach(const int32_t *table, int32_t rank, int32_t columns, int32_t column,
                                      int64_t limit)
{
    int64_t last = 0;

    for (int32_t d = 0; d < rank; d++, table += columns) {
        if (table[0] < 1 || table[column] < 0)
            return false;
        last += (int64_t)(table[0] - 1) * table[column];
        if (last >= limit)
            return false;
    }
    return true;
}

/* All positions of a walk from `at`, forwards and backwards, are in 0 .. last. Dimensions are at least 1. */
static inline bool mote_strides_inside(const int32_t *table, int32_t rank, int32_t columns, int32_t column, int32_t at,
                                       int32_t last)
{
    int64_t lowest = at, highest = at;

    for (int32_t d = 0; d < rank; d++, table += columns) {
        int64_t reach = (int64_t)(table[0] - 1) * table[column];

        *(reach < 0 ? &lowest : &highest) += reach;
        if (lowest < 0 || highest > last)
            return false;
    }
    return true;
}

#endif

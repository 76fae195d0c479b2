/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of recordings and sounds, in seconds. */
#include "host/data/source.h"

enum mote_status seconds_columns(const struct table *t, int32_t *start, int32_t *end, const struct frame *at)
{
    *start = t->names != NULL ? table_column(t, "start_s") : -1;
    *end = t->names != NULL ? table_column(t, "end_s") : -1;
    if ((*start < 0) == (*end < 0))
        return MOTE_OK;
    return fail(at, MOTE_ERR_FORMAT, "has a column %s, but none %s: seconds from which, and until which",
                *start < 0 ? "end_s" : "start_s", *start < 0 ? "start_s" : "end_s");
}

enum mote_status seconds_of(const struct table *t, int32_t row, int32_t start_column, int32_t end_column, double *start,
                            double *end, const struct frame *at)
{
    const char *const *cells = t->cells + (size_t)row * (size_t)t->columns;

    if (table_number(cells[start_column], start) && table_number(cells[end_column], end) && *start >= 0 &&
        *end > *start && *end < INT32_MAX)
        return MOTE_OK;
    return fail(at, MOTE_ERR_VALUE, "from \"%s\" to \"%s\" s: two numbers are wanted, the second one larger",
                cells[start_column], cells[end_column]);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Portable writing of a box into a larger one: the definition of update_slice.h. */
#include "update_slice.h"

#include "../../memory.h"
#include "../shared/s64.h"

static int32_t start_of(const void *start, int32_t type, int32_t d, int32_t last)
{
    int64_t at = type == MOTE_ARG_S64 ? mote_s64(start, d) : ((const int32_t *)start)[d];

    return at < 0 ? 0 : at > last ? last : (int32_t)at;
}

/* An odometer over the box's dimensions moves the place in the output. */
static void place(const struct mote_update_slice *p, const uint8_t *from, const MOTE_FLASH int32_t *shape, uint8_t *out,
                  int32_t to)
{
    int32_t at[MOTE_RANK_MAX] = {0};

    for (;; from += p->chunk) {
        int32_t d = p->rank - 1;

        memmove(out + to, from, (size_t)p->chunk);
        for (; d >= 0 && at[d] == shape[3 * d] - 1; d--) {
            to -= at[d] * shape[3 * d + 2];
            at[d] = 0;
        }
        if (d < 0)
            return;
        at[d]++;
        to += shape[3 * d + 2];
    }
}

MOTE_WEAK void mote_update_slice(const struct mote_update_slice *p, const void *update, const void *start,
                                 const MOTE_FLASH int32_t *shape, void *out, int32_t first, int32_t count)
{
    int32_t to = 0;

    mote_assert(p->rank >= 1 && p->rank <= MOTE_RANK_MAX && first >= 0 && first + count <= 1);
    for (int32_t d = 0; d < p->rank; d++)
        to += start_of(start, p->type, d, shape[3 * d + 1]) * shape[3 * d + 2];
    if (first == 0 && count == 1)
        place(p, update, shape, out, to);
}

static void run_update_slice(const struct mote_call *c)
{
    mote_update_slice(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->first, c->count);
}

MOTE_KERNEL_VERSION(update_slice, portable);

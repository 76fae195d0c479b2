/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of non_max_suppression may rely on: non_max_suppression.h. */
#include "non_max_suppression.h"

static bool need_non_max_suppression(const struct mote_non_max_suppression *p, uint32_t bytes[])
{
    const uint64_t limit = INT32_MAX / 16, classes = (uint64_t)p->batches * (uint32_t)p->classes;
    const uint64_t boxes = (uint64_t)p->batches * (uint32_t)p->boxes;

    if (classes > limit || boxes > limit || classes * (uint32_t)p->boxes > limit || classes * (uint32_t)p->most > limit)
        return false;
    bytes[0] = (uint32_t)boxes * 16;
    bytes[1] = (uint32_t)(classes * (uint32_t)p->boxes) * 4;
    bytes[2] = (uint32_t)p->boxes * 4;
    bytes[3] = (uint32_t)(classes * (uint32_t)p->most) * 12;
    bytes[4] = 1;
    return true;
}

MOTE_KERNEL(non_max_suppression, MOTE_NON_MAX_SUPPRESSION_PARAMS, MOTE_NON_MAX_SUPPRESSION_ARGS);

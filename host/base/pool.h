/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of pools: who watches their blocks, for host/base/guard.c alone. */
#ifndef MOTE_POOL_H
#define MOTE_POOL_H

#include "host/base/base.h"

struct pool_watch {
    struct pool_watch *outer;
    struct pool_block *blocks;                /* that are there, and were not before it */
    size_t used, limit;                       /* bytes of them, and of the outer ones' */
    void (*failed)(struct pool_watch *watch); /* must not return */
};
extern _Thread_local struct pool_watch *pool_watch; /* NULL: none */

void pool_block_watch(struct pool_block *b, struct pool_watch *watch); /* from now on; NULL: by nobody */
void pool_block_free(struct pool_block *b);

#endif

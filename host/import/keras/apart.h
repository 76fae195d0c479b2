/* SPDX-License-Identifier: Apache-2.0 */
/* Work with a library that a hostile input may bring down: a copy of this process does it, and hands back bytes. What
 * it does to its memory, and how it ends, is nobody's matter. It may take a minute of processor time. */
#ifndef MOTE_APART_H
#define MOTE_APART_H

#include "host/base/base.h"

struct apart {
    enum mote_status (*work)(void *context, FILE *out, const struct frame *at); /* writes what is handed back */
    void *context;
};

/* Of the pool at most `limit` bytes are taken. Fails as the work did, at this place; ERR_FORMAT if it never came back.
 * The bytes may be any: a broken process may have written them. */
MUST_CHECK enum mote_status apart_run(const struct apart *a, struct pool *pool, size_t limit, struct bytes *out,
                                      const struct frame *at);

#endif

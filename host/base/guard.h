/* SPDX-License-Identifier: Apache-2.0 */
/* Work that may run out of memory, for programs that go on then. Pools never return NULL; within a guard, what would
 * call `oom_handler` ends the work instead, and all that this thread has asked of pools since is given back. Guards are
 * a thread's own, and lie within one another. Pools that were there before must not be used in a guard: what it gives
 * back they would still have. */
#ifndef MOTE_GUARD_H
#define MOTE_GUARD_H

#include "host/base/base.h"

struct guarded {
    enum mote_status (*work)(void *context);
    void (*clean)(void *context); /* before that memory is given back: threads, files; may be NULL */
    void *context;
    size_t limit; /* bytes of all pools together; 0: POOL_LIMIT each */
};

/* What the work returns, or ERR_MEMORY. */
MUST_CHECK enum mote_status guarded_run(const struct guarded *g, const struct frame *at);
bool is_guarded(void); /* this thread, now */

#endif

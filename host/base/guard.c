/* SPDX-License-Identifier: Apache-2.0 */
#include "host/base/guard.h"

#include <setjmp.h>

#include "host/base/pool.h"

struct guard {
    struct pool_watch watch; /* first: what `failed` gets is this */
    jmp_buf back;
};

_Noreturn static void go_back(struct pool_watch *watch) { longjmp(((struct guard *)(void *)watch)->back, 1); }

bool is_guarded(void) { return pool_watch != NULL; }

/* The blocks are the outer guard's now, or nobody's. */
static void leave(struct pool_watch *watch)
{
    assert(pool_watch == watch);
    pool_watch = watch->outer;
    while (watch->blocks != NULL)
        pool_block_watch(watch->blocks, watch->outer);
    if (watch->outer != NULL)
        watch->outer->used = watch->used;
}

static enum mote_status fail_guarded(const struct guarded *g, struct pool_watch *watch, const struct frame *at)
{
    if (g->clean != NULL)
        g->clean(g->context);
    pool_watch = watch->outer;
    while (watch->blocks != NULL)
        pool_block_free(watch->blocks);
    return fail(at, MOTE_ERR_MEMORY, "out of memory");
}

enum mote_status guarded_run(const struct guarded *g, const struct frame *at)
{
    struct guard guard = {.watch = {.outer = pool_watch, .limit = g->limit, .failed = go_back}};
    enum mote_status status;

    assert(g->work != NULL);
    if (guard.watch.outer != NULL) {
        guard.watch.used = guard.watch.outer->used;
        guard.watch.limit = guard.watch.outer->limit;
    }
    pool_watch = &guard.watch;
    if (setjmp(guard.back) != 0)
        return fail_guarded(g, &guard.watch, at);
    status = g->work(g->context);
    leave(&guard.watch);
    return status;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* For tests of the library's calls: the context that they are made with, what they must answer, and memory that runs
 * out in any of them. Included after cmocka. */
#ifndef TESTS_API_CALLS_H
#define TESTS_API_CALLS_H

#include <string.h>

#include "host/api/mote_api.h"

static struct mote_context *context;

static void ok(int status)
{
    if (status != MOTE_DONE)
        assert_string_equal(mote_context_error(context), "");
}

static void refused(int status, int want, const char *text)
{
    assert_int_equal(status, want);
    if (strstr(mote_context_error(context), text) == NULL)
        assert_string_equal(mote_context_error(context), text);
}

/* `work` with every bound that is a `part` more than the last one, until there is enough, which is more than `least`
 * bytes: nothing else is ever said. `with` makes a context with a bound. */
static void memory_runs_out(struct mote_context *(*with)(uint64_t memory), int (*work)(void), uint64_t part,
                            uint64_t least)
{
    struct mote_context *unbounded = context;
    uint64_t memory = 1 << 12;
    int status;

    do {
        memory += memory / part;
        context = with(memory);
        status = work();
        if (status == MOTE_NO_MEMORY)
            assert_non_null(strstr(mote_context_error(context), "out of memory"));
        mote_context_free(context);
    } while (status == MOTE_NO_MEMORY && memory < (uint64_t)1 << 32);
    context = unbounded;
    assert_int_equal(status, MOTE_DONE);
    assert_true(memory > least && memory < (uint64_t)1 << 32);
}

#endif

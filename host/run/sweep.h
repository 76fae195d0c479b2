/* SPDX-License-Identifier: Apache-2.0 */
/* One image over many samples, on all cores. Each thread has an arena of its own; samples know nothing of each other:
 * state is reset before each. */
#ifndef MOTE_SWEEP_H
#define MOTE_SWEEP_H

#include "host/run/runner.h"

#define SWEEP_THREADS_MAX 256

struct sweep {
    struct bytes image;
    int32_t n;                    /* samples */
    int32_t threads;              /* 0: as many as there are cores */
    const struct target *machine; /* as of runner_open_on() */
    void *context;
    /* Both are called from any thread, for samples in any order, and must not touch a pool. */
    void (*fill)(void *context, int32_t sample, const struct mote_model *model); /* writes the inputs */
    void (*take)(void *context, int32_t thread, int32_t sample, const struct mote_model *model);
    const struct progress *progress; /* may be NULL */
    const char *what;
};

int32_t sweep_threads(const struct sweep *s); /* how many there will be */
MUST_CHECK enum mote_status sweep_run(struct pool *pool, const struct sweep *s, const struct frame *at);

#endif

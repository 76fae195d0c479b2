/* SPDX-License-Identifier: Apache-2.0 */
/* Programs that Mote calls: without a shell, with bounded time, output kept in a file. */
#ifndef MOTE_PROCESS_H
#define MOTE_PROCESS_H

#include "host/base/base.h"

struct process {
    const char *const *argv; /* argv[0] is searched in PATH; ends with NULL */
    const char *folder;      /* where it runs, its TMPDIR too; NULL: where we do, and with ours */
    const char *log;         /* path of the file that gets its stdout and stderr */
    const char *packages;    /* what to install if it is missing; NULL: nothing would help */
    int32_t seconds;         /* it is killed after them */
    bool (*waiting)(void *); /* called with `user` now and then while it runs; false: stop; NULL: nothing is */
    void *user;
    /* results */
    bool ended;
    int32_t exit_code; /* -1 if it did not end by itself */
    int32_t signal;    /* that ended it, 0 if none */
    bool timed_out;
};

/* A program that runs beside us. */
struct running {
    struct process *process;
    int pid; /* 0: none */
    double deadline;
};
/* Starts one, whose seconds do not count, and returns. */
MUST_CHECK enum mote_status process_begin(struct process *process, struct running *running, const struct frame *at);
/* Whether it still runs; if not, its results are there. */
bool process_runs(struct running *running);
/* Asks it to end, and makes it where it does not within a few seconds. */
void process_end(struct running *running);

/* Runs n programs, as many at once as there are processors, and waits for all. Fails only if one could not be started
 * or waited for, or somebody wants to stop, which ends them; what they did is in their results. No pool is asked for
 * memory meanwhile: a guard is not left while programs run. */
MUST_CHECK enum mote_status process_run(struct process *processes, int32_t n, const struct frame *at);

/* What a log says in one line: the first that looks like an error, else the last; "" if the log is empty. */
const char *process_log(struct pool *pool, const struct process *process);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What `mote demo` and `mote compress` call of other commands: the same jobs, told of in the same way. */
#ifndef MOTE_COMMANDS_H
#define MOTE_COMMANDS_H

#include "host/cli/cli.h"
#include "host/jobs/quantize.h"
#include "host/jobs/train.h"

/* Tells of a training on stderr. */
struct train_watcher train_watcher(struct train *t);
/* The signal that stops a training while its watcher says that there is something to save; 0: none came. */
extern volatile sig_atomic_t train_stop;
/* train_run() and train_end(), with progress on stderr; a signal stops it, saves, and ends the process. */
MUST_CHECK enum mote_status train_watched(struct cli *cli, struct pool *pool, struct train_options *options,
                                          struct train *t);

/* The example examples/wake_word; returns only if that cannot be. */
MUST_CHECK enum mote_status demo_wake_word(struct cli *cli);

#endif

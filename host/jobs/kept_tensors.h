/* SPDX-License-Identifier: Apache-2.0 */
/* Every tensor of a graph after a run, in files: for comparing them one by one. */
#ifndef MOTE_JOBS_KEPT_TENSORS_H
#define MOTE_JOBS_KEPT_TENSORS_H

#include "host/pipeline/pipeline.h"
#include "host/run/runner.h"

/* `p` is compiled with keep_all, and `runner` has run it. The folder gets t<number in the file>.bin each, and index.txt
 * with a line each: number, type, shape, bytes, name. */
MUST_CHECK enum mote_status tensors_write_all(struct pool *pool, const struct pipeline *p, const struct runner *runner,
                                              const char *folder, const struct frame *file);

#endif

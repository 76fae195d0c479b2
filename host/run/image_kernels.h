/* SPDX-License-Identifier: Apache-2.0 */
/* Images that were planned for any core, on this machine and for a board: which versions of their kernels take what
 * they have packed. */
#ifndef MOTE_IMAGE_KERNELS_H
#define MOTE_IMAGE_KERNELS_H

#include "host/plan/kernels.h"
#include "mote/mote.h"

/* As mote_model_open(), with a table of kernels from the pool: those for these instruction sets of this machine. What
 * is packed for another is unpacked at each call, for the portable version. */
int32_t image_open(struct pool *pool, struct bytes image, uint32_t cpu, void *arena, size_t arena_bytes,
                   struct mote_model *model);

/* Of an open model's kernel: the best version for these instruction sets that takes all its steps as they are. NULL if
 * there is none, or no step. */
const struct kernel_version *image_version(const struct mote_model *m, enum kernel_id kernel, uint32_t features);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Which kernels are linked: those in MOTE_KERNELS, a file of KERNEL(id, family, name) rows. The default is all of them;
 * `mote compile` writes a list with exactly the model's, and you may write your own so that later models find theirs.
 */
#ifndef MOTE_REGISTRY_H
#define MOTE_REGISTRY_H

#include "../kernel.h"

#ifndef MOTE_KERNELS
#define MOTE_KERNELS "../ops/kernels_def.h"
#endif

/* NULL if the id is unknown or not linked. */
const struct mote_kernel *mote_registry_find(uint32_t id);

#endif

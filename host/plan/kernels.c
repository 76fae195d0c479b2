/* SPDX-License-Identifier: Apache-2.0 */
/* The host links every kernel. */
#include "host/plan/lower.h"

#define KERNEL(id, name) extern const struct mote_kernel mote_kernel_##name;
#include "ops/kernels.def"

const struct mote_kernel *const kernels[KERNEL_LIMIT] = {
#define KERNEL(id, name) [id] = &mote_kernel_##name,
#include "ops/kernels.def"
};

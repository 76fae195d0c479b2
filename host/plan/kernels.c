/* SPDX-License-Identifier: Apache-2.0 */
/* The host links every kernel. */
#include "host/plan/lower.h"

#define KERNEL(id, family, name, version) extern const struct mote_kernel mote_kernel_##name;
#include "mote/ops/kernels_def.h"

const struct mote_kernel *const kernels[KERNEL_LIMIT] = {
#define KERNEL(id, family, name, version) [id] = &mote_kernel_##name,
#include "mote/ops/kernels_def.h"
};

const char *const kernel_families[KERNEL_LIMIT] = {
#define KERNEL(id, family, name, version) [id] = #family,
#include "mote/ops/kernels_def.h"
};

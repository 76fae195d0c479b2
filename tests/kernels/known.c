/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/kernels/check.h"

#define KERNEL(id, family, name, version)                                                                              \
    extern const struct mote_kernel mote_kernel_##name;                                                                \
    extern const struct mote_version mote_version_##name##_portable;
#include "mote/ops/kernels_def.h"

static const struct known_kernel portable[] = {
#define KERNEL(id, family, name, version) {&mote_kernel_##name, {{"portable", &mote_version_##name##_portable}}, 1},
#include "mote/ops/kernels_def.h"
};

const int32_t known_kernels_count = (int32_t)(sizeof portable / sizeof portable[0]);

struct known_kernel known_kernel(int32_t i) { return portable[i]; }

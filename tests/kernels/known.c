/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/kernels/check.h"

#define KERNEL(id, family, name, version)                                                                              \
    extern const struct mote_kernel mote_kernel_##name;                                                                \
    extern const struct mote_version mote_version_##name##_portable;                                                   \
    static const struct known_version versions_##name[] = {{"portable", &mote_version_##name##_portable}};
#include "mote/ops/kernels_def.h"

const struct known_kernel known_kernels[] = {
#define KERNEL(id, family, name, version)                                                                              \
    {&mote_kernel_##name, versions_##name, (int32_t)(sizeof versions_##name / sizeof versions_##name[0])},
#include "mote/ops/kernels_def.h"
};

const int32_t known_kernels_count = (int32_t)(sizeof known_kernels / sizeof known_kernels[0]);

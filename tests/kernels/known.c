/* SPDX-License-Identifier: Apache-2.0 */
#include "mote/ops/cores.h"
#include "tests/kernels/check.h"

#define KERNEL_USERS(...) /* test_own_operator */

#define KERNEL(id, family, name, version)                                                                              \
    extern const struct mote_kernel mote_kernel_##name;                                                                \
    extern const struct mote_version mote_version_##name##_portable;
#define VERSION(family, kernel, version, FEATURE) extern const struct mote_version mote_version_##kernel##_##version;
#include "mote/ops/kernels_def.h"

static const struct row {
    const struct mote_kernel *kernel;
    struct known_version version;
    uint32_t features;
} portable[] =
    {
#define KERNEL_USERS(...)
#define KERNEL(id, family, name, version) {&mote_kernel_##name, {"portable", &mote_version_##name##_portable}, 0},
#include "mote/ops/kernels_def.h"
},
  others[] = {
#define VERSION(family, kernel, version, FEATURE)                                                                      \
    {&mote_kernel_##kernel, {#version, &mote_version_##kernel##_##version}, MOTE_HAS_##FEATURE},
#include "mote/ops/kernels_def.h"
};

#define COUNT(a) ((int32_t)(sizeof(a) / sizeof(a)[0]))

const int32_t known_kernels_count = COUNT(portable);

struct known_kernel known_kernel(int32_t i, uint32_t features, bool compiled)
{
    struct known_kernel known = {portable[i].kernel, {portable[i].version}, 1};

    for (int32_t k = 0; k < COUNT(others) && known.n < VERSIONS_MAX; k++)
        if (others[k].kernel == known.kernel && (others[k].features & ~features) == 0 &&
            (!compiled || others[k].version.version->run != NULL))
            known.versions[known.n++] = others[k].version;
    return known;
}

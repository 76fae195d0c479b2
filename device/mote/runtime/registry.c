/* SPDX-License-Identifier: Apache-2.0 */
#include "registry.h"

#define KERNEL(id, family, name, version)                                                                              \
    extern const struct mote_kernel mote_kernel_##name;                                                                \
    extern const struct mote_version mote_version_##name##_##version;
#include MOTE_KERNELS

enum {
    AT_NONE,
#define KERNEL(id, family, name, version) AT_##name,
#include MOTE_KERNELS
    AT_LIMIT
};

static const struct mote_linked linked[] = {
    [AT_NONE] = {NULL, NULL},
#define KERNEL(id, family, name, version) [AT_##name] = {&mote_version_##name##_##version, &mote_kernel_##name},
#include MOTE_KERNELS
};

static const uint8_t place[] = {
    [0] = AT_NONE, /* no kernel has the id 0; a model without steps has none at all */
#define KERNEL(id, family, name, version) [id] = AT_##name,
#include MOTE_KERNELS
};

_Static_assert(AT_LIMIT <= UINT8_MAX + 1, "too many kernels for one byte");

const struct mote_kernels MOTE_KERNELS_NAME = {linked, place, sizeof place};

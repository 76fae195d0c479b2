/* SPDX-License-Identifier: Apache-2.0 */
#include "registry.h"

#define KERNEL(id, family, name) extern const struct mote_kernel mote_kernel_##name;
#include MOTE_KERNELS

static const struct mote_kernel *const linked[] = {
    [0] = NULL, /* no kernel has the id 0; a model without steps has none at all */
#define KERNEL(id, family, name) [id] = &mote_kernel_##name,
#include MOTE_KERNELS
};

const struct mote_kernel *mote_registry_find(uint32_t id)
{
    return id < sizeof linked / sizeof linked[0] ? linked[id] : NULL;
}

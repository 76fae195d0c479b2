/* SPDX-License-Identifier: Apache-2.0 */
/* Which kernels are linked, and in which version: those in MOTE_KERNELS, a file of KERNEL(id, family, name, version)
 * rows. The default is all of them, portable; `mote compile` writes a list with exactly the model's, and you may write
 * your own so that later models find theirs. A program that needs several tables compiles registry.c once for each,
 * with -DMOTE_KERNELS and a name, -DMOTE_KERNELS_NAME=…, and gives mote_model_open() the model's. */
#ifndef MOTE_REGISTRY_H
#define MOTE_REGISTRY_H

#include "../kernel.h"

#ifndef MOTE_KERNELS
#define MOTE_KERNELS "../ops/kernels_def.h"
#endif

#ifndef MOTE_KERNELS_NAME
#define MOTE_KERNELS_NAME mote_kernels
#endif

/* A kernel that is linked. */
struct mote_linked {
    const struct mote_version *version;
    const struct mote_kernel *kernel; /* its contract */
};

/* Ids are sparse: `place` has one for each, the place in `linked` or 0, where nothing is. */
struct mote_kernels {
    const struct mote_linked *linked;
    const uint8_t *place; /* [n] */
    uint32_t n;
};

extern const struct mote_kernels MOTE_KERNELS_NAME;

/* The row of a kernel that is linked. */
static inline const struct mote_linked *mote_kernels_at(const struct mote_kernels *k, uint32_t id)
{
    return &k->linked[k->place[id]];
}

/* Of any: its pointers are NULL if the id is unknown or not linked. */
static inline const struct mote_linked *mote_kernels_find(const struct mote_kernels *k, uint32_t id)
{
    return id < k->n ? mote_kernels_at(k, id) : k->linked;
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* The device's kernels and their versions, as the host knows them: all of them, whether it can run them or not. */
#ifndef MOTE_KERNELS_H
#define MOTE_KERNELS_H

#include "host/base/base.h"
#include "mote/kernel.h"

enum kernel_id {
    KERNEL_NONE = 0,
#define KERNEL(id, family, name, version) KERNEL_##name = id,
#include "mote/ops/kernels_def.h"
    KERNEL_LIMIT
};

/* [KERNEL_NONE] is NULL. A kernel's files are mote/kernels/<family>/<name>.h and .c. */
extern const struct mote_kernel *const kernels[KERNEL_LIMIT];
extern const char *const kernel_families[KERNEL_LIMIT];

struct kernel_version {
    enum kernel_id kernel;
    const char *name;
    uint32_t features; /* instruction sets that it wants: enum mote_feature */
    const struct mote_version *code;
};

/* The versions of a kernel, the best first, `portable` last; kernel_version_next(v) is NULL after it. */
const struct kernel_version *kernel_version_first(enum kernel_id kernel);
const struct kernel_version *kernel_version_next(const struct kernel_version *v);
/* The best for a core that has these instruction sets. */
const struct kernel_version *kernel_version_best(enum kernel_id kernel, uint32_t features);
/* How it wants an argument stored, MOTE_FORM(coding, packing). */
uint16_t kernel_version_form(const struct kernel_version *v, int arg);
/* Its source below device/, without ".c"; the name of its function, without "mote_". */
const char *kernel_version_path(struct pool *pool, const struct kernel_version *v);
const char *kernel_version_function(struct pool *pool, const struct kernel_version *v);
/* A file of rows for MOTE_KERNELS: the versions that are not NULL. */
void kernel_list(struct text *out, const struct kernel_version *const used[KERNEL_LIMIT]);

/* "?" for a number that is none. */
const char *packing_name(enum mote_packing packing);
/* Row-major to packed, which has `bytes` bytes, and back. Elements have `size` bytes. */
void packing_pack(enum mote_packing packing, const int32_t shape[MOTE_PACKED_DIMS], size_t size, const uint8_t *data,
                  uint8_t *packed, size_t bytes);
void packing_unpack(enum mote_packing packing, const int32_t shape[MOTE_PACKED_DIMS], size_t size,
                    const uint8_t *packed, uint8_t *data);

#endif

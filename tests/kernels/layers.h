/* SPDX-License-Identifier: Apache-2.0 */
/* The layers of layers_def.h as cases. */
#ifndef TESTS_KERNELS_LAYERS_H
#define TESTS_KERNELS_LAYERS_H

#include "tests/kernels/cases.h"

/* Layer i of a kernel; false, and NULL, behind the last one. */
bool layer_case(struct kernel_case *c, const struct mote_kernel *kernel, int32_t i);
const char *layer_name(const struct mote_kernel *kernel, int32_t i);

#endif

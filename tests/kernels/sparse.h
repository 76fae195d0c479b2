/* SPDX-License-Identifier: Apache-2.0 */
/* Pairs of gaps and weights for kernels' cases: of each row as many as the inputs and the bytes allow. */
#ifndef TESTS_KERNELS_SPARSE_H
#define TESTS_KERNELS_SPARSE_H

#include "tests/kernels/draw.h"

/* What a check takes, if there are enough bytes for the rows' counts; else anything. */
void sparse_fill(struct draw *d, int32_t rows, int32_t columns, uint8_t *data, uint32_t bytes);

#endif

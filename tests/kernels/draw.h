/* SPDX-License-Identifier: Apache-2.0 */
/* Random numbers for kernels' cases, with what breaks kernels over-drawn: ends of ranges, zero, sizes around the widths
 * of vectors. The same seed draws the same on every machine. Nothing here needs a C library: boards run it, too. */
#ifndef TESTS_KERNELS_DRAW_H
#define TESTS_KERNELS_DRAW_H

#include <stdbool.h>
#include <stdint.h>

struct draw {
    uint64_t state;
};

uint32_t draw_word(struct draw *d);
int32_t draw_between(struct draw *d, int32_t min, int32_t max); /* all alike, both ends included */
bool draw_one_in(struct draw *d, int32_t n);

/* Within min .. max: an end, something near zero, anything. */
int32_t draw_edge(struct draw *d, int32_t min, int32_t max);
/* A dimension, 1 .. most: small ones, and those around multiples of 16. */
int32_t draw_size(struct draw *d, int32_t most);
/* As the host makes multipliers and shifts, and what else the range has. */
int32_t draw_mult(struct draw *d);
int32_t draw_shift(struct draw *d, int32_t min, int32_t max);
/* The bits of a float: of the usual size; `wild` ones are infinite, huge, tiny or no number, too. */
int32_t draw_float(struct draw *d, bool wild);

uint32_t draw_element_bytes(int32_t type);
/* Elements of a type of device/mote/ops/types_def.h, 0 for bytes; all at an end of the range, or a mixture. */
void draw_elements(struct draw *d, int32_t type, uint8_t *data, uint32_t bytes);

#endif

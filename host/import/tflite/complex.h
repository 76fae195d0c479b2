/* SPDX-License-Identifier: Apache-2.0 */
/* Complex numbers. Mote has none: spectra are rows of pairs, f32, real and imaginary part side by side. */
#ifndef MOTE_TFLITE_COMPLEX_H
#define MOTE_TFLITE_COMPLEX_H

#include "host/import/tflite/reader.h"
#include "host/import/tflite/variables.h"

bool tfl_is_complex(int builtin);
/* RFFT2D of single rows becomes RFFT, and its complex64 output pairs, which COMPLEX_ABS reads. */
MUST_CHECK enum mote_status tfl_read_complex(struct tfl_reader *r, int builtin, const struct tfl_lists *l,
                                             struct graph *g, int32_t index, const struct frame *at);
/* Before any other operator: RESHAPE of pairs gets their shape, others may not read them. */
MUST_CHECK enum mote_status tfl_use_pairs(struct tfl_reader *r, enum op_id id, struct tfl_lists *l, struct graph *g,
                                          const struct frame *at);

#endif

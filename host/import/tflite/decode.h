/* SPDX-License-Identifier: Apache-2.0 */
/* Constants of compressed models. */
#ifndef MOTE_TFLITE_DECODE_H
#define MOTE_TFLITE_DECODE_H

#include "host/import/tflite/reader.h"
#include "host/import/tflite/variables.h"

#define TFLM_DECODE "TFLM_DECODE" /* the custom operator */

bool tfl_is_decode(const struct tfl_code *code);
/* Its outputs become constants of the graph; the operator is none of it. */
MUST_CHECK enum mote_status tfl_read_decode(struct tfl_reader *r, const struct tfl_lists *l, struct graph *g,
                                            const struct frame *at);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* POW: Mote has no such operator; it becomes others (host/import/power.h). */
#ifndef MOTE_TFLITE_POWER_H
#define MOTE_TFLITE_POWER_H

#include "host/import/tflite/reader.h"
#include "host/import/tflite/variables.h"

/* Whoever makes the result, of the operators from `first` on, makes the file's tensor `out`, which those that read it
 * read; what no operator made, an input or a constant, is copied to it. The operators are number `index` of the file.
 */
void tfl_name_result(struct tfl_reader *r, struct graph *g, int32_t first, int32_t made, int32_t out, int32_t index);

MUST_CHECK enum mote_status tfl_read_power(struct tfl_reader *r, const struct tfl_lists *l, struct graph *g,
                                           int32_t index, const struct frame *at);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* POW: Mote has no such operator; it becomes others (host/import/power.h). */
#ifndef MOTE_TFLITE_POWER_H
#define MOTE_TFLITE_POWER_H

#include "host/import/tflite/reader.h"
#include "host/import/tflite/variables.h"

MUST_CHECK enum mote_status tfl_read_power(struct tfl_reader *r, const struct tfl_lists *l, struct graph *g,
                                           int32_t index, const struct frame *at);

#endif

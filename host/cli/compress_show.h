/* SPDX-License-Identifier: Apache-2.0 */
/* What both forms of mote compress say of what came out. */
#ifndef MOTE_COMPRESS_SHOW_H
#define MOTE_COMPRESS_SHOW_H

#include <jansson.h>

#include "host/report/compression.h"

/* Adds layers and bytes_by_kind to `json`, and a histogram to each of its `rows`. */
void compression_json(const struct compression *c, json_t *json, json_t *rows);

#define COMPRESSION_KEYS                                                                                               \
    "Of both: of each stage histogram: {range (the largest weight), counts (of weights that are not 0, in 48 bins\n"   \
    "from -range to range)}; layers: [{name, weights, kept, levels, coding, bytes, bits (a weight)}], "                \
    "bytes_by_kind:\n"                                                                                                 \
    "{weights, tables, codebooks, biases, multipliers}, of what the device stores. DIR/report.html shows the same."

#endif

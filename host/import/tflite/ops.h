/* SPDX-License-Identifier: Apache-2.0 */
/* TFLite's operators: their names, which of them Mote has, and how their options are read. */
#ifndef MOTE_TFLITE_OPS_H
#define MOTE_TFLITE_OPS_H

#include "host/graph/graph.h"
#include "host/import/tflite/flatbuffer.h"

struct tfl_op;

/* The row of a builtin operator; NULL if Mote does not have it. */
const struct tfl_op *tfl_op_find(int32_t builtin);
enum op_id tfl_op_id(const struct tfl_op *row);
/* "GATHER"; NULL for numbers that the schema does not have. */
const char *tfl_builtin_name(int32_t builtin);
/* Fills the operator's options from the file's Operator table. */
MUST_CHECK enum mote_status tfl_read_options(const struct tfl_op *row, struct fb_table operator_table, void *opts,
                                             const struct frame *at);

#endif

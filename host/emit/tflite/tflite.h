/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the TFLite emitter share. */
#ifndef MOTE_EMIT_TFLITE_H
#define MOTE_EMIT_TFLITE_H

#include "host/emit/tflite/flatbuffer.h"
#include "host/formats/tflite/ops.h"
#include "host/graph/op_info.h"

/* A copy of the model that TFLite can say: graph 0, and, where variables start with other values than zero, a graph 1
 * that assigns them. In it state that READ_VARIABLE and ASSIGN_VARIABLE name is a variable, which nothing else names.
 * What has no form in TFLite is one error that lists all of it. (lower.c) */
MUST_CHECK enum mote_status tfl_lower(const struct model *m, struct model *out, const struct frame *at);

/* Whether state is a variable in this sense; else it is a tensor that keeps its value. */
bool tfl_is_variable(const struct graph *g, int32_t tensor);

/* The least version of the builtin operator that has what this one needs. (version.c) */
int32_t tfl_version(const struct graph *g, const struct op *op, int32_t builtin);

/* The table of the operator's options, which the reference at `from` refers to. (options.c) */
void tfl_write_options(struct fb_writer *w, size_t from, const struct graph *g, const struct op *op,
                       const struct tfl_op *row);
/* An option that the operator has and TFLite's form of it has not; NULL if there is none. */
const char *tfl_unsaid_option(const struct op *op, const struct tfl_op *row);

#endif

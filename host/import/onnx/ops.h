/* SPDX-License-Identifier: Apache-2.0 */
/* The operators of ONNX that Mote reads: a row each in ops.def, a function each in the file of its family. */
#ifndef MOTE_ONNX_OPS_H
#define MOTE_ONNX_OPS_H

#include "host/import/onnx/onnx.h"

struct onnx_op {
    const char *domain, *name;
    int since, until; /* opsets, both inclusive; until 0: the newest that is known */
    void (*read)(struct build *r);
};

/* The row for a node's domain ("" is ai.onnx), name and opset; NULL if there is none. */
const struct onnx_op *onnx_op_find(const char *domain, const char *name, int64_t opset);
const char *onnx_op_nearest(const char *name); /* NULL if none is alike */

#define ONNX(name, since, until, function) void onnx_##function(struct build *r);
#define MS(name, function)                 void onnx_##function(struct build *r);
#include "host/import/onnx/ops.def"

#endif

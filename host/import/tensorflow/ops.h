/* SPDX-License-Identifier: Apache-2.0 */
/* The operators of TensorFlow that Mote reads: a row each in ops.def, a function each in the file of its family. */
#ifndef MOTE_TENSORFLOW_OPS_H
#define MOTE_TENSORFLOW_OPS_H

#include "host/import/tensorflow/tensorflow.h"

struct tf_op {
    const char *name;
    void (*read)(struct build *r);
};

const struct tf_op *tf_op_find(const char *name);
const char *tf_op_nearest(const char *name); /* NULL if none is alike */

#define TF(name, function) void tf_##function(struct build *r);
#include "host/import/tensorflow/ops.def"

#endif

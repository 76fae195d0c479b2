/* SPDX-License-Identifier: Apache-2.0 */
#include "host/import/tensorflow/ops.h"

static const struct tf_op ops[] = {
#define TF(name, function) {#name, tf_##function},
#include "host/import/tensorflow/ops.def"
};

const struct tf_op *tf_op_find(const char *name)
{
    for (size_t i = 0; i < COUNT(ops); i++)
        if (strcmp(ops[i].name, name) == 0)
            return &ops[i];
    return NULL;
}

const char *tf_op_nearest(const char *name)
{
    struct nearest n = {.word = name};

    for (size_t i = 0; i < COUNT(ops); i++)
        nearest_try(&n, ops[i].name);
    return n.found;
}

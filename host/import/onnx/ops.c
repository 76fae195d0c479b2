/* SPDX-License-Identifier: Apache-2.0 */
#include "host/import/onnx/ops.h"

static const struct onnx_op ops[] = {
#define ONNX(name, since, until, function) {"", #name, since, until, onnx_##function},
#define MS(name, function)                 {"com.microsoft", #name, 1, 0, onnx_##function},
#include "host/import/onnx/ops.def"
};

/* Operators of com.microsoft have one version, whatever the opset of the others. */
static bool holds(const struct onnx_op *op, int64_t opset)
{
    return op->domain[0] || (opset >= op->since && (op->until == 0 || opset <= op->until));
}

const struct onnx_op *onnx_op_find(const char *domain, const char *name, int64_t opset)
{
    for (size_t i = 0; i < COUNT(ops); i++)
        if (strcmp(ops[i].name, name) == 0 && strcmp(ops[i].domain, domain) == 0 && holds(&ops[i], opset))
            return &ops[i];
    return NULL;
}

const char *onnx_op_nearest(const char *name)
{
    struct nearest n = {.word = name};

    for (size_t i = 0; i < COUNT(ops); i++)
        if (!ops[i].domain[0])
            nearest_try(&n, ops[i].name);
    return n.found;
}

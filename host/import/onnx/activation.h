/* SPDX-License-Identifier: Apache-2.0 */
/* Activations by name, as recurrent operators have them. (activation.c) */
#ifndef MOTE_ONNX_ACTIVATION_H
#define MOTE_ONNX_ACTIVATION_H

#include "host/import/onnx/onnx.h"

struct function {
    const char *name;
    int32_t (*of)(struct build *r, const struct function *f, int32_t x);
    enum op_id id; /* of those that are one operator */
    int n;         /* how many of alpha and beta it has; here they are what holds where a file has none */
    float alpha, beta;
};

const struct function *function_find(const char *name); /* NULL if there is none */

#endif

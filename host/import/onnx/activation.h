/* SPDX-License-Identifier: Apache-2.0 */
/* Activations by name, as recurrent operators have them. (activation.c) */
#ifndef MOTE_ONNX_ACTIVATION_H
#define MOTE_ONNX_ACTIVATION_H

#include "host/import/activation.h"

const struct function *function_find(const char *name); /* NULL if there is none */

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* The structs and enums that host/graph/ops.def spells out. */
#ifndef MOTE_OPS_OPTS_H
#define MOTE_OPS_OPTS_H

#include <stdint.h>

enum padding { PADDING_SAME, PADDING_VALID, PADDING_EXPLICIT, PADDING_COUNT };

enum activation {
    ACTIVATION_NONE,
    ACTIVATION_RELU,
    ACTIVATION_RELU_N1_TO_1,
    ACTIVATION_RELU6,
    ACTIVATION_TANH,
    ACTIVATION_SIGN_BIT,
    ACTIVATION_COUNT
};

typedef int32_t opt_int;
typedef float opt_float;
typedef int32_t opt_flag;
typedef int32_t opt_padding;    /* enum padding */
typedef int32_t opt_activation; /* enum activation */

#define OPTS(NAME, name) struct name##_opts {
#define OPT(kind, field) opt_##kind field;
#define OPTS_END                                                                                                       \
    }                                                                                                                  \
    ; /* `none` has no field: a GNU empty struct, never instantiated */
#include "host/graph/ops.def"

#endif

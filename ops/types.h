/* SPDX-License-Identifier: Apache-2.0 */
/* The enums that ops/types.def and ops/status.def spell out. */
#ifndef MOTE_OPS_TYPES_H
#define MOTE_OPS_TYPES_H

enum mote_type {
    TYPE_NONE = 0,
#define TYPE(number, NAME, name, bits, ctype) TYPE_##NAME = number,
#include "ops/types.def"
};

enum mote_status {
#define STATUS(number, NAME, text, advice) MOTE_##NAME = number,
#include "ops/status.def"
};

#endif

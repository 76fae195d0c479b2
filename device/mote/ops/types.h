/* SPDX-License-Identifier: Apache-2.0 */
/* The enums that device/mote/ops/types_def.h and device/mote/ops/status_def.h spell out. */
#ifndef MOTE_OPS_TYPES_H
#define MOTE_OPS_TYPES_H

enum mote_type {
    TYPE_NONE = 0,
#define TYPE(number, NAME, name, bits, ctype) TYPE_##NAME = number,
#include "types_def.h"
};

enum mote_status {
#define STATUS(number, NAME, text, advice) MOTE_##NAME = number,
#include "status_def.h"
};

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* The enums that cores_def.h and features_def.h spell out. */
#ifndef MOTE_OPS_CORES_H
#define MOTE_OPS_CORES_H

enum mote_core {
#define CORE(id, NAME, name, features) MOTE_CORE_##NAME = id,
#include "cores_def.h"
};

enum mote_feature {
#define FEATURE(bit, NAME, name) MOTE_HAS_##NAME = 1 << bit,
#include "features_def.h"
};

#endif

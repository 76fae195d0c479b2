/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of recurrent_f32 may rely on: recurrent_f32.h. */
#include "recurrent_f32.h"

#define NEED         need_recurrent_f32
#define RECURRENT    mote_recurrent_f32
#define WEIGHT_BYTES 4
#define SCALES       0
#include "recurrent_floats_check.h"

MOTE_KERNEL(recurrent_f32, MOTE_RECURRENT_F32_PARAMS, MOTE_RECURRENT_F32_ARGS);

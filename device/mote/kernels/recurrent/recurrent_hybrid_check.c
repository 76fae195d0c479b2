/* SPDX-License-Identifier: Apache-2.0 */
/* What every version of recurrent_hybrid may rely on: recurrent_hybrid.h. */
#include "recurrent_hybrid.h"

#define NEED         need_recurrent_hybrid
#define RECURRENT    mote_recurrent_hybrid
#define WEIGHT_BYTES 1
#define SCALES       1
#include "recurrent_floats_check.h"

MOTE_KERNEL(recurrent_hybrid, MOTE_RECURRENT_HYBRID_PARAMS, MOTE_RECURRENT_HYBRID_ARGS);

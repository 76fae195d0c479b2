/* SPDX-License-Identifier: Apache-2.0 */
/* Portable recurrent layers in float with weights of 8 bits: the definition of recurrent_hybrid.h. */
#include "recurrent_hybrid.h"

#include "../shared/weights_s8.h"

#define RECURRENT_PARAMS mote_recurrent_hybrid
#define RECURRENT        mote_recurrent_hybrid
#include "recurrent_floats.h"

static void run_recurrent_hybrid(const struct mote_call *c)
{
    mote_recurrent_hybrid(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5], c->args[6],
                          c->args[7], c->args[8], c->args[9], c->first, c->count);
}

MOTE_KERNEL_VERSION(recurrent_hybrid, portable);

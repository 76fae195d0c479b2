/* SPDX-License-Identifier: Apache-2.0 */
/* Portable recurrent layers in float: the definition of recurrent_f32.h. */
#include "recurrent_f32.h"

#include "../shared/weights_f32.h"

#define RECURRENT_PARAMS mote_recurrent_f32
#define RECURRENT        mote_recurrent_f32
#include "recurrent_floats.h"

static void run_recurrent_f32(const struct mote_call *c)
{
    mote_recurrent_f32(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5], c->args[6],
                       c->args[7], c->first, c->count);
}

MOTE_KERNEL_VERSION(recurrent_f32, portable);

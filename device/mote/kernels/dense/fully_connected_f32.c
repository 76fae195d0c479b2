/* SPDX-License-Identifier: Apache-2.0 */
/* Portable float fully connected layer: the definition of fully_connected_f32.h. */
#include "fully_connected_f32.h"

#include "../shared/weights_f32.h"

#define FULLY_CONNECTED_PARAMS mote_fully_connected_f32
#define FULLY_CONNECTED        mote_fully_connected_f32
#include "fully_connected_floats.h"

static void run_fully_connected_f32(const struct mote_call *c)
{
    mote_fully_connected_f32(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->first, c->count);
}

MOTE_KERNEL_VERSION(fully_connected_f32, portable);

/* SPDX-License-Identifier: Apache-2.0 */
/* Portable float GRU: the definition of gru_f32.h. */
#include "gru_f32.h"

#include "../shared/weights_f32.h"

#define GRU mote_gru_f32
#include "gru_floats.h"

static void run_gru_f32(const struct mote_call *c)
{
    mote_gru_f32(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5], c->args[6],
                 c->first, c->count);
}

MOTE_KERNEL_VERSION(gru_f32, portable);

/* SPDX-License-Identifier: Apache-2.0 */
/* Float GRU with the floating-point extension of Armv7E-M. */
#include "gru_f32_fpu.h"

#include "../shared/fpu.h"

#if MOTE_FPU
#include "../shared/dots_fpu.h"

#define GRU mote_gru_f32_fpu
#include "gru_floats.h"

static void run_gru_f32_fpu(const struct mote_call *c)
{
    mote_gru_f32_fpu(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5], c->args[6],
                     c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(gru_f32, fpu, .run = MOTE_IF_FPU(run_gru_f32_fpu));

/* SPDX-License-Identifier: Apache-2.0 */
/* Float fully connected layer over rows with the floating-point extension of Armv7E-M. */
#include "fully_connected_rows_f32_fpu.h"

#include "../shared/fpu.h"

#if MOTE_FPU
#include "../shared/dots_fpu.h"

#define FULLY_CONNECTED_ROWS_PARAMS mote_fully_connected_rows_f32
#define FULLY_CONNECTED_ROWS        mote_fully_connected_rows_f32_fpu
#include "fully_connected_rows_floats.h"

static void run_fully_connected_rows_f32_fpu(const struct mote_call *c)
{
    mote_fully_connected_rows_f32_fpu(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->first,
                                      c->count);
}
#endif

MOTE_KERNEL_CODE(fully_connected_rows_f32, fpu, .run = MOTE_IF_FPU(run_fully_connected_rows_f32_fpu));

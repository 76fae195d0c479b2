/* SPDX-License-Identifier: Apache-2.0 */
/* Float convolution with the floating-point extension of Armv7E-M. */
#include "conv_2d_f32_fpu.h"

#include "../shared/fpu.h"

#if MOTE_FPU
#include "../shared/dots_fpu.h"

#define CONV_2D_PARAMS mote_conv_2d_f32
#define CONV_2D_ROW    mote_conv_2d_f32_fpu_row
#define CONV_2D        mote_conv_2d_f32_fpu
#include "conv_2d_floats.h"

static void run_conv_2d_f32_fpu(const struct mote_call *c)
{
    mote_conv_2d_f32_fpu(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(conv_2d_f32, fpu, .run = MOTE_IF_FPU(run_conv_2d_f32_fpu));

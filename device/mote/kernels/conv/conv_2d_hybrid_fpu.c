/* SPDX-License-Identifier: Apache-2.0 */
/* Float convolution with weights of 8 bits and the floating-point extension of Armv7E-M. */
#include "conv_2d_hybrid_fpu.h"

#include "../shared/fpu.h"

#if MOTE_FPU
#include "../shared/dots_hybrid_fpu.h"

#define CONV_2D_PARAMS mote_conv_2d_hybrid
#define CONV_2D_ROW    mote_conv_2d_hybrid_fpu_row
#define CONV_2D        mote_conv_2d_hybrid_fpu
#include "conv_2d_floats.h"

static void run_conv_2d_hybrid_fpu(const struct mote_call *c)
{
    mote_conv_2d_hybrid_fpu(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->first, c->count);
}
#endif

MOTE_KERNEL_CODE(conv_2d_hybrid, fpu, .run = MOTE_IF_FPU(run_conv_2d_hybrid_fpu));

/* SPDX-License-Identifier: Apache-2.0 */
/* Portable float fully connected layer over rows with weights of 8 bits: the definition of
 * fully_connected_rows_hybrid.h. */
#include "fully_connected_rows_hybrid.h"

#include "../shared/weights_s8.h"

#define FULLY_CONNECTED_ROWS_PARAMS mote_fully_connected_rows_hybrid
#define FULLY_CONNECTED_ROWS        mote_fully_connected_rows_hybrid
#include "fully_connected_rows_floats.h"

static void run_fully_connected_rows_hybrid(const struct mote_call *c)
{
    mote_fully_connected_rows_hybrid(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->args[5],
                                     c->first, c->count);
}

MOTE_KERNEL_VERSION(fully_connected_rows_hybrid, portable);

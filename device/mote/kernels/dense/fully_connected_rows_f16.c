/* SPDX-License-Identifier: Apache-2.0 */
/* Portable float fully connected layer over rows with weights in half precision: the definition of
 * fully_connected_rows_f16.h. */
#include "fully_connected_rows_f16.h"

#include "../shared/weights_f16.h"

#define FULLY_CONNECTED_ROWS_PARAMS mote_fully_connected_rows_f16
#define FULLY_CONNECTED_ROWS        mote_fully_connected_rows_f16
#include "fully_connected_rows_floats.h"

static void run_fully_connected_rows_f16(const struct mote_call *c)
{
    mote_fully_connected_rows_f16(c->params, c->args[0], c->args[1], c->args[2], c->args[3], c->args[4], c->first,
                                  c->count);
}

MOTE_KERNEL_VERSION(fully_connected_rows_f16, portable);

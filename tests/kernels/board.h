/* SPDX-License-Identifier: Apache-2.0 */
/* The harness on an emulated board, from the host: firmware/firmware.c built, run and compared. */
#ifndef TESTS_KERNELS_BOARD_H
#define TESTS_KERNELS_BOARD_H

#include "host/base/base.h"
#include "tests/kernels/suite.h"

/* Prints what was found; `kernel` NULL: all; `bench`: instructions, too. *failed counts the kernels that were wrong:
 * a version other than the portable one, or the board's portable version other than this machine's. */
MUST_CHECK enum mote_status board_check(struct pool *pool, const char *board, const char *kernel, struct suite *suite,
                                        bool bench, long *failed, const struct frame *at);

#endif

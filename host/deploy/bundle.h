/* SPDX-License-Identifier: Apache-2.0 */
/* Firmware for a real board, as a folder that compiles as it lies: generated C, start-up, linker script, the protocol
 * over a UART, a Makefile, and a README of how to flash it (docs/FIRMWARE.md). */
#ifndef MOTE_DEPLOY_BUNDLE_H
#define MOTE_DEPLOY_BUNDLE_H

#include "host/deploy/serve.h"

struct bundle {
    bool complete;       /* false: board.c has functions to fill in, since nobody said where the board's UART is */
    int64_t stack_bytes; /* that the linker script keeps free */
    int32_t n_files;     /* besides those of the model */
};

/* `p` is compiled for the board, via C. Files of the same name are replaced; of the model's as emit_c() does. */
MUST_CHECK enum mote_status bundle_write(struct measure *m, const struct pipeline *p, const struct served *s,
                                         const char *folder, struct bundle *out, const struct frame *file);

#endif

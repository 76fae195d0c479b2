/* SPDX-License-Identifier: Apache-2.0 */
/* Bytes of code, measured of the sources (tools/code_size.py: GCC, for each core that a machine of targets/ has). */
#ifndef MOTE_CODE_H
#define MOTE_CODE_H

#include "host/plan/kernels.h"
#include "host/target/target.h"

/* The core has a column of its own; another one is taken for a Cortex-M3. */
bool code_is_measured(enum mote_core core);
/* What a program that calls the version links; `small`: built with -Os -DMOTE_HOT=0, else -O2. INT64_MAX where the
 * core's compiler makes none of it. */
int64_t code_of_version(enum mote_core core, const struct kernel_version *v, bool small);
/* The interpreter, and what it asks of a kernel's parameters. */
int64_t code_of_runtime(enum mote_core core);
int64_t code_of_check(enum mote_core core, enum kernel_id kernel, bool small);

#endif

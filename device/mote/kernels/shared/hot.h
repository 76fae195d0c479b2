/* SPDX-License-Identifier: Apache-2.0 */
/* What is compiled after it is compiled for speed, whatever the rest of a program is. Of kernels whose loops take more
 * than a tenth more instructions at -Os, it is the first thing that is included; headers do not include it, so that it
 * ends with the kernel's file. clang has no such thing, and needs none. */
#ifndef MOTE_HOT_H
#define MOTE_HOT_H

#include "../../config.h"

#if MOTE_HOT && defined(__OPTIMIZE_SIZE__) && !defined(__clang__)
#pragma GCC optimize("O2")
#endif

#endif

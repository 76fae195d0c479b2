/* SPDX-License-Identifier: Apache-2.0 */
/* What versions for the vectors of big cores share, whichever the core is. MOTE_VECTORS says whether there are any;
 * MOTE_IF_VECTORS(code) is NULL if not. Each family's header has
 *
 *   MOTE_INLINE, MOTE_UNROLL    before a function that is part of its caller; before a loop over registers
 *   mote_copy_some(to, from, n) copies bytes, returns where they end */
#ifndef MOTE_VECTORS_H
#define MOTE_VECTORS_H

#include "neon.h"
#include "x86.h"

#define MOTE_VECTORS (MOTE_X86 || MOTE_NEON)

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Weights most of which are 0, as pairs of bytes (docs/SPEC.md, "Codings"): of each row how many pairs it has (u16, the
 * least significant byte first), and these: how many inputs are left out, and the weight of the next one. */
#ifndef MOTE_SPARSE_H
#define MOTE_SPARSE_H

#include "../../kernel.h"

#define MOTE_SPARSE_COUNT 2 /* bytes of a row's count */
#define MOTE_SPARSE_PAIR  2
#define MOTE_SPARSE_SPAN  256 /* inputs of the longest pair */

static inline int32_t mote_sparse_count(const MOTE_FLASH uint8_t *row) { return row[0] | (int32_t)row[1] << 8; }

#endif

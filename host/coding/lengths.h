/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_CODING_LENGTHS_H
#define MOTE_CODING_LENGTHS_H

#include <stdint.h>

#define LENGTHS_MAX    8   /* bits of a code */
#define LENGTHS_VALUES 255 /* of a code */

/* How often each byte is to be coded, and the lengths of the prefix code that takes the fewest bits for it with none
 * above `limit`. */
struct lengths {
    int32_t limit; /* 1 to LENGTHS_MAX */
    uint64_t times[256];
    uint8_t length[256]; /* 0: it has no code */
    int32_t values;      /* that have a code: 2 at least, so that no code is empty */
    int32_t longest;
    uint64_t bits; /* of all that is to be coded */
};

/* From `limit` and `times`; returns false if there are too many values. */
_Bool lengths_make(struct lengths *l);

/* The values in the order of their codes: shorter ones first, of one length by value. */
void lengths_order(const struct lengths *l, uint8_t values[LENGTHS_VALUES]);

#endif

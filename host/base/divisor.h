/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_DIVISOR_H
#define MOTE_DIVISOR_H

#include <stdint.h>

/* The greatest that both have, of numbers that are not negative; of 0 and another one, that one. */
static inline int32_t common_divisor(int32_t a, int32_t b)
{
    while (b != 0) {
        int32_t rest = a % b;

        a = b;
        b = rest;
    }
    return a;
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* wide_fours.h with vectors of eight products. */
#ifndef MOTE_WIDE_MVE_H
#define MOTE_WIDE_MVE_H

#include "mve.h"
#include "wide_fours.h"

#if MOTE_MVE
/* The loop's last turn leaves out what is beyond n. Loads that widen take addresses from the lower registers. */
static inline void mote_wide_four_mve(const int16_t *x, const int8_t *const w[4], int32_t n, int32_t sum[4])
{
    const int8_t *w0 = w[0], *w1 = w[1], *w2 = w[2], *w3 = w[3];
    int32_t a = 0, b = 0, c = 0, d = 0;
    int16x8_t u, v;

    __asm__("dlstp.16 lr, %[n]\n"
            "1: vldrh.16 %q[u], [%[x]], #16\n"
            "vldrb.s16 %q[v], [%[w0]], #8\n"
            "vmladava.s16 %[a], %q[u], %q[v]\n"
            "vldrb.s16 %q[v], [%[w1]], #8\n"
            "vmladava.s16 %[b], %q[u], %q[v]\n"
            "vldrb.s16 %q[v], [%[w2]], #8\n"
            "vmladava.s16 %[c], %q[u], %q[v]\n"
            "vldrb.s16 %q[v], [%[w3]], #8\n"
            "vmladava.s16 %[d], %q[u], %q[v]\n"
            "letp lr, 1b"
            : [a] "+Te"(a), [b] "+Te"(b), [c] "+Te"(c), [d] "+Te"(d), [x] "+r"(x), [w0] "+l"(w0), [w1] "+l"(w1),
              [w2] "+l"(w2), [w3] "+l"(w3), [u] "=&w"(u), [v] "=&w"(v)
            : [n] "r"(n)
            : "lr", "cc", "memory");
    sum[0] = a;
    sum[1] = b;
    sum[2] = c;
    sum[3] = d;
}
#endif

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What loops of recurrent layers share: products of matrices, all row-major, and the activations of gates. Only files
 * with the flags of such loops (CMakeLists.txt) include it. */
#ifndef MOTE_PROGRAM_RECURRENT_H
#define MOTE_PROGRAM_RECURRENT_H

#include "host/program/builder.h"

#define ROWS 32 /* sequences that a thread walks through time */

static inline int64_t least(int64_t a, int64_t b) { return a < b ? a : b; }

/* c = a b^T + beta c: a [rows][n], b [columns][n]. */
static inline void product_by_rows(int64_t rows, int64_t columns, int64_t n, const float *a, const float *b, float beta,
                                   float *c)
{
    if (dnnl_sgemm('N', 'T', rows, columns, n, 1, a, n, b, n, beta, c, columns) != dnnl_success)
        memory_ran_out(); /* nothing else is left to fail */
}

/* c = a b: a [rows][n], b [n][columns]. */
static inline void product(int64_t rows, int64_t columns, int64_t n, const float *a, const float *b, float *c)
{
    if (dnnl_sgemm('N', 'N', rows, columns, n, 1, a, n, b, columns, 0, c, columns) != dnnl_success)
        memory_ran_out();
}

/* c = a^T b: a [n][rows], b [n][columns]. */
static inline void product_by_columns(int64_t rows, int64_t columns, int64_t n, const float *a, const float *b,
                                      float *c)
{
    if (dnnl_sgemm('T', 'N', rows, columns, n, 1, a, rows, b, columns, 0, c, columns) != dnnl_success)
        memory_ran_out();
}

/* exp(x) to about 2^-23 of it, for -87 <= x <= 88 (beyond, that of the nearer end), and NaN for NaN. Adding 1.5 * 2^23
 * rounds to an integer, which is then in the low bits. */
static inline float exp_within(float x)
{
    const float round = 12582912;
    float y = x < -87 ? -87 : x, shifted, k, r, power;
    uint32_t bits;

    y = y > 88 ? 88 : y;
    shifted = y * 1.44269504f + round;
    k = shifted - round;
    r = y - k * 0.693359375f + k * 2.12194440e-4f;
    memcpy(&bits, &shifted, sizeof bits);
    bits = (bits + 127) << 23;
    memcpy(&power, &bits, sizeof power);
    return power *
           (((((((1.3941220e-3f * r + 8.3632351e-3f) * r + 4.1666374e-2f) * r + 1.6666577e-1f) * r) + 0.5f) * r + 1) *
                r +
            1);
}

static inline float sigmoid(float x) { return 1 / (1 + exp_within(-x)); }
static inline float tanh_of(float x) { return 2 * sigmoid(2 * x) - 1; }

#endif

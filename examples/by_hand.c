/* SPDX-License-Identifier: Apache-2.0 */
/* Kernels called by hand: one convolution that finds vertical edges in an 8 x 8 picture. No graph, no image, no arena:
 * each argument is a buffer of yours, laid out as device/mote/kernels/conv/conv_2d_s8.h says. */
#include <stdio.h>

#include "mote/kernels/conv/conv_2d_s8.h"

enum { SIZE = 8, ZERO = -128 }; /* pixels are 0 … 255, stored as pixel - 128: real zero is -128 */

static const int8_t edge[3 * 3] = {
    1, 0, -1, /**/
    2, 0, -2, /**/
    1, 0, -1, /**/
};

int main(void)
{
    int8_t picture[SIZE * SIZE], border[SIZE], edges[SIZE * SIZE];
    int32_t sum = 0, bias[1];
    const int32_t mult[1] = {1 << 30}; /* requantize by 2^30 / 2^31 * 2^-1 = 1/4 */
    const int8_t shift[1] = {-1};
    const struct mote_conv_2d_s8 p = {
        .batch = 1,
        .in_h = SIZE,
        .in_w = SIZE,
        .in_c = 1,
        .in_ring = SIZE,
        .out_h = SIZE,
        .out_w = SIZE,
        .out_c = 1,
        .out_ring = SIZE,
        .kernel_h = 3,
        .kernel_w = 3,
        .stride_h = 1,
        .stride_w = 1,
        .filter_c = 1,
        .dilation_h = 1,
        .dilation_w = 1,
        .pad_top = 1,
        .pad_left = 1,
        .out_zero = 0,
        .lo = -128,
        .hi = 127,
        .per_channel = 0,
    };

    for (int y = 0; y < SIZE; y++)
        for (int x = 0; x < SIZE; x++)
            picture[y * SIZE + x] = x >= 3 && x < 6 ? 127 : ZERO; /* a bright bar, three columns wide */
    for (int x = 0; x < SIZE; x++)
        border[x] = ZERO;
    for (int i = 0; i < 9; i++)
        sum += edge[i];
    bias[0] = 0 - ZERO * sum; /* the header's "zero point folded in" */

    mote_conv_2d_s8(&p, picture, edge, bias, mult, shift, border, edges, 0, SIZE);

    for (int y = 0; y < SIZE; y++) {
        for (int x = 0; x < SIZE; x++)
            putchar(edges[y * SIZE + x] > 60 ? '+' : edges[y * SIZE + x] < -60 ? '-' : '.');
        putchar('\n');
    }
    return 0;
}

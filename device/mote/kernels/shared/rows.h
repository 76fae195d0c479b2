/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of an image in a ring buffer.
 *
 * A row is width * channels contiguous elements. A buffer holds `ring` rows: row y of image n (of in_h rows each) is at
 * position (n * in_h + y) % ring. A ring of all rows (batch * in_h) is the ordinary whole tensor. */
#ifndef MOTE_ROWS_H
#define MOTE_ROWS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Position in a ring, for row >= 0; a whole tensor never divides. */
static inline int32_t mote_ring(int32_t row, int32_t ring) { return row < ring ? row : row % ring; }

/* For need functions: no window position and no row number overflows an int32_t. */
static inline bool mote_window_fits(int32_t batch, int32_t in, int32_t out, int32_t kernel, int32_t stride,
                                    int32_t dilation)
{
    int64_t last = (int64_t)(out - 1) * stride + (int64_t)(kernel - 1) * dilation;

    return last <= INT32_MAX / 2 && (int64_t)batch * in <= INT32_MAX && (int64_t)batch * out <= INT32_MAX;
}

/* The input rows that one output row needs: rows[k] is row top + k * dilation of image n, or `zeros` outside it. */
static inline void mote_rows_s8(const int8_t *rows[], int32_t kernel_h, const int8_t *in, const int8_t *zeros,
                                int32_t image, int32_t top, int32_t dilation, int32_t in_h, int32_t row_len,
                                int32_t ring)
{
    for (int32_t k = 0; k < kernel_h; k++) {
        int32_t y = top + k * dilation;

        rows[k] = y < 0 || y >= in_h ? zeros : in + mote_ring(image * in_h + y, ring) * row_len;
    }
}

/* The same for int16 and for floats: NULL outside the image. */
static inline void mote_rows_s16(const int16_t *rows[], int32_t kernel_h, const int16_t *in, int32_t image, int32_t top,
                                 int32_t dilation, int32_t in_h, int32_t row_len, int32_t ring)
{
    for (int32_t k = 0; k < kernel_h; k++) {
        int32_t y = top + k * dilation;

        rows[k] = y < 0 || y >= in_h ? NULL : in + mote_ring(image * in_h + y, ring) * row_len;
    }
}

static inline void mote_rows_f32(const float *rows[], int32_t kernel_h, const float *in, int32_t image, int32_t top,
                                 int32_t dilation, int32_t in_h, int32_t row_len, int32_t ring)
{
    for (int32_t k = 0; k < kernel_h; k++) {
        int32_t y = top + k * dilation;

        rows[k] = y < 0 || y >= in_h ? NULL : in + mote_ring(image * in_h + y, ring) * row_len;
    }
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What kernels share that fold rows (MOTE_FOLD in kernel.h): rows that lie side by side are taken at once. */
#ifndef MOTE_FOLDS_H
#define MOTE_FOLDS_H

#include <stdbool.h>
#include <stdint.h>

#include "rows.h"

/* The first rows of a call that belong to one image and lie side by side in the ring. */
struct mote_run {
    int32_t at, rows; /* from this position in the ring on */
    int32_t y;        /* the first is the image's row y */
    bool ends;        /* the image's last row is among them */
};

/* Of rows first … first + count - 1, count >= 1, of images of in_h rows. */
static inline struct mote_run mote_run_of(int32_t first, int32_t count, int32_t in_h, int32_t in_ring)
{
    struct mote_run r = {.at = mote_ring(first, in_ring), .y = first < in_h ? first : first % in_h};
    int32_t of_image = in_h - r.y, of_ring = in_ring - r.at;

    r.rows = count < of_ring ? count : of_ring;
    r.ends = r.rows >= of_image;
    r.rows = r.ends ? of_image : r.rows;
    return r;
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* How the elements of a constant lie where a version of a kernel wants them otherwise than row-major: packings, and a
 * function for each that says where an element is, so that whoever reads an image can unpack it. Unpacked it is a
 * row-major array of shape [rows][columns] (the version says which: mote_version.shape); packed it may be longer, and
 * what is between is 0. Offsets are in elements. */
#ifndef MOTE_PACKING_H
#define MOTE_PACKING_H

#include <stdint.h>

enum { MOTE_CODING_DENSE = 0 }; /* sparse, clustered, Huffman, 4-bit, binary: to come */

enum mote_packing {
#define PACKING(number, NAME, name) MOTE_PACKING_##NAME = number,
#include "ops/packings_def.h"
};

/* How elements are stored: a coding and a packing. 0: dense and row-major. */
#define MOTE_FORM(coding, packing) ((uint16_t)((coding) | (packing) << 8))

static inline uint8_t mote_coding(uint16_t form) { return (uint8_t)form; }
static inline enum mote_packing mote_packing(uint16_t form) { return (enum mote_packing)(form >> 8); }

enum { MOTE_ROWS = 0, MOTE_COLUMNS = 1, MOTE_EACH = 2, MOTE_PACKED_DIMS = 3 }; /* EACH: for pairs_4 alone */

static inline uint32_t mote_packed_align(uint32_t n, uint32_t to) { return (n + to - 1) / to * to; }

/* Four rows side by side, four columns of each at a time: [rows / 4][columns / 4][4 rows][4 columns], both rounded up.
 * A word has four columns of a row, four words four rows. */
static inline uint32_t mote_packed_quads_4(const int32_t shape[MOTE_PACKED_DIMS], uint32_t row, uint32_t column)
{
    uint32_t columns = mote_packed_align((uint32_t)shape[MOTE_COLUMNS], 4);

    return row / 4 * (4 * columns) + column / 4 * 16 + row % 4 * 4 + column % 4;
}

/* Row-major, each row rounded up to a multiple of four columns. */
static inline uint32_t mote_packed_words_4(const int32_t shape[MOTE_PACKED_DIMS], uint32_t row, uint32_t column)
{
    return row * mote_packed_align((uint32_t)shape[MOTE_COLUMNS], 4) + column;
}

/* The same of sixteen rows: [rows / 16][columns / 4][16 rows][4 columns]. */
static inline uint32_t mote_packed_quads_16(const int32_t shape[MOTE_PACKED_DIMS], uint32_t row, uint32_t column)
{
    uint32_t columns = mote_packed_align((uint32_t)shape[MOTE_COLUMNS], 4);

    return row / 16 * (16 * columns) + column / 4 * 64 + row % 16 * 4 + column % 4;
}

/* Column by column. */
static inline uint32_t mote_packed_transposed(const int32_t shape[MOTE_PACKED_DIMS], uint32_t row, uint32_t column)
{
    return column * (uint32_t)shape[MOTE_ROWS] + row;
}

/* The same of another shape: a version knows its constants by the packing's number. */
static inline uint32_t mote_packed_channels(const int32_t shape[MOTE_PACKED_DIMS], uint32_t row, uint32_t column)
{
    return mote_packed_transposed(shape, row, column);
}

/* Rows that are four gates' units, [4 gates][units], as quads_4 of [units][4 gates]: a unit's gates side by side. */
static inline uint32_t mote_packed_gates_4(const int32_t shape[MOTE_PACKED_DIMS], uint32_t row, uint32_t column)
{
    uint32_t units = mote_packed_align((uint32_t)shape[MOTE_ROWS], 4) / 4;

    return mote_packed_quads_4(shape, row % units * 4 + row / units, column);
}

/* EACH rows are a filter's, two filters lie side by side: [filters / 2][EACH rows][columns / 4][even, odd][2][2
 * filters], filters and columns rounded up. A word has columns 0 and 2 or 1 and 3 of four, of either filter. */
static inline uint32_t mote_packed_pairs_4(const int32_t shape[MOTE_PACKED_DIMS], uint32_t row, uint32_t column)
{
    uint32_t each = (uint32_t)shape[MOTE_EACH], filter = row / each, twice = row % each + filter / 2 * each;
    uint32_t columns = mote_packed_align((uint32_t)shape[MOTE_COLUMNS], 4);

    return twice * 2 * columns + column / 4 * 8 + column % 2 * 4 + column % 4 / 2 * 2 + filter % 2;
}

static inline uint32_t mote_packed_row_major(const int32_t shape[MOTE_PACKED_DIMS], uint32_t row, uint32_t column)
{
    return row * (uint32_t)shape[MOTE_COLUMNS] + column;
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Packings of constants (device/mote/packing.h). The numbers are image format: never reuse one.
 *
 *      number NAME          name */
PACKING(0,     ROW_MAJOR,    row_major)
PACKING(1,     QUADS_4,      quads_4)
PACKING(2,     WORDS_4,      words_4)
PACKING(3,     QUADS_16,     quads_16)
PACKING(4,     TRANSPOSED,   transposed)
PACKING(5,     CHANNELS,     channels)
PACKING(6,     GATES_4,      gates_4)
PACKING(7,     PAIRS_4,      pairs_4)
#undef PACKING

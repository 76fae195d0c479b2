/* SPDX-License-Identifier: Apache-2.0 */
/* Letters of 3 x 5 pixels, for pictures that say what they show. */
#ifndef MOTE_DATA_LETTERS_H
#define MOTE_DATA_LETTERS_H

#include "host/data/source.h"

#define LETTERS_SCALE  2 /* pixels of the picture for one of a letter */
#define LETTERS_WIDTH  (4 * LETTERS_SCALE)
#define LETTERS_HEIGHT (5 * LETTERS_SCALE)

/* Writes text from (y, x), its upper left, to the right, as far as it fits; letters as capitals, what is not among
 * them (beyond ASCII) as a block. The picture has white letters then. */
void letters_paint(struct picture *p, int32_t y, int32_t x, const char *text);

#endif

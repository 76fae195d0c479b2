/* SPDX-License-Identifier: Apache-2.0 */
/* What BATCH_TO_SPACE_ND and SPACE_TO_BATCH_ND share: pictures [B][S * block][rest] and batches
 * [product of block * B][S][rest] of their every block-th pixel; one or two dimensions S. Borders are around pictures.
 */
#ifndef MOTE_OPERATORS_BLOCKS_H
#define MOTE_OPERATORS_BLOCKS_H

#include "host/operators/strided.h"

struct blocks {
    int32_t n;                /* spatial dimensions, which are 1 to n of a tensor */
    int64_t in[RANK_MAX];     /* the operator's input's dimensions */
    int64_t block[2];         /* pixels of a block */
    int64_t border[2][2];     /* before and after */
    int64_t pixels[RANK_MAX]; /* the pictures' dimensions with their borders */
    int64_t batches[RANK_MAX];
    int32_t rank;
};

/* Block shape and borders from the second and third input, constants. The first has 3 or 4 dimensions. */
MUST_CHECK enum mote_status find_blocks(const struct graph *g, const struct op *op, struct blocks *out,
                                        const struct frame *at);
/* The walk from pictures to batches, both dense. */
struct walk blocks_walk(const struct blocks *b);
/* The walk from pictures without borders into pictures with borders. */
struct walk blocks_border_walk(const struct blocks *b);
bool blocks_have_border(const struct blocks *b);
struct walk walk_reversed(const struct walk *w);
/* Scratch for the pictures with borders. */
int32_t lower_pictures(struct lowering *l, const struct blocks *b, enum mote_type type);

#endif

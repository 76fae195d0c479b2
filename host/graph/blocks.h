/* SPDX-License-Identifier: Apache-2.0 */
/* Control flow of a graph: its operators are one list all the same, in which some mark blocks that run, or not, or
 * again and again, as tensors of one bool say.
 *
 *     BRANCH a  …  BRANCH_ELSE b -> c  …  BRANCH_END d -> e      if (a) { … c = b } if (!a) { … c = d }  e = c
 *     LOOP a -> b  …  LOOP_TEST c  …  LOOP_END d -> e            b = a; loop { … if (!c) break; … b = d }  e = b
 *
 * Blocks nest. What a block makes is read inside of it alone: only b, d and e go out. A pass that moves operators from
 * one place to another must not leave a block with them, and what is in one does not always run. */
#ifndef MOTE_GRAPH_BLOCKS_H
#define MOTE_GRAPH_BLOCKS_H

#include "host/graph/graph.h"

#define BLOCK_WHOLE     0                    /* the block of all that always runs */
#define BLOCK_DEPTH_MAX MOTE_BLOCK_DEPTH_MAX /* within each other; a loop is two */

enum block_kind {
    BLOCK_ALWAYS,
    BLOCK_IF,     /* runs if the test is true, */
    BLOCK_UNLESS, /* if it is false */
    BLOCK_LOOP,   /* again and again: what comes before LOOP_TEST, and then, at its end, */
    BLOCK_BODY,   /* what comes after it; where the test is false, the loop has ended */
};

struct block {
    enum block_kind kind;
    int32_t parent; /* the block around it; -1: none */
    int32_t test;   /* tensor; TENSOR_ABSENT: none */
    int32_t depth;
};

struct blocks {
    int32_t n;         /* at least 1 */
    struct block *all; /* [n], a parent before what is in it, and blocks in the order in which they begin */
    int32_t *of_op;    /* [n_ops] the block in which it runs; what a mark copies runs in the block that it ends */
    int32_t *before; /* [n_ops] of BRANCH_END the BRANCH_ELSE, of LOOP_END the LOOP: theirs are its outputs; else -1 */
};

bool op_is_mark(enum op_id id);
bool graph_has_blocks(const struct graph *g);
/* Fails where they do not nest. */
MUST_CHECK enum mote_status graph_blocks(struct pool *pool, const struct graph *g, struct blocks *out,
                                         const struct frame *at);
/* Blocks nest, tests are single bools, what goes from one mark to another is alike, and what a block makes is read
 * inside of it. Indices and counts are right, and shapes known. */
MUST_CHECK enum mote_status graph_verify_blocks(struct pool *pool, const struct graph *g, const struct frame *at);
/* The block is `home`, or one in it. */
bool block_is_inside(const struct blocks *b, int32_t block, int32_t home);
/* Calls `end` for the blocks that end between one and another, which comes after it, then `begin` for those that do. */
void blocks_go(const struct blocks *b, int32_t from, int32_t to, void (*begin)(void *arg, int32_t block),
               void (*end)(void *arg, int32_t block), void *arg);
/* No mark is among the operators from `first` to `last`. */
bool is_same_block(const struct graph *g, int32_t first, int32_t last);

#endif

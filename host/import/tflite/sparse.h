/* SPDX-License-Identifier: Apache-2.0 */
/* Sparse constants. */
#ifndef MOTE_TFLITE_SPARSE_H
#define MOTE_TFLITE_SPARSE_H

#include "host/import/tflite/reader.h"
#include "host/import/tflite/variables.h"

/* The tensor's data from its values and its table SparsityParameters. */
MUST_CHECK enum mote_status tfl_read_sparse(struct tfl_reader *r, struct fb_table sparsity, struct bytes values,
                                            struct tensor *out, const struct frame *at);
/* DENSIFY of a constant, which is dense already: its output is that constant, the operator none of the graph. */
MUST_CHECK enum mote_status tfl_read_densify(const struct tfl_lists *l, struct graph *g, const struct frame *at);

#endif

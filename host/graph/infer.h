/* SPDX-License-Identifier: Apache-2.0 */
/* Shapes of one operator of a file whose shapes may be stale. */
#ifndef MOTE_GRAPH_INFER_H
#define MOTE_GRAPH_INFER_H

#include "host/graph/graph.h"

/* As graph_infer(), of an operator whose inputs' shapes are known. If that cannot be, nothing changes. */
bool op_infer_anew(const struct model *m, struct graph *g, const struct op *op);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Runs parts of a graph on the host, with the device's kernels. */
#ifndef MOTE_EXEC_H
#define MOTE_EXEC_H

#include "host/graph/graph.h"

/* Computes an operator whose inputs are all constant (or absent) and makes its outputs constants: their data point to
 * bytes in the model's pool. The operator stays in the graph; the caller removes it. */
MUST_CHECK enum mote_status exec_op(struct model *m, struct graph *g, const struct op *op, const struct frame *at);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Computes one operator on the host, with the device's kernels: neither arena nor image. */
#ifndef MOTE_COMPUTE_H
#define MOTE_COMPUTE_H

#include "host/graph/graph.h"

/* Of an operator whose inputs are all constant (or absent): its outputs become constants, whose data point to bytes in
 * the model's pool. The operator stays in the graph; the caller removes it. Fails where lowering does, and where the
 * outputs and what is between would take more than ARENA_LIMIT bytes or WORK_LIMIT operations (runner.h). */
MUST_CHECK enum mote_status op_compute(struct model *m, struct graph *g, const struct op *op, const struct frame *at);

#endif

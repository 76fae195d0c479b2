/* SPDX-License-Identifier: Apache-2.0 */
/* Computes one operator on the host, with the device's kernels: neither arena nor image. */
#ifndef MOTE_COMPUTE_H
#define MOTE_COMPUTE_H

#include "host/graph/graph.h"

struct computation; /* an operator made ready; its memory is the pool's */

/* `m`, `g` and `op` must outlive it. Fails where lowering does, and where the values would take more than ARENA_LIMIT
 * bytes or a run more than WORK_LIMIT operations (runner.h). */
MUST_CHECK enum mote_status computation_make(struct pool *pool, const struct model *m, const struct graph *g,
                                             const struct op *op, struct computation **out, const struct frame *at);
/* Where a tensor of the operator is, tensor_bytes() of it: inputs are written before a run (constants, there already,
 * never), outputs read after it. NULL: the operator needs its shape alone. */
void *computation_data(const struct computation *c, int32_t tensor);
void computation_run(const struct computation *c);

/* Of an operator whose inputs are all constant (or absent): its outputs become constants, whose data point to bytes in
 * the model's pool. The operator stays in the graph; the caller removes it. Fails where computation_make() does. */
MUST_CHECK enum mote_status op_compute(struct model *m, struct graph *g, const struct op *op, const struct frame *at);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Small operators of constants are computed as they are appended, with the device's kernels, so that what a file
 * computes of shapes is there where an operator asks for it. Large ones stay for the pass that folds. */
#include "host/import/build.h"
#include "host/run/compute.h"

#define SMALL 4096 /* elements of an output */

static bool is_foldable(const struct build *r, const struct op *op)
{
    if (op->n_in == 0 || op_info[op->id].is->lower == NULL || op->id == OP_OWN) /* whose may have a state */
        return false;
    for (int i = 0; i < op->n_in; i++)
        if (op->in[i] != TENSOR_ABSENT && !is_const(r, op->in[i]))
            return false;
    for (int i = 0; i < op->n_out; i++) {
        int64_t n = tensor_elements(tensor_at(r, op->out[i]));

        if (n < 1 || n > SMALL)
            return false;
    }
    return true;
}

bool build_fold(struct build *r, struct op *op)
{
    struct report_text lost = {.status = MOTE_OK};
    const struct frame nowhere = {.index = -1, .sink = &lost};

    assert(op->id != OP_NOP && op->n_out > 0);
    if (!is_foldable(r, op))
        return false;
    return op_compute(r->m, r->g, op, &nowhere) == MOTE_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What a file computes of shapes (SHAPE, slices of it, arithmetic, PACK) becomes constants where the shapes are known,
 * so that what wants sizes as constants (RESIZE_NEAREST_NEIGHBOR, STRIDED_SLICE, …) has them. A file without SHAPE
 * stays as it is. */
#include "host/graph/infer.h"
#include "host/graph/op_info.h"
#include "host/import/import.h"
#include "host/run/compute.h"

#define SIZES_MAX 64 /* elements of an output */

static bool has_shape(const struct graph *g)
{
    for (int32_t i = 0; i < g->n_ops; i++)
        if (g->ops[i].id == OP_SHAPE)
            return true;
    return false;
}

static bool is_output(const struct graph *g, int32_t tensor)
{
    for (int32_t i = 0; i < g->n_outputs; i++)
        if (g->outputs[i] == tensor)
            return true;
    return false;
}

/* All that it reads is known: of SHAPE the shape. Quantization nobody has checked yet, and sizes have none. */
static bool reads_constants(const struct graph *g, const struct op *op)
{
    for (int32_t k = 0; k < op->n_in && op->id != OP_SHAPE; k++) {
        const struct tensor *t = op_in(g, op, k);

        if (t != NULL && (t->data == NULL || t->quant.n > 0))
            return false;
    }
    return op->n_in > 0;
}

static bool makes_sizes(const struct graph *g, const struct op *op)
{
    for (int32_t k = 0; k < op->n_out; k++) {
        const struct tensor *t = op_out(g, op, k);
        const int64_t n = tensor_elements(t);

        if (n < 1 || n > SIZES_MAX || t->state || t->quant.n > 0 || is_output(g, op->out[k]))
            return false;
    }
    return op_info[op->id].is->lower != NULL;
}

/* A constant that a file writes all the same would have another shape than its bytes. */
static bool writes_constants(const struct graph *g, const struct op *op)
{
    for (int32_t k = 0; k < op->n_out; k++)
        if (op_out(g, op, k)->data != NULL)
            return true;
    return false;
}

static bool inputs_known(const struct graph *g, const struct op *op)
{
    for (int32_t k = 0; k < op->n_in; k++)
        if (op_in(g, op, k) != NULL && tensor_elements(op_in(g, op, k)) < 0)
            return false;
    return true;
}

/* Shapes on the way to a SHAPE are worked out anew, as graph_infer() will. What is wrong is for those to say who look
 * at all of the model. */
static void go_over(struct model *m, struct graph *g, struct op *op)
{
    struct report_text lost = {.status = MOTE_OK};
    const struct frame quiet = {.index = -1, .sink = &lost};

    if (op->id == OP_NOP || op_verify(g, op, &quiet) != MOTE_OK || writes_constants(g, op) || !inputs_known(g, op) ||
        !op_infer_anew(m, g, op))
        return;
    if (reads_constants(g, op) && makes_sizes(g, op) && op_compute(m, g, op, &quiet) == MOTE_OK)
        *op = (struct op){.id = OP_NOP};
}

void import_sizes(struct model *m)
{
    for (int32_t k = 0; k < m->n_graphs; k++)
        if (has_shape(&m->graphs[k]))
            for (int32_t i = 0; i < m->graphs[k].n_ops; i++)
                go_over(m, &m->graphs[k], &m->graphs[k].ops[i]);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Passes: graph to graph, each in its own file, run in the order of one table (passes.c). None changes what a graph
 * computes by a bit (NaN and the sign of a float's zero apart, and fold_batch_norm and recurrent, whose sums of floats
 * round in other places), and none but those that are asked for touches the graph's inputs and outputs:
 * number, names, shapes, types, quantization; `quantize` computes in int8. A pass may leave dead operators (OP_NOP) and
 * unused tensors behind; dead_code clears them away. */
#ifndef MOTE_PASSES_H
#define MOTE_PASSES_H

#include "host/graph/graph.h"

struct pass {
    const char *name;
    enum mote_status (*run)(struct model *m, struct graph *g, const struct frame *at);
    const char *what;
    bool asked;    /* runs where it is named, not with all */
    bool straight; /* it takes all operators for ones that run, one after the other: not for graphs with blocks */
};

extern const struct pass passes[];
extern const int passes_count;

/* One pass over all graphs of the model, then the verifier, whose faults name the pass. */
MUST_CHECK enum mote_status pass_run(const struct pass *pass, struct model *m, const struct frame *at);

/* Runs the passes that `which` names: NULL for all (but those for which it must ask), "none", or names separated by
 * commas, always in the table's order. The verifier runs before the first and after each. After the pass `dump_after`
 * (may be NULL) the graph's text form is written to dump_to.
 */
MUST_CHECK enum mote_status passes_run(struct model *m, const char *which, const char *dump_after, FILE *dump_to,
                                       const struct frame *at);

/* What no output needs goes: a pass of its own, and for passes that leave much behind. */
MUST_CHECK enum mote_status pass_dead_code(struct model *m, struct graph *g, const struct frame *at);

/* ---- shared by the passes (edit.c) ---- */
/* Makes the readers of operator i's output read its input 0 instead and kills the operator. The caller knows that both
 * hold the same bytes. False, and nothing changes, where that would alter an input or output of the graph or what the
 * bytes mean (type, shape, quantization). */
bool op_bypass(struct graph *g, int32_t i);
void op_kill(struct op *op);
/* Input k of all operators that read `from` becomes `to`. */
void graph_redirect(struct graph *g, int32_t from, int32_t to);
/* A new list of inputs for the operator, which may be longer than the old one. */
void op_set_inputs(struct model *m, struct op *op, int32_t n, const int32_t *in);
/* The tensor is made and used within this graph alone: no input, output, constant or state. */
bool tensor_is_internal(const struct graph *g, int32_t tensor);
/* Element i of a constant of float32. */
float float_at(const struct tensor *t, int64_t i);
/* Zero times any of them is zero: of floats that are constant, and of integers. */
bool weights_are_finite(const struct tensor *weights);
/* The operator that alone reads the tensor, once; -1 if there is none. */
int32_t only_reader(const struct graph *g, int32_t tensor);
/* As graph_add_op(), but it becomes operator i: those from i on move up by one. */
struct op *graph_insert_op(struct model *m, struct graph *g, int32_t i, enum op_id id, int n_in, const int32_t *in,
                           int n_out, const int32_t *out);
/* A frame whose errors go nowhere, for asking whether something is possible. */
#define QUIET(name)                                                                                                    \
    struct report_text name##_text = {.status = MOTE_OK};                                                              \
    const struct frame name = {.index = -1, .sink = &name##_text}

#endif

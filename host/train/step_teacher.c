/* SPDX-License-Identifier: Apache-2.0 */
/* A teacher in a training step: another network beside the one that is trained, on the same samples. */
#include "host/train/stepping.h"

/* Its tensors, in the graph; those of inputs are the network's. */
static int32_t *copy_tensors(struct stepping *s, const struct graph *from, int32_t batch)
{
    int32_t *copies = pool_array(s->pool, (size_t)from->n_tensors, sizeof *copies);

    for (int32_t i = 0; i < from->n_tensors; i++) {
        struct tensor t = from->tensors[i];

        t.name = pool_printf(s->pool, "teacher/%s", t.name);
        t.state = false;
        if (t.data == NULL && t.rank > 0 && t.dims[0] == 1)
            t.dims[0] = batch;
        copies[i] = i == from->inputs[0] ? s->out->input : graph_add_tensor(s->m, s->g, &t);
    }
    return copies;
}

/* As it is for inference; returns its logits. Sequences begin at zero. */
static int32_t add_teacher(struct stepping *s, int32_t batch)
{
    const struct graph *from = &s->t->teacher->graphs[0];
    const int32_t *copies = copy_tensors(s, from, batch);
    int32_t logits = from->outputs[0];

    for (int32_t i = 0; i < from->n_ops; i++) {
        struct op op = from->ops[i];

        if (op.id == OP_SOFTMAX && op.out[0] == from->outputs[0]) {
            logits = op.in[0];
            continue;
        }
        if (op.id == OP_NOP)
            continue;
        op.in = pool_copy(s->pool, op.in, (size_t)op.n_in * sizeof *op.in);
        op.out = pool_copy(s->pool, op.out, (size_t)op.n_out * sizeof *op.out);
        for (int32_t k = 0; k < op.n_in; k++)
            op.in[k] = op.in[k] == TENSOR_ABSENT || k >= stepping_first_state(&op) ? TENSOR_ABSENT : copies[op.in[k]];
        for (int32_t k = 0; k < op.n_out; k++)
            op.out[k] = copies[op.out[k]];
        stepping_copy(s, &op);
    }
    return copies[logits];
}

/* ---- the loss ---- */
void stepping_taught_loss(struct stepping *s, int32_t result, int32_t batch)
{
    struct training_graph *out = s->out;
    const int32_t teacher = add_teacher(s, batch);

    *(struct soft_cross_entropy_opts *)graph_add_op(s->m, s->g, OP_SOFT_CROSS_ENTROPY, 3,
                                                    (int32_t[]){result, out->target, teacher}, 2,
                                                    (int32_t[]){out->loss, out->output})
         ->opts = (struct soft_cross_entropy_opts){s->t->stage.temperature, s->t->stage.teacher};
}

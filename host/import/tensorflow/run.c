/* SPDX-License-Identifier: Apache-2.0 */
/* Nodes run: each finds its inputs and says what its outputs are. */
#include "host/import/tensorflow/ops.h"

#define NODES_MAX 65536 /* that run, those of loops again and again */

/* Lists of no numbers are values like others where shapes are computed; nobody computes with no elements. */
static bool takes_empty(const struct tf_node *node)
{
    static const char *const names[] = {"Cast", "ConcatV2", "Identity", "Enter", "Fill",        "Shape",
                                        "Size", "Rank",     "Merge",    "Pack",  "StridedSlice"};

    for (size_t i = 0; i < COUNT(names); i++)
        if (strcmp(node->def->op, names[i]) == 0)
            return true;
    return false;
}

/* The node's inputs; false: there is nothing to run, or it has been. */
static bool find_inputs(struct build *r, struct tf_node *node)
{
    struct tf *tf = tf_of(r);
    bool dead = false, random = false;

    tf->in = pool_array(r->pool, (size_t)node->n_in, sizeof *tf->in);
    for (int i = 0; i < node->n_in; i++) {
        tf->in[i] = tf->nodes[node->from[i].node].out[node->from[i].output];
        dead |= tf->in[i] == TF_DEAD;
        random |= tf->in[i] <= TF_RANDOM;
        if (tf->in[i] == TENSOR_ABSENT)
            build_fail(r, MOTE_ERR_UNSUPPORTED, "input %d is output %d of '%s', which is not one that Mote makes", i,
                       (int)node->from[i].output, printable(r->pool, tf->nodes[node->from[i].node].def->name));
    }
    if (r->status == MOTE_OK && dead && strcmp(node->def->op, "Merge") != 0) {
        for (int i = 0; i < node->n_out; i++)
            tf_out(r, i, TF_DEAD);
        return false;
    }
    if (r->status == MOTE_OK && random) {
        tf_run_random(r);
        return false;
    }
    if (r->status == MOTE_OK && node->n_in > 0 && tf->in[0] >= 0 && tensor_elements(tensor_at(r, tf->in[0])) == 0 &&
        !takes_empty(node))
        build_fail(r, MOTE_ERR_SHAPE, "input 0 is empty");
    return r->status == MOTE_OK;
}

void tf_run(struct build *r, int32_t index, const struct frame *at)
{
    struct tf *tf = tf_of(r);
    struct tf_node *node = &tf->nodes[index];
    const struct frame here = tf_frame(r, index, at);
    const int32_t first = r->g->n_ops;

    if (r->status != MOTE_OK)
        return;
    assert(node->op != NULL);
    r->at = &here;
    tf->index = index;
    if (++tf->n_run > NODES_MAX)
        build_fail(r, MOTE_ERR_MEMORY, "more than %d nodes, with those of loops each time", NODES_MAX);
    if (has_room(r, node->n_in * (int64_t)sizeof(int32_t)) && find_inputs(r, node))
        node->op->read(r);
    build_number(r, first, node->def->name, node->ran ? -1 : index); /* of a loop the first time */
    node->ran = true;
    r->at = at;
}

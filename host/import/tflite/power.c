/* SPDX-License-Identifier: Apache-2.0 */
#include "host/import/tflite/power.h"

#include "host/import/build.h"
#include "host/import/power.h"

static enum mote_status want_floats(const struct tfl_lists *l, const struct graph *g, const struct frame *at)
{
    if (l->n_in != 2 || l->n_out != 1 || l->in[0] == TENSOR_ABSENT || l->in[1] == TENSOR_ABSENT)
        return fail(at, MOTE_ERR_FORMAT, "it has not two inputs and one output");
    for (int i = 0; i < 2; i++)
        if (g->tensors[l->in[i]].type != TYPE_F32)
            return fail(at, MOTE_ERR_UNSUPPORTED, "input %d is %s: powers are of f32", i,
                        type_name(g->tensors[l->in[i]].type));
    return MOTE_OK;
}

/* Whoever makes the result makes the file's tensor; what no operator made, an input or a constant, is copied to it. */
static void name_result(struct graph *g, struct model *m, int32_t first, int32_t made, int32_t out)
{
    for (int32_t i = first; i < g->n_ops; i++)
        if (g->ops[i].out[0] == made) {
            g->ops[i].out[0] = out;
            return;
        }
    graph_add_op(m, g, OP_RESHAPE, 1, &made, 1, &out);
}

enum mote_status tfl_read_power(struct tfl_reader *r, const struct tfl_lists *l, struct graph *g, int32_t index,
                                const struct frame *at)
{
    struct build b = {.pool = r->pool, .m = r->out, .g = g, .limit = r->limit, .at = at};
    const int32_t first = g->n_ops;
    int32_t made;

    TRY(want_floats(l, g, at));
    made = power(&b, l->in[0], l->in[1]);
    if (b.status != MOTE_OK)
        return b.status;
    name_result(g, r->out, first, made, l->out[0]);
    for (int32_t i = first; i < g->n_ops; i++)
        g->ops[i].source = index;
    return MOTE_OK;
}

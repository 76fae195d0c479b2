/* SPDX-License-Identifier: Apache-2.0 */
#include "host/import/tflite/power.h"

#include "host/import/build.h"
#include "host/import/power.h"

static enum mote_status want_numbers(const struct tfl_lists *l, const struct graph *g, const struct frame *at)
{
    enum mote_type type;

    if (l->n_in != 2 || l->n_out != 1 || l->in[0] == TENSOR_ABSENT || l->in[1] == TENSOR_ABSENT)
        return fail(at, MOTE_ERR_FORMAT, "it has not two inputs and one output");
    type = g->tensors[l->in[0]].type;
    if (type != TYPE_F32 && type != TYPE_S32)
        return fail(at, MOTE_ERR_UNSUPPORTED, "input 0 is %s: powers are of f32 and s32", type_name(type));
    if (g->tensors[l->in[1]].type != type)
        return fail(at, MOTE_ERR_UNSUPPORTED, "input 1 is %s, input 0 %s", type_name(g->tensors[l->in[1]].type),
                    type_name(type));
    return MOTE_OK;
}

void tfl_name_result(struct tfl_reader *r, struct graph *g, int32_t first, int32_t made, int32_t out, int32_t index)
{
    bool found = false;

    for (int32_t i = first; i < g->n_ops && !found; i++)
        if (g->ops[i].out[0] == made) {
            g->ops[i].out[0] = out;
            found = true;
        }
    for (int32_t i = first; i < g->n_ops && found; i++)
        for (int32_t k = 0; k < g->ops[i].n_in; k++)
            if (g->ops[i].in[k] == made)
                g->ops[i].in[k] = out;
    if (!found)
        graph_add_op(r->out, g, OP_RESHAPE, 1, &made, 1, &out);
    for (int32_t i = first; i < g->n_ops; i++)
        g->ops[i].source = index;
}

enum mote_status tfl_read_power(struct tfl_reader *r, const struct tfl_lists *l, struct graph *g, int32_t index,
                                const struct frame *at)
{
    struct build b = {.pool = r->pool, .m = r->out, .g = g, .limit = r->limit, .at = at};
    const int32_t first = g->n_ops;
    int32_t made;

    TRY(want_numbers(l, g, at));
    made = (g->tensors[l->in[0]].type == TYPE_S32 ? power_s32 : power)(&b, l->in[0], l->in[1]);
    if (b.status != MOTE_OK)
        return b.status;
    tfl_name_result(r, g, first, made, l->out[0], index);
    return MOTE_OK;
}

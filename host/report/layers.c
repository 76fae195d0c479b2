/* SPDX-License-Identifier: Apache-2.0 */
#include "host/report/layers.h"

#include "host/graph/op_info.h"

/* Shapes, axes and the like are integers beside which nothing is multiplied. */
static bool is_parameter(const struct tensor *t, int64_t macs)
{
    return t->data != NULL && (macs > 0 || (t->type != TYPE_S32 && t->type != TYPE_S64));
}

static int64_t count_parameters(const struct graph *g, const struct op *op, int64_t macs, bool *seen)
{
    int64_t sum = 0;

    for (int32_t i = 0; i < op->n_in; i++) {
        int32_t t = op->in[i];

        if (t == TENSOR_ABSENT || seen[t] || !is_parameter(&g->tensors[t], macs))
            continue;
        seen[t] = true;
        sum += tensor_elements(&g->tensors[t]);
    }
    return sum;
}

static struct layer_row row_of(struct pool *pool, const struct graph *g, const struct op *op, bool *seen)
{
    const struct tensor *out = op_out(g, op, 0);
    const char *name = op->name != NULL && op->name[0] != '\0' ? op->name : out->name;
    int64_t macs = op_macs(g, op);
    char shape[96];

    return (struct layer_row){
        .name = name != NULL ? name : "",
        .op = op_info[op->id].NAME,
        .shape = pool_strdup(pool, shape_text(out, shape)),
        .parameters = count_parameters(g, op, macs, seen),
        .macs = macs,
    };
}

struct layer_row *layers_of(struct pool *pool, const struct graph *g, size_t *n)
{
    struct layer_row *rows = pool_array(pool, (size_t)g->n_ops, sizeof *rows);
    bool *seen = pool_array(pool, (size_t)g->n_tensors, sizeof *seen);

    *n = 0;
    for (int32_t i = 0; i < g->n_ops; i++)
        if (g->ops[i].id != OP_NOP && g->ops[i].n_out > 0)
            rows[(*n)++] = row_of(pool, g, &g->ops[i], seen);
    return rows;
}

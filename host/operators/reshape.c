/* SPDX-License-Identifier: Apache-2.0 */
/* RESHAPE: the same bytes under another shape: the one that the file gives the output, if it holds as many elements, as
 * the reference never looks further. Else the second input, if it is a constant; one -1 in it is worked out. */
#include "host/gradient/gradient.h"
#include "host/operators/elementwise.h"

/* Replaces one DIM_UNKNOWN by what the number of elements asks for. */
static enum mote_status fill_in(int64_t elements, int64_t n, int64_t dims[RANK_MAX], const struct frame *at)
{
    int64_t known = 1, *hole = NULL;

    for (int64_t d = 0; d < n; d++) {
        if (dims[d] == DIM_UNKNOWN && hole == NULL) {
            hole = &dims[d];
            continue;
        }
        if (dims[d] < 1 || dims[d] > TENSOR_BYTES_MAX || known * dims[d] > TENSOR_BYTES_MAX)
            return fail(at, MOTE_ERR_SHAPE, "dimension %lld of the new shape is %lld", (long long)d,
                        (long long)dims[d]);
        known *= dims[d];
    }
    if (elements < 0)
        return MOTE_OK;
    if (hole != NULL && elements % known == 0)
        *hole = elements / known;
    if (hole == NULL ? elements != known : elements % known != 0)
        return fail(at, MOTE_ERR_SHAPE, "%lld elements do not fill the new shape", (long long)elements);
    return MOTE_OK;
}

static enum mote_status infer_reshape(const struct model *m, struct graph *g, const struct op *op,
                                      const struct frame *at)
{
    const struct tensor *in = op_in(g, op, 0), *shape = op_in(g, op, 1);
    struct tensor *out = op_out(g, op, 0);
    int64_t dims[2 * RANK_MAX], n = out->rank, elements = tensor_elements(in);
    bool given = n > 0 && elements >= 0 && tensor_elements(out) == elements;

    (void)m;
    TRY(want_rank(at, in, "input", 0, RANK_MAX));
    memcpy(dims, out->dims, sizeof out->dims);
    if (!given && shape != NULL && shape->data != NULL)
        TRY(want_ints(at, g, op, 1, "new shape", 0, RANK_MAX, &n, dims));
    TRY(fill_in(elements, n, dims, at));
    return infer_set(at, out, (int)n, dims);
}

static enum mote_status lower_reshape(struct lowering *l, const struct op *op, const struct frame *at)
{
    return lower_same_bytes(l, op, at);
}

static enum mote_status gradient_reshape(struct backward *b, int32_t i, int32_t d, const struct frame *at)
{
    const struct op op = b->g->ops[i];
    struct tensor like = *op_in(b->g, &op, 0);
    int32_t out;

    (void)at;
    like.name = pool_printf(b->m->pool, "%s/grad", b->name);
    like.source = -1;
    out = graph_add_tensor(b->m, b->g, &like);
    gradient_op(b, OP_RESHAPE, 1, &d, 1, &out, NULL);
    gradient_give(b, op.in[0], out);
    return MOTE_OK;
}

const struct operator operator_reshape = {
    .infer = infer_reshape,
    .lower = lower_reshape,
    .scales = {.form = FORM_SAME, .wide = true},
    .gradient = gradient_reshape,
};

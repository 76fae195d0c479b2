/* SPDX-License-Identifier: Apache-2.0 */
/* Small operators of constants are computed as they are appended: the device's kernels compute what they can, and this
 * the arithmetic of shapes, for which devices have no kernel. Large ones stay for the pass that folds. */
#include "host/import/onnx/onnx.h"
#include "host/run/compute.h"

#define SMALL 4096 /* elements of an output */

static bool is_foldable(const struct onnx *r, const struct op *op)
{
    if (op->n_in == 0 || op_info[op->id].is->lower == NULL)
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

/* ---- integers ---- */
/* The element of `t` that is broadcast to element i of `out`. */
static int64_t value_for(const struct tensor *t, const struct tensor *out, int64_t i)
{
    int64_t at = 0, stride = 1;

    for (int d = out->rank - 1, own = t->rank - 1; d >= 0; i /= out->dims[d--], own--) {
        if (own < 0 || t->dims[own] == 1)
            continue;
        at += i % out->dims[d] * stride;
        stride *= t->dims[own];
    }
    return const_int(t, at);
}

static bool compute_s32(enum op_id id, int64_t a, int64_t b, int64_t *out)
{
    switch (id) {
    case OP_ADD:
        *out = a + b;
        return true;
    case OP_SUB:
        *out = a - b;
        return true;
    case OP_MUL:
        *out = a * b;
        return true;
    case OP_DIV: /* toward zero */
        *out = b != 0 ? a / b : 0;
        return b != 0;
    case OP_MINIMUM:
        *out = a < b ? a : b;
        return true;
    case OP_MAXIMUM:
        *out = a > b ? a : b;
        return true;
    default:
        return false;
    }
}

static bool fold_s32(struct onnx *r, const struct op *op)
{
    struct tensor *out = op_out(r->g, op, 0);
    const struct tensor *a = op_in(r->g, op, 0), *b = op_in(r->g, op, 1);
    int64_t n = tensor_elements(out), value;
    int32_t *data;

    if (op->n_in != 2 || a->type != TYPE_S32 || b->type != TYPE_S32 || !compute_s32(op->id, 1, 1, &value))
        return false;
    data = pool_array(r->pool, (size_t)n, sizeof *data);
    for (int64_t i = 0; i < n; i++) {
        if (!compute_s32(op->id, value_for(a, out, i), value_for(b, out, i), &value) || value != (int32_t)value)
            return false;
        data[i] = (int32_t)value;
    }
    out->data = (const uint8_t *)data;
    return true;
}

bool onnx_fold(struct onnx *r, struct op *op)
{
    struct report_text lost = {.status = MOTE_OK};
    const struct frame nowhere = {.index = -1, .sink = &lost};

    if (!is_foldable(r, op))
        return false;
    return fold_s32(r, op) || op_compute(r->m, r->g, op, &nowhere) == MOTE_OK;
}

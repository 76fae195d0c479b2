/* SPDX-License-Identifier: Apache-2.0 */
/* Constants, and what changes shapes and types but no element's place. */
#include "host/import/onnx/ops.h"

void onnx_identity(struct build *r) { node_out(r, 0, node_in(r, 0)); }

/* ---- constants ---- */
static int32_t add_attribute(struct build *r, const Onnx__AttributeProto *a)
{
    struct tensor t;

    if (a->t) {
        r->status = onnx_read_tensor(r->pool, onnx_of(r)->path, a->t, &t, r->at);
        return r->status == MOTE_OK ? graph_add_tensor(r->m, r->g, &t) : TENSOR_ABSENT;
    }
    if (a->has_f)
        return add_float(r, a->f);
    if (a->has_i)
        return reshape(r, add_ints(r, 1, &a->i), 0, NULL);
    if (a->n_floats > 0)
        return add_const(r, TYPE_F32, 1, (int64_t[]){(int64_t)a->n_floats}, a->floats);
    if (a->n_ints > 0)
        return add_ints(r, (int)a->n_ints, a->ints);
    build_fail(r, MOTE_ERR_UNSUPPORTED, "a constant that is neither numbers nor a dense tensor");
    return TENSOR_ABSENT;
}

void onnx_constant(struct build *r)
{
    for (size_t i = 0; i < onnx_of(r)->node->n_attribute; i++)
        if (onnx_of(r)->node->attribute[i]->name && strncmp(onnx_of(r)->node->attribute[i]->name, "value", 5) == 0) {
            node_out(r, 0, add_attribute(r, onnx_of(r)->node->attribute[i]));
            return;
        }
    build_fail(r, MOTE_ERR_FORMAT, "a constant without a value");
}

/* A constant that is false. */
static bool is_off(const struct build *r, int32_t tensor)
{
    const struct tensor *t = tensor_at(r, tensor);

    return t->data && t->type == TYPE_BOOL && tensor_elements(t) == 1 && t->data[0] == 0;
}

/* Nothing is dropped where a network is used; its mask is all ones. */
void onnx_dropout(struct build *r)
{
    int32_t x = node_in(r, 0), training = node_in_or(r, 2, TENSOR_ABSENT);
    int64_t n = tensor_elements(tensor_at(r, x));
    const struct tensor t = *tensor_at(r, x);

    if (training != TENSOR_ABSENT && !is_off(r, training) &&
        !(is_const(r, node_in(r, 1)) && const_float(r, node_in(r, 1), "the ratio") == 0))
        build_fail(r, MOTE_ERR_UNSUPPORTED, "a Dropout in training mode");
    node_out(r, 0, x);
    if (node_wants(r, 1) && r->status == MOTE_OK && has_room(r, n))
        node_out(r, 1, add_const(r, TYPE_BOOL, t.rank, t.dims, memset(pool_alloc(r->pool, (size_t)n), 1, (size_t)n)));
}

void onnx_cast(struct build *r)
{
    enum mote_type to;

    if (onnx_of(r)->opset < 6) {
        build_fail(r, MOTE_ERR_UNSUPPORTED, "a Cast of opset %lld", (long long)onnx_of(r)->opset);
        return;
    }
    if (r->status == MOTE_OK && !node_attr(r, "to"))
        build_fail(r, MOTE_ERR_FORMAT, "no attribute to, the type");
    to = node_type(r, "to", TYPE_NONE);
    if (r->status == MOTE_OK)
        node_out(r, 0, cast(r, node_in(r, 0), to));
}

void onnx_cast_like(struct build *r)
{
    enum mote_type type = tensor_at(r, node_in(r, 1))->type;

    node_out(r, 0, cast(r, node_in(r, 0), type));
}

/* ---- shapes ---- */
void onnx_shape(struct build *r)
{
    const struct tensor t = *tensor_at(r, node_in(r, 0));
    int64_t begin = node_int(r, "start", 0), end = node_int(r, "end", t.rank);

    begin = begin < 0 ? begin + t.rank : begin;
    end = end < 0 ? end + t.rank : end;
    begin = begin < 0 ? 0 : begin > t.rank ? t.rank : begin;
    end = end < begin ? begin : end > t.rank ? t.rank : end;
    node_out(r, 0, add_ints(r, (int)(end - begin), t.dims + begin));
}

void onnx_size(struct build *r)
{
    int64_t n = tensor_elements(tensor_at(r, node_in(r, 0)));

    node_out(r, 0, reshape(r, add_ints(r, 1, &n), 0, NULL));
}

void onnx_reshape(struct build *r)
{
    int32_t x = node_in(r, 0);
    const struct tensor t = *tensor_at(r, x);
    bool zeros = node_int(r, "allowzero", 0) != 0;
    int64_t dims[RANK_MAX], known = 1;
    int n, hole = -1;

    node_list(r, "shape", 1, RANK_MAX, &n, dims);
    if (r->status == MOTE_OK && n < 0)
        build_fail(r, MOTE_ERR_FORMAT, "the new shape is missing");
    for (int d = 0; d < n; d++) {
        if (dims[d] == 0 && !zeros)
            dims[d] = d < t.rank ? t.dims[d] : 0;
        if (dims[d] == -1 && hole < 0)
            hole = d;
        else if (dims[d] < 0 || dims[d] > INT32_MAX)
            build_fail(r, MOTE_ERR_SHAPE, "dimension %d of the new shape is %lld", d, (long long)dims[d]);
        else
            known = known * dims[d] > INT32_MAX ? INT32_MAX : known * dims[d];
    }
    if (hole >= 0)
        dims[hole] = known > 0 ? tensor_elements(&t) / known : 0;
    node_out(r, 0, reshape(r, x, n, dims));
}

void onnx_flatten(struct build *r)
{
    int32_t x = node_in(r, 0);
    const struct tensor t = *tensor_at(r, x);
    int64_t axis = node_int(r, "axis", 1), dims[2] = {1, 1};

    axis = axis < 0 ? axis + t.rank : axis;
    if (axis < 0 || axis > t.rank)
        build_fail(r, MOTE_ERR_VALUE, "axis %lld of %d dimensions", (long long)axis, t.rank);
    for (int d = 0; d < t.rank; d++)
        dims[d >= axis] *= t.dims[d];
    node_out(r, 0, reshape(r, x, 2, dims));
}

void onnx_squeeze(struct build *r)
{
    int32_t x = node_in(r, 0);
    const struct tensor t = *tensor_at(r, x);
    int64_t axes[RANK_MAX], dims[RANK_MAX];
    int n, rank = 0;
    unsigned gone = 0;

    node_list(r, "axes", 1, RANK_MAX, &n, axes);
    for (int i = 0; i < n; i++)
        gone |= 1u << axis_of(r, axes[i], t.rank);
    for (int d = 0; d < t.rank; d++)
        if (n >= 0 ? !(gone >> d & 1) : t.dims[d] != 1)
            dims[rank++] = t.dims[d];
    node_out(r, 0, reshape(r, x, rank, dims));
}

void onnx_unsqueeze(struct build *r)
{
    int32_t x = node_in(r, 0);
    const struct tensor t = *tensor_at(r, x);
    int64_t axes[RANK_MAX], dims[RANK_MAX];
    unsigned fresh = 0;
    int n, own = 0;

    node_list(r, "axes", 1, RANK_MAX, &n, axes);
    if (r->status == MOTE_OK && (n < 0 || t.rank + n > RANK_MAX))
        build_fail(r, MOTE_ERR_UNSUPPORTED, "%d dimensions more than %d", n, t.rank);
    for (int i = 0; i < n && r->status == MOTE_OK; i++)
        fresh |= 1u << axis_of(r, axes[i], t.rank + n);
    for (int d = 0; d < t.rank + n && r->status == MOTE_OK; d++)
        dims[d] = fresh >> d & 1 ? 1 : own < t.rank ? t.dims[own++] : 1;
    node_out(r, 0, reshape(r, x, t.rank + n, dims));
}

void onnx_transpose(struct build *r)
{
    int32_t x = node_in(r, 0);
    int rank = tensor_at(r, x)->rank, perm[RANK_MAX], n;
    int64_t list[RANK_MAX];
    unsigned seen = 0;

    node_ints(r, "perm", RANK_MAX, &n, list);
    for (int d = 0; d < rank; d++) {
        perm[d] = n < 0 ? rank - 1 - d : d < n ? axis_of(r, list[d], rank) : 0;
        seen |= 1u << perm[d];
    }
    if (r->status == MOTE_OK && ((n >= 0 && n != rank) || seen != (1u << rank) - 1))
        build_fail(r, MOTE_ERR_VALUE, "perm is no permutation of %d dimensions", rank);
    node_out(r, 0, transpose(r, x, perm));
}

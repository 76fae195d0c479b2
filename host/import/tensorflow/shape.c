/* SPDX-License-Identifier: Apache-2.0 */
/* Constants, what hands its input on, casts, changes of shape. */
#include <math.h>

#include "host/import/tensorflow/ops.h"

void tf_const(struct build *r)
{
    const Tf__AttrValue *a = tf_attr(r, "value");
    struct tensor t = {.type = TYPE_NONE};

    if (!a || a->value_case != TF__ATTR_VALUE__VALUE_TENSOR)
        build_fail(r, MOTE_ERR_FORMAT, "attribute value is no tensor");
    if (r->status == MOTE_OK && a)
        r->status = tf_read_tensor(r, a->tensor, &t, r->at);
    if (r->status == MOTE_OK)
        tf_out(r, 0, add_const(r, t.type, t.rank, t.dims, t.data));
}

/* Inputs are there before nodes run (import.c). */
void tf_placeholder(struct build *r) { (void)r; }

void tf_identity(struct build *r) { tf_out(r, 0, tf_in(r, 0)); }

void tf_identity_n(struct build *r)
{
    for (int i = 0; i < tf_inputs(r); i++)
        tf_out(r, i, tf_in(r, i));
}

void tf_no_op(struct build *r) { (void)r; }

void tf_cast(struct build *r)
{
    const enum mote_type type = tf_type(r, "DstT", TYPE_F32);

    tf_out(r, 0, cast(r, tf_in(r, 0), type));
}

void tf_shape(struct build *r)
{
    const struct tensor *t = tensor_at(r, tf_in(r, 0));

    tf_out(r, 0, add_ints(r, t->rank, t->dims));
}

static int32_t add_int(struct build *r, int64_t value) { return reshape(r, add_ints(r, 1, &value), 0, NULL); }

void tf_size(struct build *r) { tf_out(r, 0, add_int(r, tensor_elements(tensor_at(r, tf_in(r, 0))))); }

void tf_rank(struct build *r) { tf_out(r, 0, add_int(r, tensor_at(r, tf_in(r, 0))->rank)); }

/* ---- shapes ---- */
/* The dimension that is -1, if one is, takes what the others leave. */
static void fill_in(struct build *r, int64_t elements, int rank, int64_t *dims)
{
    int64_t known = 1;
    int open = -1;

    for (int d = 0; d < rank && r->status == MOTE_OK; d++) {
        if (dims[d] < -1 || dims[d] > INT32_MAX || (dims[d] == -1 && open >= 0))
            build_fail(r, MOTE_ERR_SHAPE, "dimension %d of the shape is %lld", d, (long long)dims[d]);
        else if (dims[d] == -1)
            open = d;
        else if (dims[d] > 0 && known <= TENSOR_BYTES_MAX)
            known *= dims[d];
    }
    if (open >= 0)
        dims[open] = elements / known;
}

void tf_reshape(struct build *r)
{
    int32_t x = tf_in(r, 0);
    int64_t dims[RANK_MAX];
    int rank;

    const_ints(r, tf_in(r, 1), "the shape", RANK_MAX, &rank, dims);
    fill_in(r, tensor_elements(tensor_at(r, x)), rank, dims);
    if (r->status == MOTE_OK)
        tf_out(r, 0, reshape(r, x, rank, dims));
}

void tf_squeeze(struct build *r)
{
    int32_t x = tf_in(r, 0);
    const struct tensor t = *tensor_at(r, x);
    bool named[RANK_MAX] = {false};
    int64_t axes[RANK_MAX], dims[RANK_MAX];
    int n, rank = 0;

    tf_ints(r, tf_attr(r, "axis") ? "axis" : "squeeze_dims", RANK_MAX, &n, axes);
    for (int i = 0; i < n && r->status == MOTE_OK; i++) {
        const int d = axis_of(r, axes[i], t.rank);

        named[d] = true;
        if (r->status == MOTE_OK && t.dims[d] != 1)
            build_fail(r, MOTE_ERR_SHAPE, "dimension %d is %lld, not 1", d, (long long)t.dims[d]);
    }
    for (int d = 0; d < t.rank; d++)
        if (n > 0 ? !named[d] : t.dims[d] != 1)
            dims[rank++] = t.dims[d];
    if (r->status == MOTE_OK)
        tf_out(r, 0, reshape(r, x, rank, dims));
}

void tf_expand_dims(struct build *r)
{
    int32_t x = tf_in(r, 0);
    const struct tensor t = *tensor_at(r, x);
    const int64_t axis = tf_number(r, 1, "the axis");
    int64_t dims[RANK_MAX];
    int at;

    if (r->status == MOTE_OK && t.rank >= RANK_MAX)
        build_fail(r, MOTE_ERR_UNSUPPORTED, "more than %d dimensions", RANK_MAX);
    at = axis_of(r, axis, t.rank + 1);
    if (r->status != MOTE_OK)
        return;
    for (int d = 0; d <= t.rank; d++)
        dims[d] = d == at ? 1 : t.dims[d < at ? d : d - 1];
    tf_out(r, 0, reshape(r, x, t.rank + 1, dims));
}

void tf_transpose(struct build *r)
{
    int32_t x = tf_in(r, 0);
    const int rank = tensor_at(r, x)->rank;
    bool seen[RANK_MAX] = {false};
    int64_t list[RANK_MAX];
    int n, perm[RANK_MAX];

    const_ints(r, tf_in(r, 1), "the permutation", RANK_MAX, &n, list);
    if (r->status == MOTE_OK && n != rank)
        build_fail(r, MOTE_ERR_FORMAT, "a permutation of %d dimensions for %d", n, rank);
    for (int d = 0; d < rank && r->status == MOTE_OK; d++) {
        perm[d] = axis_of(r, list[d], rank);
        if (seen[perm[d]])
            build_fail(r, MOTE_ERR_VALUE, "dimension %d is twice in the permutation", perm[d]);
        seen[perm[d]] = true;
    }
    if (r->status == MOTE_OK)
        tf_out(r, 0, transpose(r, x, perm));
}

/* ---- made of shapes ---- */
void tf_fill(struct build *r)
{
    int32_t in[] = {tf_in(r, 0), tf_in(r, 1)};

    tf_out(r, 0, emit(r, OP_FILL, NULL, tensor_at(r, in[1])->type, 2, in));
}

void tf_zeros_like(struct build *r) { tf_out(r, 0, emit_unary(r, OP_ZEROS_LIKE, tf_in(r, 0))); }

void tf_ones_like(struct build *r)
{
    const struct tensor t = *tensor_at(r, tf_in(r, 0));
    int32_t one = cast(r, add_float(r, 1), t.type);

    tf_out(r, 0, emit(r, OP_FILL, NULL, t.type, 2, (int32_t[]){add_ints(r, t.rank, t.dims), one}));
}

static double number_at(struct build *r, int i, const char *what)
{
    if (tensor_at(r, tf_in(r, i))->type == TYPE_F32)
        return (double)const_float(r, tf_in(r, i), what);
    return (double)tf_number(r, i, what);
}

void tf_range(struct build *r)
{
    const double start = number_at(r, 0, "start"), limit = number_at(r, 1, "limit"), delta = number_at(r, 2, "delta");
    const enum mote_type type = tensor_at(r, tf_in(r, 0))->type;
    const bool floats = type == TYPE_F32;
    const double count = r->status == MOTE_OK ? ceil((limit - start) / delta) : 0;
    const int64_t n = count > 0 ? (count < INT32_MAX ? (int64_t)count : INT32_MAX) : 0;
    int32_t *data = add_indices(r, n);

    if (r->status == MOTE_OK && (tensor_at(r, tf_in(r, 1))->type != type || tensor_at(r, tf_in(r, 2))->type != type))
        build_fail(r, MOTE_ERR_TYPE, "start, limit and delta are of several types");
    for (int64_t i = 0; i < n && r->status == MOTE_OK; i++) {
        const double value = start + (double)i * delta;
        const float real = (float)value;

        data[i] = floats ? 0 : (int32_t)value;
        if (floats)
            memcpy(&data[i], &real, sizeof real);
    }
    if (r->status == MOTE_OK)
        tf_out(r, 0, add_const(r, floats ? TYPE_F32 : TYPE_S32, 1, &n, data));
}

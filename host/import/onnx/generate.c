/* SPDX-License-Identifier: Apache-2.0 */
/* Tensors that are made from shapes and numbers that are constants. */
#include <math.h>

#include "host/import/onnx/ops.h"

static int32_t fill(struct build *r, const struct tensor *value, int rank, const int64_t *dims)
{
    struct tensor out = {.type = value->type, .rank = rank};
    size_t size = (size_t)type_bits(value->type) / 8, n;
    uint8_t *data;

    memcpy(out.dims, dims, (size_t)rank * sizeof *dims);
    if (r->status != MOTE_OK || !has_room(r, tensor_bytes(&out)))
        return TENSOR_ABSENT;
    n = (size_t)tensor_elements(&out);
    data = pool_array(r->pool, n + 1, size);
    for (size_t i = 0; i < n; i++)
        memcpy(data + i * size, value->data, size);
    return add_const(r, value->type, rank, dims, data);
}

void onnx_constant_of_shape(struct build *r)
{
    const Onnx__AttributeProto *a = node_attr(r, "value");
    static const float zero;
    struct tensor value = {.type = TYPE_F32, .data = (const uint8_t *)&zero};
    int64_t dims[RANK_MAX];
    int rank;

    const_ints(r, node_in(r, 0), "the shape", RANK_MAX, &rank, dims);
    if (r->status == MOTE_OK && a && a->t)
        r->status = onnx_read_tensor(r->pool, onnx_of(r)->path, a->t, &value, r->at);
    if (r->status == MOTE_OK && tensor_elements(&value) != 1)
        build_fail(r, MOTE_ERR_FORMAT, "the value is no single number");
    for (int d = 0; d < rank && r->status == MOTE_OK; d++)
        if (dims[d] < 0)
            build_fail(r, MOTE_ERR_SHAPE, "dimension %d is %lld", d, (long long)dims[d]);
    node_out(r, 0, fill(r, &value, rank, dims));
}

static double number_at(struct build *r, int i, const char *what)
{
    int64_t value;
    int n;

    if (tensor_at(r, node_in(r, i))->type == TYPE_F32)
        return (double)const_float(r, node_in(r, i), what);
    const_ints(r, node_in(r, i), what, 1, &n, &value);
    if (r->status == MOTE_OK && n != 1)
        build_fail(r, MOTE_ERR_SHAPE, "%s is no number", what);
    return r->status == MOTE_OK ? (double)value : 0;
}

void onnx_range(struct build *r)
{
    double start = number_at(r, 0, "start"), limit = number_at(r, 1, "limit"), delta = number_at(r, 2, "delta");
    bool floats = tensor_at(r, node_in(r, 0))->type == TYPE_F32;
    double count;
    int64_t n;
    int32_t *data;

    for (int i = 1; i < 3; i++)
        if (r->status == MOTE_OK && (tensor_at(r, onnx_of(r)->in[i])->type == TYPE_F32) != floats)
            build_fail(r, MOTE_ERR_TYPE, "start, limit and delta of different types");
    count = r->status == MOTE_OK ? ceil((limit - start) / delta) : 0;
    n = count > 0 ? (count < INT32_MAX ? (int64_t)count : INT32_MAX) : 0;
    data = add_indices(r, n);

    for (int64_t i = 0; i < n && r->status == MOTE_OK; i++) {
        double value = start + (double)i * delta;
        float real = (float)value;

        data[i] = floats ? 0 : (int32_t)value;
        if (floats)
            memcpy(&data[i], &real, sizeof real);
    }
    if (r->status == MOTE_OK)
        node_out(r, 0, add_const(r, floats ? TYPE_F32 : TYPE_S32, 1, &n, data));
}

/* Ones where column - row is k. */
void onnx_eye_like(struct build *r)
{
    const struct tensor t = *tensor_at(r, node_in(r, 0));
    int64_t k = node_int(r, "k", 0);
    enum mote_type type = node_type(r, "dtype", t.type);
    float *data;
    int32_t out;

    if (r->status == MOTE_OK && t.rank != 2)
        build_fail(r, MOTE_ERR_SHAPE, "%d dimensions, not 2", t.rank);
    if (r->status != MOTE_OK || !has_room(r, tensor_elements(&t) * 4))
        return;
    data = pool_array(r->pool, (size_t)tensor_elements(&t), sizeof *data);
    for (int64_t i = 0; i < tensor_elements(&t); i++)
        data[i] = i % t.dims[1] - i / t.dims[1] == k;
    out = add_const(r, TYPE_F32, 2, t.dims, data);
    node_out(r, 0, cast(r, out, type));
}

/* What is above (below) a diagonal, and zeros. */
void onnx_trilu(struct build *r)
{
    int32_t x = node_in(r, 0), keep;
    const struct tensor t = *tensor_at(r, x);
    bool upper = node_int(r, "upper", 1) != 0;
    int64_t k = 0, h, w;
    uint8_t *mask;
    int n = 0;

    if (node_has(r, 1))
        const_ints(r, onnx_of(r)->in[1], "k", 1, &n, &k);
    if (r->status == MOTE_OK && t.rank < 2)
        build_fail(r, MOTE_ERR_SHAPE, "%d dimensions", t.rank);
    if (r->status != MOTE_OK)
        return;
    h = t.dims[t.rank - 2], w = t.dims[t.rank - 1];
    mask = has_room(r, h * w) ? pool_alloc(r->pool, (size_t)(h * w)) : NULL;
    for (int64_t i = 0; i < h * w && mask; i++)
        mask[i] = upper ? i % w - i / w >= k : i % w - i / w <= k;
    keep = add_const(r, TYPE_BOOL, 2, (int64_t[]){h, w}, mask);
    node_out(r, 0, emit(r, OP_SELECT_V2, NULL, t.type, 3, (int32_t[]){keep, x, add_zero(r, t.type)}));
}

/* ---- windows: a0 - a1 cos(2 pi k / n) + a2 cos(4 pi k / n), n one less if both ends are in it ---- */
static void window(struct build *r, double a0, double a1, double a2)
{
    static const double pi = 3.14159265358979323846;
    bool periodic = node_int(r, "periodic", 1) != 0;
    enum mote_type type = node_type(r, "output_datatype", TYPE_F32);
    int64_t size = 0;
    float *data;
    int n = 0;

    const_ints(r, node_in(r, 0), "the size", 1, &n, &size);
    if (r->status == MOTE_OK && (n != 1 || size < 1))
        build_fail(r, MOTE_ERR_VALUE, "a window of %lld numbers", (long long)size);
    if (r->status != MOTE_OK || !has_room(r, size * 4))
        return;
    data = pool_array(r->pool, (size_t)size, sizeof *data);
    for (int64_t k = 0; k < size; k++) {
        double x = size > 1 || periodic ? 2 * pi * (double)k / (double)(periodic ? size : size - 1) : 0;

        data[k] = (float)(a0 - a1 * cos(x) + a2 * cos(2 * x));
    }
    node_out(r, 0, cast(r, add_const(r, TYPE_F32, 1, &size, data), type));
}

void onnx_hann_window(struct build *r) { window(r, 0.5, 0.5, 0); }

void onnx_hamming_window(struct build *r) { window(r, 25.0 / 46, 21.0 / 46, 0); }

void onnx_blackman_window(struct build *r) { window(r, 0.42, 0.5, 0.08); }

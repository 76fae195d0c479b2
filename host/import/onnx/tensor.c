/* SPDX-License-Identifier: Apache-2.0 */
/* A TensorProto: its elements are little-endian bytes, or numbers in one of five lists, or in a file of their own. */
#include <float.h>
#include <math.h>

#include "host/graph/half.h"
#include "host/import/onnx/onnx.h"

enum { F32 = 1, U8, S8, U16, S16, S32, S64, STRING, BOOL, F16, F64, U32, U64, C64, C128, BF16, TYPES };

/* What an element takes in bytes, and what it becomes. */
static const struct {
    int bytes;
    enum mote_type becomes;
    const char *name;
} types[TYPES] = {
    [F32] = {4, TYPE_F32, "float"},        [U8] = {1, TYPE_U8, "uint8"},        [S8] = {1, TYPE_S8, "int8"},
    [U16] = {2, TYPE_U16, "uint16"},       [S16] = {2, TYPE_S16, "int16"},      [S32] = {4, TYPE_S32, "int32"},
    [S64] = {8, TYPE_S32, "int64"},        [BOOL] = {1, TYPE_BOOL, "bool"},     [F16] = {2, TYPE_F32, "float16"},
    [F64] = {8, TYPE_F32, "double"},       [U32] = {4, TYPE_S32, "uint32"},     [U64] = {8, TYPE_S32, "uint64"},
    [BF16] = {2, TYPE_F32, "bfloat16"},    [STRING] = {0, TYPE_NONE, "string"}, [C64] = {0, TYPE_NONE, "complex64"},
    [C128] = {0, TYPE_NONE, "complex128"},
};

enum mote_status onnx_type(int32_t data_type, enum mote_type *out, const struct frame *at)
{
    if (data_type < F32 || data_type >= TYPES)
        return fail(at, MOTE_ERR_TYPE, "element type %d is none that Mote knows", (int)data_type);
    if (types[data_type].becomes == TYPE_NONE)
        return fail(at, MOTE_ERR_TYPE, "elements of type %s, with which nothing computes here", types[data_type].name);
    *out = types[data_type].becomes;
    return MOTE_OK;
}

/* ---- one element ---- */
static uint64_t bits_at(const uint8_t *raw, int bytes, int64_t i)
{
    uint64_t bits = 0;

    memcpy(&bits, raw + i * bytes, (size_t)bytes); /* little-endian, as the host is */
    return bits;
}

static float float_of(uint32_t bits)
{
    float value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

static float real_of(int type, uint64_t bits)
{
    double value;

    if (type == F16)
        return half_value((uint16_t)bits);
    if (type == BF16)
        return float_of((uint32_t)bits << 16);
    if (type == F32)
        return float_of((uint32_t)bits);
    memcpy(&value, &bits, sizeof value);
    if (isfinite(value) && fabs(value) > (double)FLT_MAX)
        return value > 0 ? FLT_MAX : -FLT_MAX;
    return (float)value;
}

static int32_t integer_of(int type, uint64_t bits)
{
    if (type == S64)
        return saturate_s32((int64_t)bits);
    if (type == U64 || type == U32)
        return bits > INT32_MAX ? INT32_MAX : (int32_t)bits;
    return (int32_t)(uint32_t)bits;
}

/* Element i's bits as raw_data would have them. */
static uint64_t listed_bits(const Onnx__TensorProto *t, int64_t i)
{
    uint64_t bits = 0;

    switch (t->data_type) {
    case F32:
        memcpy(&bits, &t->float_data[i], sizeof *t->float_data);
        return bits;
    case F64:
        memcpy(&bits, &t->double_data[i], sizeof *t->double_data);
        return bits;
    case S64:
        return (uint64_t)t->int64_data[i];
    case U32:
    case U64:
        return t->uint64_data[i];
    default:
        return (uint32_t)t->int32_data[i];
    }
}

static size_t listed(const Onnx__TensorProto *t)
{
    switch (t->data_type) {
    case F32:
        return t->n_float_data;
    case F64:
        return t->n_double_data;
    case S64:
        return t->n_int64_data;
    case U32:
    case U64:
        return t->n_uint64_data;
    default:
        return t->n_int32_data;
    }
}

/* ---- all of them ---- */
/* `raw`: their bytes, NULL for those in a list. */
static void convert(const Onnx__TensorProto *t, const uint8_t *raw, int64_t n, enum mote_type to, uint8_t *out)
{
    size_t size = (size_t)type_bits(to) / 8;

    for (int64_t i = 0; i < n; i++) {
        uint64_t bits = raw ? bits_at(raw, types[t->data_type].bytes, i) : listed_bits(t, i);
        float real = to == TYPE_F32 ? real_of(t->data_type, bits) : 0;
        int32_t integer = to == TYPE_F32 ? 0 : integer_of(t->data_type, bits);

        if (to == TYPE_BOOL)
            integer = integer != 0;
        memcpy(out + (size_t)i * size, to == TYPE_F32 ? (const void *)&real : &integer, size);
    }
}

static enum mote_status read_elements(struct pool *pool, const Onnx__TensorProto *t, struct bytes raw,
                                      struct tensor *out, const struct frame *at)
{
    int64_t n = tensor_elements(out), size = types[t->data_type].bytes;
    bool as_is = type_bits(out->type) == size * 8 && t->data_type != U32 && t->data_type != BOOL;
    uint8_t *data;

    assert(size > 0 && out->type != TYPE_NONE);
    if (raw.data ? (int64_t)raw.size / size != n || (int64_t)raw.size % size != 0 : (int64_t)listed(t) != n)
        return fail(at, MOTE_ERR_FORMAT, "its data are %zu %s, its shape wants %lld elements",
                    raw.data ? raw.size : listed(t), raw.data ? "bytes" : "numbers", (long long)n);
    if (raw.data && as_is && (uintptr_t)raw.data % 8 == 0) {
        out->data = raw.data;
        return MOTE_OK;
    }
    data = pool_alloc(pool, (size_t)tensor_bytes(out));
    convert(t, raw.data, n, out->type, data);
    out->data = data;
    return MOTE_OK;
}

static enum mote_status read_shape(const Onnx__TensorProto *t, struct tensor *out, const struct frame *at)
{
    if (t->n_dims > RANK_MAX)
        return fail(at, MOTE_ERR_UNSUPPORTED, "%zu dimensions; Mote has up to %d", t->n_dims, RANK_MAX);
    out->rank = (int32_t)t->n_dims;
    for (int i = 0; i < out->rank; i++) {
        if (t->dims[i] < 0 || t->dims[i] > INT32_MAX)
            return fail(at, MOTE_ERR_SHAPE, "dimension %d is %lld", i, (long long)t->dims[i]);
        out->dims[i] = t->dims[i];
    }
    return build_check_size(out, at);
}

enum mote_status onnx_read_tensor(struct pool *pool, const char *path, const Onnx__TensorProto *t, struct tensor *out,
                                  const struct frame *at)
{
    const char *name = t->name ? printable(pool, t->name) : "";
    struct frame here = {at, "tensor", name, -1, NULL};
    struct bytes raw = {t->has_raw_data && t->raw_data.len > 0 ? t->raw_data.data : NULL, t->raw_data.len};

    *out = (struct tensor){.name = name, .source = -1};
    TRY(onnx_type(t->data_type, &out->type, &here));
    TRY(read_shape(t, out, &here));
    if (t->has_data_location && t->data_location == ONNX__TENSOR_PROTO__DATA_LOCATION__EXTERNAL)
        TRY(onnx_read_external(pool, path, t, &raw, &here));
    return read_elements(pool, t, raw, out, &here);
}

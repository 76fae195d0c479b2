/* SPDX-License-Identifier: Apache-2.0 */
/* A TensorProto: its elements are little-endian bytes, or numbers in one of five lists, or in a file of their own. */
#include "host/import/numbers.h"
#include "host/import/onnx/onnx.h"

enum mote_status onnx_type(int32_t data_type, enum mote_type *out, const struct frame *at)
{
    if (data_type <= NUMBER_NONE || data_type >= NUMBER_LIMIT)
        return fail(at, MOTE_ERR_TYPE, "element type %d is none that Mote knows", (int)data_type);
    if (number_info[data_type].becomes == TYPE_NONE)
        return fail(at, MOTE_ERR_TYPE, "elements of type %s, with which nothing computes here",
                    number_info[data_type].name);
    *out = number_info[data_type].becomes;
    return MOTE_OK;
}

/* Element i's bits as raw_data would have them. */
static uint64_t listed_bits(const Onnx__TensorProto *t, int64_t i)
{
    uint64_t bits = 0;

    switch (t->data_type) {
    case NUMBER_F32:
        memcpy(&bits, &t->float_data[i], sizeof *t->float_data);
        return bits;
    case NUMBER_F64:
        memcpy(&bits, &t->double_data[i], sizeof *t->double_data);
        return bits;
    case NUMBER_S64:
        return (uint64_t)t->int64_data[i];
    case NUMBER_U32:
    case NUMBER_U64:
        return t->uint64_data[i];
    default:
        return (uint32_t)t->int32_data[i];
    }
}

static size_t listed(const Onnx__TensorProto *t)
{
    switch (t->data_type) {
    case NUMBER_F32:
        return t->n_float_data;
    case NUMBER_F64:
        return t->n_double_data;
    case NUMBER_S64:
        return t->n_int64_data;
    case NUMBER_U32:
    case NUMBER_U64:
        return t->n_uint64_data;
    default:
        return t->n_int32_data;
    }
}

/* ---- all of them ---- */
static void convert(const Onnx__TensorProto *t, const uint8_t *raw, int64_t n, enum mote_type to, uint8_t *out)
{
    size_t size = (size_t)type_bits(to) / 8;

    if (raw)
        numbers_convert((enum number)t->data_type, raw, n, out);
    for (int64_t i = 0; i < n && !raw; i++)
        number_store((enum number)t->data_type, listed_bits(t, i), out + (size_t)i * size);
}

static enum mote_status read_elements(struct pool *pool, const Onnx__TensorProto *t, struct bytes raw,
                                      struct tensor *out, const struct frame *at)
{
    int64_t n = tensor_elements(out), size = number_info[t->data_type].bytes;
    bool as_is = number_is_kept((enum number)t->data_type);
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

/* SPDX-License-Identifier: Apache-2.0 */
/* A tensor of the file: type, shape, quantization, constant data. What is wrong in itself, whatever the format (sizes,
 * scales, axes), model_verify() says. */
#include "host/import/tflite/reader.h"
#include "host/import/tflite/sparse.h"

/* ---- type and shape ---- */
static enum mote_status read_type(struct fb_table t, struct tensor *out, const struct frame *at)
{
    int type = fb_s8(t, TFL_TENSOR_TYPE);

    out->type = tfl_type_of(type);
    if (out->type == TYPE_NONE)
        return fail(at, MOTE_ERR_TYPE, "element type %d is none that TFLite's schema has", type);
    return MOTE_OK;
}

/* `shape` is what the reference goes by: where the signature has an unknown dimension (a free batch, as a rule), shape
 * has the one that the model was exported for. */
static enum mote_status read_shape(struct fb_table t, struct tensor *out, const struct frame *at)
{
    struct fb_vector dims = fb_get_vector(t, TFL_TENSOR_SHAPE, 4);

    if (dims.n == 0)
        dims = fb_get_vector(t, TFL_TENSOR_SHAPE_SIGNATURE, 4);
    if (dims.n > RANK_MAX)
        return fail(at, MOTE_ERR_UNSUPPORTED, "%u dimensions; Mote has up to %d", (unsigned)dims.n, RANK_MAX);
    out->rank = (int32_t)dims.n;
    for (uint32_t i = 0; i < dims.n; i++)
        out->dims[i] = fb_s32_at(dims, i); /* DIM_UNKNOWN is -1 in TFLite too */
    return MOTE_OK;
}

void tfl_open_dims(struct fb_table t, struct tensor *tensor)
{
    struct fb_vector dims = fb_get_vector(t, TFL_TENSOR_SHAPE_SIGNATURE, 4);

    for (uint32_t i = 0; dims.n == (uint32_t)tensor->rank && i < dims.n; i++)
        if (fb_s32_at(dims, i) == DIM_UNKNOWN)
            tensor->dims[i] = DIM_UNKNOWN;
}

/* ---- quantization ---- */
static enum mote_status read_zero_points(struct tfl_reader *r, struct fb_vector zeros, struct quant *out,
                                         const struct frame *at)
{
    int32_t *zero = pool_array(r->pool, zeros.n, sizeof *zero);

    for (uint32_t i = 0; i < zeros.n; i++) {
        int64_t z = fb_s64_at(zeros, i);

        if (z < INT32_MIN || z > INT32_MAX)
            return fail(at, MOTE_ERR_QUANT, "zero point %u is %lld, beyond 32 bits", (unsigned)i, (long long)z);
        zero[i] = (int32_t)z;
    }
    out->zero = zero;
    return MOTE_OK;
}

static void read_scales(struct tfl_reader *r, struct fb_vector scales, struct quant *out)
{
    float *scale = pool_array(r->pool, scales.n, sizeof *scale);

    for (uint32_t i = 0; i < scales.n; i++)
        scale[i] = fb_f32_at(scales, i);
    out->scale = scale;
}

static enum mote_status read_quantization(struct tfl_reader *r, struct fb_table q, int rank, struct quant *out,
                                          const struct frame *at)
{
    struct fb_vector scales = fb_get_vector(q, TFL_QUANT_SCALE, 4);
    struct fb_vector zeros = fb_get_vector(q, TFL_QUANT_ZERO_POINT, 8);

    TRY(fb_status(&r->fb, at));
    if (fb_s8(q, TFL_QUANT_DETAILS_TYPE) != 0)
        return fail(at, MOTE_ERR_UNSUPPORTED,
                    "custom, blockwise or multi-axis quantization; quantize the model per "
                    "tensor or per channel");
    if (scales.n == 0)
        return MOTE_OK; /* only ranges, from training; or nothing */
    if (scales.n != zeros.n)
        return fail(at, MOTE_ERR_QUANT, "%u scales but %u zero points", (unsigned)scales.n, (unsigned)zeros.n);
    read_scales(r, scales, out);
    TRY(read_zero_points(r, zeros, out, at));
    out->n = (int32_t)scales.n;
    /* A vector has one dimension; old converters give a bias its weights'. */
    out->axis = out->n > 1 && rank > 1 ? fb_s32(q, TFL_QUANT_QUANTIZED_DIMENSION, 0) : 0;
    return MOTE_OK;
}

/* ---- data ---- */
/* The bytes of a buffer: in the FlatBuffer, or behind it in files beyond 2 GB. */
static enum mote_status read_buffer(struct tfl_reader *r, uint32_t index, struct bytes *out, const struct frame *at)
{
    struct fb_table buffer;
    struct fb_vector inside;
    uint64_t offset, size;

    *out = (struct bytes){NULL, 0};
    if (index == 0)
        return MOTE_OK;
    if (index >= r->buffers.n)
        return fail(at, MOTE_ERR_FORMAT, "its data are in buffer %u, but the file has %u", (unsigned)index,
                    (unsigned)r->buffers.n);
    buffer = fb_table_at(r->buffers, index);
    inside = fb_get_vector(buffer, TFL_BUFFER_DATA, 1);
    offset = fb_u64(buffer, TFL_BUFFER_OFFSET);
    size = fb_u64(buffer, TFL_BUFFER_SIZE);
    TRY(fb_status(&r->fb, at));
    if (inside.n > 0)
        *out = (struct bytes){(uint8_t *)(uintptr_t)fb_bytes(inside), inside.n};
    else if (offset > 1 && size > 0) {
        if (offset > r->fb.size || size > r->fb.size - offset)
            return fail(at, MOTE_ERR_FORMAT, "its data are outside the file");
        *out = (struct bytes){(uint8_t *)(uintptr_t)r->fb.data + offset, (size_t)size};
    }
    return MOTE_OK;
}

/* Elements are read where they are, so their address must suit their type. One copy serves all of a buffer's tensors.
 */
static enum mote_status align_data(struct tfl_reader *r, uint32_t buffer, struct bytes data, struct tensor *out,
                                   const struct frame *at)
{
    int bits = type_bits(out->type);
    size_t align = bits > 64 ? 8 : bits < 8 ? 1 : (size_t)bits / 8;

    out->data = data.data;
    if ((uintptr_t)data.data % align == 0)
        return MOTE_OK;
    if (!r->copies)
        r->copies = pool_array(r->pool, r->buffers.n, sizeof *r->copies);
    if (!r->copies[buffer]) {
        if (!fb_charge(&r->fb, (size_t)(data.data - r->fb.data), data.size))
            return fb_status(&r->fb, at);
        r->copies[buffer] = pool_copy(r->pool, data.data, data.size);
    }
    out->data = r->copies[buffer];
    return MOTE_OK;
}

static enum mote_status read_data(struct tfl_reader *r, struct fb_table t, struct tensor *out, const struct frame *at)
{
    uint32_t index = fb_u32(t, TFL_TENSOR_BUFFER);
    struct bytes data;

    TRY(read_buffer(r, index, &data, at));
    if (fb_u32(t, TFL_TENSOR_EXTERNAL_BUFFER) != 0)
        return fail(at, MOTE_ERR_UNSUPPORTED, "its data are in another file; export the model as one file");
    if (fb_get_table(t, TFL_TENSOR_SPARSITY).at != 0)
        return tfl_read_sparse(r, fb_get_table(t, TFL_TENSOR_SPARSITY), data, out, at);
    if (data.size == 0)
        return MOTE_OK;
    if (out->state)
        return fail(at, MOTE_ERR_UNSUPPORTED, "a variable that starts with other values than zero");
    if (type_bits(out->type) == 0)
        return fail(at, MOTE_ERR_TYPE, "a constant of type %s", type_name(out->type));
    if (tensor_bytes(out) < 0 || (uint64_t)tensor_bytes(out) != data.size)
        return fail(at, MOTE_ERR_FORMAT, "its data are %zu bytes, its type and shape want %lld", data.size,
                    (long long)tensor_bytes(out));
    return align_data(r, index, data, out, at);
}

enum mote_status tfl_read_tensor(struct tfl_reader *r, struct fb_table t, int32_t index, struct tensor *out,
                                 const struct frame *at)
{
    struct frame here = {at, "tensor", NULL, index, NULL};

    *out = (struct tensor){.name = tfl_string(r, t, TFL_TENSOR_NAME), .source = index};
    here.name = out->name;
    out->state = fb_bool(t, TFL_TENSOR_IS_VARIABLE);
    TRY(read_type(t, out, &here));
    TRY(read_shape(t, out, &here));
    TRY(read_quantization(r, fb_get_table(t, TFL_TENSOR_QUANTIZATION), out->rank, &out->quant, &here));
    TRY(read_data(r, t, out, &here));
    return fb_status(&r->fb, &here);
}

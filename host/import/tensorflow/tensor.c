/* SPDX-License-Identifier: Apache-2.0 */
/* A Tensor of the file: its elements are bytes, or numbers in the list of its type, whose last one stands for all that
 * are missing. */
#include "host/import/tensorflow/tensorflow.h"

static enum number number_of(int32_t dtype)
{
    static const uint8_t numbers[] = {
        [1] = NUMBER_F32,   [2] = NUMBER_F64,   [3] = NUMBER_S32,    [4] = NUMBER_U8,
        [5] = NUMBER_S16,   [6] = NUMBER_S8,    [8] = NUMBER_C64,    [9] = NUMBER_S64,
        [10] = NUMBER_BOOL, [14] = NUMBER_BF16, [7] = NUMBER_STRING, [17] = NUMBER_U16,
        [18] = NUMBER_C128, [19] = NUMBER_F16,  [22] = NUMBER_U32,   [23] = NUMBER_U64,
    };
    enum { REFERENCE = 100 }; /* added to the type of a variable */

    dtype -= dtype > REFERENCE ? REFERENCE : 0;
    return dtype > 0 && (size_t)dtype < COUNT(numbers) ? (enum number)numbers[dtype] : NUMBER_NONE;
}

enum mote_status tf_type_of(int32_t dtype, enum mote_type *out, const struct frame *at)
{
    const enum number number = number_of(dtype);

    if (number == NUMBER_NONE)
        return fail(at, MOTE_ERR_TYPE, "element type %d is none that Mote knows", (int)dtype);
    if (number_info[number].becomes == TYPE_NONE)
        return fail(at, MOTE_ERR_TYPE, "elements of type %s, with which nothing computes here",
                    number_info[number].name);
    *out = number_info[number].becomes;
    return MOTE_OK;
}

enum mote_status tf_read_shape(const Tf__TensorShape *shape, struct tensor *out, const struct frame *at)
{
    size_t n = shape ? shape->n_dim : 0;

    if (n > RANK_MAX)
        return fail(at, MOTE_ERR_UNSUPPORTED, "%zu dimensions; Mote has up to %d", n, RANK_MAX);
    out->rank = (int32_t)n;
    for (int i = 0; i < out->rank; i++) {
        const int64_t dim = shape->dim[i]->size;

        if (dim < DIM_UNKNOWN || dim > INT32_MAX)
            return fail(at, MOTE_ERR_SHAPE, "dimension %d is %lld", i, (long long)dim);
        out->dims[i] = dim;
    }
    return MOTE_OK;
}

/* ---- elements ---- */
/* The numbers of the type's list: their bytes, how many, and what each of them takes. */
struct list {
    const void *data;
    size_t n, size;
};

static struct list list_of(const Tf__Tensor *t, enum number number)
{
    switch (number) {
    case NUMBER_F32:
        return (struct list){t->float_val, t->n_float_val, sizeof *t->float_val};
    case NUMBER_F64:
        return (struct list){t->double_val, t->n_double_val, sizeof *t->double_val};
    case NUMBER_S64:
        return (struct list){t->int64_val, t->n_int64_val, sizeof *t->int64_val};
    case NUMBER_BOOL:
        return (struct list){t->bool_val, t->n_bool_val, sizeof *t->bool_val};
    case NUMBER_F16:
    case NUMBER_BF16:
        return (struct list){t->half_val, t->n_half_val, sizeof *t->half_val};
    case NUMBER_U32:
        return (struct list){t->uint32_val, t->n_uint32_val, sizeof *t->uint32_val};
    case NUMBER_U64:
        return (struct list){t->uint64_val, t->n_uint64_val, sizeof *t->uint64_val};
    default:
        return (struct list){t->int_val, t->n_int_val, sizeof *t->int_val};
    }
}

static void spread(struct list list, enum number number, int64_t n, enum mote_type type, uint8_t *out)
{
    size_t size = (size_t)type_bits(type) / 8;

    for (size_t i = 0; i < (size_t)n && list.n > 0; i++) {
        size_t at = i < list.n ? i : list.n - 1;
        uint64_t bits = 0;

        memcpy(&bits, (const uint8_t *)list.data + at * list.size, list.size);
        number_store(number, bits, out + i * size);
    }
}

static enum mote_status read_elements(struct build *r, const Tf__Tensor *t, struct tensor *out, const struct frame *at)
{
    const enum number number = number_of(t->dtype);
    const struct list list = list_of(t, number);
    const int64_t n = tensor_elements(out);
    uint8_t *data;

    if (t->tensor_content.len > 0 ? (int64_t)t->tensor_content.len != n * number_info[number].bytes
                                  : (int64_t)list.n > n)
        return fail(at, MOTE_ERR_FORMAT, "its data are %zu %s, its shape wants %lld elements",
                    t->tensor_content.len > 0 ? t->tensor_content.len : list.n,
                    t->tensor_content.len > 0 ? "bytes" : "numbers", (long long)n);
    if (t->tensor_content.len > 0 && number_is_kept(number)) {
        out->data = t->tensor_content.data;
        return MOTE_OK;
    }
    if (!has_room(r, tensor_bytes(out)))
        return r->status;
    data = pool_alloc(r->pool, (size_t)tensor_bytes(out) + 1);
    if (t->tensor_content.len > 0)
        numbers_convert(number, t->tensor_content.data, n, data);
    else
        spread(list, number, n, out->type, data);
    out->data = data;
    return MOTE_OK;
}

enum mote_status tf_read_tensor(struct build *r, const Tf__Tensor *t, struct tensor *out, const struct frame *at)
{
    *out = (struct tensor){.name = "", .source = -1};
    TRY(tf_type_of(t->dtype, &out->type, at));
    TRY(tf_read_shape(t->tensor_shape, out, at));
    for (int i = 0; i < out->rank; i++)
        if (out->dims[i] < 0)
            return fail(at, MOTE_ERR_SHAPE, "dimension %d of a constant is %lld", i, (long long)out->dims[i]);
    TRY(build_check_size(out, at));
    return read_elements(r, t, out, at);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Constants of a graph file: elements on the line, or a place in the blob behind the last one. */
#include "host/graph/text_parse.h"

#include <inttypes.h>

enum mote_status item_f32(struct words *ws, void *into)
{
    struct f32_list *list = into;
    float v = 0;

    TRY(words_f32(ws, &v));
    list->v = pool_grow(ws->pool, list->v, (size_t)list->n, sizeof *list->v);
    list->v[list->n++] = v;
    return MOTE_OK;
}

struct data_items {
    const struct tensor *t;
    uint8_t *data;
    int64_t i, n;
};

static void store(uint8_t *data, int64_t i, int bits, uint64_t v)
{
    if (bits < 8)
        data[i * bits / 8] |= (uint8_t)((v & ((1u << bits) - 1)) << (i * bits % 8));
    else
        for (int b = 0; b < bits / 8; b++)
            data[i * (bits / 8) + b] = (uint8_t)(v >> (8 * b));
}

/* Refuses what the type cannot hold. */
static enum mote_status parse_integer(struct words *ws, enum mote_type type, uint64_t *out)
{
    uint64_t max, min_magnitude;
    struct number n;
    int bits = type == TYPE_BOOL ? 1 : type_bits(type);

    TRY(words_number(ws, "an integer", &n));
    if (type_spelling(type) == SPELL_SIGNED) {
        max = ((uint64_t)1 << (bits - 1)) - 1;
        min_magnitude = max + 1;
    } else {
        max = UINT64_MAX >> (64 - bits);
        min_magnitude = 0;
    }
    if (n.magnitude > (n.negative ? min_magnitude : max))
        return words_fail(ws, MOTE_ERR_VALUE, "%s%" PRIu64 " does not fit %s", n.negative ? "-" : "", n.magnitude,
                          type_name(type));
    *out = n.negative ? 0 - n.magnitude : n.magnitude;
    return MOTE_OK;
}

static enum mote_status item_element(struct words *ws, void *into)
{
    struct data_items *d = into;
    int bits = type_bits(d->t->type);
    uint64_t v = 0;
    float f = 0;

    if (d->i == d->n)
        return words_fail(ws, MOTE_ERR_SHAPE, "more than the %" PRId64 " elements of the shape", d->n);
    switch (type_spelling(d->t->type)) {
    case SPELL_SIGNED:
    case SPELL_UNSIGNED:
        TRY(parse_integer(ws, d->t->type, &v));
        store(d->data, d->i, bits, v);
        break;
    case SPELL_F32:
        TRY(words_f32(ws, &f));
        memcpy(d->data + 4 * d->i, &f, sizeof f);
        break;
    case SPELL_F64: {
        double real = 0;

        TRY(words_f64(ws, &real));
        memcpy(d->data + 8 * d->i, &real, sizeof real);
        break;
    }
    case SPELL_BITS:
    case SPELL_NONE:
        TRY(words_hex(ws, d->data + d->i * (bits / 8), bits / 8));
        break;
    }
    d->i++;
    return MOTE_OK;
}

static enum mote_status parse_inline(struct words *ws, struct tensor *t)
{
    struct data_items d = {t, NULL, 0, tensor_elements(t)};

    if (d.n > ws->end - ws->p) /* an element is a character at least: refuse before there is memory for them */
        return words_fail(ws, MOTE_ERR_SHAPE, "fewer than the %" PRId64 " elements of the shape", d.n);
    t->data = d.data = pool_alloc(ws->pool, (size_t)tensor_bytes(t));
    TRY(words_items(ws, ']', item_element, &d));
    if (d.i < d.n)
        return words_fail(ws, MOTE_ERR_SHAPE, "%" PRId64 " elements, but the shape has %" PRId64, d.i, d.n);
    return MOTE_OK;
}

enum mote_status parse_blob_offset(struct parser *ps, size_t bytes, int32_t graph, int32_t tensor)
{
    struct late_data *late;
    int64_t offset = 0;

    TRY(words_int(&ps->w, "an offset in the blob", 0, (int64_t)FILE_LIMIT, &offset));
    if (offset % BLOB_CONST_ALIGN != 0)
        return words_fail(&ps->w, MOTE_ERR_FORMAT, "offset %" PRId64 " in the blob is not a multiple of %d", offset,
                          BLOB_CONST_ALIGN);
    if ((size_t)offset < ps->late_end)
        return words_fail(&ps->w, MOTE_ERR_FORMAT,
                          "offset %" PRId64 " in the blob is before the end of the constant above", offset);
    ps->late = pool_grow(ps->m->pool, ps->late, (size_t)ps->n_late, sizeof *ps->late);
    late = &ps->late[ps->n_late++];
    *late = (struct late_data){graph, tensor, ps->w.number, (size_t)offset};
    ps->late_end = (size_t)offset + bytes;
    return MOTE_OK;
}

enum mote_status parse_data(struct parser *ps, struct tensor *t, int32_t graph, int32_t tensor)
{
    int64_t bytes = tensor_bytes(t);

    if (bytes < 0)
        return words_fail(&ps->w, MOTE_ERR_SHAPE, "a constant needs a known shape and a type of fixed size");
    if (bytes > TENSOR_BYTES_MAX)
        return words_fail(&ps->w, MOTE_ERR_MEMORY, "a constant of more than %" PRId64 " bytes", TENSOR_BYTES_MAX);
    if (words_char(&ps->w, '@')) {
        t->data = (const uint8_t *)ps->w.p; /* until the blob is known: a tensor has its data once */
        return parse_blob_offset(ps, (size_t)bytes, graph, tensor);
    }
    if (words_char(&ps->w, '['))
        return parse_inline(&ps->w, t);
    return words_expected(&ps->w, "'[' or '@'");
}

/* ---- the blob ---- */
static size_t late_bytes(const struct parser *ps, const struct late_data *late)
{
    const struct split_memory *s = &ps->m->split;

    if (late->graph == OF_SPLIT)
        return (size_t)(late->tensor == 0 ? s->trained.n : s->checked.n) * DIGEST_BYTES;
    return (size_t)tensor_bytes(&ps->m->graphs[late->graph].tensors[late->tensor]);
}

static void late_set(struct parser *ps, const struct late_data *late, const uint8_t *data)
{
    struct tensor *t;

    if (late->graph == OF_SPLIT) {
        *(late->tensor == 0 ? &ps->m->split.trained.data : &ps->m->split.checked.data) = data;
        return;
    }
    t = &ps->m->graphs[late->graph].tensors[late->tensor];
    *(t->state ? &t->initial : &t->data) = data;
}

enum mote_status parse_blob(struct parser *ps, const uint8_t *file, size_t size)
{
    size_t start = align_up((size_t)((const uint8_t *)ps->rest - file), BLOB_ALIGN);
    int64_t bytes = 0;

    TRY(words_int(&ps->w, "the blob's size", 0, (int64_t)FILE_LIMIT, &bytes));
    if (!words_at_end(&ps->w))
        return words_expected(&ps->w, "the end of the line");
    if (bytes == 0 && ps->rest == ps->file_end)
        start = size;
    if (start > size || size - start != (size_t)bytes)
        return words_fail(&ps->w, MOTE_ERR_FORMAT,
                          "the blob has %" PRId64 " bytes, but %zu are there: is the file truncated?", bytes,
                          start > size ? 0 : size - start);
    for (int32_t i = 0; i < ps->n_late; i++) {
        const struct late_data *late = &ps->late[i];
        size_t wanted = late_bytes(ps, late);

        ps->w.number = late->line;
        if (late->offset > (size_t)bytes || wanted > (size_t)bytes - late->offset)
            return words_fail(&ps->w, MOTE_ERR_BOUNDS, "%zu bytes at offset %zu: the blob has only %" PRId64, wanted,
                              late->offset, bytes);
        late_set(ps, late, file + start + late->offset);
    }
    ps->n_late = 0;
    ps->rest = ps->file_end;
    return MOTE_OK;
}

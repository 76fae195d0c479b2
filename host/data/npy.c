/* SPDX-License-Identifier: Apache-2.0 */
#include "host/data/npy.h"

#include "host/data/source.h"

#include <ctype.h>
#include <stdlib.h>

#define MAGIC_BYTES (sizeof NPY_MAGIC - 1)

const char *npy_type(enum mote_type type)
{
    static const char *const names[] = {
        [TYPE_S8] = "|i1",  [TYPE_U8] = "|u1",  [TYPE_S16] = "<i2", [TYPE_U16] = "<u2",
        [TYPE_S32] = "<i4", [TYPE_U32] = "<u4", [TYPE_S64] = "<i8", [TYPE_U64] = "<u8",
        [TYPE_F16] = "<f2", [TYPE_F32] = "<f4", [TYPE_F64] = "<f8", [TYPE_BOOL] = "|b1",
    };

    return type < COUNT(names) ? names[type] : NULL;
}

/* The text after 'key': in the header, NULL if there is none. */
static const char *npy_field(const char *header, const char *key)
{
    const char *p = strstr(header, key);

    if (p == NULL)
        return NULL;
    p = strchr(p, ':');
    while (p != NULL && isspace((unsigned char)*++p))
        continue;
    return p;
}

/* "(2, 49, 10, 1)"; the product of all in elements, which saturates. False if it is no shape. */
static bool npy_shape(const char *s, struct npy *out)
{
    out->elements = 1;
    if (s == NULL || *s++ != '(')
        return false;
    for (;;) {
        char *end;
        unsigned long long dim;

        s += strspn(s, " ,");
        if (*s == ')')
            return true;
        dim = strtoull(s, &end, 10);
        if (end == s || !isdigit((unsigned char)*s) || dim > FILE_LIMIT || out->rank == NPY_RANK_MAX)
            return false;
        out->dims[out->rank++] = dim;
        out->elements = out->elements * dim < FILE_LIMIT ? out->elements * dim : FILE_LIMIT;
        s = end;
    }
}

/* '<f4' -> <f4 */
static void take_type(const char *descr, struct npy *out)
{
    size_t n = descr != NULL && (*descr == '\'' || *descr == '"') ? strcspn(descr + 1, "'\"") : 0;

    if (n > 0 && n < sizeof out->type)
        memcpy(out->type, descr + 1, n);
}

#define LETTERS_MAX 4096
#define LETTER      4 /* bytes of one of "<U": UTF-32 */

/* Bytes of an element, 0: of a type that is not read. */
static size_t element_bytes(struct npy *a)
{
    const char order = a->type[0], kind = order != '\0' ? a->type[1] : '\0';
    char *end = NULL;
    const long n = kind != '\0' && isdigit((unsigned char)a->type[2]) ? strtol(a->type + 2, &end, 10) : 0;

    if (order == '>' || n < 1 || n > LETTERS_MAX || *end != '\0')
        return 0;
    if (kind == 'U' || kind == 'S') {
        a->letters = (int32_t)n;
        return (size_t)n * (kind == 'U' ? LETTER : 1);
    }
    return n < 10 ? (size_t)n : 0;
}

const char *npy_word(struct pool *pool, const struct npy *a, size_t i)
{
    const size_t letters = (size_t)a->letters;
    uint8_t *to = pool_alloc(pool, letters * LETTER + 1);
    size_t n = 0;

    assert(a->letters > 0 && i < a->elements);
    if (a->type[1] == 'S') {
        char *from = pool_printf(pool, "%.*s", (int)letters, (const char *)a->data.data + i * letters);
        const struct bytes text = text_utf8(pool, (struct bytes){(uint8_t *)from, strlen(from)});

        return pool_printf(pool, "%.*s", (int)text.size, (const char *)text.data);
    }
    for (size_t k = 0; k < letters; k++) {
        const uint32_t c = le32(a->data.data + (i * letters + k) * LETTER);

        if (c > UTF8_MAX || (c >= 0xD800 && c < 0xE000))
            return NULL;
        if (c == 0)
            break;
        n += utf8_put(to + n, c);
    }
    to[n] = '\0';
    return (const char *)to;
}

static enum mote_status fail_type(const char *descr, const struct frame *at)
{
    const int len = (int)strcspn(descr, ",");

    if (strncmp(descr, "'|O'", 4) == 0)
        return fail(at, MOTE_ERR_TYPE,
                    "the array is of Python objects, which are read by running them; save it as numbers, or as text "
                    "with .astype(str)");
    return fail(at, MOTE_ERR_TYPE, "the array's type is %.*s; save it as a little-endian type of numbers", len, descr);
}

enum mote_status npy_parse(struct pool *pool, struct bytes file, struct npy *out, const struct frame *at)
{
    const char *descr, *order;
    size_t start, len, bytes, want;
    char *header;

    *out = (struct npy){.rank = 0};
    if (file.size < 12 || memcmp(file.data, NPY_MAGIC, MAGIC_BYTES) != 0 || file.data[6] < 1 || file.data[6] > 3)
        return fail(at, MOTE_ERR_FORMAT, "not a .npy file of version 1, 2 or 3");
    start = file.data[6] == 1 ? 10 : 12;
    len = file.data[6] == 1 ? (size_t)(file.data[8] | file.data[9] << 8) : le32(file.data + 8);
    if (len > file.size - start)
        return fail(at, MOTE_ERR_FORMAT, "the .npy header is cut off");
    header = pool_printf(pool, "%.*s", (int)len, (const char *)file.data + start);
    descr = npy_field(header, "'descr'");
    order = npy_field(header, "'fortran_order'");
    out->shape = npy_field(header, "'shape'");
    if (descr == NULL || order == NULL || !npy_shape(out->shape, out))
        return fail(at, MOTE_ERR_FORMAT, "the .npy header lacks 'descr', 'fortran_order' or 'shape'");
    if (strncmp(order, "False", 5) != 0)
        return fail(at, MOTE_ERR_FORMAT, "the array is in Fortran order; save it with numpy.ascontiguousarray()");
    take_type(descr, out);
    bytes = element_bytes(out);
    if (bytes == 0)
        return fail_type(descr, at);
    out->shape = pool_printf(pool, "%.*s", (int)(strcspn(out->shape, ")") + 1), out->shape);
    out->data = (struct bytes){file.data + start + len, file.size - start - len};
    want = (size_t)out->elements * bytes;
    if (want != out->data.size)
        return fail(at, MOTE_ERR_FORMAT, "holds %zu bytes of data, its shape %s wants %zu: is it cut off?",
                    out->data.size, out->shape, want);
    return MOTE_OK;
}

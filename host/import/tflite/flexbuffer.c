/* SPDX-License-Identifier: Apache-2.0 */
#include "host/import/tflite/flexbuffer.h"

enum {
    FLEX_INT = 1,
    FLEX_UINT = 2,
    FLEX_FLOAT = 3,
    FLEX_INDIRECT_INT = 6,
    FLEX_INDIRECT_UINT = 7,
    FLEX_INDIRECT_FLOAT = 8,
    FLEX_MAP = 9,
    FLEX_BOOL = 26
};

static enum mote_status broken(const struct frame *at, const char *what)
{
    return fail(at, MOTE_ERR_FORMAT, "its options are no map of numbers: %s", what);
}

static bool is_width(size_t width) { return width == 1 || width == 2 || width == 4 || width == 8; }

static bool read_unsigned(const uint8_t *data, size_t size, size_t at, size_t width, uint64_t *out)
{
    if (!is_width(width) || at > size || width > size - at)
        return false;
    *out = 0;
    for (size_t i = 0; i < width; i++)
        *out |= (uint64_t)data[at + i] << 8 * i;
    return true;
}

/* The place that the number at `at` names. */
static bool follow(const uint8_t *data, size_t size, size_t at, size_t width, size_t *to)
{
    uint64_t back;

    if (!read_unsigned(data, size, at, width, &back) || back > at)
        return false;
    *to = at - (size_t)back;
    return true;
}

static int64_t with_sign(uint64_t x, size_t width)
{
    int unused = 64 - 8 * (int)width;

    return (int64_t)(x << unused) >> unused;
}

enum mote_status flex_open(const uint8_t *data, size_t size, struct flex_map *out, const struct frame *at)
{
    struct flex_map m = {.data = data, .size = size};
    size_t root_width, root;
    uint64_t n, key_width;

    if (size < 3)
        return broken(at, "too short");
    root_width = data[size - 1];
    if (!is_width(root_width) || root_width > size - 2 || data[size - 2] >> 2 != FLEX_MAP)
        return broken(at, "the root is none");
    root = size - 2 - root_width;
    m.width = (size_t)1 << (data[size - 2] & 3);
    if (!follow(data, size, root, root_width, &m.values) || m.values < 3 * m.width ||
        !read_unsigned(data, size, m.values - m.width, m.width, &n) ||
        !read_unsigned(data, size, m.values - 2 * m.width, m.width, &key_width) ||
        !follow(data, size, m.values - 3 * m.width, m.width, &m.keys))
        return broken(at, "it points outside");
    m.key_width = (size_t)key_width;
    if (!is_width(m.key_width) || n > (size - m.values) / (m.width + 1) || n > (size - m.keys) / m.key_width)
        return broken(at, "it ends too early");
    m.n = (size_t)n;
    *out = m;
    return MOTE_OK;
}

static bool read_float(uint64_t bits, size_t width, double *out)
{
    uint32_t low = (uint32_t)bits;
    float real;

    if (width == 8) {
        memcpy(out, &bits, sizeof *out);
        return true;
    }
    memcpy(&real, &low, sizeof real);
    *out = (double)real;
    return width == 4;
}

static bool is_indirect(int type)
{
    return type == FLEX_INDIRECT_INT || type == FLEX_INDIRECT_UINT || type == FLEX_INDIRECT_FLOAT;
}

static bool read_value(const struct flex_map *m, size_t i, struct flex_number *out)
{
    uint8_t packed = m->data[m->values + m->n * m->width + i];
    size_t at = m->values + i * m->width, width = m->width;
    int type = packed >> 2;
    uint64_t x;

    if (is_indirect(type)) {
        width = (size_t)1 << (packed & 3);
        if (!follow(m->data, m->size, at, m->width, &at))
            return false;
    } else if (type != FLEX_INT && type != FLEX_UINT && type != FLEX_FLOAT && type != FLEX_BOOL) {
        return false;
    }
    if (!read_unsigned(m->data, m->size, at, width, &x))
        return false;
    *out = (struct flex_number){.is_float = type == FLEX_FLOAT || type == FLEX_INDIRECT_FLOAT};
    if (out->is_float)
        return read_float(x, width, &out->fraction);
    out->whole = type == FLEX_INT || type == FLEX_INDIRECT_INT ? with_sign(x, width)
                 : x > INT64_MAX                               ? INT64_MAX
                                                               : (int64_t)x;
    return true;
}

enum mote_status flex_entry(const struct flex_map *m, size_t i, const char **name, struct flex_number *value,
                            const struct frame *at)
{
    size_t key;

    assert(i < m->n);
    if (!follow(m->data, m->size, m->keys + i * m->key_width, m->key_width, &key) ||
        memchr(m->data + key, '\0', m->size - key) == NULL)
        return broken(at, "a name is outside");
    *name = (const char *)m->data + key;
    if (!read_value(m, i, value))
        return broken(at, "a value is no number");
    return MOTE_OK;
}

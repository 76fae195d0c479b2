/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of ELL's objects. */
#include <ctype.h>
#include <stdlib.h>

#include "host/import/ell/ell.h"

#define PARTS_MAX 4096 /* of one reference */

bool ell_has(const json_t *object, const char *key) { return json_object_get(object, key) != NULL; }

static const json_t *field(struct build *r, const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);

    if (!value)
        build_fail(r, MOTE_ERR_FORMAT, "it has no field \"%s\"", key);
    return value;
}

static const json_t *want(struct build *r, const json_t *object, const char *key, json_type type, const char *what)
{
    const json_t *value = field(r, object, key);

    if (value && json_typeof(value) != type)
        build_fail(r, MOTE_ERR_FORMAT, "its field \"%s\" is not %s", key, what);
    return r->status == MOTE_OK ? value : NULL;
}

const json_t *ell_object(struct build *r, const json_t *object, const char *key)
{
    return want(r, object, key, JSON_OBJECT, "an object");
}

const json_t *ell_list(struct build *r, const json_t *object, const char *key)
{
    return want(r, object, key, JSON_ARRAY, "a list");
}

const char *ell_string(struct build *r, const json_t *object, const char *key)
{
    const json_t *value = want(r, object, key, JSON_STRING, "a string");

    return value ? json_string_value(value) : "";
}

int64_t ell_int(struct build *r, const json_t *object, const char *key)
{
    const json_t *value = want(r, object, key, JSON_INTEGER, "a whole number");
    const json_int_t n = value ? json_integer_value(value) : 0;

    if (n < 0 || n > INT32_MAX) {
        build_fail(r, MOTE_ERR_VALUE, "its field \"%s\" is %lld", key, (long long)n);
        return 0;
    }
    return n;
}

static float float_of(const json_t *value)
{
    const double x = json_number_value(value);

    return x > (double)3.40282347e38f ? 3.40282347e38f : x < -(double)3.40282347e38f ? -3.40282347e38f : (float)x;
}

float ell_float(struct build *r, const json_t *object, const char *key)
{
    const json_t *value = field(r, object, key);

    if (value && !json_is_number(value))
        build_fail(r, MOTE_ERR_FORMAT, "its field \"%s\" is no number", key);
    return value ? float_of(value) : 0;
}

/* ---- lists ---- */
int ell_dims(struct build *r, const json_t *object, const char *key, int64_t *dims)
{
    const json_t *list = ell_list(r, object, key);
    const size_t n = json_array_size(list);

    if (n > RANK_MAX)
        build_fail(r, MOTE_ERR_UNSUPPORTED, "\"%s\" has %zu dimensions; Mote has up to %d", key, n, RANK_MAX);
    for (size_t i = 0; i < n && r->status == MOTE_OK; i++) {
        const json_t *value = json_array_get(list, i);

        dims[i] = json_integer_value(value);
        if (!json_is_integer(value) || dims[i] < 1 || dims[i] > INT32_MAX)
            build_fail(r, MOTE_ERR_SHAPE, "dimension %zu of \"%s\" is no number from 1", i, key);
    }
    return r->status == MOTE_OK ? (int)n : 0;
}

int32_t ell_floats(struct build *r, const json_t *object, const char *key, int rank, const int64_t *dims)
{
    const json_t *list = ell_list(r, object, key);
    const size_t n = json_array_size(list);
    const int64_t elements = dims_elements(rank, dims);
    float *values;

    if (r->status == MOTE_OK && (elements < 0 || (uint64_t)elements != n))
        build_fail(r, MOTE_ERR_SHAPE, "its field \"%s\" has %zu numbers, not %lld", key, n, (long long)elements);
    if (r->status != MOTE_OK || !has_room(r, (int64_t)n * (int64_t)sizeof *values))
        return TENSOR_ABSENT;
    values = pool_array(r->pool, n, sizeof *values);
    for (size_t i = 0; i < n; i++) {
        const json_t *value = json_array_get(list, i);

        if (!json_is_number(value)) {
            build_fail(r, MOTE_ERR_FORMAT, "element %zu of \"%s\" is no number", i, key);
            return TENSOR_ABSENT;
        }
        values[i] = float_of(value);
    }
    return add_const(r, TYPE_F32, rank, dims, values);
}

int ell_layout(struct build *r, const json_t *object, const char *key, int64_t *dims)
{
    const json_t *layout = ell_object(r, object, key);
    int64_t extent[RANK_MAX];
    int n;

    if (r->status != MOTE_OK)
        return 0;
    n = ell_dims(r, layout, "size", dims);
    if (ell_has(layout, "extent") &&
        (ell_dims(r, layout, "extent", extent) != n || memcmp(extent, dims, (size_t)n * sizeof *dims) != 0))
        build_fail(r, MOTE_ERR_UNSUPPORTED, "\"%s\" has a border", key);
    for (size_t i = 0; i < json_array_size(json_object_get(layout, "order")); i++)
        if (json_integer_value(json_array_get(json_object_get(layout, "order"), i)) != (json_int_t)i)
            build_fail(r, MOTE_ERR_UNSUPPORTED, "\"%s\" has another order than rows, columns, channels", key);
    return r->status == MOTE_OK ? n : 0;
}

/* ---- types ---- */
struct ell_type ell_type_of(const json_t *object)
{
    const char *type = json_string_value(json_object_get(object, "_type")), *open, *last;
    struct ell_type t = {"", ""};
    size_t n;

    if (!type)
        return t;
    open = strchr(type, '<');
    n = open ? (size_t)(open - type) : strlen(type);
    snprintf(t.base, sizeof t.base, "%.*s", (int)(n < sizeof t.base ? n : sizeof t.base - 1), type);
    last = open ? strchr(open, ',') : NULL;
    if (last)
        snprintf(t.argument, sizeof t.argument, "%.*s", (int)strcspn(last + 1, "<>,"), last + 1);
    return t;
}

/* ---- references ---- */
/* "[5]" or "[0:3]" at *p, of a vector of n elements; without either it is all of it. */
static bool read_range(const char **p, int64_t n, int64_t *begin, int64_t *end)
{
    char *after;

    *begin = 0;
    *end = n;
    if (**p != '[')
        return true;
    if (!isdigit((unsigned char)(*p)[1]))
        return false;
    *begin = strtoll(*p + 1, &after, 10);
    *end = *begin < n ? *begin + 1 : n;
    if (*after == ':' && isdigit((unsigned char)after[1]))
        *end = strtoll(after + 1, &after, 10);
    if (*after != ']' || *begin < 0 || *begin >= *end || *end > n)
        return false;
    *p = after + 1;
    return true;
}

static int32_t whole_or_part(struct build *r, int32_t x, int64_t begin, int64_t end)
{
    const int64_t n = tensor_elements(tensor_at(r, x)), step = 1;

    if (begin == 0 && end == n)
        return x;
    return slice(r, reshape(r, x, 1, &n), &begin, &end, &step);
}

/* "1006.output[0:3]" at *p, which goes on behind it. */
static int32_t one_reference(struct build *r, const char **p, const char *text)
{
    const size_t len = strcspn(*p, "."), port = strcspn(*p, "[],}{ ");
    const char *id = pool_printf(r->pool, "%.*s", (int)len, *p), *whole = pool_printf(r->pool, "%.*s", (int)port, *p);
    int32_t x = names_get(&ell_of(r)->values, whole);
    int64_t begin, end;

    x = x == NAME_ABSENT ? names_get(&ell_of(r)->values, id) : x;

    if (x == NAME_ABSENT) {
        build_fail(r, MOTE_ERR_FORMAT, "no node before it is called '%s'", printable(r->pool, id));
        return TENSOR_ABSENT;
    }
    *p += len > port ? len : port;
    if (!read_range(p, tensor_elements(tensor_at(r, x)), &begin, &end)) {
        build_fail(r, MOTE_ERR_FORMAT, "'%s' names no elements of node %s", printable(r->pool, text),
                   printable(r->pool, id));
        return TENSOR_ABSENT;
    }
    return whole_or_part(r, x, begin, end);
}

int32_t ell_reference(struct build *r, const char *text)
{
    const char *p = text + (text[0] == '{');
    int32_t *parts = NULL;
    int n = 0;

    while (r->status == MOTE_OK && n < PARTS_MAX) {
        p += strspn(p, " ");
        parts = pool_grow(r->pool, parts, (size_t)n, sizeof *parts);
        parts[n] = one_reference(r, &p, text);
        if (text[0] != '{' && *p == '\0')
            return parts[n];
        parts[n] = reshape(r, parts[n], 1, &(int64_t){tensor_elements(tensor_at(r, parts[n]))});
        n++;
        p += strspn(p, " ");
        if (*p == '}' && p[1] == '\0')
            return n == 1 ? parts[0] : concat(r, 0, n, parts);
        if (*p != ',' || text[0] != '{')
            break;
        p++;
    }
    build_fail(r, MOTE_ERR_FORMAT, "'%s' is no list of elements", printable(r->pool, text));
    return TENSOR_ABSENT;
}

/* A port is an object with the reference, or the reference itself. */
int32_t ell_input(struct build *r, const json_t *object, const char *key)
{
    const json_t *port = json_object_get(object, key);
    const char *text;

    if (json_is_object(port))
        text = ell_string(r, port, "input");
    else
        text = ell_string(r, object, key);
    return r->status == MOTE_OK ? ell_reference(r, text) : TENSOR_ABSENT;
}

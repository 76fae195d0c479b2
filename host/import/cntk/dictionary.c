/* SPDX-License-Identifier: Apache-2.0 */
#include "host/import/cntk/cntk.h"

const Cntk__Value *cntk_get(const Cntk__Dictionary *d, const char *key)
{
    for (size_t i = 0; d && i < d->n_data; i++)
        if (d->data[i]->value && strcmp(d->data[i]->key, key) == 0)
            return d->data[i]->value;
    return NULL;
}

const char *cntk_string(const Cntk__Dictionary *d, const char *key)
{
    const Cntk__Value *v = cntk_get(d, key);

    return v && v->string_value ? v->string_value : "";
}

enum { TYPE_BOOLEAN = 1, TYPE_INT = 2, TYPE_FLOAT = 4 };

static int64_t int_of(const Cntk__Value *v, int64_t absent)
{
    return !v                              ? absent
           : v->value_type == TYPE_BOOLEAN ? v->bool_value
           : v->value_type == TYPE_INT     ? v->int_value
                                           : (int64_t)v->size_t_value;
}

int64_t cntk_int(const Cntk__Dictionary *d, const char *key, int64_t absent)
{
    return int_of(cntk_get(d, key), absent);
}

double cntk_float(const Cntk__Dictionary *d, const char *key, double absent)
{
    const Cntk__Value *v = cntk_get(d, key);

    return !v ? absent : v->value_type == TYPE_FLOAT ? (double)v->float_value : v->double_value;
}

bool cntk_bool(const Cntk__Dictionary *d, const char *key) { return int_of(cntk_get(d, key), 0) != 0; }

/* ---- lists ---- */
size_t cntk_count(const Cntk__Dictionary *d, const char *key)
{
    const Cntk__Value *v = cntk_get(d, key);

    return v && v->list ? v->list->n_value : 0;
}

const Cntk__Value *cntk_at(const Cntk__Dictionary *d, const char *key, size_t i)
{
    return i < cntk_count(d, key) ? cntk_get(d, key)->list->value[i] : NULL;
}

const char *cntk_string_at(const Cntk__Dictionary *d, const char *key, size_t i)
{
    const Cntk__Value *v = cntk_at(d, key, i);

    return v && v->string_value ? v->string_value : "";
}

/* ---- shapes ---- */
int cntk_shape(struct build *r, const Cntk__Dictionary *d, const char *key, int64_t *dims)
{
    const Cntk__Value *v = cntk_get(d, key);
    const size_t n = v && v->shape ? v->shape->n_dim : 0;

    if (!v)
        return -1;
    if (n >= RANK_MAX) {
        build_fail(r, MOTE_ERR_UNSUPPORTED, "%zu dimensions; Mote has up to %d", n, RANK_MAX - 1);
        return -1;
    }
    for (size_t i = 0; i < n; i++) {
        const uint64_t dim = v->shape->dim[n - 1 - i];

        if (dim < 1 || dim > INT32_MAX) {
            build_fail(r, MOTE_ERR_SHAPE, "dimension %zu is free, unknown or out of range", n - 1 - i);
            return -1;
        }
        dims[i] = (int64_t)dim;
    }
    return (int)n;
}

int64_t cntk_nth(const Cntk__Dictionary *d, const char *key, size_t i, int64_t absent)
{
    const Cntk__Value *v = cntk_get(d, key);

    if (!v || !v->shape || v->shape->n_dim == 0)
        return absent;
    i = i < v->shape->n_dim ? i : v->shape->n_dim - 1;
    return v->shape->dim[i] > INT32_MAX ? -1 : (int64_t)v->shape->dim[i];
}

bool cntk_nth_bool(const Cntk__Dictionary *d, const char *key, size_t i)
{
    const size_t n = cntk_count(d, key);

    return n > 0 && int_of(cntk_at(d, key, i < n ? i : n - 1), 0) != 0;
}

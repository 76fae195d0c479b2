/* SPDX-License-Identifier: Apache-2.0 */
#include "host/import/keras/spatial.h"

static void read_positive(struct build *r, const char *name, int n, int64_t *values, int64_t absent)
{
    setting_each(r, name, n, values, absent);
    for (int i = 0; i < n; i++)
        if (values[i] < 1 || values[i] > INT16_MAX) {
            build_fail(r, MOTE_ERR_VALUE, "%s is %lld", name, (long long)values[i]);
            values[i] = 1;
        }
}

/* Pools' strides are their windows, where they are not said. */
static void read_strides(struct build *r, const char *name, bool is_pool, struct spatial *s)
{
    read_positive(r, name, s->n, s->stride, 1);
    if (!setting(r, name) && is_pool)
        memcpy(s->stride, s->kernel, sizeof s->stride);
}

struct keras_spatial keras_windows(struct build *r, const char *kernel, const char *strides)
{
    struct keras_spatial k = {.x = layer_in(r, 0), .first = setting_channels_first(r)};
    const bool is_pool = strcmp(kernel, "pool_size") == 0;
    struct tensor t = *tensor_at(r, k.x);

    k.s.n = t.rank - 2;
    if (r->status == MOTE_OK && (k.s.n < 1 || k.s.n > SPATIAL_MAX))
        build_fail(r, MOTE_ERR_SHAPE, "an input of %d dimensions, not of 3 to 5", (int)t.rank);
    if (r->status != MOTE_OK) {
        k.s.n = 1;
        return k;
    }
    k.x = to_last(r, k.x, k.first);
    t = *tensor_at(r, k.x);
    for (int i = 0; i < k.s.n; i++)
        k.s.in[i] = t.dims[1 + i];
    read_positive(r, kernel, k.s.n, k.s.kernel, is_pool ? 2 : 1);
    read_strides(r, strides, is_pool, &k.s);
    read_positive(r, "dilation_rate", k.s.n, k.s.dilation, 1);
    if (k.s.n == 1)
        k.x = reshape(r, k.x, 4, DIMS(t.dims[0], 1, t.dims[1], t.dims[2]));
    return k;
}

struct keras_spatial keras_spatial_begin(struct build *r, const char *kernel, const char *strides)
{
    struct keras_spatial k = keras_windows(r, kernel, strides);
    const char *padding = setting_string(r, "padding", "valid");

    if (strcmp(padding, "same") != 0 && strcmp(padding, "valid") != 0 && strcmp(padding, "causal") != 0)
        build_fail(r, MOTE_ERR_UNSUPPORTED, "padding '%s'", printable(r->pool, padding));
    for (int i = 0; i < k.s.n && r->status == MOTE_OK; i++) {
        if (strcmp(padding, "same") == 0)
            spatial_pad_same(&k.s, i, false);
        if (strcmp(padding, "causal") == 0)
            k.s.before[i] = (k.s.kernel[i] - 1) * k.s.dilation[i];
    }
    spatial_fit(r, &k.s, false);
    return k;
}

int32_t keras_spatial_end(struct build *r, const struct keras_spatial *k, int32_t y)
{
    const struct tensor t = *tensor_at(r, y);

    if (r->status != MOTE_OK)
        return TENSOR_ABSENT;
    if (k->s.n == 1)
        y = reshape(r, y, 3, DIMS(t.dims[0], t.dims[2], t.dims[3]));
    return from_last(r, y, k->first);
}

int64_t keras_channels(struct build *r, const struct keras_spatial *k)
{
    const struct tensor *t = tensor_at(r, k->x);

    return r->status == MOTE_OK ? t->dims[t->rank - 1] : 1;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What a layer has: settings, inputs, weights, outputs. */
#include "host/import/keras/keras.h"

/* ---- settings ---- */
const json_t *setting(const struct build *r, const char *name)
{
    const json_t *config = keras_of(r)->layer->config, *value = json_object_get(config, name);

    if (!value) /* an RNN's are its cell's, too */
        value = json_object_get(json_object_get(json_object_get(config, "cell"), "config"), name);
    return json_is_null(value) ? NULL : value;
}

/* As numbers are written, 2.0 is an integer. */
static int64_t integer_of(struct build *r, const char *name, const json_t *value)
{
    double real = json_number_value(value);

    if (json_is_integer(value) && json_integer_value(value) >= INT32_MIN && json_integer_value(value) <= INT32_MAX)
        return json_integer_value(value);
    if (json_is_real(value) && real >= INT32_MIN && real <= INT32_MAX && real == (double)(int64_t)real)
        return (int64_t)real;
    build_fail(r, MOTE_ERR_FORMAT, "%s is no integer", name);
    return 0;
}

int64_t setting_int(struct build *r, const char *name, int64_t absent)
{
    const json_t *value = setting(r, name);

    return value ? integer_of(r, name, value) : absent;
}

float setting_float(struct build *r, const char *name, float absent)
{
    const json_t *value = setting(r, name);

    if (value && !json_is_number(value))
        build_fail(r, MOTE_ERR_FORMAT, "%s is no number", name);
    return json_is_number(value) ? (float)json_number_value(value) : absent;
}

bool setting_bool(struct build *r, const char *name, bool absent)
{
    const json_t *value = setting(r, name);

    if (value && !json_is_boolean(value))
        build_fail(r, MOTE_ERR_FORMAT, "%s is neither true nor false", name);
    return json_is_boolean(value) ? json_is_true(value) : absent;
}

const char *setting_string(struct build *r, const char *name, const char *absent)
{
    const json_t *value = setting(r, name);

    if (value && !json_is_string(value))
        build_fail(r, MOTE_ERR_FORMAT, "%s is no word", name);
    return json_is_string(value) ? json_string_value(value) : absent;
}

bool setting_is(struct build *r, const char *name, const char *absent, const char *value)
{
    return strcmp(setting_string(r, name, absent), value) == 0;
}

void setting_ints(struct build *r, const char *name, int most, int *n, int64_t *values)
{
    const json_t *value = setting(r, name);
    const size_t size = json_is_array(value) ? json_array_size(value) : 1;

    *n = -1;
    if (!value || r->status != MOTE_OK)
        return;
    if (size > (size_t)most) {
        build_fail(r, MOTE_ERR_UNSUPPORTED, "%s has %zu numbers; %d are the most", name, size, most);
        return;
    }
    *n = (int)size;
    for (int i = 0; i < *n; i++)
        values[i] = integer_of(r, name, json_is_array(value) ? json_array_get(value, (size_t)i) : value);
}

void setting_each(struct build *r, const char *name, int n, int64_t *values, int64_t absent)
{
    int given;

    setting_ints(r, name, n, &given, values);
    if (given == 1)
        for (int i = 1; i < n; i++)
            values[i] = values[0];
    else if (given >= 0 && given != n)
        build_fail(r, MOTE_ERR_FORMAT, "%s has %d numbers, not %d", name, given, n);
    for (int i = 0; i < n && (given < 0 || r->status != MOTE_OK); i++)
        values[i] = absent;
}

void setting_floats(struct build *r, const char *name, int most, int *n, float *values)
{
    const json_t *value = setting(r, name);
    const size_t size = json_is_array(value) ? json_array_size(value) : 1;

    *n = value ? (int)size : 0;
    if (size > (size_t)most) {
        build_fail(r, MOTE_ERR_UNSUPPORTED, "%s has %zu numbers; %d are the most", name, size, most);
        *n = 0;
    }
    for (int i = 0; i < *n; i++) {
        const json_t *one = json_is_array(value) ? json_array_get(value, (size_t)i) : value;

        if (!json_is_number(one))
            build_fail(r, MOTE_ERR_UNSUPPORTED, "%s is no list of numbers", name);
        values[i] = (float)json_number_value(one);
    }
}

/* ---- layout ---- */
bool setting_channels_first(struct build *r) { return setting_is(r, "data_format", "channels_last", "channels_first"); }

int32_t to_last(struct build *r, int32_t x, bool first)
{
    int rank = tensor_at(r, x)->rank;

    return first && rank > 2 && r->status == MOTE_OK ? transpose_move(r, x, 1, rank - 1) : x;
}

int32_t from_last(struct build *r, int32_t x, bool first)
{
    int rank = tensor_at(r, x)->rank;

    return first && rank > 2 && r->status == MOTE_OK ? transpose_move(r, x, rank - 1, 1) : x;
}

/* ---- inputs, weights, outputs ---- */
int32_t layer_in(struct build *r, int i)
{
    if (i < keras_of(r)->n_in)
        return keras_of(r)->in[i];
    build_fail(r, MOTE_ERR_FORMAT, "input %d is missing", i);
    return TENSOR_ABSENT;
}

void layer_out(struct build *r, int32_t tensor)
{
    struct keras *k = keras_of(r);

    assert(k->n_out < OUTPUTS_MAX);
    k->out[k->n_out++] = tensor;
}

static void check_shape(struct build *r, const struct tensor *t, const char *name, int rank, const int64_t *dims)
{
    struct tensor want = {.rank = rank};
    char is[96], wanted[96];

    for (int d = 0; d < rank; d++)
        want.dims[d] = dims[d] || t->rank != rank ? dims[d] : t->dims[d];
    if (!shape_equal(t, &want))
        build_fail(r, MOTE_ERR_SHAPE, "its %s is %s in the file, not %s", name, shape_text(t, is),
                   shape_text(&want, wanted));
}

int32_t weight(struct build *r, const char *name, int rank, const int64_t *dims)
{
    const struct keras_layer *l = keras_of(r)->layer;

    for (int32_t i = 0; i < l->n_vars; i++) {
        if (strcmp(l->var_names[i], name) != 0)
            continue;
        check_shape(r, &l->vars[i], name, rank, dims);
        if (l->added[i] == TENSOR_ABSENT)
            l->added[i] = add_const(r, TYPE_F32, rank, l->vars[i].dims, l->vars[i].data);
        return r->status == MOTE_OK ? l->added[i] : TENSOR_ABSENT;
    }
    return TENSOR_ABSENT;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Normalizations. */
#include <math.h>

#include "host/import/keras/keras.h"
#include "host/import/normalization.h"

/* The setting's axis, which may be a list of one. */
static int axis_setting(struct build *r, int rank)
{
    int64_t axis = -1;
    int n;

    setting_ints(r, "axis", 1, &n, &axis);
    return axis_of(r, axis, rank);
}

/* A weight a channel, or where the layer has none, this. */
static int32_t per_channel(struct build *r, const char *name, int64_t channels, float absent)
{
    int32_t w = weight(r, name, 1, DIMS(channels));

    if (w != TENSOR_ABSENT || r->status != MOTE_OK)
        return w;
    return absent == 0 ? add_zeros(r, 1, &channels) : add_ones(r, 1, &channels);
}

void keras_batch_normalization(struct build *r)
{
    struct batch_norm_opts opts = {.epsilon = setting_float(r, "epsilon", 1e-3f)};
    int32_t x = layer_in(r, 0), in[5];
    int rank = tensor_at(r, x)->rank, axis = axis_setting(r, rank);
    int64_t channels = tensor_at(r, x)->dims[axis];

    if (r->status == MOTE_OK && rank < 2)
        build_fail(r, MOTE_ERR_SHAPE, "an input of %d dimensions", rank);
    if (r->status != MOTE_OK)
        return;
    in[0] = transpose_move(r, x, axis, rank - 1);
    in[1] = per_channel(r, "gamma", channels, 1);
    in[2] = per_channel(r, "beta", channels, 0);
    in[3] = per_channel(r, "moving_mean", channels, 0);
    in[4] = per_channel(r, "moving_variance", channels, 1);
    x = emit(r, OP_BATCH_NORM, &opts, TYPE_NONE, 5, in);
    layer_out(r, r->status == MOTE_OK ? transpose_move(r, x, rank - 1, axis) : x);
}

/* Over the last dimensions. */
void keras_layer_normalization(struct build *r)
{
    int32_t x = layer_in(r, 0), gamma, beta;
    const struct tensor t = *tensor_at(r, x);
    int64_t axes[RANK_MAX] = {-1};
    int n, first;
    struct moments m;

    setting_ints(r, "axis", RANK_MAX, &n, axes);
    n = n < 0 ? 1 : n;
    first = t.rank - n;
    for (int i = 0; i < n && r->status == MOTE_OK; i++)
        if (axis_of(r, axes[i], t.rank) != first + i)
            build_fail(r, MOTE_ERR_UNSUPPORTED, "axes that are not the last ones");
    if (setting_bool(r, "rms_scaling", false))
        build_fail(r, MOTE_ERR_UNSUPPORTED, "rms_scaling");
    if (r->status != MOTE_OK || first < 0)
        return;
    for (int i = 0; i < n; i++)
        axes[i] = first + i;
    m = moments(r, x, n, axes, setting_float(r, "epsilon", 1e-3f));
    x = emit_binary(r, OP_MUL, m.centered, m.inverse);
    gamma = weight(r, "gamma", n, t.dims + first);
    beta = weight(r, "beta", n, t.dims + first);
    x = gamma == TENSOR_ABSENT ? x : emit_binary(r, OP_MUL, x, gamma);
    layer_out(r, beta == TENSOR_ABSENT ? x : emit_binary(r, OP_ADD, x, beta));
}

void keras_unit_normalization(struct build *r)
{
    int32_t x = layer_in(r, 0);
    int rank = tensor_at(r, x)->rank, axis = axis_setting(r, rank);

    if (r->status == MOTE_OK && axis != rank - 1)
        build_fail(r, MOTE_ERR_UNSUPPORTED, "an axis that is not the last one");
    layer_out(r, emit_unary(r, OP_L2_NORMALIZATION, x));
}

/* ---- of the data ---- */
/* A number, or one for each of the last dimension. */
static void numbers(struct build *r, const char *name, int32_t x, float absent, float *values, int *n)
{
    int64_t last = tensor_at(r, x)->dims[tensor_at(r, x)->rank - 1];

    setting_floats(r, name, 4096, n, values);
    if (*n == 0)
        values[(*n)++] = absent;
    if (r->status == MOTE_OK && *n != 1 && *n != last)
        build_fail(r, MOTE_ERR_SHAPE, "%s has %d numbers for %lld", name, *n, (long long)last);
}

static int32_t add_numbers(struct build *r, int n, const float *values)
{
    return n == 1 ? add_float(r, values[0])
                  : add_const(r, TYPE_F32, 1, DIMS(n), pool_copy(r->pool, values, (size_t)n * sizeof *values));
}

void keras_rescaling(struct build *r)
{
    int32_t x = cast(r, layer_in(r, 0), TYPE_F32);
    float *values = pool_array(r->pool, 4096, sizeof *values);
    int n;

    if (r->status == MOTE_OK && tensor_at(r, x)->rank < 1)
        build_fail(r, MOTE_ERR_SHAPE, "a scalar");
    if (r->status != MOTE_OK)
        return;
    numbers(r, "scale", x, 1, values, &n);
    x = n == 1 ? times(r, x, values[0]) : emit_binary(r, OP_MUL, x, add_numbers(r, n, values));
    numbers(r, "offset", x, 0, values, &n);
    layer_out(r, n == 1 && values[0] == 0 ? x : emit_binary(r, OP_ADD, x, add_numbers(r, n, values)));
}

/* What the layer has learned of the data, or was told: [last dimension], or one number. */
static const float *statistic(struct build *r, const char *name, int64_t last, int *n)
{
    const struct keras_layer *l = keras_of(r)->layer;
    float *values = pool_array(r->pool, 4096, sizeof *values);

    for (int32_t i = 0; i < l->n_vars && !setting(r, name); i++)
        if (strcmp(l->var_names[i], name) == 0) {
            *n = (int)tensor_elements(&l->vars[i]);
            if (*n != 1 && *n != last)
                build_fail(r, MOTE_ERR_UNSUPPORTED, "its %s has %d numbers for %lld of the last dimension", name, *n,
                           (long long)last);
            return (const float *)l->vars[i].data;
        }
    setting_floats(r, name, 4096, n, values);
    if (*n != 1 && *n != last)
        build_fail(r, MOTE_ERR_UNSUPPORTED, "its %s has %d numbers for %lld of the last dimension", name, *n,
                   (long long)last);
    return values;
}

/* (x - mean) / max(sqrt(variance), 1e-7), or that undone. */
void keras_normalization(struct build *r)
{
    int32_t x = cast(r, layer_in(r, 0), TYPE_F32);
    const struct tensor t = *tensor_at(r, x);
    int n_mean = 0, n = 0;
    const float *mean, *variance;
    float *deviation;

    if (r->status == MOTE_OK && t.rank < 1)
        build_fail(r, MOTE_ERR_SHAPE, "a scalar");
    if (r->status != MOTE_OK)
        return;
    mean = statistic(r, "mean", t.dims[t.rank - 1], &n_mean);
    variance = statistic(r, "variance", t.dims[t.rank - 1], &n);
    if (r->status != MOTE_OK || !has_room(r, 4 * (int64_t)n))
        return;
    deviation = pool_array(r->pool, (size_t)n, sizeof *deviation);
    for (int i = 0; i < n; i++)
        deviation[i] = fmaxf(sqrtf(variance[i]), 1e-7f);
    if (setting_bool(r, "invert", false)) {
        x = emit_binary(r, OP_MUL, x, add_numbers(r, n, deviation));
        layer_out(r, emit_binary(r, OP_ADD, x, add_numbers(r, n_mean, mean)));
        return;
    }
    x = emit_binary(r, OP_SUB, x, add_numbers(r, n_mean, mean));
    for (int i = 0; i < n; i++)
        deviation[i] = 1 / deviation[i];
    layer_out(r, emit_binary(r, OP_MUL, x, add_numbers(r, n, deviation)));
}

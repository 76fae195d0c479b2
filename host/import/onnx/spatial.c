/* SPDX-License-Identifier: Apache-2.0 */
#include "host/import/onnx/spatial.h"

static void read_list(struct build *r, const char *name, int n, int64_t *values, int64_t absent)
{
    int given;

    node_ints(r, name, n, &given, values);
    for (int i = given < 0 ? 0 : given; i < n; i++)
        values[i] = absent;
    if (given >= 0 && given != n)
        build_fail(r, MOTE_ERR_FORMAT, "attribute %s has %d numbers for %d dimensions", name, given, n);
    for (int i = 0; i < n; i++)
        if (values[i] < absent || values[i] > INT16_MAX)
            build_fail(r, MOTE_ERR_VALUE, "attribute %s is %lld", name, (long long)values[i]);
}

static void read_kernel(struct build *r, const int64_t *kernel, struct spatial *s)
{
    int given;

    node_ints(r, "kernel_shape", s->n, &given, s->kernel);
    if (given >= 0 && given != s->n)
        build_fail(r, MOTE_ERR_FORMAT, "attribute kernel_shape has %d numbers for %d dimensions", given, s->n);
    if (given < 0 && !kernel)
        build_fail(r, MOTE_ERR_FORMAT, "attribute kernel_shape is missing");
    for (int i = 0; i < s->n && r->status == MOTE_OK; i++) {
        if (kernel && given >= 0 && s->kernel[i] != kernel[i])
            build_fail(r, MOTE_ERR_SHAPE, "attribute kernel_shape is not that of the weights");
        if (kernel)
            s->kernel[i] = kernel[i];
        if (s->kernel[i] < 1 || s->kernel[i] > INT16_MAX)
            build_fail(r, MOTE_ERR_VALUE, "the window has %lld elements", (long long)s->kernel[i]);
    }
}

static void read_padding(struct build *r, struct spatial *s)
{
    const char *how = node_string(r, "auto_pad", "NOTSET");
    int64_t pads[2 * SPATIAL_MAX] = {0};

    if (strcmp(how, "NOTSET") == 0)
        read_list(r, "pads", 2 * s->n, pads, 0);
    else if (strcmp(how, "VALID") != 0 && strcmp(how, "SAME_UPPER") != 0 && strcmp(how, "SAME_LOWER") != 0)
        build_fail(r, MOTE_ERR_VALUE, "auto_pad is '%s'", printable(r->pool, how));
    for (int i = 0; i < s->n && r->status == MOTE_OK; i++) {
        s->before[i] = pads[i];
        s->after[i] = pads[s->n + i];
        if (strncmp(how, "SAME", 4) == 0)
            spatial_pad_same(s, i, how[5] == 'L');
    }
}

static void read_windows(struct build *r, int32_t x, const int64_t *kernel, struct spatial *s)
{
    const struct tensor *t = tensor_at(r, x);

    *s = (struct spatial){.n = t->rank - 2};
    if (r->status == MOTE_OK && (s->n < 1 || s->n > SPATIAL_MAX))
        build_fail(r, MOTE_ERR_UNSUPPORTED, "an input of %d dimensions, not of 3 to 5", t->rank);
    if (s->n < 1 || s->n > SPATIAL_MAX) /* whatever failed: callers go over s->n */
        s->n = 1;
    if (r->status != MOTE_OK)
        return;
    for (int i = 0; i < s->n; i++)
        s->in[i] = t->dims[2 + i];
    read_kernel(r, kernel, s);
    read_list(r, "strides", s->n, s->stride, 1);
    read_list(r, "dilations", s->n, s->dilation, 1);
}

void spatial_read(struct build *r, int32_t x, const int64_t *kernel, struct spatial *s)
{
    read_windows(r, x, kernel, s);
    if (r->status == MOTE_OK)
        read_padding(r, s);
    spatial_fit(r, s, node_int(r, "ceil_mode", 0) != 0);
}

void spatial_read_transposed(struct build *r, int32_t x, const int64_t *kernel, struct spatial *s)
{
    int64_t pads[2 * SPATIAL_MAX] = {0};

    read_windows(r, x, kernel, s);
    if (r->status == MOTE_OK)
        read_list(r, "pads", 2 * s->n, pads, 0);
    for (int i = 0; i < s->n; i++) {
        s->before[i] = pads[i];
        s->after[i] = pads[s->n + i];
    }
}

/* ---- layout ---- */
int32_t channels_last(struct build *r, int32_t x)
{
    const struct tensor t = *tensor_at(r, x);

    if (r->status != MOTE_OK)
        return TENSOR_ABSENT;
    x = transpose_move(r, x, 1, t.rank - 1);
    return t.rank == 3 ? reshape(r, x, 4, (int64_t[]){t.dims[0], 1, t.dims[2], t.dims[1]}) : x;
}

int32_t channels_first(struct build *r, int32_t x, int spatial)
{
    const struct tensor t = *tensor_at(r, x);

    if (r->status != MOTE_OK)
        return TENSOR_ABSENT;
    if (spatial == 1)
        x = reshape(r, x, 3, (int64_t[]){t.dims[0], t.dims[2], t.dims[3]});
    return transpose_move(r, x, tensor_at(r, x)->rank - 1, 1);
}

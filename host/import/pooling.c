/* SPDX-License-Identifier: Apache-2.0 */
/* Pools. */
#include "host/import/window.h"

static struct pool_opts opts_of(const struct window_2d *y, const struct window_2d *x)
{
    return (struct pool_opts){
        .padding = is_padded(y, x) ? PADDING_EXPLICIT : PADDING_VALID,
        WINDOW_OPTS(y, x),
        .filter_h = (int32_t)y->kernel,
        .filter_w = (int32_t)x->kernel,
    };
}

/* [N][H][W][C], by one operator. */
static int32_t pool_2d(struct build *r, enum op_id id, int32_t x, const struct window_2d *y, const struct window_2d *z)
{
    struct pool_opts opts = opts_of(y, z);

    return emit(r, id, &opts, TYPE_NONE, 1, &x);
}

/* Of three dimensions: planes first, then [N][D][H * W][C]. Means of means are the mean, as windows are boxes. */
static int32_t pool_3d(struct build *r, enum op_id id, int32_t x, const struct spatial *s)
{
    const struct window_2d rows = spatial_rows(s), columns = spatial_columns(s), one = {1, 1, 1, 0, 0};
    const struct window_2d depth = {s->kernel[0], s->stride[0], 1, s->before[0], s->after[0]};
    const struct tensor t = *tensor_at(r, x);

    x = reshape(r, x, 4, (int64_t[]){t.dims[0] * t.dims[1], t.dims[2], t.dims[3], t.dims[4]});
    x = pool_2d(r, id, x, &rows, &columns);
    x = reshape(r, x, 4, (int64_t[]){t.dims[0], t.dims[1], s->out[1] * s->out[2], t.dims[4]});
    x = pool_2d(r, id, x, &depth, &one);
    return reshape(r, x, 5, (int64_t[]){t.dims[0], s->out[0], s->out[1], s->out[2], t.dims[4]});
}

int32_t pooling(struct build *r, enum op_id id, int32_t x, const struct spatial *s)
{
    const struct window_2d rows = spatial_rows(s), columns = spatial_columns(s);

    if (r->status != MOTE_OK)
        return TENSOR_ABSENT;
    return s->n > 2 ? pool_3d(r, id, x, s) : pool_2d(r, id, x, &rows, &columns);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* RESIZE_NEAREST_NEIGHBOR: an NHWC image to the height and width that the second input, a constant, gives. Which pixel
 * goes where is known here; the device gets two lists of indices. */
#include <math.h>

#include "host/operators/elementwise.h"
#include "mote/kernels/move/resize_nearest_neighbor.h"

static enum mote_status infer_resize_nearest_neighbor(const struct model *m, struct graph *g, const struct op *op,
                                                      const struct frame *at)
{
    const struct tensor *in = op_in(g, op, 0);
    int64_t n, size[2 * RANK_MAX];

    (void)m;
    TRY(want_rank(at, in, "input", 4, 4));
    TRY(want_ints(at, g, op, 1, "new size", 2, 2, &n, size));
    for (int i = 0; i < 2; i++)
        if (size[i] < 1 || size[i] > MOTE_DIM_MAX)
            return fail(at, MOTE_ERR_VALUE, "the new size has %lld pixels, not 1 to %d", (long long)size[i],
                        MOTE_DIM_MAX);
    return infer_set(at, op_out(g, op, 0), 4, (int64_t[]){in->dims[0], size[0], size[1], in->dims[3]});
}

/* In float, each operation rounded, as the reference does: the result depends on it. */
int64_t resize_index(int64_t i, int64_t in, int64_t out, bool align_corners, bool half_pixel_centers)
{
    volatile float scale = align_corners && out > 1 ? (float)(in - 1) / (float)(out - 1) : (float)in / (float)out;
    volatile float center = (float)i + (half_pixel_centers ? 0.5f : 0.0f);
    volatile float place = center * scale;
    int64_t index = (int64_t)(align_corners ? roundf(place) : floorf(place));

    return index < in - 1 ? index : in - 1;
}

static int32_t lower_indices(struct lowering *l, const struct resize_opts *o, int64_t in, int64_t out, const char *name)
{
    uint16_t *index = pool_array(l->pool, (size_t)out, sizeof *index);

    for (int64_t i = 0; i < out; i++)
        index[i] = (uint16_t)resize_index(i, in, out, o->align_corners, o->half_pixel_centers);
    return lower_const(l, name, TYPE_U16, index, (size_t)out * sizeof *index, false);
}

static enum mote_status lower_resize_nearest_neighbor(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct resize_opts *o = op->opts;
    const struct tensor *in = op_in(l->graph, op, 0), *out = op_out(l->graph, op, 0);

    TRY(want_rank(at, in, "input", 4, 4));
    TRY(want_rank(at, out, "output", 4, 4));
    if (in->type != out->type || type_bits(in->type) < 8)
        return fail(at, MOTE_ERR_TYPE, "the input is %s and the output %s: whole bytes of one type are wanted",
                    type_name(in->type), type_name(out->type));
    for (int d = 0; d < 3; d++)
        if (in->dims[d] < 1 || in->dims[d] > MOTE_DIM_MAX || out->dims[d] < 1 || out->dims[d] > MOTE_DIM_MAX)
            return fail(at, MOTE_ERR_SHAPE, "dimension %d is not 1 to %d", d, MOTE_DIM_MAX);

    struct mote_resize_nearest_neighbor p = {
        .batch = (int32_t)in->dims[0],
        .in_h = (int32_t)in->dims[1],
        .in_w = (int32_t)in->dims[2],
        .out_h = (int32_t)out->dims[1],
        .out_w = (int32_t)out->dims[2],
        .pixel = (int32_t)(in->dims[3] * type_bits(in->type) / 8),
    };
    int32_t args[] = {
        lower_tensor(l, op->in[0]),
        lower_indices(l, o, p.in_h, p.out_h, "rows"),
        lower_indices(l, o, p.in_w, p.out_w, "columns"),
        lower_tensor(l, op->out[0]),
    };
    return lower_step(l, KERNEL_resize_nearest_neighbor, &p, args, at);
}

const struct operator operator_resize_nearest_neighbor = {
    .infer = infer_resize_nearest_neighbor,
    .lower = lower_resize_nearest_neighbor,
    .scales = {.form = FORM_SAME, .wide = true},
};

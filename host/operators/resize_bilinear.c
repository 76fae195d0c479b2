/* SPDX-License-Identifier: Apache-2.0 */
/* RESIZE_BILINEAR: an NHWC image to the height and width that the second input, a constant, gives. Between which pixels
 * a place lies is known here; the device gets two lists of them. */
#include <math.h>

#include "host/operators/elementwise.h"
#include "mote/kernels/move/resize_bilinear_f32.h"
#include "mote/kernels/move/resize_bilinear_s16.h"
#include "mote/kernels/move/resize_bilinear_s8.h"
#include "mote/kernels/move/resize_bilinear_u8.h"

static enum mote_status infer_resize_bilinear(const struct model *m, struct graph *g, const struct op *op,
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

/* Each of the four products of a sum has two factors besides the pixel. */
static int64_t macs_resize_bilinear(const struct graph *g, const struct op *op)
{
    return 4 * tensor_elements(op_out(g, op, 0));
}

static int64_t between(int64_t x, int64_t lo, int64_t hi) { return x < lo ? lo : x > hi ? hi : x; }

/* Of integers, in 1024ths of a pixel. At the border both indices are the same, and then the distance says nothing.
 * Where the rounded scale leads beyond the image, the reference would read what is not there. */
static void place_int(const struct resize_opts *o, int64_t i, int64_t in, int64_t out, int32_t place[3])
{
    bool corners = o->align_corners && out > 1;
    int64_t scale = corners ? (1024 * (in - 1) + (out - 1) / 2) / (out - 1) : (1024 * in + out / 2) / out;
    int64_t at = i * scale + (o->half_pixel_centers ? scale / 2 - 512 : 0);

    place[0] = (int32_t)between(at / 1024, 0, in - 1);
    place[1] = (int32_t)between((at + 1023) / 1024, 0, in - 1);
    place[2] = place[0] == place[1] ? 0 : (int32_t)(at - 1024 * place[0]);
}

/* In float, each operation rounded, as the reference does: the result depends on it. */
static void place_f32(const struct resize_opts *o, int64_t i, int64_t in, int64_t out, int32_t place[3])
{
    bool corners = o->align_corners && out > 1;
    volatile float scale = corners ? (float)(in - 1) / (float)(out - 1) : (float)in / (float)out;
    volatile float center = (float)i + (o->half_pixel_centers ? 0.5f : 0.0f), scaled = center * scale;
    volatile float at = o->half_pixel_centers ? scaled - 0.5f : scaled;

    place[0] = (int32_t)between((int64_t)floorf(at), 0, in - 1);
    place[1] = (int32_t)between((int64_t)ceilf(at), 0, in - 1);
    place[2] = float_bits(at - (float)place[0]);
}

static int32_t lower_places(struct lowering *l, const struct resize_opts *o, bool floats, int64_t in, int64_t out,
                            const char *name)
{
    int32_t(*place)[3] = pool_array(l->pool, (size_t)out, sizeof *place);

    for (int64_t i = 0; i < out; i++)
        (floats ? place_f32 : place_int)(o, i, in, out, place[i]);
    return lower_const(l, name, TYPE_S32, place, (size_t)out * sizeof *place, false);
}

static enum kernel_id kernel_of(const struct op *op, enum mote_type type)
{
    if (type == TYPE_S8)
        return op->uint8 ? KERNEL_resize_bilinear_u8 : KERNEL_resize_bilinear_s8;
    return type == TYPE_S16 ? KERNEL_resize_bilinear_s16 : KERNEL_resize_bilinear_f32;
}

static enum mote_status lower_resize_bilinear(struct lowering *l, const struct op *op, const struct frame *at)
{
    const struct resize_opts *o = op->opts;
    const struct tensor *in = op_in(l->graph, op, 0), *out = op_out(l->graph, op, 0);
    const bool floats = in->type == TYPE_F32 || op->uint8;

    /* One list of parameters for all. */
    _Static_assert(sizeof(struct mote_resize_bilinear_s8) == sizeof(struct mote_resize_bilinear_f32),
                   "the same fields");
    _Static_assert(sizeof(struct mote_resize_bilinear_s8) == sizeof(struct mote_resize_bilinear_u8), "the same fields");
    _Static_assert(sizeof(struct mote_resize_bilinear_s8) == sizeof(struct mote_resize_bilinear_s16),
                   "the same fields");
    if (in->type != TYPE_S8 && in->type != TYPE_S16 && in->type != TYPE_F32)
        return refuse_type(at, l->graph, op->in[0], "s8, s16 and f32");
    TRY(want_type(at, l->graph, op->out[0], in->type));
    if (o->align_corners && o->half_pixel_centers)
        return fail(at, MOTE_ERR_VALUE, "align_corners and half_pixel_centers exclude each other");

    struct mote_resize_bilinear_s8 p = {
        .batch = (int32_t)in->dims[0],
        .in_h = (int32_t)in->dims[1],
        .in_w = (int32_t)in->dims[2],
        .out_h = (int32_t)out->dims[1],
        .out_w = (int32_t)out->dims[2],
        .channels = (int32_t)in->dims[3],
    };
    int32_t args[] = {
        lower_tensor(l, op->in[0]),
        lower_places(l, o, floats, p.in_h, p.out_h, "rows"),
        lower_places(l, o, floats, p.in_w, p.out_w, "columns"),
        lower_tensor(l, op->out[0]),
    };
    return lower_step(l, kernel_of(op, in->type), &p, args, at);
}

const struct operator operator_resize_bilinear = {
    .infer = infer_resize_bilinear,
    .macs = macs_resize_bilinear,
    .lower = lower_resize_bilinear,
    .scales = {.form = FORM_SAME, .wide = true},
};

/* SPDX-License-Identifier: Apache-2.0 */
/* The first says for each output which element of its window is the greatest: its number in the window, row by row, and
 * 0.1; the second puts elements back to such places, with zeros around them. Each element of the window is a slice
 * here, one operator or a few each; windows are of a few elements (2 x 2). */
#include "host/import/tflite/unpooling.h"

#include <math.h>

#include "host/import/build.h"
#include "host/import/tflite/power.h"

#define WINDOW_MAX 64 /* elements */

/* Their options, a struct of C: six words, then what the interpreter works out. */
struct pooling {
    int32_t padding, stride_w, stride_h, filter_w, filter_h, activation;
};

enum { SAME = 1, VALID = 2 };

static bool is_size(int32_t n) { return n >= 1 && n <= UINT16_MAX; }

static enum mote_status read_pooling(struct tfl_reader *r, struct fb_table t, struct pooling *o, const struct frame *at)
{
    struct fb_vector bytes = fb_get_vector(t, TFL_OPERATOR_CUSTOM_OPTIONS, 1);
    int32_t *const words[] = {&o->padding, &o->stride_w, &o->stride_h, &o->filter_w, &o->filter_h, &o->activation};

    TRY(fb_status(&r->fb, at));
    if (bytes.n < sizeof *o)
        return fail(at, MOTE_ERR_FORMAT, "its options are missing");
    for (size_t i = 0; i < COUNT(words); i++)
        *words[i] = (int32_t)le32(fb_bytes(bytes) + 4 * i);
    if (o->padding != SAME && o->padding != VALID)
        return fail(at, MOTE_ERR_VALUE, "its padding is %d, neither same nor valid", (int)o->padding);
    if (!is_size(o->stride_w) || !is_size(o->stride_h) || !is_size(o->filter_w) || !is_size(o->filter_h))
        return fail(at, MOTE_ERR_VALUE, "its window is %d by %d, its strides %d and %d", (int)o->filter_h,
                    (int)o->filter_w, (int)o->stride_h, (int)o->stride_w);
    if (o->filter_w > WINDOW_MAX / o->filter_h)
        return fail(at, MOTE_ERR_UNSUPPORTED, "a window of %d by %d has more than %d elements", (int)o->filter_h,
                    (int)o->filter_w, WINDOW_MAX);
    if (o->activation != 0)
        return fail(at, MOTE_ERR_UNSUPPORTED, "a fused activation: make it an operator of its own behind this one");
    return MOTE_OK;
}

static enum mote_status want_lists(const struct graph *g, const struct tfl_lists *l, int32_t n_in, int32_t n_out,
                                   const struct frame *at)
{
    if (l->n_in != n_in || l->n_out != n_out)
        return fail(at, MOTE_ERR_FORMAT, "it has %d inputs and %d outputs, not %d and %d", (int)l->n_in, (int)l->n_out,
                    (int)n_in, (int)n_out);
    for (int32_t i = 0; i < n_in; i++) {
        const struct tensor *x = l->in[i] == TENSOR_ABSENT ? NULL : &g->tensors[l->in[i]];

        if (x == NULL || x->rank != 4)
            return fail(at, MOTE_ERR_SHAPE, "input %d has not four dimensions", (int)i);
        if (x->type != TYPE_F32)
            return fail(at, MOTE_ERR_UNSUPPORTED, "input %d is %s, not f32", (int)i, type_name(x->type));
    }
    return MOTE_OK;
}

static int32_t choose(struct build *b, int32_t condition, int32_t x, int32_t y)
{
    return emit(b, OP_SELECT_V2, NULL, TYPE_F32, 3, (int32_t[]){condition, x, y});
}

static int32_t are_equal(struct build *b, int32_t x, int32_t y)
{
    return emit(b, OP_EQUAL, NULL, TYPE_BOOL, 2, (int32_t[]){x, y});
}

/* ---- what is the greatest ---- */
static int32_t pool(struct build *b, const struct pooling *o, int32_t x)
{
    struct pool_opts opts = {
        .padding = o->padding == SAME ? PADDING_SAME : PADDING_VALID,
        .stride_h = o->stride_h,
        .stride_w = o->stride_w,
        .filter_h = o->filter_h,
        .filter_w = o->filter_w,
    };
    return emit(b, OP_MAX_POOL_2D, &opts, TYPE_F32, 1, &x);
}

/* To all that windows look at; nothing that is there is as small. */
static int32_t surround(struct build *b, const struct pooling *o, int32_t x, const int64_t out[4])
{
    const struct tensor t = *tensor_at(b, x);
    const int64_t filter[] = {0, o->filter_h, o->filter_w}, stride[] = {0, o->stride_h, o->stride_w};
    int64_t before[RANK_MAX] = {0}, after[RANK_MAX] = {0};

    for (int d = 1; d < 3; d++) {
        int64_t more = (out[d] - 1) * stride[d] + filter[d] - t.dims[d];

        before[d] = more > 0 ? more / 2 : 0;
        after[d] = more > 0 ? more - more / 2 : 0;
    }
    return pad(b, x, before, after, add_float(b, -INFINITY));
}

/* Element (y, x) of all windows. */
static int32_t element(struct build *b, const struct pooling *o, int32_t padded, const int64_t out[4], int32_t y,
                       int32_t x)
{
    const struct tensor t = *tensor_at(b, padded);
    int64_t begin[RANK_MAX] = {0, y, x, 0}, step[RANK_MAX] = {1, o->stride_h, o->stride_w, 1}, end[RANK_MAX] = {0};

    for (int d = 0; d < 4; d++)
        end[d] = d == 1 || d == 2 ? begin[d] + (out[d] - 1) * step[d] + 1 : t.dims[d];
    return slice(b, padded, begin, end, step);
}

/* The first that is equal to the greatest. */
static int32_t places(struct build *b, const struct pooling *o, int32_t x, int32_t greatest)
{
    int32_t padded, place = add_float(b, 0.1f);
    int64_t out[4];

    if (b->status != MOTE_OK)
        return TENSOR_ABSENT;
    memcpy(out, tensor_at(b, greatest)->dims, sizeof out);
    padded = surround(b, o, x, out);
    for (int32_t k = o->filter_h * o->filter_w - 1; k >= 0 && b->status == MOTE_OK; k--)
        place = choose(b, are_equal(b, element(b, o, padded, out, k / o->filter_w, k % o->filter_w), greatest),
                       add_float(b, (float)k + 0.1f), place);
    return place;
}

enum mote_status tfl_read_pooling_argmax(struct tfl_reader *r, struct fb_table t, struct graph *g,
                                         const struct tfl_lists *l, int32_t index, const struct frame *at)
{
    struct build b = {.pool = r->pool, .m = r->out, .g = g, .limit = r->limit, .at = at};
    const int32_t first = g->n_ops;
    int32_t greatest, place;
    struct pooling o = {0};

    TRY(read_pooling(r, t, &o, at));
    TRY(want_lists(g, l, 1, 2, at));
    greatest = pool(&b, &o, l->in[0]);
    place = places(&b, &o, l->in[0], greatest);
    if (b.status != MOTE_OK)
        return b.status;
    tfl_name_result(r, g, first, place, l->out[1], index);
    tfl_name_result(r, g, first, greatest, l->out[0], index);
    return MOTE_OK;
}

/* ---- back to its place ---- */
static int32_t alone(struct build *b, int32_t x, int32_t at, int32_t places, int32_t k)
{
    const struct tensor t = *tensor_at(b, x);
    int32_t part = choose(b, are_equal(b, places, add_ints(b, 1, (int64_t[]){k})), x, at);

    return reshape(b, part, 6, (int64_t[]){t.dims[0], t.dims[1], 1, t.dims[2], 1, t.dims[3]});
}

/* [N][H][W][C] to [N][H][filter_h][W][filter_w][C]. */
static int32_t spread(struct build *b, const struct pooling *o, int32_t x, int32_t places)
{
    int32_t zero = add_float(b, 0), rows[WINDOW_MAX], row[WINDOW_MAX];

    for (int32_t y = 0; y < o->filter_h && b->status == MOTE_OK; y++) {
        for (int32_t k = 0; k < o->filter_w; k++)
            row[k] = alone(b, x, zero, places, y * o->filter_w + k);
        rows[y] = concat(b, 4, o->filter_w, row);
    }
    return b->status == MOTE_OK ? concat(b, 2, o->filter_h, rows) : TENSOR_ABSENT;
}

enum mote_status tfl_read_unpooling(struct tfl_reader *r, struct fb_table t, struct graph *g, const struct tfl_lists *l,
                                    int32_t index, const struct frame *at)
{
    struct build b = {.pool = r->pool, .m = r->out, .g = g, .limit = r->limit, .at = at};
    const int32_t first = g->n_ops;
    struct pooling o = {0};
    struct tensor x;
    int32_t made;

    TRY(read_pooling(r, t, &o, at));
    TRY(want_lists(g, l, 2, 1, at));
    if (o.stride_h != o.filter_h || o.stride_w != o.filter_w)
        return fail(
            at, MOTE_ERR_UNSUPPORTED,
            "its strides are %d and %d, its window %d by %d: places are put back where strides are as the window",
            (int)o.stride_h, (int)o.stride_w, (int)o.filter_h, (int)o.filter_w);
    x = g->tensors[l->in[0]];
    made = spread(&b, &o, l->in[0], cast(&b, l->in[1], TYPE_S32));
    made = reshape(&b, made, 4, (int64_t[]){x.dims[0], x.dims[1] * o.filter_h, x.dims[2] * o.filter_w, x.dims[3]});
    if (b.status != MOTE_OK)
        return b.status;
    tfl_name_result(r, g, first, made, l->out[0], index);
    return MOTE_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Makers of operators that move elements. */
#include "tests/random/builder.h"

#define MOVABLE TYPES(TYPE_S8, TYPE_U8, TYPE_S16, TYPE_S32, TYPE_F32, TYPE_BOOL)

/* An index of n, now and then counted from the end. */
static int32_t random_axis(struct builder *b, int32_t n)
{
    int32_t axis = dice_range(b, 0, n - 1);

    return dice_chance(b, 4) ? axis - n : axis;
}

static int positive(int32_t axis, int32_t n) { return axis < 0 ? axis + n : axis; }

static int32_t new_int(struct builder *b, int64_t value)
{
    return new_ints(b, dice_range(b, 0, 1), (int64_t[]){1}, &value);
}

/* ---- paddings ---- */
bool make_pad(struct builder *b)
{
    int32_t in = pick(b, MOVABLE, 1, 5), paddings, value = TENSOR_ABSENT, out;
    int64_t amounts[2 * RANK_MAX];

    if (in == TENSOR_ABSENT)
        return false;

    int rank = tensor_of(b, in)->rank;
    bool image = rank == 4 && dice_chance(b, 2); /* what a convolution may take over */

    for (int i = 0; i < 2 * rank; i++)
        amounts[i] = image && (i / 2 == 0 || i / 2 == 3) ? 0 : dice_chance(b, 2) ? dice_range(b, 0, 3) : 0;
    paddings = new_ints(b, 2, (int64_t[]){rank, 2}, amounts);
    if (dice_chance(b, 3))
        value = new_const(b, tensor_of(b, in)->type, 0, NULL, quantization_of(b, in));
    out = new_same_output(b, in);
    return op_done(b, new_op(b, OP_PAD, 3, (int32_t[]){in, paddings, value}, 1, &out));
}

bool make_mirror_pad(struct builder *b)
{
    int32_t in = pick(b, MOVABLE, 1, 5), paddings, out;
    int64_t amounts[2 * RANK_MAX];
    bool symmetric = dice_chance(b, 2);

    if (in == TENSOR_ABSENT)
        return false;

    const struct tensor shape = *tensor_of(b, in);

    for (int i = 0; i < 2 * shape.rank; i++) {
        int32_t most = (int32_t)shape.dims[i / 2] - (symmetric ? 0 : 1);

        amounts[i] = dice_chance(b, 2) ? dice_range(b, 0, most < 3 ? most : 3) : 0;
    }
    paddings = new_ints(b, 2, (int64_t[]){shape.rank, 2}, amounts);
    out = new_same_output(b, in);

    struct op *op = new_op(b, OP_MIRROR_PAD, 2, (int32_t[]){in, paddings}, 1, &out);

    *(struct mirror_pad_opts *)op->opts = (struct mirror_pad_opts){.symmetric = symmetric};
    return op_done(b, op);
}

/* ---- shapes ---- */
/* `elements` as a product of `rank` dimensions. */
static void factor(struct builder *b, int64_t elements, int64_t rank, int64_t *dims)
{
    for (int64_t d = 0; d < rank; d++)
        dims[d] = 1;
    for (int64_t p = 2; elements > 1; p++)
        for (; elements % p == 0; elements /= p)
            dims[dice_range(b, 0, (int32_t)rank - 1)] *= p;
}

bool make_reshape(struct builder *b)
{
    int32_t in = pick(b, MOVABLE, 0, 6), shape = TENSOR_ABSENT, out;
    int64_t rank = dice_chance(b, 2) ? 4 : dice_range(b, 1, 6), dims[RANK_MAX], given[RANK_MAX];

    if (in == TENSOR_ABSENT)
        return false;
    factor(b, tensor_elements(tensor_of(b, in)), rank, dims);
    if (dice_chance(b, 2)) {
        memcpy(given, dims, sizeof given);
        if (dice_chance(b, 2))
            given[dice_range(b, 0, (int32_t)rank - 1)] = -1;
        shape = new_ints(b, 1, &rank, given);
    }
    out = new_same_output(b, in);
    if (shape == TENSOR_ABSENT) {
        tensor_of(b, out)->rank = (int32_t)rank;
        memcpy(tensor_of(b, out)->dims, dims, sizeof dims);
    }
    return op_done(b, new_op(b, OP_RESHAPE, 2, (int32_t[]){in, shape}, 1, &out));
}

bool make_squeeze(struct builder *b)
{
    int32_t in = pick(b, MOVABLE, 1, 6), dims = 0, out;

    if (in == TENSOR_ABSENT)
        return false;

    const struct tensor *t = tensor_of(b, in);

    for (int d = 0; d < t->rank; d++)
        if (t->dims[d] == 1 && dice_chance(b, 2))
            dims |= dice_chance(b, 2) ? 1 << d : 1 << (16 - t->rank + d);
    out = new_same_output(b, in);

    struct op *op = new_op(b, OP_SQUEEZE, 1, &in, 1, &out);

    *(struct squeeze_opts *)op->opts = (struct squeeze_opts){.dims = dims};
    return op_done(b, op);
}

bool make_expand_dims(struct builder *b)
{
    int32_t in = pick(b, MOVABLE, 0, 6), out;

    if (in == TENSOR_ABSENT)
        return false;
    out = new_same_output(b, in);

    int32_t axis = new_int(b, random_axis(b, tensor_of(b, in)->rank + 1));

    return op_done(b, new_op(b, OP_EXPAND_DIMS, 2, (int32_t[]){in, axis}, 1, &out));
}

bool make_shape(struct builder *b)
{
    int32_t in = pick(b, MOVABLE, 1, 6), out;

    if (in == TENSOR_ABSENT)
        return false;
    out = new_output(b, TYPE_S32, (struct quantization){.scale = 0, .zero = 0});
    return op_done(b, new_op(b, OP_SHAPE, 1, &in, 1, &out));
}

bool make_transpose(struct builder *b)
{
    int32_t in = pick(b, MOVABLE, 1, 6), out;
    int64_t perm[RANK_MAX], rank;

    if (in == TENSOR_ABSENT)
        return false;
    rank = tensor_of(b, in)->rank;
    for (int64_t d = 0; d < rank; d++) {
        int32_t k = dice_range(b, 0, (int32_t)d);

        perm[d] = perm[k];
        perm[k] = d;
    }
    out = new_same_output(b, in);
    return op_done(b, new_op(b, OP_TRANSPOSE, 2, (int32_t[]){in, new_ints(b, 1, &rank, perm)}, 1, &out));
}

static bool make_resize(struct builder *b, enum op_id id, uint32_t types)
{
    int32_t in = pick(b, types, 4, 4), out;
    int64_t two = 2, size[2];

    if (in == TENSOR_ABSENT)
        return false;
    for (int i = 0; i < 2; i++)
        size[i] = dice_range(b, 1, 2 * (int32_t)tensor_of(b, in)->dims[1 + i] + 1);
    out = new_same_output(b, in);

    int mode = dice_range(b, 0, 2);
    struct op *op = new_op(b, id, 2, (int32_t[]){in, new_ints(b, 1, &two, size)}, 1, &out);

    *(struct resize_opts *)op->opts = (struct resize_opts){.align_corners = mode == 1, .half_pixel_centers = mode == 2};
    return op_done(b, op);
}

bool make_resize_nearest_neighbor(struct builder *b) { return make_resize(b, OP_RESIZE_NEAREST_NEIGHBOR, MOVABLE); }

bool make_resize_bilinear(struct builder *b)
{
    return make_resize(b, OP_RESIZE_BILINEAR, TYPES(TYPE_S8, TYPE_S16, TYPE_F32));
}

/* ---- parts ---- */
/* A tensor like t, but for dimension `axis` (-1: none): one that is there, or a constant. */
static int32_t pick_part(struct builder *b, int32_t like, int axis)
{
    const struct tensor t = *tensor_of(b, like);
    struct quantization q = quantization_of(b, like);
    int64_t dims[RANK_MAX];

    for (int tries = 0; tries < 6; tries++) {
        int32_t c = pick(b, UINT32_C(1) << t.type, t.rank, t.rank);
        bool fits = c != TENSOR_ABSENT && quant_equal(&tensor_of(b, c)->quant, &t.quant);

        for (int d = 0; d < t.rank && fits; d++)
            fits = d == axis || tensor_of(b, c)->dims[d] == t.dims[d];
        if (fits)
            return c;
    }
    memcpy(dims, t.dims, sizeof dims);
    if (axis >= 0)
        dims[axis] = dice_range(b, 1, 4);
    return new_const(b, t.type, t.rank, dims, q);
}

/* 1 to 4 inputs; returns their number, 0 if there is none. */
static int pick_parts(struct builder *b, int32_t in[4], int rank_min, int rank_max, int32_t *axis, bool whole)
{
    int n = dice_range(b, 1, 4);

    in[0] = pick_symmetric(b, MOVABLE, rank_min, rank_max);
    if (in[0] == TENSOR_ABSENT)
        return 0;
    *axis = random_axis(b, tensor_of(b, in[0])->rank + (whole ? 1 : 0));
    for (int i = 1; i < n; i++)
        in[i] = pick_part(b, in[0], whole ? -1 : positive(*axis, tensor_of(b, in[0])->rank));
    return n;
}

bool make_concatenation(struct builder *b)
{
    int32_t in[4], out, axis = 0;
    int n = pick_parts(b, in, 1, 6, &axis, false);

    if (n == 0)
        return false;
    out = new_same_output(b, in[0]);

    struct op *op = new_op(b, OP_CONCATENATION, n, in, 1, &out);

    *(struct concatenation_opts *)op->opts = (struct concatenation_opts){.axis = axis};
    return op_done(b, op);
}

bool make_pack(struct builder *b)
{
    int32_t in[4], out, axis = 0;
    int n = pick_parts(b, in, 0, 6, &axis, true);

    if (n == 0)
        return false;
    out = new_same_output(b, in[0]);

    struct op *op = new_op(b, OP_PACK, n, in, 1, &out);

    *(struct axis_opts *)op->opts = (struct axis_opts){.axis = axis};
    return op_done(b, op);
}

static void new_outputs(struct builder *b, int32_t in, int n, int32_t *out)
{
    for (int i = 0; i < n; i++)
        out[i] = new_same_output(b, in);
}

bool make_split(struct builder *b)
{
    int32_t in = pick(b, MOVABLE, 1, 6), out[5], axis;
    int n = dice_range(b, 1, (int32_t)COUNT(out));

    if (in == TENSOR_ABSENT)
        return false;
    axis = random_axis(b, tensor_of(b, in)->rank);
    while (tensor_of(b, in)->dims[positive(axis, tensor_of(b, in)->rank)] % n != 0)
        n--;
    new_outputs(b, in, n, out);
    return op_done(b, new_op(b, OP_SPLIT, 2, (int32_t[]){new_int(b, axis), in}, n, out));
}

bool make_split_v(struct builder *b)
{
    int32_t in = pick(b, MOVABLE, 1, 6), out[5], axis;
    int64_t sizes[5], n = dice_range(b, 1, (int32_t)COUNT(out)), left;

    if (in == TENSOR_ABSENT)
        return false;
    axis = random_axis(b, tensor_of(b, in)->rank);
    left = tensor_of(b, in)->dims[positive(axis, tensor_of(b, in)->rank)];
    n = n < left ? n : left;
    for (int64_t i = 0; i < n; i++) {
        sizes[i] = i == n - 1 ? left : dice_range(b, 1, (int32_t)(left - (n - 1 - i)));
        left -= sizes[i];
    }
    if (dice_chance(b, 3))
        sizes[dice_range(b, 0, (int32_t)n - 1)] = -1;
    new_outputs(b, in, (int)n, out);
    return op_done(b,
                   new_op(b, OP_SPLIT_V, 3, (int32_t[]){in, new_ints(b, 1, &n, sizes), new_int(b, axis)}, (int)n, out));
}

bool make_unpack(struct builder *b)
{
    int32_t in = pick(b, MOVABLE, 1, 6), out[12], axis;
    int64_t n;

    if (in == TENSOR_ABSENT)
        return false;
    axis = random_axis(b, tensor_of(b, in)->rank);
    n = tensor_of(b, in)->dims[positive(axis, tensor_of(b, in)->rank)];
    if (n > (int64_t)COUNT(out))
        return false;
    new_outputs(b, in, (int)n, out);

    struct op *op = new_op(b, OP_UNPACK, 1, &in, (int)n, out);

    *(struct axis_opts *)op->opts = (struct axis_opts){.axis = axis};
    return op_done(b, op);
}

bool make_slice(struct builder *b)
{
    int32_t in = pick(b, MOVABLE, 1, 6), out;
    int64_t begin[RANK_MAX], size[RANK_MAX], rank;

    if (in == TENSOR_ABSENT)
        return false;
    rank = tensor_of(b, in)->rank;
    for (int64_t d = 0; d < rank; d++) {
        int32_t length = (int32_t)tensor_of(b, in)->dims[d];

        begin[d] = dice_chance(b, 2) ? 0 : dice_range(b, 0, length - 1);
        size[d] = dice_chance(b, 3) ? -1 : dice_range(b, 1, length - (int32_t)begin[d]);
    }
    out = new_same_output(b, in);

    int32_t first = new_ints(b, 1, &rank, begin), extent = new_ints(b, 1, &rank, size);

    return op_done(b, new_op(b, OP_SLICE, 3, (int32_t[]){in, first, extent}, 1, &out));
}

/* One entry of a strided slice; the dimension that it takes from the input, if any, has `dim` elements. */
struct entry {
    int64_t begin, end, stride;
    bool begin_masked, end_masked, shrinks;
};

static struct entry draw_entry(struct builder *b, int32_t dim)
{
    struct entry e = {.begin = dice_range(b, 0, dim - 1), .stride = 1, .shrinks = dice_chance(b, 4)};

    e.end = e.begin + 1;
    if (!e.shrinks) {
        e.stride = dice_chance(b, 3) ? -dice_range(b, 1, 3) : dice_range(b, 1, 3);
        e.begin_masked = dice_chance(b, 3);
        if (e.begin_masked)
            e.begin = e.stride > 0 ? 0 : dim - 1;
        e.end = e.stride > 0 ? dice_range(b, (int32_t)e.begin + 1, dim + 2) : dice_range(b, -1, (int32_t)e.begin - 1);
        e.end_masked = e.end < 0 || dice_chance(b, 4); /* -1 would be the last element */
    }
    if (dice_chance(b, 3))
        e.begin -= dim;
    if (!e.end_masked && e.end < dim && dice_chance(b, 3))
        e.end -= dim;
    return e;
}

bool make_strided_slice(struct builder *b)
{
    int32_t in = pick(b, MOVABLE, 1, 5), out, lists[3], n = 0;
    int64_t values[3][RANK_MAX] = {{0}}, length;
    struct strided_slice_opts o = {0};

    if (in == TENSOR_ABSENT)
        return false;

    const struct tensor shape = *tensor_of(b, in);
    int named = dice_range(b, 0, shape.rank), ellipsis = dice_chance(b, 3) ? dice_range(b, 0, named) : -1;

    for (int i = 0; i <= named && n < RANK_MAX; i++) {
        if (i == ellipsis)
            o.ellipsis_mask |= 1 << n++;
        else if (dice_chance(b, 8))
            o.new_axis_mask |= 1 << n++;
        if (i == named || n == RANK_MAX)
            break;

        int d = ellipsis >= 0 && i >= ellipsis ? shape.rank - named + i : i;
        struct entry e = draw_entry(b, (int32_t)shape.dims[d]);

        values[0][n] = e.begin;
        values[1][n] = e.end;
        values[2][n] = e.stride;
        o.begin_mask |= e.begin_masked << n;
        o.end_mask |= e.end_masked << n;
        o.shrink_axis_mask |= e.shrinks << n;
        n++;
    }
    if (n == 0 || n == RANK_MAX)
        return false;
    for (int i = 0; i < n; i++)
        values[2][i] += values[2][i] == 0;
    length = n;
    for (int i = 0; i < 3; i++)
        lists[i] = new_ints(b, 1, &length, values[i]);
    out = new_same_output(b, in);

    struct op *op = new_op(b, OP_STRIDED_SLICE, 4, (int32_t[]){in, lists[0], lists[1], lists[2]}, 1, &out);

    *(struct strided_slice_opts *)op->opts = o;
    return op_done(b, op);
}

/* Whether the value is known only when the model runs: nothing can fold it. */
static bool is_computed(struct builder *b, int32_t tensor)
{
    const struct graph *g = b->graph;
    int32_t maker = graph_producer(g, tensor);

    if (tensor_of(b, tensor)->data != NULL || maker < 0)
        return tensor_of(b, tensor)->data == NULL;
    if (g->ops[maker].id == OP_SHAPE)
        return false;
    for (int32_t i = 0; i < g->ops[maker].n_in; i++)
        if (g->ops[maker].in[i] != TENSOR_ABSENT && is_computed(b, g->ops[maker].in[i]))
            return true;
    return false;
}

/* Indices that are computed may be out of range: then they are clamped. Constants, folded ones too, must not. */
bool make_gather(struct builder *b)
{
    int32_t in = pick(b, MOVABLE, 1, 4), indices, out, axis;
    int64_t dims[RANK_MAX];

    if (in == TENSOR_ABSENT)
        return false;

    const struct tensor shape = *tensor_of(b, in);

    axis = random_axis(b, shape.rank);

    int batch_dims = dice_chance(b, 3) ? dice_range(b, 0, positive(axis, shape.rank)) : 0;
    int rank = dice_range(b, batch_dims, batch_dims + 2), n = 1;

    for (int d = 0; d < rank; d++) {
        dims[d] = d < batch_dims ? shape.dims[d] : dice_range(b, 1, 4);
        n *= (int)dims[d];
    }
    indices = batch_dims == 0 && dice_chance(b, 2) ? pick(b, TYPES(TYPE_S32), 0, 2) : TENSOR_ABSENT;
    if (indices == TENSOR_ABSENT || !is_computed(b, indices)) {
        int32_t *values;

        indices = new_const(b, TYPE_S32, rank, dims, (struct quantization){.scale = 0, .zero = 0});
        values = (int32_t *)(uintptr_t)tensor_of(b, indices)->data;
        for (int i = 0; i < n; i++)
            values[i] = dice_range(b, 0, (int32_t)shape.dims[positive(axis, shape.rank)] - 1);
    }
    out = new_same_output(b, in);

    struct op *op = new_op(b, OP_GATHER, 2, (int32_t[]){in, indices}, 1, &out);

    *(struct gather_opts *)op->opts = (struct gather_opts){.axis = axis, .batch_dims = batch_dims};
    return op_done(b, op);
}

/* ---- blocks ---- */
static int32_t divisor(struct builder *b, int64_t n)
{
    int32_t d = dice_range(b, 1, 4);

    while (n % d != 0)
        d--;
    return d;
}

bool make_space_to_depth(struct builder *b)
{
    int32_t in = pick(b, MOVABLE, 4, 4), block = dice_range(b, 1, 3), out;

    if (in == TENSOR_ABSENT)
        return false;
    while (tensor_of(b, in)->dims[1] % block != 0 || tensor_of(b, in)->dims[2] % block != 0)
        block--;
    out = new_same_output(b, in);

    struct op *op = new_op(b, OP_SPACE_TO_DEPTH, 1, &in, 1, &out);

    *(struct block_opts *)op->opts = (struct block_opts){.block_size = block};
    return op_done(b, op);
}

bool make_depth_to_space(struct builder *b)
{
    int32_t in = pick(b, MOVABLE, 4, 4), block = dice_range(b, 1, 3), out;

    if (in == TENSOR_ABSENT)
        return false;
    while (tensor_of(b, in)->dims[3] % (block * block) != 0)
        block--;
    out = new_same_output(b, in);

    struct op *op = new_op(b, OP_DEPTH_TO_SPACE, 1, &in, 1, &out);

    *(struct block_opts *)op->opts = (struct block_opts){.block_size = block};
    return op_done(b, op);
}

bool make_space_to_batch_nd(struct builder *b)
{
    int32_t in = pick(b, MOVABLE, 3, 4), out;
    int64_t block[2], border[2][2], n;

    if (in == TENSOR_ABSENT)
        return false;
    n = tensor_of(b, in)->rank - 2;
    for (int64_t i = 0; i < n; i++) {
        border[i][0] = dice_chance(b, 2) ? dice_range(b, 0, 3) : 0;
        border[i][1] = dice_chance(b, 2) ? dice_range(b, 0, 3) : 0;
        block[i] = divisor(b, tensor_of(b, in)->dims[1 + i] + border[i][0] + border[i][1]);
    }
    out = new_same_output(b, in);

    int32_t blocks = new_ints(b, 1, &n, block), borders = new_ints(b, 2, (int64_t[]){n, 2}, border[0]);

    return op_done(b, new_op(b, OP_SPACE_TO_BATCH_ND, 3, (int32_t[]){in, blocks, borders}, 1, &out));
}

bool make_batch_to_space_nd(struct builder *b)
{
    int32_t in = pick(b, MOVABLE, 3, 4), out;
    int64_t block[2], border[2][2], n, batch;

    if (in == TENSOR_ABSENT)
        return false;
    n = tensor_of(b, in)->rank - 2;
    batch = tensor_of(b, in)->dims[0];
    for (int64_t i = 0; i < n; i++) {
        int32_t pixels;

        block[i] = divisor(b, batch);
        batch /= block[i];
        pixels = (int32_t)(tensor_of(b, in)->dims[1 + i] * block[i]);
        border[i][0] = dice_chance(b, 2) ? dice_range(b, 0, pixels - 1) : 0;
        border[i][1] = dice_chance(b, 2) ? dice_range(b, 0, pixels - 1 - (int32_t)border[i][0]) : 0;
    }
    out = new_same_output(b, in);

    int32_t blocks = new_ints(b, 1, &n, block), borders = new_ints(b, 2, (int64_t[]){n, 2}, border[0]);

    return op_done(b, new_op(b, OP_BATCH_TO_SPACE_ND, 3, (int32_t[]){in, blocks, borders}, 1, &out));
}

/* ---- state ---- */
static bool read_variable(struct builder *b, int32_t state)
{
    int32_t out = new_same_output(b, state);

    return op_done(b, new_op(b, OP_READ_VARIABLE, 1, &state, 1, &out));
}

static bool assign_variable(struct builder *b, int32_t state, int32_t value)
{
    return op_done(b, new_op(b, OP_ASSIGN_VARIABLE, 1, &value, 1, &state));
}

/* A state for values like this one; now and then with data to start from. */
static int32_t new_variable(struct builder *b, int32_t like)
{
    const struct tensor t = *tensor_of(b, like);
    int32_t state = new_state(b, t.type, t.rank, t.dims, quantization_of(b, like));

    if (dice_chance(b, 2)) {
        uint8_t *data = pool_alloc(b->model->pool, (size_t)tensor_bytes(&t));

        fill_random(&b->dice, t.type, data, tensor_elements(&t));
        tensor_of(b, state)->initial = data;
    }
    return state;
}

/* A delay line: what the last inference assigned, read before it is assigned again. */
bool make_read_variable(struct builder *b)
{
    int32_t value = pick(b, MOVABLE, 0, 6), state;

    if (value == TENSOR_ABSENT)
        return false;
    state = new_variable(b, value);
    return read_variable(b, state) && assign_variable(b, state, value);
}

/* Assigned, then read in the same inference. */
bool make_assign_variable(struct builder *b)
{
    int32_t value = pick(b, MOVABLE, 0, 6), state;

    if (value == TENSOR_ABSENT)
        return false;
    state = new_variable(b, value);
    return assign_variable(b, state, value) && read_variable(b, state);
}

/* ---- elements again, backwards, by indices ---- */
static struct quantization none(void) { return (struct quantization){.scale = 0, .zero = 0}; }

/* The value is a constant, or the first element of what is there. */
bool make_fill(struct builder *b)
{
    int32_t value = pick(b, MOVABLE, 0, 0), out;
    int64_t dims[4], rank = dice_range(b, 1, 4);

    if (value == TENSOR_ABSENT)
        value = new_const(b, TYPE_F32, 0, NULL, none());
    for (int64_t d = 0; d < rank; d++)
        dims[d] = dice_range(b, 1, 5);
    out = new_same_output(b, value);
    return op_done(b, new_op(b, OP_FILL, 2, (int32_t[]){new_ints(b, 1, &rank, dims), value}, 1, &out));
}

bool make_zeros_like(struct builder *b)
{
    int32_t in = pick(b, MOVABLE, 0, 6), out;

    if (in == TENSOR_ABSENT)
        return false;
    out = new_same_output(b, in);
    return op_done(b, new_op(b, OP_ZEROS_LIKE, 1, &in, 1, &out));
}

bool make_broadcast_to(struct builder *b)
{
    int32_t in = pick(b, MOVABLE, 0, 5), out;
    int64_t dims[RANK_MAX], rank, more = dice_range(b, 0, 2);

    if (in == TENSOR_ABSENT)
        return false;

    const struct tensor *t = tensor_of(b, in);

    if (t->rank + more == 0) /* a list of no dimensions is empty, which nothing takes */
        more = 1;
    rank = t->rank + more;
    for (int64_t d = 0; d < rank; d++) {
        int64_t size = d < more ? 1 : t->dims[d - more];

        dims[d] = size == 1 ? dice_range(b, 1, 3) : size;
    }
    out = new_same_output(b, in);
    return op_done(b, new_op(b, OP_BROADCAST_TO, 2, (int32_t[]){in, new_ints(b, 1, &rank, dims)}, 1, &out));
}

bool make_broadcast_args(struct builder *b)
{
    int64_t n[2] = {dice_range(b, 1, 4), dice_range(b, 1, 4)}, dims[2][4];
    enum mote_type type = dice_chance(b, 2) ? TYPE_S32 : TYPE_S64;
    int32_t in[2], out;

    for (int k = 0; k < 2; k++)
        for (int64_t d = 0; d < n[k]; d++) { /* alike, counted from the end */
            int64_t back = n[k] - 1 - d;

            dims[k][d] = dice_chance(b, 3) ? 1 : k == 1 && back < n[0] ? dims[0][n[0] - 1 - back] : dice_range(b, 1, 5);
        }
    for (int k = 0; k < 2; k++)
        for (int64_t d = 0; d < n[k]; d++) {
            int64_t back = n[k] - 1 - d, other = back < n[!k] ? dims[!k][n[!k] - 1 - back] : 1;

            dims[k][d] = other == 1 ? dims[k][d] : dice_chance(b, 2) ? 1 : other;
        }
    for (int k = 0; k < 2; k++) {
        in[k] = new_const(b, type, 1, &n[k], none());
        for (int64_t d = 0; d < n[k]; d++) {
            uint8_t *data = (uint8_t *)(uintptr_t)tensor_of(b, in[k])->data;

            if (type == TYPE_S64)
                memcpy(data + 8 * d, &dims[k][d], 8);
            else
                memcpy(data + 4 * d, &(int32_t){(int32_t)dims[k][d]}, 4);
        }
    }
    out = new_output(b, type, none());
    return op_done(b, new_op(b, OP_BROADCAST_ARGS, 2, in, 1, &out));
}

bool make_gather_nd(struct builder *b)
{
    int32_t in = pick(b, MOVABLE, 1, 5), indices, out, *values;
    int64_t dims[2], depth;

    if (in == TENSOR_ABSENT)
        return false;

    const struct tensor shape = *tensor_of(b, in);

    depth = dice_range(b, 1, shape.rank);
    dims[0] = dice_range(b, 1, 4);
    dims[1] = depth;
    indices = dice_chance(b, 2) ? pick(b, TYPES(TYPE_S32), 1, 3) : TENSOR_ABSENT;
    if (indices == TENSOR_ABSENT || !is_computed(b, indices) ||
        tensor_of(b, indices)->dims[tensor_of(b, indices)->rank - 1] > shape.rank) {
        indices = new_const(b, TYPE_S32, 2, dims, none());
        values = (int32_t *)(uintptr_t)tensor_of(b, indices)->data;
        for (int64_t i = 0; i < dims[0] * depth; i++)
            values[i] = dice_range(b, 0, (int32_t)shape.dims[i % depth] - 1);
    }
    out = new_same_output(b, in);
    return op_done(b, new_op(b, OP_GATHER_ND, 2, (int32_t[]){in, indices}, 1, &out));
}

bool make_reverse_v2(struct builder *b)
{
    int32_t in = pick(b, MOVABLE, 1, 6), out;
    int64_t axes[RANK_MAX], n = 0;

    if (in == TENSOR_ABSENT)
        return false;
    for (int d = 0; d < tensor_of(b, in)->rank; d++)
        if (dice_chance(b, 2))
            axes[n++] = dice_chance(b, 2) ? d : d - tensor_of(b, in)->rank;
    if (n == 0)
        axes[n++] = 0;
    out = new_same_output(b, in);
    return op_done(b, new_op(b, OP_REVERSE_V2, 2, (int32_t[]){in, new_ints(b, 1, &n, axes)}, 1, &out));
}

/* Indices that are computed, or constants; a table of bytes may become floats. */
bool make_embedding_lookup(struct builder *b)
{
    int32_t in = pick(b, MOVABLE, 2, 4), indices = pick(b, TYPES(TYPE_S32), 1, 1), out, *values;
    int64_t n = dice_range(b, 1, 4);

    if (in == TENSOR_ABSENT)
        return false;
    if (indices == TENSOR_ABSENT || !is_computed(b, indices)) {
        indices = new_const(b, TYPE_S32, 1, &n, none());
        values = (int32_t *)(uintptr_t)tensor_of(b, indices)->data;
        for (int64_t i = 0; i < n; i++)
            values[i] = dice_range(b, 0, (int32_t)tensor_of(b, in)->dims[0] - 1);
    }
    if (tensor_of(b, in)->type == TYPE_S8 && quantization_of(b, in).scale > 0 && quantization_of(b, in).zero == 0)
        out = new_output(b, TYPE_F32, none());
    else
        out = new_same_output(b, in);
    return op_done(b, new_op(b, OP_EMBEDDING_LOOKUP, 2, (int32_t[]){indices, in}, 1, &out));
}

bool make_dynamic_update_slice(struct builder *b)
{
    int32_t in = pick(b, MOVABLE, 1, 5), update, start, out;
    int64_t dims[RANK_MAX], first[RANK_MAX], rank;

    if (in == TENSOR_ABSENT)
        return false;

    const struct tensor shape = *tensor_of(b, in);

    rank = shape.rank;
    for (int64_t d = 0; d < rank; d++) {
        dims[d] = dice_range(b, 1, (int32_t)shape.dims[d]);
        first[d] = dice_range(b, -1, (int32_t)shape.dims[d]);
    }
    update = new_const(b, shape.type, shape.rank, dims, quantization_of(b, in));
    start = pick(b, TYPES(TYPE_S32, TYPE_S64), 1, 1);
    if (start == TENSOR_ABSENT || tensor_of(b, start)->dims[0] != rank)
        start = new_ints(b, 1, &rank, first);
    out = new_same_output(b, in);
    return op_done(b, new_op(b, OP_DYNAMIC_UPDATE_SLICE, 3, (int32_t[]){in, update, start}, 1, &out));
}

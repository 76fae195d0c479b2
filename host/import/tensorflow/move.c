/* SPDX-License-Identifier: Apache-2.0 */
/* What moves numbers: parts, padding, gathering, blocks, images of other sizes. */
#include "host/import/tensorflow/ops.h"

#define MANY_MAX 1024 /* inputs or outputs of a node here */

/* ---- together and apart ---- */
void tf_pack(struct build *r)
{
    const struct axis_opts opts = {.axis = (int32_t)tf_int(r, "axis", 0)};

    tf_in(r, 0);
    if (r->status == MOTE_OK)
        tf_out(r, 0, emit(r, OP_PACK, &opts, TYPE_NONE, tf_inputs(r), tf_of(r)->in));
}

static void many_out(struct build *r, int64_t n, int32_t **out)
{
    if (r->status == MOTE_OK && (n < 1 || n > MANY_MAX))
        build_fail(r, MOTE_ERR_UNSUPPORTED, "%lld outputs; 1 to %d can be", (long long)n, MANY_MAX);
    *out = pool_array(r->pool, MANY_MAX, sizeof **out);
}

void tf_unpack(struct build *r)
{
    const int64_t n = tf_int(r, "num", 0);
    const struct axis_opts opts = {.axis = (int32_t)tf_int(r, "axis", 0)};
    int32_t x = tf_in(r, 0), *out;

    many_out(r, n, &out);
    if (r->status == MOTE_OK)
        emit_many(r, OP_UNPACK, &opts, TYPE_NONE, 1, &x, (int)n, out);
    for (int i = 0; i < n && r->status == MOTE_OK; i++)
        tf_out(r, i, out[i]);
}

/* Inputs first to first + n - 1; lists of no numbers are left out. */
static void join(struct build *r, int first, int n, int64_t at)
{
    int32_t *in = pool_array(r->pool, (size_t)(n > 0 ? n : 0) + 1, sizeof *in);
    int some = 0;

    for (int i = 0; i < n && r->status == MOTE_OK; i++)
        if (tensor_elements(tensor_at(r, tf_in(r, first + i))) != 0)
            in[some++] = tf_in(r, first + i);
    if (r->status == MOTE_OK && n < 1)
        build_fail(r, MOTE_ERR_FORMAT, "nothing to join");
    if (r->status != MOTE_OK)
        return;
    tf_out(r, 0, some == 0 ? tf_in(r, first) : concat(r, axis_of(r, at, tensor_at(r, in[0])->rank), some, in));
}

void tf_concat(struct build *r) { join(r, 1, tf_inputs(r) - 1, tf_number(r, 0, "the axis")); }

void tf_concat_v2(struct build *r)
{
    const int n = tf_inputs(r) - 1;

    join(r, 0, n, n > 0 ? tf_number(r, n, "the axis") : 0);
}

void tf_split(struct build *r)
{
    const int64_t n = tf_int(r, "num_split", 0);
    int32_t x = tf_in(r, 1), *out;
    const int axis = axis_of(r, tf_number(r, 0, "the axis"), tensor_at(r, x)->rank);

    many_out(r, n, &out);
    if (r->status == MOTE_OK && tensor_at(r, x)->dims[axis] % n != 0)
        build_fail(r, MOTE_ERR_SHAPE, "dimension %d is %lld, which %lld outputs do not divide", axis,
                   (long long)tensor_at(r, x)->dims[axis], (long long)n);
    if (r->status == MOTE_OK)
        split(r, x, axis, (int)n, out);
    for (int i = 0; i < n && r->status == MOTE_OK; i++)
        tf_out(r, i, out[i]);
}

/* One of the sizes may be -1: what the others leave. */
void tf_split_v(struct build *r)
{
    int32_t x = tf_in(r, 0), *out;
    const int axis = axis_of(r, tf_number(r, 2, "the axis"), tensor_at(r, x)->rank);
    int64_t sizes[MANY_MAX], left = tensor_at(r, x)->dims[axis];
    int n, open = -1;

    const_ints(r, tf_in(r, 1), "the list of sizes", MANY_MAX, &n, sizes);
    many_out(r, n, &out);
    for (int i = 0; i < n; i++) {
        open = sizes[i] == -1 ? i : open;
        left -= sizes[i] == -1 ? 0 : sizes[i];
    }
    if (open >= 0)
        sizes[open] = left;
    if (r->status == MOTE_OK)
        emit_many(r, OP_SPLIT_V, NULL, TYPE_NONE, 3,
                  (int32_t[]){x, add_ints(r, n, sizes), reshape(r, add_ints(r, 1, (int64_t[]){axis}), 0, NULL)}, n,
                  out);
    for (int i = 0; i < n && r->status == MOTE_OK; i++)
        tf_out(r, i, out[i]);
}

/* ---- parts ---- */
void tf_slice(struct build *r)
{
    int32_t x = tf_in(r, 0);
    const struct tensor t = *tensor_at(r, x);
    int64_t begin[RANK_MAX], size[RANK_MAX], step[RANK_MAX];
    int n, n_sizes;

    const_ints(r, tf_in(r, 1), "the beginning", RANK_MAX, &n, begin);
    const_ints(r, tf_in(r, 2), "the size", RANK_MAX, &n_sizes, size);
    if (r->status == MOTE_OK && (n != t.rank || n_sizes != t.rank))
        build_fail(r, MOTE_ERR_FORMAT, "beginning and size of %d and %d dimensions for %d", n, n_sizes, t.rank);
    for (int d = 0; d < t.rank && r->status == MOTE_OK; d++) {
        step[d] = 1;
        size[d] = size[d] == -1 ? t.dims[d] : begin[d] + size[d];
        if (begin[d] < 0 || size[d] <= begin[d] || size[d] > t.dims[d])
            build_fail(r, MOTE_ERR_VALUE, "elements %lld to %lld of dimension %d, which is %lld", (long long)begin[d],
                       (long long)size[d] - 1, d, (long long)t.dims[d]);
    }
    if (r->status == MOTE_OK)
        tf_out(r, 0, slice(r, x, begin, size, step));
}

void tf_strided_slice(struct build *r)
{
    const struct strided_slice_opts opts = {
        .begin_mask = (int32_t)tf_int(r, "begin_mask", 0),
        .end_mask = (int32_t)tf_int(r, "end_mask", 0),
        .ellipsis_mask = (int32_t)tf_int(r, "ellipsis_mask", 0),
        .new_axis_mask = (int32_t)tf_int(r, "new_axis_mask", 0),
        .shrink_axis_mask = (int32_t)tf_int(r, "shrink_axis_mask", 0),
    };
    int32_t in[] = {tf_in(r, 0), tf_in(r, 1), tf_in(r, 2), tf_in(r, 3)};

    tf_out(r, 0, emit(r, OP_STRIDED_SLICE, &opts, TYPE_NONE, 4, in));
}

/* ---- around ---- */
void tf_pad(struct build *r)
{
    int32_t x = tf_in(r, 0), value = tf_has(r, 2) ? tf_in(r, 2) : TENSOR_ABSENT;
    const int rank = tensor_at(r, x)->rank;
    int64_t list[2 * RANK_MAX], before[RANK_MAX] = {0}, after[RANK_MAX] = {0};
    int n;

    const_ints(r, tf_in(r, 1), "the list of paddings", 2 * RANK_MAX, &n, list);
    if (r->status == MOTE_OK && n != 2 * rank)
        build_fail(r, MOTE_ERR_FORMAT, "%d paddings for %d dimensions", n, rank);
    for (int d = 0; d < rank && r->status == MOTE_OK; d++) {
        before[d] = list[2 * d], after[d] = list[2 * d + 1];
        if (before[d] < 0 || after[d] < 0)
            build_fail(r, MOTE_ERR_VALUE, "a padding below 0 at dimension %d", d);
    }
    if (r->status == MOTE_OK)
        tf_out(r, 0, pad(r, x, before, after, value));
}

void tf_mirror_pad(struct build *r)
{
    const char *mode = tf_string(r, "mode", "REFLECT");
    const struct mirror_pad_opts opts = {.symmetric = strcmp(mode, "SYMMETRIC") == 0};
    int32_t in[] = {tf_in(r, 0), tf_in(r, 1)};

    tf_out(r, 0, emit(r, OP_MIRROR_PAD, &opts, TYPE_NONE, 2, in));
}

/* ---- by indices ---- */
void tf_gather(struct build *r)
{
    struct gather_opts opts = {.axis = tf_has(r, 2) ? (int32_t)tf_number(r, 2, "the axis") : 0,
                               .batch_dims = (int32_t)tf_int(r, "batch_dims", 0)};
    int32_t in[] = {tf_in(r, 0), cast(r, tf_in(r, 1), TYPE_S32)};

    tf_out(r, 0, emit(r, OP_GATHER, &opts, TYPE_NONE, 2, in));
}

static void of_two(struct build *r, enum op_id id)
{
    int32_t in[] = {tf_in(r, 0), tf_in(r, 1)};

    tf_out(r, 0, emit(r, id, NULL, TYPE_NONE, 2, in));
}

void tf_gather_nd(struct build *r) { of_two(r, OP_GATHER_ND); }

void tf_broadcast_to(struct build *r) { of_two(r, OP_BROADCAST_TO); }

void tf_reverse_v2(struct build *r) { of_two(r, OP_REVERSE_V2); }

/* Steps of an axis, again and again. */
void tf_tile(struct build *r)
{
    int32_t x = tf_in(r, 0);
    const struct tensor t = *tensor_at(r, x);
    int64_t often[RANK_MAX];
    int n;

    const_ints(r, tf_in(r, 1), "the list of multiples", RANK_MAX, &n, often);
    if (r->status == MOTE_OK && n != t.rank)
        build_fail(r, MOTE_ERR_FORMAT, "%d multiples for %d dimensions", n, t.rank);
    for (int d = 0; d < t.rank && r->status == MOTE_OK; d++) {
        int32_t *list;

        if (often[d] < 1 || often[d] > INT16_MAX)
            build_fail(r, MOTE_ERR_VALUE, "dimension %d %lld times", d, (long long)often[d]);
        if (r->status != MOTE_OK || often[d] == 1)
            continue;
        list = add_indices(r, t.dims[d] * often[d]);
        for (int64_t i = 0; i < t.dims[d] * often[d] && r->status == MOTE_OK; i++)
            list[i] = (int32_t)(i % t.dims[d]);
        x = gather(r, x, d, t.dims[d] * often[d], list);
    }
    tf_out(r, 0, x);
}

/* ---- blocks ---- */
static void of_three(struct build *r, enum op_id id)
{
    int32_t in[] = {tf_in(r, 0), tf_in(r, 1), tf_in(r, 2)};

    tf_out(r, 0, emit(r, id, NULL, TYPE_NONE, 3, in));
}

void tf_space_to_batch_nd(struct build *r) { of_three(r, OP_SPACE_TO_BATCH_ND); }

void tf_batch_to_space_nd(struct build *r) { of_three(r, OP_BATCH_TO_SPACE_ND); }

static void blocks(struct build *r, enum op_id id)
{
    const struct block_opts opts = {.block_size = (int32_t)tf_int(r, "block_size", 0)};
    int32_t x = tf_in(r, 0);

    if (tf_planes(r))
        build_fail(r, MOTE_ERR_UNSUPPORTED, "blocks of images in planes (data_format NCHW)");
    tf_out(r, 0, emit(r, id, &opts, TYPE_NONE, 1, &x));
}

void tf_space_to_depth(struct build *r) { blocks(r, OP_SPACE_TO_DEPTH); }

void tf_depth_to_space(struct build *r) { blocks(r, OP_DEPTH_TO_SPACE); }

/* ---- sizes ---- */
static void resize(struct build *r, enum op_id id)
{
    const struct resize_opts opts = {.align_corners = tf_bool(r, "align_corners", false),
                                     .half_pixel_centers = tf_bool(r, "half_pixel_centers", false)};
    int32_t in[] = {tf_in(r, 0), tf_in(r, 1)};

    tf_out(r, 0, emit(r, id, &opts, TYPE_NONE, 2, in));
}

void tf_resize_bilinear(struct build *r) { resize(r, OP_RESIZE_BILINEAR); }

void tf_resize_nearest_neighbor(struct build *r) { resize(r, OP_RESIZE_NEAREST_NEIGHBOR); }

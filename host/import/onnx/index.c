/* SPDX-License-Identifier: Apache-2.0 */
/* What moves elements by indices that are constants: whatever it is called, a gather from the places that are worked
 * out here. */
#include "host/import/onnx/ops.h"
#include "host/import/onnx/unpool.h"

/* A constant's integers, in the pool; negative ones count from `size`. */
static const int32_t *indices_of(struct build *r, int32_t tensor, int64_t size, const char *what)
{
    const struct tensor *t = tensor_at(r, tensor);
    int64_t n = tensor_elements(t);
    int32_t *out = add_indices(r, n);

    if (r->status == MOTE_OK && (!t->data || t->type != TYPE_S32))
        build_fail(r, MOTE_ERR_UNSUPPORTED, "%s are %s; constants are wanted", what, graph_origin(r->g, tensor));
    for (int64_t i = 0; i < n && r->status == MOTE_OK; i++) {
        int64_t index = const_int(t, i);

        index += index < 0 ? size : 0;
        if (index < 0 || index >= size)
            build_fail(r, MOTE_ERR_VALUE, "index %lld of %lld", (long long)const_int(t, i), (long long)size);
        out[i] = (int32_t)index;
    }
    return out;
}

/* Indices that are not known yet, with those below 0 counted from `size`. */
static int32_t from_start(struct build *r, int32_t indices, int64_t size)
{
    int32_t below = emit(r, OP_LESS, NULL, TYPE_BOOL, 2, (int32_t[]){indices, add_zero(r, TYPE_S32)});
    int32_t other = emit_binary(r, OP_ADD, indices, add_ints(r, 1, &size));

    return reshape(r, emit(r, OP_SELECT_V2, NULL, TYPE_S32, 3, (int32_t[]){below, other, indices}),
                   tensor_at(r, indices)->rank, tensor_at(r, indices)->dims);
}

static bool is_computed(const struct build *r, int32_t indices)
{
    return r->status == MOTE_OK && !is_const(r, indices) && tensor_at(r, indices)->type == TYPE_S32;
}

void onnx_gather(struct build *r)
{
    int32_t x = node_in(r, 0), indices = node_in(r, 1);
    const struct tensor t = *tensor_at(r, x), list = *tensor_at(r, indices);
    struct gather_opts opts = {.axis = axis_of(r, node_int(r, "axis", 0), t.rank)};

    if (r->status == MOTE_OK && list.data)
        indices = add_const(r, TYPE_S32, list.rank, list.dims, indices_of(r, indices, t.dims[opts.axis], "indices"));
    else if (is_computed(r, indices))
        indices = from_start(r, indices, t.dims[opts.axis]);
    node_out(r, 0, emit(r, OP_GATHER, &opts, TYPE_NONE, 2, (int32_t[]){x, indices}));
}

/* Where element i of `shape` is in a tensor like `in`, if its place along the axis is `index`. */
static int64_t place_along(const struct tensor *in, const struct tensor *shape, int axis, int64_t i, int64_t index)
{
    int64_t place = 0, stride = 1;

    for (int d = in->rank - 1; d >= 0; d--) {
        place += stride * (d == axis ? index : i % shape->dims[d]);
        i /= shape->dims[d];
        stride *= in->dims[d];
    }
    return place;
}

/* The same of indices that are computed: the place is the index times the axis's stride, and what the others say. */
static int32_t computed_places(struct build *r, const struct tensor *in, int32_t indices, int axis)
{
    const struct tensor shape = *tensor_at(r, indices);
    int64_t n = tensor_elements(&shape), stride = dims_elements(in->rank - axis - 1, in->dims + axis + 1);
    int32_t *others = add_indices(r, n), places;

    for (int64_t i = 0; i < n && r->status == MOTE_OK; i++)
        others[i] = (int32_t)place_along(in, &shape, axis, i, 0);
    places = emit_binary(r, OP_MUL, from_start(r, indices, in->dims[axis]), add_ints(r, 1, &stride));
    return emit_binary(r, OP_ADD, places, add_const(r, TYPE_S32, shape.rank, shape.dims, others));
}

static int32_t flat(struct build *r, int32_t x)
{
    return reshape(r, x, 1, (int64_t[]){tensor_elements(tensor_at(r, x))});
}

/* The places that GatherElements reads and ScatterElements writes. */
static int32_t *elements_places(struct build *r, const struct tensor *in, int32_t indices, int axis)
{
    const struct tensor shape = *tensor_at(r, indices);
    const int32_t *list;
    int64_t n = tensor_elements(&shape);
    int32_t *places;

    if (r->status == MOTE_OK && shape.rank != in->rank)
        build_fail(r, MOTE_ERR_SHAPE, "indices of %d dimensions for %d", shape.rank, in->rank);
    for (int d = 0; d < shape.rank && r->status == MOTE_OK; d++)
        if (d != axis && shape.dims[d] > in->dims[d])
            build_fail(r, MOTE_ERR_SHAPE, "indices that are larger than the input");
    list = indices_of(r, indices, r->status == MOTE_OK ? in->dims[axis] : 0, "indices");
    places = add_indices(r, n);
    for (int64_t i = 0; i < n && r->status == MOTE_OK; i++)
        places[i] = (int32_t)place_along(in, &shape, axis, i, list[i]);
    return places;
}

void onnx_gather_elements(struct build *r)
{
    int32_t x = node_in(r, 0), indices = node_in(r, 1);
    const struct tensor t = *tensor_at(r, x), shape = *tensor_at(r, indices);
    int axis = axis_of(r, node_int(r, "axis", 0), t.rank);

    if (r->status == MOTE_OK && shape.rank != t.rank)
        build_fail(r, MOTE_ERR_SHAPE, "indices of %d dimensions for %d", shape.rank, t.rank);
    if (is_computed(r, indices))
        node_out(r, 0, emit_binary(r, OP_GATHER, flat(r, x), computed_places(r, &t, indices, axis)));
    else
        node_out(r, 0, gather_flat(r, x, shape.rank, shape.dims, elements_places(r, &t, indices, axis)));
}

/* ---- GatherND, ScatterND: tuples of indices, each of which names a slice ---- */
struct tuples {
    int64_t n, width; /* tuples, indices of one */
    int64_t slice;    /* elements of what one names */
    int32_t *places;  /* [n] where that begins */
    int rank;
    int64_t dims[RANK_MAX]; /* of all the slices */
};

static void read_tuples(struct build *r, const struct tensor *in, int32_t indices, int batch, struct tuples *u)
{
    const struct tensor list = *tensor_at(r, indices);

    *u = (struct tuples){.n = 1};
    if (r->status == MOTE_OK && (!list.data || list.type != TYPE_S32))
        build_fail(r, MOTE_ERR_UNSUPPORTED, "indices are %s; constants are wanted", graph_origin(r->g, indices));
    u->width = list.rank > 0 ? list.dims[list.rank - 1] : 0;
    if (r->status == MOTE_OK && (u->width < 1 || batch < 0 || batch >= list.rank || batch + u->width > in->rank ||
                                 list.rank - 1 + in->rank - batch - u->width > RANK_MAX))
        build_fail(r, MOTE_ERR_SHAPE, "tuples of %lld indices for %d dimensions", (long long)u->width, in->rank);
    if (r->status != MOTE_OK)
        return;
    for (int d = 0; d < list.rank - 1; d++)
        u->dims[u->rank++] = list.dims[d];
    u->n = dims_elements(list.rank - 1, list.dims);
    u->slice = dims_elements(in->rank - batch - (int)u->width, in->dims + batch + u->width);
    for (int d = batch + (int)u->width; d < in->rank; d++)
        u->dims[u->rank++] = in->dims[d];
    u->places = add_indices(r, u->n);
    for (int64_t i = 0; i < u->n && r->status == MOTE_OK; i++) {
        int64_t place = batch > 0 ? i / (u->n / dims_elements(batch, in->dims)) : 0;

        for (int k = 0; k < u->width; k++) {
            int64_t index = const_int(&list, i * u->width + k), size = in->dims[batch + k];

            index += index < 0 ? size : 0;
            if (index < 0 || index >= size)
                build_fail(r, MOTE_ERR_VALUE, "index %lld of %lld", (long long)index, (long long)size);
            place = place * size + index;
        }
        u->places[i] = (int32_t)(place * u->slice);
    }
}

/* The sum along the last dimension, which goes. */
static int32_t sum_last(struct build *r, int32_t x)
{
    const struct tensor t = *tensor_at(r, x);
    int32_t sum = TENSOR_ABSENT;

    for (int32_t k = 0; k < (int32_t)t.dims[t.rank - 1] && r->status == MOTE_OK; k++) {
        struct gather_opts opts = {.axis = t.rank - 1};
        int32_t one = emit(r, OP_GATHER, &opts, TYPE_NONE, 2,
                           (int32_t[]){x, add_const(r, TYPE_S32, 0, NULL, pool_copy(r->pool, &k, sizeof k))});

        sum = k == 0 ? one : emit_binary(r, OP_ADD, sum, one);
    }
    return sum;
}

/* Tuples that are computed, without a batch: the slices of [all that tuples name][…] at the sums of the indices, each
 * times its stride. */
static void gather_computed(struct build *r, int32_t x, int32_t indices)
{
    const struct tensor t = *tensor_at(r, x), list = *tensor_at(r, indices);
    int64_t width = list.rank > 0 ? list.dims[list.rank - 1] : 0, dims[RANK_MAX], strides[RANK_MAX], sizes[RANK_MAX];
    int32_t places;

    if (width < 1 || width > t.rank) {
        build_fail(r, MOTE_ERR_SHAPE, "tuples of %lld indices for %d dimensions", (long long)width, t.rank);
        return;
    }
    for (int k = 0; k < width; k++) {
        sizes[k] = t.dims[k];
        strides[k] = dims_elements((int)width - k - 1, t.dims + k + 1);
    }
    dims[0] = dims_elements((int)width, t.dims);
    memcpy(dims + 1, t.dims + width, (size_t)(t.rank - width) * sizeof *dims);
    x = reshape(r, x, t.rank - (int)width + 1, dims);
    places = emit(r, OP_LESS, NULL, TYPE_BOOL, 2, (int32_t[]){indices, add_zero(r, TYPE_S32)});
    places = emit(r, OP_SELECT_V2, NULL, TYPE_S32, 3,
                  (int32_t[]){places, emit_binary(r, OP_ADD, indices, add_ints(r, (int)width, sizes)), indices});
    places = emit_binary(r, OP_MUL, places, add_ints(r, (int)width, strides));
    node_out(r, 0, emit_binary(r, OP_GATHER, x, sum_last(r, places)));
}

void onnx_gather_nd(struct build *r)
{
    int32_t x = node_in(r, 0), indices = node_in(r, 1);
    const struct tensor t = *tensor_at(r, x);
    int64_t batch = node_int(r, "batch_dims", 0);
    struct tuples u;
    int32_t *places;

    if (batch == 0 && is_computed(r, indices)) {
        gather_computed(r, x, indices);
        return;
    }

    if (batch < 0 || batch > t.rank ||
        (batch > 0 && dims_elements((int)batch, tensor_at(r, indices)->dims) != dims_elements((int)batch, t.dims)))
        build_fail(r, MOTE_ERR_SHAPE, "batch_dims is %lld", (long long)batch);
    read_tuples(r, &t, indices, (int)batch, &u);
    places = add_indices(r, r->status == MOTE_OK ? u.n * u.slice : 0);
    for (int64_t i = 0; r->status == MOTE_OK && i < u.n * u.slice; i++)
        places[i] = (int32_t)(u.places[i / u.slice] + i % u.slice);
    node_out(r, 0, gather_flat(r, x, u.rank, u.dims, places));
}

/* ---- scattering: the output gathers from the input and the updates behind it ---- */
static bool reduces(struct build *r, enum op_id *id)
{
    const char *how = node_string(r, "reduction", "none");

    *id = strcmp(how, "add") == 0   ? OP_ADD
          : strcmp(how, "mul") == 0 ? OP_MUL
          : strcmp(how, "max") == 0 ? OP_MAXIMUM
          : strcmp(how, "min") == 0 ? OP_MINIMUM
                                    : OP_NOP;
    if (*id == OP_NOP && strcmp(how, "none") != 0)
        build_fail(r, MOTE_ERR_UNSUPPORTED, "reduction %s", printable(r->pool, how));
    return *id != OP_NOP;
}

/* Update i goes to places[i]; later ones win. */
static int32_t scatter(struct build *r, int32_t x, int32_t updates, int64_t n, const int32_t *places)
{
    const struct tensor t = *tensor_at(r, x);
    int64_t all = tensor_elements(&t);
    int32_t *from = add_indices(r, all);
    int32_t both = concat(r, 0, 2, (int32_t[]){flat(r, x), flat(r, updates)});

    for (int64_t i = 0; i < all && r->status == MOTE_OK; i++)
        from[i] = (int32_t)i;
    for (int64_t i = 0; i < n && r->status == MOTE_OK; i++)
        from[places[i]] = (int32_t)(all + i);
    return gather_flat(r, both, t.rank, t.dims, from);
}

/* With a reduction each round takes one update of each place; what gets none keeps its value. */
static int32_t scatter_reduce(struct build *r, enum op_id id, int32_t x, int32_t updates, int64_t n,
                              const int32_t *places)
{
    bool *done = pool_array(r->pool, (size_t)n + 1, sizeof *done);
    int64_t left = n;

    while (left > 0 && r->status == MOTE_OK) {
        int32_t *now = add_indices(r, n), *of = add_indices(r, n), taken = 0, current, result;

        for (int64_t i = 0; i < n && r->status == MOTE_OK; i++) {
            bool again = done[i];

            for (int32_t k = 0; k < taken && !again; k++)
                again = now[k] == places[i];
            if (again)
                continue;
            done[i] = true;
            of[taken] = (int32_t)i;
            now[taken++] = places[i];
            left--;
        }
        current = gather(r, flat(r, x), 0, taken, now);
        result = emit_binary(r, id, current, gather(r, flat(r, updates), 0, taken, of));
        x = scatter(r, x, result, taken, now);
    }
    return x;
}

static void scatter_node(struct build *r, int32_t x, int32_t updates, int64_t n, const int32_t *places)
{
    enum op_id id;

    if (r->status == MOTE_OK && tensor_elements(tensor_at(r, updates)) != n)
        build_fail(r, MOTE_ERR_SHAPE, "updates of another shape than the indices");
    node_out(r, 0, reduces(r, &id) ? scatter_reduce(r, id, x, updates, n, places) : scatter(r, x, updates, n, places));
}

void onnx_scatter_elements(struct build *r)
{
    int32_t x = node_in(r, 0), indices = node_in(r, 1), updates = node_in(r, 2);
    const struct tensor t = *tensor_at(r, x);
    int axis = axis_of(r, node_int(r, "axis", 0), t.rank);
    const int32_t *places = elements_places(r, &t, indices, axis);

    scatter_node(r, x, updates, tensor_elements(tensor_at(r, indices)), places);
}

void onnx_scatter_nd(struct build *r)
{
    int32_t x = node_in(r, 0), indices = node_in(r, 1), updates = node_in(r, 2);
    const struct tensor t = *tensor_at(r, x);
    struct tuples u;
    int32_t *places;
    int64_t n;

    read_tuples(r, &t, indices, 0, &u);
    n = r->status == MOTE_OK ? u.n * u.slice : 0;
    places = add_indices(r, n);
    for (int64_t i = 0; i < n && r->status == MOTE_OK; i++)
        places[i] = (int32_t)(u.places[i / u.slice] + i % u.slice);
    scatter_node(r, x, updates, n, places);
}

/* ---- repetitions ---- */
/* n indices along a dimension of `size`: i % size. */
static int32_t repeat(struct build *r, int32_t x, int axis, int64_t size, int64_t n)
{
    int32_t *list = add_indices(r, n);

    for (int64_t i = 0; i < n && r->status == MOTE_OK; i++)
        list[i] = (int32_t)(i % size);
    return gather(r, x, axis, n, list);
}

static bool is_size(struct build *r, int64_t size)
{
    if (size < 1 || size > TENSOR_BYTES_MAX)
        build_fail(r, MOTE_ERR_VALUE, "a dimension of %lld", (long long)size);
    return r->status == MOTE_OK;
}

/* Up to opset 5 Tile repeats one axis. */
void onnx_tile(struct build *r)
{
    int32_t x = node_in(r, 0);
    const struct tensor t = *tensor_at(r, x);
    int64_t times[RANK_MAX];
    int n;

    const_ints(r, node_in(r, 1), "repeats", RANK_MAX, &n, times);
    if (r->status == MOTE_OK && (onnx_of(r)->opset < 6 || n != t.rank))
        build_fail(r, MOTE_ERR_SHAPE, "%d repeats of %d dimensions", n, t.rank);
    for (int d = 0; d < t.rank && r->status == MOTE_OK; d++)
        if (times[d] != 1 && is_size(r, times[d]) && is_size(r, times[d] * t.dims[d]))
            x = repeat(r, x, d, t.dims[d], times[d] * t.dims[d]);
    node_out(r, 0, x);
}

void onnx_expand(struct build *r)
{
    int32_t x = node_in(r, 0);
    const struct tensor t = *tensor_at(r, x);
    int64_t shape[RANK_MAX], dims[RANK_MAX] = {0};
    int n, rank;

    const_ints(r, node_in(r, 1), "the shape", RANK_MAX, &n, shape);
    rank = n > t.rank ? n : t.rank;
    for (int d = 0; d < rank && r->status == MOTE_OK; d++)
        dims[d] = d < rank - t.rank ? 1 : t.dims[d - (rank - t.rank)];
    x = reshape(r, x, rank, dims);
    for (int d = 0; d < n && r->status == MOTE_OK; d++) {
        int own = d + rank - n;

        if (shape[d] == 1 || shape[d] == dims[own])
            continue;
        if (dims[own] != 1)
            build_fail(r, MOTE_ERR_SHAPE, "dimension %d of %lld cannot become %lld", own, (long long)dims[own],
                       (long long)shape[d]);
        if (is_size(r, shape[d]))
            x = repeat(r, x, own, 1, shape[d]);
    }
    node_out(r, 0, x);
}

/* Without an axis the input is flat. */
void onnx_compress(struct build *r)
{
    int32_t x = node_in(r, 0), condition = node_in(r, 1), n = 0, *list;
    const Onnx__AttributeProto *axis = node_attr(r, "axis");
    const struct tensor t = *tensor_at(r, condition);
    int along = axis ? axis_of(r, node_int(r, "axis", 0), tensor_at(r, x)->rank) : 0;
    int64_t size;

    x = axis ? x : flat(r, x);
    size = r->status == MOTE_OK ? tensor_at(r, x)->dims[along] : 0;
    list = add_indices(r, size);
    if (r->status == MOTE_OK && (!t.data || t.type != TYPE_BOOL || tensor_elements(&t) > size))
        build_fail(r, MOTE_ERR_UNSUPPORTED, "a condition that is no constant, or too long");
    for (int32_t i = 0; r->status == MOTE_OK && i < (int32_t)tensor_elements(&t); i++)
        if (t.data[i])
            list[n++] = i;
    node_out(r, 0, gather(r, x, along, n, list));
}

/* -0 is 0, too. */
static bool is_zero(const struct tensor *t, int64_t i)
{
    static const uint8_t zero[8];
    const size_t bytes = (size_t)type_bits(t->type) / 8;
    float real;

    if (t->type != TYPE_F32)
        return memcmp(t->data + (size_t)i * bytes, zero, bytes) == 0;
    memcpy(&real, t->data + (size_t)i * bytes, sizeof real);
    return real == 0;
}

/* How many there are must be known: places of a constant's elements, a row for each dimension. */
void onnx_non_zero(struct build *r)
{
    const int32_t x = node_in(r, 0);
    const struct tensor t = *tensor_at(r, x);
    const int64_t all = tensor_elements(&t);
    int64_t n = 0;
    int32_t *places;

    if (r->status == MOTE_OK && (!t.data || t.rank < 1))
        build_fail(r, MOTE_ERR_UNSUPPORTED, "its input is %s; a constant is wanted", graph_origin(r->g, x));
    if (r->status == MOTE_OK && type_bits(t.type) % 8 != 0)
        build_fail(r, MOTE_ERR_UNSUPPORTED, "elements of %s; whole bytes are there", type_name(t.type));
    places = add_indices(r, r->status == MOTE_OK ? all * t.rank : 0);
    for (int64_t i = 0; i < all && r->status == MOTE_OK; i++)
        n += !is_zero(&t, i);
    for (int64_t i = 0, k = 0; i < all && r->status == MOTE_OK; i++) {
        int64_t rest = i;

        if (is_zero(&t, i))
            continue;
        for (int d = t.rank - 1; d >= 0; rest /= t.dims[d--])
            places[d * n + k] = (int32_t)(rest % t.dims[d]);
        k++;
    }
    node_out(r, 0, add_const(r, TYPE_S32, 2, (int64_t[]){t.rank, n}, places));
}

void onnx_reverse_sequence(struct build *r)
{
    int32_t x = node_in(r, 0), lengths = node_in(r, 1), *places;
    const struct tensor t = *tensor_at(r, x), list = *tensor_at(r, lengths);
    int time = axis_of(r, node_int(r, "time_axis", 0), t.rank),
        batch = axis_of(r, node_int(r, "batch_axis", 1), t.rank);
    int64_t n = tensor_elements(&t);

    if (r->status == MOTE_OK && (!list.data || list.type != TYPE_S32 || tensor_elements(&list) != t.dims[batch]))
        build_fail(r, MOTE_ERR_UNSUPPORTED, "lengths that are no constants, one a batch");
    places = add_indices(r, n);
    for (int64_t i = 0; i < n && r->status == MOTE_OK; i++) {
        int64_t inner_time = dims_elements(t.rank - time - 1, t.dims + time + 1);
        int64_t inner_batch = dims_elements(t.rank - batch - 1, t.dims + batch + 1);
        int64_t at = i / inner_time % t.dims[time], length = const_int(&list, i / inner_batch % t.dims[batch]);

        if (length < 0 || length > t.dims[time])
            build_fail(r, MOTE_ERR_VALUE, "a length of %lld", (long long)length);
        places[i] = (int32_t)(at < length ? i + (length - 1 - 2 * at) * inner_time : i);
    }
    node_out(r, 0, gather_flat(r, x, t.rank, t.dims, places));
}

/* ---- blocks of space and depth ---- */
void onnx_depth_to_space(struct build *r)
{
    int32_t x = node_in(r, 0);
    const struct tensor t = *tensor_at(r, x);
    int64_t b = node_int(r, "blocksize", 0), c;
    bool crd = strcmp(node_string(r, "mode", "DCR"), "CRD") == 0;

    if (r->status == MOTE_OK && (t.rank != 4 || b < 1 || b > INT16_MAX || t.dims[1] % (b * b)))
        build_fail(r, MOTE_ERR_SHAPE, "blocks of %lld", (long long)b);
    if (r->status != MOTE_OK)
        return;
    c = t.dims[1] / (b * b);
    if (crd)
        x = transpose(r, reshape(r, x, 6, (int64_t[]){t.dims[0], c, b, b, t.dims[2], t.dims[3]}),
                      (int[]){0, 1, 4, 2, 5, 3});
    else
        x = transpose(r, reshape(r, x, 6, (int64_t[]){t.dims[0], b, b, c, t.dims[2], t.dims[3]}),
                      (int[]){0, 3, 4, 1, 5, 2});
    node_out(r, 0, reshape(r, x, 4, (int64_t[]){t.dims[0], c, t.dims[2] * b, t.dims[3] * b}));
}

void onnx_space_to_depth(struct build *r)
{
    int32_t x = node_in(r, 0);
    const struct tensor t = *tensor_at(r, x);
    int64_t b = node_int(r, "blocksize", 0);

    if (r->status == MOTE_OK && (t.rank != 4 || b < 1 || t.dims[2] % b || t.dims[3] % b))
        build_fail(r, MOTE_ERR_SHAPE, "blocks of %lld", (long long)b);
    if (r->status != MOTE_OK)
        return;
    x = reshape(r, x, 6, (int64_t[]){t.dims[0], t.dims[1], t.dims[2] / b, b, t.dims[3] / b, b});
    x = transpose(r, x, (int[]){0, 3, 5, 1, 2, 4});
    node_out(r, 0, reshape(r, x, 4, (int64_t[]){t.dims[0], t.dims[1] * b * b, t.dims[2] / b, t.dims[3] / b}));
}

/* Another shape that is asked for surrounds what was put back; else it is `dims`. */
static int32_t unpooled(struct build *r, int32_t x, const int64_t *dims)
{
    int64_t whole[RANK_MAX] = {0}, before[RANK_MAX] = {0}, after[RANK_MAX] = {0};
    const struct tensor t = *tensor_at(r, x);
    int given = t.rank;

    memcpy(whole, dims, (size_t)t.rank * sizeof *dims);
    if (node_has(r, 2))
        const_ints(r, onnx_of(r)->in[2], "the output's shape", RANK_MAX, &given, whole);
    if (r->status == MOTE_OK && given != t.rank)
        build_fail(r, MOTE_ERR_SHAPE, "an output of %d dimensions for %d", given, t.rank);
    for (int d = 0; d < t.rank && r->status == MOTE_OK; d++) {
        after[d] = whole[d] - t.dims[d];
        if (after[d] < 0)
            build_fail(r, MOTE_ERR_SHAPE, "an output of %lld where its MaxPool read %lld in dimension %d",
                       (long long)whole[d], (long long)t.dims[d], d);
    }
    if (r->status != MOTE_OK)
        return TENSOR_ABSENT;
    return pad(r, x, before, after, tensor_at(r, x)->quant.n == 0 ? TENSOR_ABSENT : add_zero(r, tensor_at(r, x)->type));
}

/* Values go back to where a MaxPool found them: the indices are flat ones of what it read, which another shape that is
 * asked for surrounds. */
void onnx_max_unpool(struct build *r)
{
    int32_t x = node_in(r, 0), indices = node_in(r, 1), zeros;
    const struct tensor t = *tensor_at(r, x);
    int64_t dims[RANK_MAX], kernel[RANK_MAX], strides[RANK_MAX], pads[2 * RANK_MAX], n;
    const int32_t *places;
    int given, spatial = t.rank - 2, n_pads, n_strides;

    node_ints(r, "kernel_shape", RANK_MAX, &given, kernel);
    node_ints(r, "strides", RANK_MAX, &n_strides, strides);
    node_ints(r, "pads", 2 * RANK_MAX, &n_pads, pads);
    if (r->status == MOTE_OK &&
        (given != spatial || (n_strides >= 0 && n_strides != spatial) || (n_pads >= 0 && n_pads != 2 * spatial)))
        build_fail(r, MOTE_ERR_FORMAT, "kernel_shape, strides or pads are not as many as dimensions");
    if (r->status != MOTE_OK)
        return;
    memcpy(dims, t.dims, sizeof dims);
    for (int d = 0; d < spatial; d++)
        dims[2 + d] = (t.dims[2 + d] - 1) * (n_strides < 0 ? 1 : strides[d]) + kernel[d] -
                      (n_pads < 0 ? 0 : pads[d] + pads[spatial + d]);
    for (int d = 0; d < t.rank; d++)
        is_size(r, dims[d]);
    n = r->status == MOTE_OK ? dims_elements(t.rank, dims) : 0;
    if (n > TENSOR_BYTES_MAX / 4)
        build_fail(r, MOTE_ERR_MEMORY, "an output of %lld elements", (long long)n);
    if (r->status != MOTE_OK)
        return;
    if (is_computed(r, indices)) {
        for (int d = 0; d < spatial; d++)
            if (n_strides != spatial || strides[d] != kernel[d] || (n_pads >= 0 && pads[d] + pads[spatial + d] != 0))
                build_fail(r, MOTE_ERR_UNSUPPORTED,
                           "indices are computed by the model; then strides must be those of the window, without pads");
        x = unpool_computed(r, x, indices, kernel);
        node_out(r, 0, unpooled(r, x, dims));
        return;
    }
    places = indices_of(r, indices, n, "indices");
    zeros = has_room(r, n * 4) ? add_const(r, t.type, t.rank, dims, pool_alloc(r->pool, (size_t)n * 4)) : TENSOR_ABSENT;
    x = scatter(r, zeros, x, tensor_elements(&t), places);
    node_out(r, 0, unpooled(r, x, dims));
}

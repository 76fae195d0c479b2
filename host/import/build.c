/* SPDX-License-Identifier: Apache-2.0 */
#include "host/import/build.h"

#include "host/graph/blocks.h"

#include "host/graph/scales.h"

#define NODE_MEMORY                                                                                                    \
    ((size_t)1 << 20)     /* of the pool's limit, left for what a node of the file needs beside its tensors */
#define NODE_TENSORS 1024 /* that a node makes at most, without asking for room */

static const struct tensor nothing = {.name = "", .type = TYPE_F32, .source = -1};

void build_fail(struct build *r, enum mote_status status, const char *fmt, ...)
{
    va_list args;

    assert(status != MOTE_OK);
    if (r->status != MOTE_OK)
        return;
    va_start(args, fmt);
    r->status = vfail(r->at, status, fmt, args);
    va_end(args);
}

const struct tensor *tensor_at(const struct build *r, int32_t tensor)
{
    assert(tensor == TENSOR_ABSENT || (tensor >= 0 && tensor < r->g->n_tensors));
    return tensor == TENSOR_ABSENT ? &nothing : &r->g->tensors[tensor];
}

bool is_const(const struct build *r, int32_t tensor) { return tensor_at(r, tensor)->data != NULL; }

int axis_of(struct build *r, int64_t axis, int rank)
{
    if (axis >= -rank && axis < rank)
        return (int)(axis < 0 ? axis + rank : axis);
    build_fail(r, MOTE_ERR_VALUE, "axis %lld of %d dimensions", (long long)axis, rank);
    return 0;
}

/* What pool_grow() takes when the list is full next, if that is soon. */
static size_t growth(int32_t n, size_t size)
{
    size_t capacity = 8;

    while (capacity < (size_t)n)
        capacity *= 2;
    return capacity - (size_t)n < NODE_TENSORS ? 2 * capacity * size : 0;
}

bool has_room(struct build *r, int64_t bytes)
{
    size_t left = r->limit > r->pool->used ? r->limit - r->pool->used : 0;
    size_t kept = NODE_MEMORY + growth(r->g->n_tensors, sizeof *r->g->tensors) + growth(r->g->n_ops, sizeof *r->g->ops);

    if (bytes >= 0 && left > kept && (uint64_t)bytes < left - kept)
        return true;
    build_fail(r, MOTE_ERR_MEMORY, "the model takes more than %zu bytes, the most for a file of its size", r->limit);
    return false;
}

int32_t saturate_s32(int64_t value)
{
    return (int32_t)(value < INT32_MIN ? INT32_MIN : value > INT32_MAX ? INT32_MAX : value);
}

int64_t dims_elements(int rank, const int64_t *dims)
{
    const struct tensor t = {.rank = rank};
    struct tensor sized = t;

    assert(rank >= 0 && rank <= RANK_MAX);
    if (rank > 0)
        memcpy(sized.dims, dims, (size_t)rank * sizeof *dims);
    return tensor_elements(&sized);
}

enum mote_status build_check_size(const struct tensor *t, const struct frame *at)
{
    if (tensor_bytes(t) > TENSOR_BYTES_MAX)
        return fail(at, MOTE_ERR_MEMORY, "larger than %lld bytes, the largest tensor that Mote takes",
                    (long long)TENSOR_BYTES_MAX);
    return MOTE_OK;
}

/* ---- constants ---- */
static const struct tensor *want_const(struct build *r, int32_t tensor, const char *what)
{
    if (r->status == MOTE_OK && !is_const(r, tensor))
        build_fail(r, MOTE_ERR_UNSUPPORTED, "%s is %s; a constant is wanted", what, graph_origin(r->g, tensor));
    return r->status == MOTE_OK ? tensor_at(r, tensor) : NULL;
}

void const_ints(struct build *r, int32_t tensor, const char *what, int most, int *n, int64_t *values)
{
    const struct tensor *t = want_const(r, tensor, what);
    int64_t elements = t ? tensor_elements(t) : 0;

    *n = 0;
    if (t && t->type != TYPE_S32)
        build_fail(r, MOTE_ERR_TYPE, "%s is of type %s, not of integers", what, type_name(t->type));
    if (t && elements > most)
        build_fail(r, MOTE_ERR_UNSUPPORTED, "%s has %lld numbers; %d are the most", what, (long long)elements, most);
    if (t == NULL || r->status != MOTE_OK)
        return;
    *n = (int)elements;
    for (int i = 0; i < *n; i++)
        values[i] = const_int(t, i);
}

float const_float(struct build *r, int32_t tensor, const char *what)
{
    const struct tensor *t = want_const(r, tensor, what);
    float value = 0;

    if (t == NULL)
        return 0;
    assert(t->data != NULL);
    if (t->type == TYPE_F32 && tensor_elements(t) == 1)
        memcpy(&value, t->data, sizeof value);
    else
        build_fail(r, MOTE_ERR_TYPE, "%s is no single float", what);
    return value;
}

int32_t add_const(struct build *r, enum mote_type type, int rank, const int64_t *dims, const void *data)
{
    struct tensor t = {.name = "", .type = type, .rank = rank, .data = data, .source = -1};

    assert(rank >= 0 && rank <= RANK_MAX);
    if (r->status != MOTE_OK)
        return TENSOR_ABSENT;
    if (rank > 0)
        memcpy(t.dims, dims, (size_t)rank * sizeof *dims);
    return graph_add_tensor(r->m, r->g, &t);
}

int32_t add_ints(struct build *r, int n, const int64_t *values)
{
    int32_t *data;

    if (r->status != MOTE_OK)
        return TENSOR_ABSENT;
    assert(n >= 0);
    data = pool_array(r->pool, (size_t)n, sizeof *data);
    for (int i = 0; i < n; i++)
        data[i] = saturate_s32(values[i]);
    return add_const(r, TYPE_S32, 1, (int64_t[]){n}, data);
}

int32_t add_float(struct build *r, float value)
{
    return add_const(r, TYPE_F32, 0, NULL, pool_copy(r->pool, &value, sizeof value));
}

int32_t add_zero(struct build *r, enum mote_type type) { return add_const(r, type, 0, NULL, pool_alloc(r->pool, 8)); }

int32_t add_ones(struct build *r, int rank, const int64_t *dims)
{
    int64_t n = dims_elements(rank, dims);
    float *ones = has_room(r, n < TENSOR_BYTES_MAX ? n * 4 : -1) ? pool_array(r->pool, (size_t)n, sizeof *ones) : NULL;

    for (int64_t i = 0; i < n && ones; i++)
        ones[i] = 1;
    return add_const(r, TYPE_F32, rank, dims, ones);
}

int32_t add_zeros(struct build *r, int rank, const int64_t *dims)
{
    int64_t n = dims_elements(rank, dims);

    if (!has_room(r, n < TENSOR_BYTES_MAX ? n * 4 : -1))
        return TENSOR_ABSENT;
    return add_const(r, TYPE_F32, rank, dims, pool_array(r->pool, (size_t)n, sizeof(float)));
}

int32_t add_state(struct build *r, int rank, const int64_t *dims)
{
    int32_t out = add_const(r, TYPE_F32, rank, dims, NULL);

    if (r->status == MOTE_OK)
        r->g->tensors[out].state = true;
    return out;
}

void assign(struct build *r, int32_t state, int32_t value)
{
    if (r->status == MOTE_OK)
        graph_add_op(r->m, r->g, OP_ASSIGN_VARIABLE, 1, &value, 1, &state);
}

/* ---- operators ---- */
/* What all inputs of the type share, of operators that make none but numbers that they read. */
static struct quant common_quant(const struct build *r, enum op_id id, enum mote_type type, int n_in, const int32_t *in)
{
    const struct quant *common = NULL;

    for (int i = 0; i < n_in && op_keeps_values(id); i++) {
        const struct tensor *t = tensor_at(r, in[i]);

        if (in[i] == TENSOR_ABSENT || t->type != type)
            continue;
        if (t->quant.n != 1 || (common && !quant_equal(common, &t->quant)))
            return (struct quant){0};
        common = &t->quant;
    }
    return common ? *common : (struct quant){0};
}

static void append(struct build *r, enum op_id id, const void *opts, enum mote_type type, int n_in, const int32_t *in,
                   int n_out, int32_t *out)
{
    const struct tensor made = {.name = "", .type = type, .quant = common_quant(r, id, type, n_in, in), .source = -1};
    struct op *op;

    for (int i = 0; i < n_out; i++)
        out[i] = graph_add_tensor(r->m, r->g, &made);
    op = graph_add_op(r->m, r->g, id, n_in, in, n_out, out);
    if (opts && op->opts)
        memcpy(op->opts, opts, (size_t)opts_info[op_info[id].opts].n * 4);
}

/* The newest operator: its outputs' shapes, and where it is of constants, their data. */
static void settle(struct build *r)
{
    struct op *op = &r->g->ops[r->g->n_ops - 1];

    r->status = op_infer(r->m, r->g, op, r->at);
    for (int i = 0; i < op->n_out && r->status == MOTE_OK; i++)
        r->status = build_check_size(tensor_at(r, op->out[i]), r->at);
    if (r->status == MOTE_OK && build_fold(r, op))
        r->g->n_ops--;
}

static bool has_place(struct build *r, int n_out)
{
    if (r->status != MOTE_OK || !has_room(r, 0))
        return false;
    if (r->g->n_ops >= GRAPH_OPS_MAX || r->g->n_tensors >= GRAPH_TENSORS_MAX - n_out)
        build_fail(r, MOTE_ERR_MEMORY, "the model has more than %d operators", GRAPH_OPS_MAX);
    return r->status == MOTE_OK;
}

/* ---- bytes of several scales ---- */
/* Of the inputs that an operator moves: one that has a scale; whether others have another one, or none. */
static const struct quant *scale_among(const struct build *r, enum mote_type type, int n, const int32_t *in,
                                       bool *others, bool *constants)
{
    const struct quant *found = NULL;

    *others = *constants = false;
    for (int i = 0; i < n; i++)
        if (in[i] != TENSOR_ABSENT && tensor_at(r, in[i])->type == type && tensor_at(r, in[i])->quant.n > 0)
            found = found ? found : &tensor_at(r, in[i])->quant;
    for (int i = 0; i < n && found; i++) {
        const struct tensor *t = tensor_at(r, in[i]);

        if (in[i] == TENSOR_ABSENT || t->type != type || quant_equal(&t->quant, found))
            continue;
        *(t->quant.n == 0 && t->data ? constants : others) = true;
    }
    return found;
}

static int32_t without_scale(struct build *r, int32_t x, enum mote_type type)
{
    const struct tensor t = *tensor_at(r, x);

    if (t.quant.n == 0 || t.type != type)
        return x;
    return t.data ? add_const(r, t.type, t.rank, t.dims, t.data) : cast(r, cast(r, x, TYPE_S32), type);
}

/* The inputs as they may be joined; `in` if they are so. */
static const int32_t *joinable(struct build *r, enum op_id id, enum mote_type type, int n, const int32_t *in)
{
    bool others, constants;
    const struct quant *scale;
    struct quant common;
    int32_t *out;

    if (!r->bytes || n < 2 || (type != TYPE_S8 && type != TYPE_U8) || !op_keeps_values(id))
        return in;
    scale = scale_among(r, type, n, in, &others, &constants);
    if (!scale || (!others && !constants))
        return in;
    common = *scale;
    out = pool_copy(r->pool, in, (size_t)n * sizeof *out);
    for (int i = 0; i < n; i++) {
        const struct tensor t = in[i] == TENSOR_ABSENT ? (struct tensor){0} : *tensor_at(r, in[i]);

        if (in[i] == TENSOR_ABSENT || t.type != type)
            continue;
        if (others) {
            out[i] = without_scale(r, in[i], type);
        } else if (t.quant.n == 0) {
            out[i] = add_const(r, t.type, t.rank, t.dims, t.data);
            set_quant(r, out[i], &common);
        }
    }
    return out;
}

void emit_many(struct build *r, enum op_id id, const void *opts, enum mote_type type, int n_in, const int32_t *in,
               int n_out, int32_t *out)
{
    assert(n_out > 0 && (type != TYPE_NONE || n_in > 0));
    for (int i = 0; i < n_out; i++)
        out[i] = TENSOR_ABSENT;
    if (!has_place(r, n_out))
        return;
    type = type == TYPE_NONE ? tensor_at(r, in[0])->type : type;
    in = joinable(r, id, type, n_in, in);
    if (r->status != MOTE_OK || !has_place(r, n_out))
        return;
    append(r, id, opts, type, n_in, in, n_out, out);
    settle(r);
}

static bool is_alike(struct build *r, int32_t a, int32_t b)
{
    const struct tensor *x = tensor_at(r, a), *y = tensor_at(r, b);
    char x_text[96], y_text[96];

    if (r->status == MOTE_OK && (x->type != y->type || !shape_equal(x, y) || !quant_equal(&x->quant, &y->quant)))
        build_fail(r, MOTE_ERR_UNSUPPORTED,
                   "a value is %s %s or %s %s; it must be alike, or have one scale, where the model decides what runs",
                   type_name(x->type), shape_text(x, x_text), type_name(y->type), shape_text(y, y_text));
    return r->status == MOTE_OK;
}

void emit_mark(struct build *r, enum op_id id, int n, const int32_t *in, const int32_t *before, int32_t *out)
{
    assert(op_is_mark(id) && n > 0);
    for (int i = 0; i < n && out != NULL; i++)
        out[i] = TENSOR_ABSENT;
    for (int i = 0; i < n && before != NULL && is_alike(r, before[i], in[i]); i++) {
    }
    if (!has_place(r, n))
        return;
    for (int i = 0; i < n && out != NULL; i++) {
        const struct tensor *like = tensor_at(r, in[i]);
        struct tensor t = {.name = "", .type = like->type, .rank = like->rank, .quant = like->quant, .source = -1};

        memcpy(t.dims, like->dims, sizeof t.dims);
        out[i] = graph_add_tensor(r->m, r->g, &t);
    }
    graph_add_op(r->m, r->g, id, n, in, out != NULL ? n : 0, out);
}

int32_t emit(struct build *r, enum op_id id, const void *opts, enum mote_type type, int n_in, const int32_t *in)
{
    int32_t out;

    emit_many(r, id, opts, type, n_in, in, 1, &out);
    return r->status == MOTE_OK ? out : TENSOR_ABSENT;
}

void set_quant(struct build *r, int32_t tensor, const struct quant *q)
{
    if (r->status == MOTE_OK)
        r->g->tensors[tensor].quant = *q;
}

int32_t emit_quantized(struct build *r, enum op_id id, enum mote_type type, const struct quant *q, int32_t x)
{
    int32_t out;

    if (!has_place(r, 1))
        return TENSOR_ABSENT;
    append(r, id, NULL, type, 1, &x, 1, &out);
    set_quant(r, out, q);
    settle(r);
    return r->status == MOTE_OK ? out : TENSOR_ABSENT;
}

int32_t emit_unary(struct build *r, enum op_id id, int32_t x) { return emit(r, id, NULL, TYPE_NONE, 1, &x); }

int32_t emit_binary(struct build *r, enum op_id id, int32_t a, int32_t b)
{
    return emit(r, id, NULL, TYPE_NONE, 2, (int32_t[]){a, b});
}

/* ---- moves ---- */
/* The dimension that the channels of a quantization are in another shape; none: they are none there. */
static struct quant quant_reshaped(const struct tensor *t, int rank, const int64_t *dims)
{
    struct quant q = t->quant;
    int64_t want = 1, below = 1;

    if (q.n <= 1)
        return q;
    for (int d = q.axis + 1; d < t->rank; d++)
        want *= t->dims[d];
    for (q.axis = rank - 1; q.axis >= 0; below *= dims[q.axis--])
        if (below == want && dims[q.axis] == q.n)
            return q;
    return (struct quant){0};
}

static int32_t reshape_const(struct build *r, const struct tensor *t, int rank, const int64_t *dims)
{
    struct quant q = quant_reshaped(t, rank, dims);
    int32_t out = add_const(r, t->type, rank, dims, t->data);

    set_quant(r, out, &q);
    return out;
}

int32_t reshape(struct build *r, int32_t x, int rank, const int64_t *dims)
{
    const struct tensor *t = tensor_at(r, x);

    if (r->status != MOTE_OK)
        return TENSOR_ABSENT;
    if (dims_elements(rank, dims) != tensor_elements(t)) {
        build_fail(r, MOTE_ERR_SHAPE, "%lld elements do not fill the new shape", (long long)tensor_elements(t));
        return TENSOR_ABSENT;
    }
    if (t->rank == rank && (rank == 0 || memcmp(t->dims, dims, (size_t)rank * sizeof *dims) == 0))
        return x;
    if (t->data)
        return reshape_const(r, t, rank, dims);
    return emit(r, OP_RESHAPE, NULL, TYPE_NONE, rank > 0 ? 2 : 1, (int32_t[]){x, add_ints(r, rank, dims)});
}

/* Constants of any size move now: weights do, and no pass need know. */
static int32_t transpose_const(struct build *r, const struct tensor *t, const int *perm)
{
    size_t size = (size_t)type_bits(t->type) / 8;
    int64_t dims[RANK_MAX], step[RANK_MAX], index[RANK_MAX] = {0}, stride = 1, at = 0, n = tensor_elements(t);
    struct quant q = t->quant;
    uint8_t *data;
    int32_t out;

    if (!has_room(r, tensor_bytes(t)))
        return TENSOR_ABSENT;
    data = pool_alloc(r->pool, (size_t)tensor_bytes(t));
    for (int o = 0; o < t->rank && q.n > 1; o++)
        if (perm[o] == t->quant.axis)
            q.axis = o;
    for (int d = t->rank - 1; d >= 0; stride *= t->dims[d--])
        for (int o = 0; o < t->rank; o++)
            if (perm[o] == d) {
                dims[o] = t->dims[d];
                step[o] = stride;
            }
    for (int64_t i = 0; i < n; i++) {
        memcpy(data + (size_t)i * size, t->data + (size_t)at * size, size);
        for (int o = t->rank - 1; o >= 0; o--) {
            at += step[o];
            if (++index[o] < dims[o])
                break;
            at -= step[o] * dims[o];
            index[o] = 0;
        }
    }
    out = add_const(r, t->type, t->rank, dims, data);
    set_quant(r, out, &q);
    return out;
}

int32_t transpose(struct build *r, int32_t x, const int *perm)
{
    const struct tensor t = *tensor_at(r, x);
    int64_t list[RANK_MAX];
    bool moves = false;

    if (r->status != MOTE_OK)
        return TENSOR_ABSENT;
    for (int d = 0; d < t.rank; d++) {
        assert(perm[d] >= 0 && perm[d] < t.rank);
        list[d] = perm[d];
        moves |= perm[d] != d;
    }
    if (!moves)
        return x;
    if (t.data)
        return transpose_const(r, &t, perm);
    return emit(r, OP_TRANSPOSE, NULL, TYPE_NONE, 2, (int32_t[]){x, add_ints(r, t.rank, list)});
}

int32_t transpose_move(struct build *r, int32_t x, int from, int to)
{
    int rank = tensor_at(r, x)->rank, perm[RANK_MAX], n = 0;

    if (r->status != MOTE_OK)
        return TENSOR_ABSENT;
    assert(from >= 0 && from < rank && to >= 0 && to < rank);
    for (int d = 0; d < rank; d++)
        if (d != from)
            perm[n++] = d;
    memmove(&perm[to + 1], &perm[to], (size_t)(rank - 1 - to) * sizeof *perm);
    perm[to] = from;
    return transpose(r, x, perm);
}

int32_t cast(struct build *r, int32_t x, enum mote_type type)
{
    return tensor_at(r, x)->type == type ? x : emit(r, OP_CAST, NULL, type, 1, &x);
}

/* Paddings below 0 cut off. */
static int32_t cut(struct build *r, int32_t x, int64_t *before, int64_t *after)
{
    const struct tensor t = *tensor_at(r, x);
    int64_t begin[RANK_MAX], end[RANK_MAX], step[RANK_MAX];
    bool any = false;

    for (int d = 0; d < t.rank; d++) {
        any |= before[d] < 0 || after[d] < 0;
        begin[d] = before[d] < 0 ? -before[d] : 0;
        end[d] = t.dims[d] + (after[d] < 0 ? after[d] : 0);
        step[d] = 1;
        before[d] = before[d] < 0 ? 0 : before[d];
        after[d] = after[d] < 0 ? 0 : after[d];
    }
    return any ? slice(r, x, begin, end, step) : x;
}

int32_t pad(struct build *r, int32_t x, const int64_t *front, const int64_t *back, int32_t value)
{
    int rank = tensor_at(r, x)->rank;
    int64_t list[2 * RANK_MAX], any = 0, before[RANK_MAX], after[RANK_MAX];
    int32_t paddings;

    if (r->status != MOTE_OK)
        return TENSOR_ABSENT;
    memcpy(before, front, (size_t)rank * sizeof *front);
    memcpy(after, back, (size_t)rank * sizeof *back);
    x = cut(r, x, before, after);
    for (int d = 0; d < rank; d++) {
        list[2 * d] = before[d];
        list[2 * d + 1] = after[d];
        any |= before[d] | after[d];
    }
    if (any == 0)
        return x;
    paddings = reshape(r, add_ints(r, 2 * rank, list), 2, (int64_t[]){rank, 2});
    return emit(r, OP_PAD, NULL, TYPE_NONE, value == TENSOR_ABSENT ? 2 : 3, (int32_t[]){x, paddings, value});
}

/* `end` as TFLite has it: before index 0 is below -size. */
int32_t slice(struct build *r, int32_t x, const int64_t *begin, const int64_t *end, const int64_t *step)
{
    int rank = tensor_at(r, x)->rank;
    int32_t in[] = {x, add_ints(r, rank, begin), add_ints(r, rank, end), add_ints(r, rank, step)};

    return emit(r, OP_STRIDED_SLICE, NULL, TYPE_NONE, 4, in);
}

int32_t concat(struct build *r, int axis, int n, const int32_t *in)
{
    assert(n > 0);
    return n == 1 ? in[0] : emit(r, OP_CONCATENATION, &(struct concatenation_opts){.axis = axis}, TYPE_NONE, n, in);
}

void split(struct build *r, int32_t x, int axis, int n, int32_t *out)
{
    int64_t part = tensor_at(r, x)->dims[axis] / n, *sizes = pool_array(r->pool, (size_t)n, sizeof *sizes);
    int32_t at = reshape(r, add_ints(r, 1, (int64_t[]){axis}), 0, NULL);

    assert(r->status != MOTE_OK || (axis >= 0 && axis < tensor_at(r, x)->rank));
    for (int i = 0; i < n; i++)
        sizes[i] = part;
    emit_many(r, OP_SPLIT_V, NULL, TYPE_NONE, 3, (int32_t[]){x, add_ints(r, n, sizes), at}, n, out);
}

int32_t rows(struct build *r, int32_t x, int64_t first, int64_t n)
{
    struct tensor t = *tensor_at(r, x);
    int64_t begin[RANK_MAX] = {first}, end[RANK_MAX], step[RANK_MAX];

    assert(r->status != MOTE_OK || (t.rank > 0 && first >= 0 && first + n <= t.dims[0]));
    if (r->status == MOTE_OK && t.data && n < t.dims[0]) {
        t.data += tensor_bytes(&t) / t.dims[0] * first;
        t.dims[0] = n;
        return add_const(r, t.type, t.rank, t.dims, t.data);
    }
    for (int d = 0; d < t.rank; d++)
        end[d] = d == 0 ? first + n : t.dims[d], step[d] = 1;
    return r->status != MOTE_OK || n == t.dims[0] ? x : slice(r, x, begin, end, step);
}

int32_t gather(struct build *r, int32_t x, int axis, int64_t n, const int32_t *indices)
{
    struct gather_opts opts = {.axis = axis};

    return emit(r, OP_GATHER, &opts, TYPE_NONE, 2, (int32_t[]){x, add_const(r, TYPE_S32, 1, &n, indices)});
}

int32_t gather_flat(struct build *r, int32_t x, int rank, const int64_t *dims, const int32_t *indices)
{
    const int64_t elements = tensor_elements(tensor_at(r, x));

    return reshape(r, gather(r, reshape(r, x, 1, &elements), 0, dims_elements(rank, dims), indices), rank, dims);
}

int32_t *add_indices(struct build *r, int64_t n)
{
    static int32_t none;

    return r->status == MOTE_OK && has_room(r, n < TENSOR_BYTES_MAX ? n * 4 : -1)
               ? pool_array(r->pool, (size_t)n, sizeof(int32_t))
               : &none;
}

int32_t reduce(struct build *r, enum op_id id, int32_t x, int n, const int64_t *axes, bool keep)
{
    struct reduce_opts opts = {.keep_dims = keep};

    if (r->status != MOTE_OK)
        return TENSOR_ABSENT;
    assert(n >= 0 && n <= RANK_MAX);
    return emit(r, id, &opts, TYPE_NONE, 2, (int32_t[]){x, add_ints(r, n, axes)});
}

/* ---- of the file ---- */
/* Copies are less than arithmetic, which is less than what multiplies and adds. */
static int weight(const struct op *op)
{
    return op->id == OP_TRANSPOSE || op->id == OP_RESHAPE ? 0 : op_info[op->id].is->macs == NULL ? 1 : 2;
}

static bool is_more(const struct op *op, const struct op *than) { return weight(op) >= weight(than); }

void build_number(struct build *r, int32_t first, const char *name, int32_t source)
{
    int32_t main = first;

    for (int32_t i = first; i < r->g->n_ops; i++) {
        if (r->g->ops[i].name[0] == '\0')
            r->g->ops[i].name = printable(r->pool, name);
        r->g->ops[i].source = -1;
        if (is_more(&r->g->ops[i], &r->g->ops[main]))
            main = i;
    }
    if (main < r->g->n_ops)
        r->g->ops[main].source = source;
}

static bool is_taken(const struct graph *g, int32_t tensor)
{
    for (int32_t i = 0; i < g->n_inputs; i++)
        if (g->inputs[i] == tensor)
            return true;
    return g->tensors[tensor].data || graph_is_output(g, tensor);
}

int32_t build_output(struct build *r, int32_t tensor, const char *name)
{
    struct tensor copy = r->g->tensors[tensor];
    int32_t out;

    if (!is_taken(r->g, tensor))
        return tensor;
    copy.data = NULL;
    copy.name = printable(r->pool, name);
    out = graph_add_tensor(r->m, r->g, &copy);
    graph_add_op(r->m, r->g, OP_RESHAPE, 1, &tensor, 1, &out);
    return out;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Each element of a window is a slice here: compared with the largest so far, whose number within the window goes
 * along. Back again, a value is compared with all places of its window. A flat index is where the window begins, and a
 * place within it, which windows have in common. */
#include "host/import/onnx/unpool.h"

#include <float.h>
#include <math.h>

#include "host/import/onnx/ops.h"

#define WINDOW_MAX 64 /* elements */

/* How far apart neighbors are along each of n dimensions: the last is the innermost, or with `columns` the first. */
static void find_steps(int n, const int64_t *dims, bool columns, int64_t *steps)
{
    int64_t step = 1;

    for (int k = 0; k < n; k++) {
        const int i = columns ? k : n - 1 - k;

        steps[i] = step;
        step *= dims[i];
    }
}

/* n numbers, `step` apart from `first` on, along dimension d. */
static int32_t ramp(struct build *r, int rank, int d, int64_t n, int64_t first, int64_t step)
{
    int64_t dims[RANK_MAX];
    int32_t *numbers = add_indices(r, n);

    for (int k = 0; k < rank; k++)
        dims[k] = k == d ? n : 1;
    for (int64_t i = 0; i < n && r->status == MOTE_OK; i++)
        numbers[i] = (int32_t)(first + i * step);
    return add_const(r, TYPE_S32, rank, dims, numbers);
}

/* x, [N][C][…], and by ADD or SUB the flat index at which the window of each element begins, in planes of `in`. */
static int32_t by_begins(struct build *r, enum op_id id, int32_t x, const int64_t *dims, const struct spatial *s,
                         const int64_t *steps)
{
    const int rank = s->n + 2;
    const int64_t plane = dims_elements(s->n, s->in);

    if (r->status == MOTE_OK && dims[0] * dims[1] > INT32_MAX / plane)
        build_fail(r, MOTE_ERR_MEMORY, "indices of more than 2^31 elements");
    x = emit_binary(r, id, x, ramp(r, rank, 0, dims[0], 0, dims[1] * plane));
    x = emit_binary(r, id, x, ramp(r, rank, 1, dims[1], 0, plane));
    for (int i = 0; i < s->n; i++)
        x = emit_binary(r, id, x, ramp(r, rank, 2 + i, s->out[i], -s->before[i] * steps[i], s->stride[i] * steps[i]));
    return x;
}

/* ---- the largest, and where ---- */
static int64_t window_elements(struct build *r, const struct spatial *s)
{
    int64_t n = 1;

    for (int i = 0; i < s->n && r->status == MOTE_OK; i++) {
        n *= s->kernel[i];
        if (n > WINDOW_MAX)
            build_fail(r, MOTE_ERR_UNSUPPORTED, "the indices of windows of more than %d elements", WINDOW_MAX);
    }
    return r->status == MOTE_OK ? n : 0;
}

/* Element k of all windows, and its place within them. */
static int32_t one_of(struct build *r, int32_t padded, const struct spatial *s, const int64_t *steps, int64_t k,
                      int64_t *place)
{
    const struct tensor t = *tensor_at(r, padded);
    int64_t begin[RANK_MAX] = {0}, end[RANK_MAX], step[RANK_MAX];

    *place = 0;
    for (int d = 0; d < t.rank; d++)
        end[d] = t.dims[d], step[d] = 1;
    for (int i = s->n - 1; i >= 0; k /= s->kernel[i--]) {
        const int64_t at = k % s->kernel[i] * s->dilation[i];

        begin[2 + i] = at, step[2 + i] = s->stride[i];
        end[2 + i] = at + (s->out[i] - 1) * s->stride[i] + 1;
        *place += at * steps[i];
    }
    return slice(r, padded, begin, end, step);
}

/* So that whatever the model has, -inf as well, is above the padding, which is the lowest number; -inf and that are the
 * next one. */
static int32_t above_padding(struct build *r, int32_t x, const struct spatial *s)
{
    bool any = false;

    for (int i = 0; i < s->n; i++)
        any = any || s->before[i] > 0 || s->after[i] > 0;
    return any && tensor_at(r, x)->type == TYPE_F32
               ? emit_binary(r, OP_MAXIMUM, x, add_float(r, nextafterf(-FLT_MAX, 0)))
               : x;
}

static int32_t graph_number(const struct build *r) { return (int32_t)(r->g - r->m->graphs); }

static void remember(struct build *r, int32_t indices, const struct spatial *s)
{
    struct onnx *onnx = onnx_of(r);
    const struct onnx_pooled p = {graph_number(r), indices, *s, node_int(r, "storage_order", 0) == 0};

    if (r->status != MOTE_OK)
        return;
    onnx->pooled = pool_grow(r->pool, onnx->pooled, (size_t)onnx->n_pooled, sizeof *onnx->pooled);
    onnx->pooled[onnx->n_pooled++] = p;
}

void max_pool_and_indices(struct build *r, int32_t x, const struct spatial *s)
{
    const struct tensor t = *tensor_at(r, x);
    int64_t before[RANK_MAX] = {0}, after[RANK_MAX] = {0}, steps[SPATIAL_MAX], place;
    const int64_t n = window_elements(r, s);
    int32_t max = TENSOR_ABSENT, at = TENSOR_ABSENT;

    assert(s->n >= 1 && s->n <= SPATIAL_MAX);
    find_steps(s->n, s->in, node_int(r, "storage_order", 0) != 0, steps);
    for (int i = 0; i < s->n; i++)
        before[2 + i] = s->before[i], after[2 + i] = s->after[i];
    x = pad(r, cast(r, above_padding(r, x, s), TYPE_F32), before, after, add_float(r, -FLT_MAX));
    for (int64_t k = 0; k < n && r->status == MOTE_OK; k++) {
        const int32_t one = one_of(r, x, s, steps, k, &place);
        const int32_t here = ramp(r, t.rank, 0, 1, place, 0);

        if (k > 0) {
            const int32_t more = emit(r, OP_GREATER, NULL, TYPE_BOOL, 2, (int32_t[]){one, max});

            at = emit(r, OP_SELECT_V2, NULL, TYPE_S32, 3, (int32_t[]){more, here, at});
        }
        at = k > 0 ? at : here;
        max = k > 0 ? emit_binary(r, OP_MAXIMUM, max, one) : one;
    }
    at = by_begins(r, OP_ADD, at, t.dims, s, steps);
    node_out(r, 0, cast(r, max, t.type));
    node_out(r, 1, at);
    remember(r, at, s);
}

/* ---- back again ---- */
/* What the indices are of; NULL: nothing that is known. */
static const struct spatial *read_by(const struct build *r, int32_t indices, const int64_t *kernel)
{
    const struct onnx *onnx = onnx_of(r);
    const struct onnx_pooled *p = NULL;

    for (int32_t i = 0; i < onnx->n_pooled; i++)
        if (onnx->pooled[i].indices == indices && onnx->pooled[i].graph == graph_number(r))
            p = &onnx->pooled[i];
    for (int i = 0; p && i < p->s.n; i++)
        if (!p->by_rows || p->s.kernel[i] != kernel[i] || p->s.stride[i] != kernel[i] || p->s.dilation[i] != 1 ||
            p->s.before[i] != 0 || p->s.in[i] < p->s.out[i] * kernel[i])
            return NULL;
    return p ? &p->s : NULL;
}

/* Of indices that the model is given: what unpooling makes, of t. */
static struct spatial is_made(const struct tensor *t, const int64_t *kernel)
{
    struct spatial s = {.n = t->rank - 2};

    for (int i = 0; i < s.n && i < SPATIAL_MAX; i++) {
        s.out[i] = t->dims[2 + i];
        s.stride[i] = kernel[i];
        s.in[i] = s.out[i] * kernel[i];
    }
    return s;
}

static bool is_given(const struct build *r, int32_t tensor)
{
    for (int32_t i = 0; i < r->g->n_inputs; i++)
        if (r->g->inputs[i] == tensor)
            return true;
    return false;
}

int32_t unpool_computed(struct build *r, int32_t x, int32_t indices, const int64_t *kernel)
{
    const struct tensor t = *tensor_at(r, x);
    const struct spatial made = is_made(&t, kernel);
    const struct spatial *s = is_given(r, indices) ? &made : read_by(r, indices, kernel);
    int64_t steps[SPATIAL_MAX], apart[RANK_MAX] = {t.dims[0], t.dims[1]}, whole[RANK_MAX] = {t.dims[0], t.dims[1]};
    int64_t before[RANK_MAX] = {0}, after[RANK_MAX] = {0};
    int32_t places = add_zero(r, TYPE_S32), is_it;

    if (r->status == MOTE_OK && s == NULL)
        build_fail(r, MOTE_ERR_UNSUPPORTED,
                   "indices are computed; then a MaxPool of the same windows, side by side, must have made them");
    if (r->status == MOTE_OK && (s->n < 1 || s->n > SPATIAL_MAX || !shape_equal(&t, tensor_at(r, indices))))
        build_fail(r, MOTE_ERR_SHAPE, "an input of %d dimensions, or indices of another shape", t.rank);
    if (r->status != MOTE_OK)
        return TENSOR_ABSENT;
    for (int i = 0; i < s->n; i++) {
        apart[2 + 2 * i] = s->out[i], apart[3 + 2 * i] = 1, whole[2 + i] = s->out[i] * kernel[i];
        after[2 + i] = s->in[i] - whole[2 + i];
    }
    find_steps(s->n, s->in, false, steps);
    for (int i = 0; i < s->n; i++)
        places = emit_binary(r, OP_ADD, places, ramp(r, 2 + 2 * s->n, 3 + 2 * i, kernel[i], 0, steps[i]));
    indices = reshape(r, by_begins(r, OP_SUB, indices, t.dims, s, steps), 2 + 2 * s->n, apart);
    is_it = emit(r, OP_EQUAL, NULL, TYPE_BOOL, 2, (int32_t[]){indices, places});
    x = emit(r, OP_SELECT_V2, NULL, t.type, 3,
             (int32_t[]){is_it, reshape(r, x, 2 + 2 * s->n, apart), add_zero(r, t.type)});
    return pad(r, reshape(r, x, t.rank, whole), before, after, t.quant.n == 0 ? TENSOR_ABSENT : add_zero(r, t.type));
}

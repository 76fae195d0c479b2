/* SPDX-License-Identifier: Apache-2.0 */
#include "host/operators/signal.h"

#include "mote/kernels/signal/spectrum_f32.h"

struct frames frames_of(const struct tensor *t)
{
    struct frames f = {1, 1};

    for (int d = 0; d < t->rank; d++)
        if (d < t->rank - 1)
            f.rows *= (int32_t)t->dims[d];
        else
            f.len = (int32_t)t->dims[d];
    return f;
}

enum mote_status infer_frames(const struct frame *at, struct graph *g, const struct op *op, int out, int64_t len)
{
    const struct tensor *in = op_in(g, op, 0);
    int64_t dims[RANK_MAX];

    assert(in != NULL);
    TRY(want_rank(at, in, "input", 1, RANK_MAX));
    memcpy(dims, in->dims, sizeof dims);
    dims[in->rank - 1] = len;
    return infer_set(at, op_out(g, op, out), in->rank, dims);
}

enum mote_status infer_pairs(const struct frame *at, struct graph *g, const struct op *op)
{
    const struct tensor *in = op_in(g, op, 0);
    int64_t numbers;

    assert(in != NULL);
    TRY(want_rank(at, in, "input", 1, RANK_MAX));
    numbers = in->dims[in->rank - 1];
    if (numbers != DIM_UNKNOWN && numbers % 2 != 0)
        return fail(at, MOTE_ERR_SHAPE, "%lld numbers are no pairs of real and imaginary ones", (long long)numbers);
    return infer_frames(at, g, op, 0, numbers == DIM_UNKNOWN ? DIM_UNKNOWN : numbers / 2);
}

enum mote_status lower_spectrum(struct lowering *l, const struct op *op, int32_t start, int32_t end, bool root,
                                const struct frame *at)
{
    const struct graph *g = l->graph;

    TRY(want_type(at, g, op->in[0], TYPE_F32));
    TRY(want_type(at, g, op->out[0], TYPE_F32));

    struct frames f = frames_of(op_out(g, op, 0));
    struct mote_spectrum_f32 p = {.rows = f.rows, .len = f.len, .start = start, .end = end, .root = root};
    int32_t args[] = {lower_tensor(l, op->in[0]), lower_tensor(l, op->out[0])};

    return lower_step(l, KERNEL_spectrum_f32, &p, args, at);
}

static enum mote_status want_elements(const struct frame *at, const struct graph *g, const struct op *op, int i,
                                      int64_t n)
{
    const struct tensor *t = op_in(g, op, i);

    if (t == NULL || tensor_elements(t) != n)
        return fail(at, MOTE_ERR_SHAPE, "input %d has %lld elements, not %lld", i,
                    t == NULL ? 0LL : (long long)tensor_elements(t), (long long)n);
    return MOTE_OK;
}

enum mote_status want_same_frames(const struct frame *at, const struct graph *g, const struct op *op, int i)
{
    return want_elements(at, g, op, i, tensor_elements(op_in(g, op, 0)));
}

enum mote_status want_one_a_frame(const struct frame *at, const struct graph *g, const struct op *op, int i)
{
    return want_elements(at, g, op, i, frames_of(op_in(g, op, 0)).rows);
}

enum mote_status want_option(const struct frame *at, const char *name, int64_t value, int64_t min, int64_t max)
{
    if (value < min || value > max)
        return fail(at, MOTE_ERR_VALUE, "%s is %lld: %lld to %lld are there", name, (long long)value, (long long)min,
                    (long long)max);
    return MOTE_OK;
}

enum mote_status want_table(const struct frame *at, const struct graph *g, const struct op *op, int input,
                            enum mote_type type, const char *what)
{
    TRY(want_type(at, g, op->in[input], type));
    TRY(want_const(at, g, op->in[input], what));
    return want_rank(at, op_in(g, op, input), what, 1, 1);
}

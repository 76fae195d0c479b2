/* SPDX-License-Identifier: Apache-2.0 */
/* Dead channels: channels that are constant, or that nothing needs, are not computed.
 *
 *   forward    an output channel whose weights are zero, or meet only constant channels, has one value everywhere,
 *              which is worked out with the device's arithmetic; at the border too, where the padding is real zero
 *   backward   a channel is needed if a needed output channel has weights on it and it cannot be folded: a constant
 *              channel folds into the reader's bias, as weight * (constant - zero point), modulo 2^32 like every sum.
 *              With padding, the constant must be real zero, or the sum would depend on the place
 *   rewrite    weights, biases, scales and shapes lose what is not needed; the constants they came from stay as they
 *              are
 *
 * Channels are the last dimension. Operators that treat each channel alike tie the channels of their inputs and outputs
 * together; what any other operator reads or writes keeps all channels, and so do the graph's inputs and outputs. */
#include "host/graph/op_info.h"
#include "host/passes/passes.h"
#include "host/operators/quantization.h"
#include "mote/kernels/shared/requant.h"

#include <math.h>

#define NOT_CONSTANT  INT16_MIN
#define WINDOW_MAX    64    /* kernel rows or columns, and different cuts of them by the border */
#define POSITIONS_MAX 65535 /* of the device's kernels (MOTE_DIM_MAX) */

struct requant {
    int32_t mult, shift, lo, hi;
};

/* What is known of a tensor's channels; n is 0 where they are not looked at, and then all are needed. */
struct channels {
    int32_t n, n_needed;
    int16_t *value; /* the stored value, or NOT_CONSTANT */
    bool *needed;
};

/* A convolution or fully connected operator with constant weights. Dense weights are [out_c][taps][in_c], depthwise
 * ones [taps][out_c], where output channel o reads input channel o / multiplier. */
struct layer {
    const struct op *op;
    bool depthwise, fully_connected;
    int32_t out_c, in_c, taps, multiplier;
    const int8_t *weights;
    int32_t weights_zero;
    const struct tensor *in, *w, *bias, *out;
    int activation;
    bool border;                       /* a window reaches over the edge */
    int32_t rows, columns;             /* of the kernel */
    int32_t n_row_cuts, n_column_cuts; /* which of them are inside, over all positions */
    uint64_t row_cuts[WINDOW_MAX], column_cuts[WINDOW_MAX];
    bool *uses; /* [out_c][in_c] has weights on a channel that does not fold; dense layers' only */
};

struct work {
    struct model *m;
    struct graph *g;
    struct channels *channels; /* [n_tensors] */
    struct layer **layers;     /* [n_ops], NULL where the operator is not one */
    bool changed;
};

/* ---- layers ---- */
/* The different sets of kernel rows (or columns) that lie inside the image. False if there are too many. */
static bool find_cuts(int64_t in, int64_t out, int64_t filter, int64_t stride, int64_t dilation, int64_t before,
                      uint64_t *cuts, int32_t *n, bool *border)
{
    *n = 0;
    if (filter > WINDOW_MAX || out > POSITIONS_MAX)
        return false;
    for (int64_t o = 0; o < out; o++) {
        uint64_t cut = 0;
        int32_t i = 0;

        for (int64_t k = 0; k < filter; k++) {
            int64_t y = o * stride - before + k * dilation;

            if (y >= 0 && y < in)
                cut |= UINT64_C(1) << k;
            else
                *border = true;
        }
        while (i < *n && cuts[i] != cut)
            i++;
        if (i == WINDOW_MAX)
            return false;
        cuts[i] = cut;
        *n = i == *n ? i + 1 : *n;
    }
    return true;
}

static bool describe_conv(const struct op *op, struct layer *l)
{
    const struct conv_opts *o = op->opts;
    struct window y, x;

    if (l->in->rank != 4 || l->w->rank != 4 || l->out->rank != 4)
        return false;
    if (!l->depthwise && l->w->dims[3] != l->in->dims[3]) /* groups: not followed */
        return false;
    l->activation = o->activation;
    l->weights_zero = op->uint8 && l->w->quant.n == 1 ? l->w->quant.zero[0] : 0;
    l->rows = (int32_t)l->w->dims[1];
    l->columns = (int32_t)l->w->dims[2];
    l->taps = l->rows * l->columns;
    l->in_c = (int32_t)l->in->dims[3];
    l->out_c = (int32_t)l->w->dims[l->depthwise ? 3 : 0];
    l->multiplier = l->depthwise ? l->out_c / l->in_c : 0;
    y = window_fit(o->padding, l->in->dims[1], l->rows, o->stride_h, o->dilation_h, o->pad_top, o->pad_bottom);
    x = window_fit(o->padding, l->in->dims[2], l->columns, o->stride_w, o->dilation_w, o->pad_left, o->pad_right);
    return find_cuts(l->in->dims[1], y.out, l->rows, o->stride_h, o->dilation_h, y.pad_before, l->row_cuts,
                     &l->n_row_cuts, &l->border) &&
           find_cuts(l->in->dims[2], x.out, l->columns, o->stride_w, o->dilation_w, x.pad_before, l->column_cuts,
                     &l->n_column_cuts, &l->border);
}

/* A filter over several positions of the input's channels is seen as that many taps. */
static bool describe_fully_connected(const struct op *op, struct layer *l)
{
    int64_t in_c = l->in->rank > 0 ? l->in->dims[l->in->rank - 1] : 0;

    if (l->w->rank != 2 || in_c < 1 || l->w->dims[1] % in_c != 0)
        return false;
    l->activation = ((const struct fully_connected_opts *)op->opts)->activation;
    l->in_c = (int32_t)in_c;
    l->out_c = (int32_t)l->w->dims[0];
    l->taps = (int32_t)(l->w->dims[1] / in_c);
    l->weights_zero = l->w->quant.n == 1 ? l->w->quant.zero[0] : 0; /* per channel, the reference ignores them */
    return true;
}

static bool is_weights(const struct tensor *t, int axis)
{
    return t && t->type == TYPE_S8 && t->data && tensor_elements(t) > 0 && t->quant.n > 0 &&
           (t->quant.n == 1 || t->quant.axis == axis);
}

static bool is_plain_s8(const struct tensor *t)
{
    return t && t->type == TYPE_S8 && t->quant.n == 1 && t->rank >= 1 && tensor_elements(t) > 0;
}

/* The layer of an operator, NULL if it is none, or one with anything out of the ordinary. */
static struct layer *describe(struct model *m, const struct graph *g, const struct op *op)
{
    struct layer *l;

    if (op->id != OP_CONV_2D && op->id != OP_DEPTHWISE_CONV_2D && op->id != OP_FULLY_CONNECTED)
        return NULL;
    l = pool_alloc(m->pool, sizeof(*l));
    *l = (struct layer){
        .op = op, .in = op_in(g, op, 0), .w = op_in(g, op, 1), .bias = op_in(g, op, 2), .out = op_out(g, op, 0)};
    l->depthwise = op->id == OP_DEPTHWISE_CONV_2D;
    l->fully_connected = op->id == OP_FULLY_CONNECTED;
    if (!is_plain_s8(l->in) || !is_plain_s8(l->out) || !is_weights(l->w, l->depthwise ? 3 : 0))
        return NULL;
    l->weights = (const int8_t *)l->w->data;
    if (!(l->fully_connected ? describe_fully_connected(op, l) : describe_conv(op, l)))
        return NULL;
    if (l->bias && (!l->bias->data || l->bias->type != TYPE_S32 || tensor_elements(l->bias) != l->out_c))
        return NULL;
    return l->out->dims[l->out->rank - 1] == l->out_c ? l : NULL;
}

/* A weight minus the weights' zero point. */
static int32_t weight(const struct layer *l, int32_t o, int32_t c, int64_t tap)
{
    int64_t at = l->depthwise ? tap * l->out_c + o : (o * (int64_t)l->taps + tap) * l->in_c + c;

    return l->weights[at] - l->weights_zero;
}

/* The input channels first <= c < end that output channel o can have weights on. */
static void reach(const struct layer *l, int32_t o, int32_t *first, int32_t *end)
{
    *first = l->depthwise ? o / l->multiplier : 0;
    *end = l->depthwise ? *first + 1 : l->in_c;
}

static uint32_t bias_of(const struct layer *l, int32_t o) { return l->bias ? le32(l->bias->data + 4 * (size_t)o) : 0; }

/* Multiplier and shift of an output channel; false if out of range. */
static bool multiplier_of(const struct layer *l, int32_t o, int32_t *mult, int32_t *shift)
{
    double real = linear_scale(l->op, l->in->quant.scale[0], &l->w->quant, o, l->out->quant.scale[0]);

    if (!isfinite(real) || real < 0)
        return false;
    quantize_multiplier(real, mult, shift);
    return *shift >= MOTE_SHIFT_MIN && *shift <= MOTE_SHIFT_MAX;
}

/* ---- forward ---- */
/* What each tap adds to output channel o if all channels under it are constant; false if they are not. */
static bool constant_taps(const struct layer *l, const struct channels *in, int32_t o, uint32_t *sums)
{
    int32_t first, end;

    reach(l, o, &first, &end);
    for (int32_t t = 0; t < l->taps; t++) {
        sums[t] = 0;
        for (int32_t c = first; c < end; c++) {
            int32_t w = weight(l, o, c, t);

            if (w != 0 && (in->n == 0 || in->value[c] == NOT_CONSTANT))
                return false;
            if (w != 0)
                sums[t] += (uint32_t)(w * (in->value[c] - l->in->quant.zero[0]));
        }
    }
    return true;
}

/* The value of a sum, which must be that of all sums before it. */
static bool agree(const struct layer *l, const struct requant *r, uint32_t sum, int16_t *value)
{
    int16_t here = (int16_t)mote_requant_s8((int32_t)sum, r->mult, r->shift, l->out->quant.zero[0], r->lo, r->hi);
    bool same = *value == NOT_CONSTANT || *value == here;

    *value = here;
    return same;
}

/* The value of output channel o where these kernel rows are inside the image, for all cuts of the columns. */
static bool agree_rows(const struct layer *l, const struct requant *r, int32_t o, const uint32_t *sums, uint64_t rows,
                       int16_t *value)
{
    uint32_t column[WINDOW_MAX] = {0};

    for (int32_t t = 0; t < l->taps; t++)
        if (rows >> (t / l->columns) & 1)
            column[t % l->columns] += sums[t];
    for (int32_t i = 0; i < l->n_column_cuts; i++) {
        uint32_t sum = bias_of(l, o);

        for (int32_t x = 0; x < l->columns; x++)
            if (l->column_cuts[i] >> x & 1)
                sum += column[x];
        if (!agree(l, r, sum, value))
            return false;
    }
    return true;
}

/* The value of an output channel, if it is the same at every position. */
static int16_t layer_value(const struct layer *l, const struct channels *in, int32_t o, uint32_t *sums)
{
    struct requant r;
    int16_t value = NOT_CONSTANT;
    QUIET(at);

    if (!constant_taps(l, in, o, sums) || !multiplier_of(l, o, &r.mult, &r.shift) ||
        activation_range_s8(l->out, l->activation, &r.lo, &r.hi, &at) != MOTE_OK)
        return NOT_CONSTANT;
    if (l->fully_connected) {
        uint32_t sum = bias_of(l, o);

        for (int32_t t = 0; t < l->taps; t++)
            sum += sums[t];
        agree(l, &r, sum, &value);
        return value;
    }
    for (int32_t i = 0; i < l->n_row_cuts; i++)
        if (!agree_rows(l, &r, o, sums, l->row_cuts[i], &value))
            return NOT_CONSTANT;
    return value;
}

/* A constant through an operator that ties channels. Of those that compute, pools alone are followed: the average and
 * the maximum of equal values are that value. */
static int16_t tied_value(const struct graph *g, const struct op *op, int16_t value)
{
    const struct tensor *out = op_out(g, op, 0);
    QUIET(at);
    int32_t lo, hi;

    if (value == NOT_CONSTANT || !quant_equal(&op_in(g, op, 0)->quant, &out->quant))
        return NOT_CONSTANT;
    switch (op->id) {
    case OP_RESHAPE:
    case OP_RESIZE_NEAREST_NEIGHBOR:
        return value;
    case OP_PAD:
        return op->n_in == 2 && value == out->quant.zero[0] ? value : NOT_CONSTANT;
    case OP_AVERAGE_POOL_2D:
    case OP_MAX_POOL_2D:
        if (((const struct pool_opts *)op->opts)->padding == PADDING_EXPLICIT || /* a window may be empty */
            activation_range_s8(out, ((const struct pool_opts *)op->opts)->activation, &lo, &hi, &at) != MOTE_OK)
            return NOT_CONSTANT;
        return (int16_t)mote_clamp(value, lo, hi);
    default:
        return NOT_CONSTANT;
    }
}

/* ---- which operators tie channels ---- */
static bool keeps_last(const struct graph *g, const struct op *op)
{
    const struct tensor *in = op_in(g, op, 0), *list = op_in(g, op, 1);
    bool ints = list && list->data && (list->type == TYPE_S32 || list->type == TYPE_S64);

    switch (op->id) {
    case OP_MEAN: /* the axes leave the last dimension where it is */
        for (int64_t i = 0; ints && i < tensor_elements(list); i++)
            if (const_int(list, i) == in->rank - 1 || const_int(list, i) == -1)
                return false;
        return ints;
    case OP_PAD:
        return ints && tensor_elements(list) == 2 * in->rank && const_int(list, 2 * in->rank - 2) == 0 &&
               const_int(list, 2 * in->rank - 1) == 0;
    case OP_RESHAPE:
    case OP_AVERAGE_POOL_2D:
    case OP_MAX_POOL_2D:
    case OP_RESIZE_NEAREST_NEIGHBOR:
    case OP_QUANTIZE:
    case OP_ADD:
    case OP_MUL:
        return true;
    default:
        return false;
    }
}

/* The inputs whose channels must be those of the output: 0 if there is no tie. */
static int32_t tied_inputs(const struct work *k, const struct op *op)
{
    int32_t n = op->id == OP_ADD || op->id == OP_MUL ? 2 : 1;

    if (!keeps_last(k->g, op))
        return 0;
    for (int32_t i = 0; i < n; i++)
        if (k->channels[op->in[i]].n == 0 || k->channels[op->in[i]].n != k->channels[op->out[0]].n)
            return 0;
    return n;
}

static void find_values(struct work *k)
{
    for (int32_t i = 0; i < k->g->n_ops; i++) {
        const struct op *op = &k->g->ops[i];
        struct layer *l = k->layers[i];
        struct channels *out;

        if (op->id == OP_NOP)
            continue;
        out = &k->channels[op->out[0]];
        if (l) {
            uint32_t *sums = pool_array(k->m->pool, (size_t)l->taps, sizeof(*sums));

            for (int32_t o = 0; o < out->n; o++)
                out->value[o] = layer_value(l, &k->channels[op->in[0]], o, sums);
        } else if (tied_inputs(k, op) == 1) {
            for (int32_t c = 0; c < out->n; c++)
                out->value[c] = tied_value(k->g, op, k->channels[op->in[0]].value[c]);
        }
    }
}

/* ---- backward ---- */
static bool folds(const struct layer *l, const struct channels *in, int32_t c)
{
    return in->n > 0 && in->value[c] != NOT_CONSTANT && (!l->border || in->value[c] == l->in->quant.zero[0]);
}

static void find_uses(struct work *k, struct layer *l, const struct channels *in)
{
    l->uses = pool_array(k->m->pool, (size_t)l->out_c, (size_t)l->in_c);
    for (int32_t o = 0; o < l->out_c; o++) {
        int32_t first, end;

        reach(l, o, &first, &end);
        for (int32_t c = first; c < end; c++)
            for (int32_t t = 0; t < l->taps && !folds(l, in, c); t++)
                l->uses[(int64_t)o * l->in_c + c] |= weight(l, o, c, t) != 0;
    }
}

static void need(struct work *k, int32_t tensor, int32_t c)
{
    struct channels *ch = &k->channels[tensor];

    if (ch->n == 0 || ch->needed[c])
        return;
    ch->needed[c] = true;
    assert(ch->n_needed < ch->n);
    ch->n_needed++;
    k->changed = true;
}

static void need_all(struct work *k, int32_t tensor)
{
    for (int32_t c = 0; tensor != TENSOR_ABSENT && c < k->channels[tensor].n; c++)
        need(k, tensor, c);
}

static bool is_needed(const struct work *k, int32_t tensor, int32_t c)
{
    return k->channels[tensor].n == 0 || k->channels[tensor].needed[c];
}

/* Channels of a depthwise convolution come and go with their input channel. */
static void need_depthwise(struct work *k, const struct op *op, const struct layer *l)
{
    for (int32_t c = 0; c < l->in_c; c++) {
        bool any = k->channels[op->in[0]].n == 0 || k->channels[op->in[0]].needed[c];

        for (int32_t j = 0; j < l->multiplier; j++)
            any |= is_needed(k, op->out[0], c * l->multiplier + j);
        for (int32_t j = 0; j < l->multiplier && any; j++)
            need(k, op->out[0], c * l->multiplier + j);
        if (any)
            need(k, op->in[0], c);
    }
}

static void need_inputs(struct work *k, const struct op *op, const struct layer *l)
{
    int32_t tied = tied_inputs(k, op);

    if (l && l->depthwise) {
        need_depthwise(k, op, l);
    } else if (l) {
        for (int32_t o = 0; o < l->out_c; o++)
            for (int32_t c = 0; c < l->in_c && is_needed(k, op->out[0], o); c++)
                if (l->uses[(int64_t)o * l->in_c + c])
                    need(k, op->in[0], c);
    } else if (tied > 0) {
        for (int32_t c = 0; c < k->channels[op->out[0]].n; c++) {
            bool any = is_needed(k, op->out[0], c);

            for (int32_t i = 0; i < tied; i++)
                any |= is_needed(k, op->in[i], c);
            for (int32_t i = 0; i < tied && any; i++)
                need(k, op->in[i], c);
            if (any)
                need(k, op->out[0], c);
        }
    } else {
        for (int32_t i = 0; i < op->n_in; i++)
            need_all(k, op->in[i]);
        for (int32_t i = 0; i < op->n_out; i++)
            need_all(k, op->out[i]);
    }
}

/* A fully connected operator with a scale for each channel multiplies otherwise than one with a single scale
 * (multiplier_of), so it must not come down to one channel. */
static bool is_last_scale(const struct work *k, int32_t op)
{
    const struct layer *l = k->layers[op];
    const struct channels *out = &k->channels[k->g->ops[op].out[0]];

    return l && l->fully_connected && l->w->quant.n > 1 && out->n > 1 && out->n_needed == 1;
}

static void find_needed(struct work *k)
{
    do {
        k->changed = false;
        for (int32_t i = k->g->n_ops - 1; i >= 0; i--)
            if (k->g->ops[i].id != OP_NOP)
                need_inputs(k, &k->g->ops[i], k->layers[i]);
        for (int32_t t = 0; t < k->g->n_tensors && !k->changed; t++)
            if (k->channels[t].n > 0 && k->channels[t].n_needed == 0)
                need(k, t, 0); /* at least one channel stays */
        for (int32_t i = 0; i < k->g->n_ops && !k->changed; i++)
            if (k->g->ops[i].id != OP_NOP && is_last_scale(k, i))
                need(k, k->g->ops[i].out[0], is_needed(k, k->g->ops[i].out[0], 0) ? 1 : 0);
    } while (k->changed);
}

/* ---- rewrite ---- */
static bool shrinks(const struct work *k, int32_t tensor)
{
    return k->channels[tensor].n > k->channels[tensor].n_needed;
}

/* The scales of the output channels that stay. */
static struct quant kept_scales(const struct work *k, const struct quant *from, int32_t out)
{
    struct quant q = *from;
    float *scale = pool_array(k->m->pool, (size_t)from->n, sizeof(*scale));
    int32_t *zero = pool_array(k->m->pool, (size_t)from->n, sizeof(*zero)), n = 0;

    if (from->n <= 1 || !shrinks(k, out))
        return q;
    for (int32_t o = 0; o < from->n; o++)
        if (is_needed(k, out, o)) {
            scale[n] = from->scale[o];
            zero[n++] = from->zero[o];
        }
    q.n = n, q.scale = scale, q.zero = zero;
    return q;
}

static int32_t kept(const struct work *k, int32_t tensor, int32_t n)
{
    return k->channels[tensor].n > 0 ? k->channels[tensor].n_needed : n;
}

static int32_t kept_weights(struct work *k, const struct op *op, const struct layer *l)
{
    int32_t out_c = kept(k, op->out[0], l->out_c), in_c = l->depthwise ? 1 : kept(k, op->in[0], l->in_c);
    int8_t *to = pool_array(k->m->pool, (size_t)out_c * (size_t)in_c, (size_t)l->taps);
    struct tensor w = *l->w;
    size_t n = 0;

    for (int64_t i = 0; i < tensor_elements(l->w); i++) {
        int64_t o = l->depthwise ? i % l->out_c : i / l->in_c / l->taps, c = l->depthwise ? -1 : i % l->in_c;

        if (is_needed(k, op->out[0], (int32_t)o) && (c < 0 || is_needed(k, op->in[0], (int32_t)c)))
            to[n++] = l->weights[i];
    }
    assert(n == (size_t)out_c * (size_t)in_c * (size_t)l->taps);
    w.dims[l->depthwise ? w.rank - 1 : 0] = out_c;
    if (!l->depthwise)
        w.dims[w.rank - 1] = op->id == OP_FULLY_CONNECTED ? (int64_t)in_c * l->taps : in_c;
    w.quant = kept_scales(k, &l->w->quant, op->out[0]);
    w.data = (const uint8_t *)to;
    w.source = -1;
    return graph_add_tensor(k->m, k->g, &w);
}

/* A bias' quantization where there was no bias: input scale * weight scale. */
static struct quant product_quant(const struct work *k, const struct layer *l, struct quant weights)
{
    float *scale = pool_array(k->m->pool, (size_t)weights.n, sizeof(*scale));

    for (int32_t i = 0; i < weights.n; i++)
        scale[i] = l->in->quant.scale[0] * weights.scale[i];
    return (struct quant){weights.n, 0, scale, pool_array(k->m->pool, (size_t)weights.n, sizeof(int32_t))};
}

/* The bias of output channel o with the constant channels that go. */
static uint32_t folded_bias(const struct work *k, const struct op *op, const struct layer *l, int32_t o)
{
    const struct channels *in = &k->channels[op->in[0]];
    uint32_t sum = bias_of(l, o);
    int32_t first, end;

    reach(l, o, &first, &end);
    for (int32_t c = first; c < end; c++) {
        if (is_needed(k, op->in[0], c) || in->value[c] == NOT_CONSTANT)
            continue;
        for (int32_t t = 0; t < l->taps; t++)
            sum += (uint32_t)(weight(l, o, c, t) * (in->value[c] - l->in->quant.zero[0]));
    }
    return sum;
}

/* The new bias, or TENSOR_ABSENT if there was none and none is needed. */
static int32_t kept_bias(struct work *k, const struct op *op, const struct layer *l, struct quant weights)
{
    uint32_t *to = pool_array(k->m->pool, (size_t)l->out_c, sizeof(*to)), any = 0;
    struct tensor b = {.name = "", .type = TYPE_S32, .rank = 1};
    int32_t n = 0;

    for (int32_t o = 0; o < l->out_c; o++)
        if (is_needed(k, op->out[0], o))
            any |= to[n++] = folded_bias(k, op, l, o);
    assert(n == kept(k, op->out[0], l->out_c));
    if (!l->bias && any == 0)
        return TENSOR_ABSENT;
    if (l->bias)
        b = *l->bias;
    b.quant = l->bias ? kept_scales(k, &l->bias->quant, op->out[0]) : product_quant(k, l, weights);
    b.quant.axis = 0;
    b.rank = 1;
    b.dims[0] = n;
    b.data = (const uint8_t *)to;
    b.source = -1;
    return graph_add_tensor(k->m, k->g, &b);
}

static void rewrite_layer(struct work *k, struct op *op, struct layer *l)
{
    int32_t in[3] = {op->in[0]};

    if (!shrinks(k, op->in[0]) && !shrinks(k, op->out[0]))
        return;
    in[1] = kept_weights(k, op, l); /* adding tensors may move them all */
    l->in = op_in(k->g, op, 0), l->w = op_in(k->g, op, 1), l->bias = op_in(k->g, op, 2);
    in[2] = kept_bias(k, op, l, k->g->tensors[in[1]].quant);
    op_set_inputs(k->m, op, in[2] == TENSOR_ABSENT ? 2 : 3, in);
}

static void rewrite(struct work *k)
{
    int32_t n_tensors = k->g->n_tensors;

    for (int32_t i = 0; i < k->g->n_ops; i++) {
        struct op *op = &k->g->ops[i];
        struct layer *l = k->layers[i];

        if (op->id != OP_NOP && l) {
            l->in = op_in(k->g, op, 0), l->w = op_in(k->g, op, 1), l->bias = op_in(k->g, op, 2);
            rewrite_layer(k, op, l);
        } else if (op->id == OP_RESHAPE && shrinks(k, op->out[0])) {
            op_set_inputs(k->m, op, 1, op->in); /* to the output's new shape */
        }
    }
    assert(n_tensors <= k->g->n_tensors);
    for (int32_t t = 0; t < n_tensors; t++)
        if (shrinks(k, t))
            k->g->tensors[t].dims[k->g->tensors[t].rank - 1] = k->channels[t].n_needed;
}

static void look_at(struct work *k, int32_t tensor)
{
    const struct tensor *t = &k->g->tensors[tensor];
    struct channels *ch = &k->channels[tensor];

    if (!is_plain_s8(t) || !tensor_is_internal(k->g, tensor) || graph_uses(k->g, tensor) == 0)
        return;
    ch->n = (int32_t)t->dims[t->rank - 1];
    ch->value = pool_array(k->m->pool, (size_t)ch->n, sizeof(*ch->value));
    ch->needed = pool_array(k->m->pool, (size_t)ch->n, sizeof(*ch->needed));
    for (int32_t c = 0; c < ch->n; c++)
        ch->value[c] = NOT_CONSTANT;
}

enum mote_status pass_dead_channels(struct model *m, struct graph *g, const struct frame *at)
{
    struct work k = {.m = m, .g = g};

    (void)at;
    k.channels = pool_array(m->pool, (size_t)g->n_tensors + 1, sizeof(*k.channels));
    k.layers = pool_array(m->pool, (size_t)g->n_ops + 1, sizeof(void *));
    for (int32_t t = 0; t < g->n_tensors; t++)
        look_at(&k, t);
    for (int32_t i = 0; i < g->n_ops; i++)
        k.layers[i] = g->ops[i].id != OP_NOP ? describe(m, g, &g->ops[i]) : NULL;
    find_values(&k);
    for (int32_t i = 0; i < g->n_ops; i++)
        if (k.layers[i] && !k.layers[i]->depthwise)
            find_uses(&k, k.layers[i], &k.channels[g->ops[i].in[0]]);
    find_needed(&k);
    rewrite(&k);
    graph_compact(m, g); /* the old weights */
    return MOTE_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* A file that computes a quantized model in float, each operator between DEQUANTIZE and QUANTIZE, means the operators
 * of int8: here they become these. What a DEQUANTIZE makes has a quantization in float, which says that the model is
 * such a one (struct tensor); without it DEQUANTIZE and QUANTIZE are what they are. What of it cannot be int8 stays
 * float, and the model's remarks say why. */
#include <math.h>

#include "host/graph/op_info.h"
#include "host/graph/scales.h"
#include "host/passes/integers.h"
#include "host/passes/quantize.h"

struct work {
    struct model *m;
    struct graph *g;
    int32_t i;          /* the operator */
    const char *reason; /* why it cannot be int8; NULL: nothing so far */
};

static void refuse(struct work *w, const char *fmt, ...) PRINTF(2, 3);
static void refuse(struct work *w, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    if (!w->reason)
        w->reason = pool_vprintf(w->m->pool, fmt, args);
    va_end(args);
}

static struct op *op_of(const struct work *w) { return &w->g->ops[w->i]; }

/* ---- what is quantized ---- */
/* The int8 tensor whose reals `tensor` holds. */
static int32_t stored(const struct graph *g, int32_t tensor)
{
    int32_t maker = tensor == TENSOR_ABSENT ? -1 : graph_producer(g, tensor);
    const struct tensor *in;

    if (maker < 0 || g->ops[maker].id != OP_DEQUANTIZE || g->tensors[tensor].quant.n != 1)
        return TENSOR_ABSENT;
    in = op_in(g, &g->ops[maker], 0);
    return in->type == TYPE_S8 && in->quant.n == 1 && !in->state ? g->ops[maker].in[0] : TENSOR_ABSENT;
}

/* The QUANTIZE to int8 that alone reads a tensor; -1 if there is none. */
static int32_t quantizer(const struct graph *g, int32_t tensor)
{
    int32_t reader = tensor_is_internal(g, tensor) ? only_reader(g, tensor) : -1;
    const struct tensor *out;

    if (reader < 0 || g->ops[reader].id != OP_QUANTIZE)
        return -1;
    out = op_out(g, &g->ops[reader], 0);
    return out->type == TYPE_S8 && out->quant.n == 1 ? reader : -1;
}

static bool is_computed(const struct graph *g, int32_t tensor)
{
    return tensor != TENSOR_ABSENT && g->tensors[tensor].type == TYPE_F32 && !g->tensors[tensor].data;
}

static bool is_constant(const struct graph *g, int32_t tensor)
{
    return tensor != TENSOR_ABSENT && g->tensors[tensor].type == TYPE_F32 && g->tensors[tensor].data;
}

static struct quant_s8 quant_of(const struct tensor *t)
{
    return (struct quant_s8){t->quant.scale[0], t->quant.zero[0]};
}

/* ---- inputs ---- */
/* Inputs that are computed, in int8; how many there are. */
static int read_inputs(struct work *w, int32_t *in)
{
    const struct op *op = op_of(w);
    int n = 0;

    for (int32_t k = 0; k < op->n_in; k++) {
        in[k] = op->in[k];
        if (!is_computed(w->g, op->in[k]))
            continue;
        in[k] = stored(w->g, op->in[k]);
        n++;
        if (in[k] == TENSOR_ABSENT)
            refuse(w, "its input %d is not quantized", k);
    }
    return n;
}

static int32_t add_s8(struct work *w, int32_t like, struct quant_s8 q, const int8_t *data)
{
    struct tensor t = w->g->tensors[like];

    t.type = TYPE_S8;
    t.data = (const uint8_t *)data;
    t.ranged = false;
    t.source = -1;
    quant_set(w->m, &t.quant, q.scale, q.zero);
    return graph_add_tensor(w->m, w->g, &t);
}

/* A constant with the quantization that it has from the file, or of one element, which can have one for itself. */
static int32_t exact_constant(struct work *w, int32_t k)
{
    int32_t tensor = op_of(w)->in[k];
    const struct tensor *t = &w->g->tensors[tensor];
    float value = tensor_elements(t) == 1 ? float_at(t, 0) : 0;

    if (t->quant.n == 1 && t->quant.zero[0] >= INT8_MIN && t->quant.zero[0] <= INT8_MAX)
        return quantize_constant(w->m, w->g, tensor, quant_of(t));
    if (tensor_elements(t) == 1 && isfinite(value))
        return quantize_constant(w->m, w->g, tensor, (struct quant_s8){value == 0 ? 1 : fabsf(value), 0});
    refuse(w, "its input %d is a constant that is not quantized", k);
    return TENSOR_ABSENT;
}

/* ---- weights ---- */
static int64_t channel_of(const struct tensor *t, int64_t i)
{
    int64_t below = 1;

    for (int d = t->quant.axis + 1; d < t->rank && t->quant.n > 1; d++)
        below *= t->dims[d];
    return i / below % t->quant.n;
}

/* The kernels' weights have zero point 0: those of others may be values that int8 has no room for. */
static int8_t *weights_of(struct work *w, const struct tensor *t)
{
    int64_t n = tensor_elements(t);
    int8_t *data = pool_array(w->m->pool, (size_t)n + 1, 1);

    for (int64_t i = 0; i < n; i++) {
        int64_t c = channel_of(t, i);
        float q = rintf(float_at(t, i) / t->quant.scale[c]);

        if (q < INT8_MIN || q > INT8_MAX)
            refuse(w, "its weights have zero point %d; without it one is %g, which int8 has no room for",
                   t->quant.zero[c], (double)q);
        data[i] = (int8_t)fmaxf(fminf(q, INT8_MAX), INT8_MIN);
    }
    return data;
}

static bool want_weights(struct work *w, const struct tensor *t, int channels)
{
    if (!t->data)
        refuse(w, "its weights are computed");
    else if (t->quant.n == 0)
        refuse(w, "its weights are not quantized");
    else if (t->quant.n > 1 && t->quant.axis != channels)
        refuse(w, "its weights are quantized along dimension %d, not by output channel", t->quant.axis);
    return !w->reason;
}

static int32_t weights_s8(struct work *w, int32_t tensor, int channels)
{
    struct tensor t = w->g->tensors[tensor];

    if (!want_weights(w, &t, channels))
        return TENSOR_ABSENT;
    t.data = (const uint8_t *)weights_of(w, &t);
    t.type = TYPE_S8;
    t.quant.zero = pool_array(w->m->pool, (size_t)t.quant.n, sizeof *t.quant.zero);
    t.source = -1;
    return w->reason ? TENSOR_ABSENT : graph_add_tensor(w->m, w->g, &t);
}

static int32_t bias_s32(struct work *w, int32_t tensor, float in_scale, const struct quant *weights)
{
    struct tensor t = w->g->tensors[tensor];
    int64_t n = tensor_elements(&t);
    int32_t *data = pool_array(w->m->pool, (size_t)n + 1, sizeof *data);
    float *scale = pool_array(w->m->pool, (size_t)n + 1, sizeof *scale);

    if (!is_constant(w->g, tensor))
        refuse(w, "its bias is computed");
    else if (weights->n > 1 && n != weights->n)
        refuse(w, "its bias has %lld numbers for %d channels", (long long)n, weights->n);
    for (int64_t i = 0; i < n && !w->reason; i++) {
        double unit = (double)in_scale * (double)weights->scale[weights->n > 1 ? i : 0];
        double q = (double)float_at(&t, i) / unit;

        if (!(fabs(q) < 0x1p31 - 1))
            refuse(w, "its bias %lld is %g times the scale of its products, beyond 32 bits", (long long)i, q);
        else
            data[i] = (int32_t)llround(q);
        scale[i] = fmaxf((float)unit, 0x1p-126f);
    }
    t.type = TYPE_S32;
    t.data = (const uint8_t *)data;
    t.source = -1;
    t.quant = (struct quant){weights->n, 0, scale, pool_array(w->m->pool, (size_t)weights->n, sizeof(int32_t))};
    return w->reason ? TENSOR_ABSENT : graph_add_tensor(w->m, w->g, &t);
}

static void linear_inputs(struct work *w, int32_t *in)
{
    const struct linear_inputs *l = op_info[op_of(w)->id].is->linear;
    bool biased = op_in(w->g, op_of(w), l->bias) != NULL;

    in[l->weights] = weights_s8(w, op_of(w)->in[l->weights], l->channels);
    if (biased && !w->reason)
        in[l->bias] = bias_s32(w, op_of(w)->in[l->bias], w->g->tensors[in[l->input]].quant.scale[0],
                               &w->g->tensors[in[l->weights]].quant);
}

/* ---- outputs ---- */
static void take_inputs(struct work *w, const int32_t *in)
{
    if (!w->reason)
        memcpy(op_of(w)->in, in, (size_t)op_of(w)->n_in * sizeof *in);
}

/* The operator makes what the QUANTIZE behind it made. */
static void take_output(struct work *w, int32_t quantize)
{
    op_of(w)->out[0] = w->g->ops[quantize].out[0];
    op_kill(&w->g->ops[quantize]);
}

/* Output k is int8, and a DEQUANTIZE makes of it what it was. */
static void give_output(struct work *w, int k, struct quant_s8 q)
{
    int32_t real = op_of(w)->out[k], s8 = add_s8(w, real, q, NULL);

    w->g->tensors[s8].name = "";
    quant_set(w->m, &w->g->tensors[real].quant, q.scale, q.zero);
    op_of(w)->out[k] = s8;
    graph_insert_op(w->m, w->g, w->i + 1, OP_DEQUANTIZE, 1, &s8, 1, &real);
}

/* ---- by what operators ask of scales ---- */
/* Inputs and the output have scales of their own: the output's is QUANTIZE's. */
static void own_scales(struct work *w, int32_t *in)
{
    int32_t quantize = quantizer(w->g, op_of(w)->out[0]);
    bool linear = op_info[op_of(w)->id].is->scales.form == FORM_LINEAR;

    if (quantize < 0)
        refuse(w, "its output is not quantized to int8, or read by others, too");
    if (linear && !w->reason)
        linear_inputs(w, in);
    for (int32_t k = 0; k < op_of(w)->n_in && !linear && !w->reason; k++)
        if (is_constant(w->g, in[k]))
            in[k] = exact_constant(w, k);
    take_inputs(w, in);
    if (!w->reason)
        take_output(w, quantize);
}

/* The only one that its inputs have; false if they differ. */
static bool common_quant(const struct work *w, const int32_t *in, struct quant_s8 *q)
{
    const struct quant *first = NULL;

    for (int32_t k = 0; k < op_of(w)->n_in; k++) {
        if (!is_computed(w->g, op_of(w)->in[k]))
            continue;
        if (first && !quant_equal(first, &w->g->tensors[in[k]].quant))
            return false;
        first = &w->g->tensors[in[k]].quant;
    }
    assert(first);
    *q = (struct quant_s8){first->scale[0], first->zero[0]};
    return true;
}

static int32_t requantized(struct work *w, int32_t s8, struct quant_s8 q)
{
    const struct quant_s8 own = quant_of(&w->g->tensors[s8]);
    int32_t out;

    if (own.scale == q.scale && own.zero == q.zero)
        return s8;
    out = add_s8(w, s8, q, NULL);
    w->g->tensors[out].name = "";
    graph_insert_op(w->m, w->g, w->i++, OP_QUANTIZE, 1, &s8, 1, &out);
    return out;
}

/* All in one scale. Of several inputs that is the output's, where it has one: it has room for all of them. Of one input
 * it is that one's, since an average of what another one cut off would be wrong. */
static void same_scale(struct work *w, int32_t *in)
{
    const struct op op = *op_of(w);
    int32_t quantize = op.n_out == 1 ? quantizer(w->g, op.out[0]) : -1;
    int data = 0;
    struct quant_s8 q;

    for (int32_t k = 0; k < op.n_in; k++)
        data += is_computed(w->g, op.in[k]) || is_constant(w->g, op.in[k]);
    if (quantize >= 0 && data > 1)
        q = quant_of(op_out(w->g, &w->g->ops[quantize], 0));
    else if (!common_quant(w, in, &q))
        refuse(w, "its inputs have several scales, and its output none");
    for (int32_t k = 0; k < op.n_in && !w->reason; k++)
        if (is_computed(w->g, op.in[k]))
            in[k] = requantized(w, in[k], q);
        else if (is_constant(w->g, op.in[k]))
            in[k] = quantize_constant(w->m, w->g, op.in[k], q);
    take_inputs(w, in);
    for (int32_t k = op.n_out - 1; k >= 0 && !w->reason; k--)
        give_output(w, k, q);
}

/* One window over the whole image: MEAN has scales of its own. */
static void pool_as_mean(struct work *w)
{
    static const int32_t axes[] = {1, 2};
    struct tensor list = {.name = "", .type = TYPE_S32, .rank = 1, .dims = {2}, .source = -1};
    struct op *op = op_of(w);

    list.data = (const uint8_t *)axes;
    op->id = OP_MEAN;
    op->opts = pool_copy(w->m->pool, &(struct reduce_opts){.keep_dims = true}, sizeof(struct reduce_opts));
    op_set_inputs(w->m, op, 2, (int32_t[]){op->in[0], graph_add_tensor(w->m, w->g, &list)});
}

/* Other windows: a convolution of each channel by weights that are all the same has scales of its own, too. */
static void pool_as_depthwise(struct work *w)
{
    struct op *op = op_of(w);
    const struct pool_opts o = *(const struct pool_opts *)op->opts;
    const struct conv_opts conv = {.padding = PADDING_VALID,
                                   .stride_h = o.stride_h,
                                   .stride_w = o.stride_w,
                                   .dilation_h = 1,
                                   .dilation_w = 1,
                                   .activation = o.activation};
    struct tensor t = {.name = "", .type = TYPE_F32, .rank = 4, .source = -1};
    float *ones, each = 1 / ((float)o.filter_h * (float)o.filter_w);
    int64_t n = o.filter_h * o.filter_w * op_in(w->g, op, 0)->dims[3];

    memcpy(t.dims, (int64_t[]){1, o.filter_h, o.filter_w, op_in(w->g, op, 0)->dims[3]}, 4 * sizeof *t.dims);
    ones = pool_array(w->m->pool, (size_t)n, sizeof *ones);
    for (int64_t i = 0; i < n; i++)
        ones[i] = each;
    t.data = (const uint8_t *)ones;
    quant_set(w->m, &t.quant, each, 0);
    op->id = OP_DEPTHWISE_CONV_2D;
    op->opts = pool_copy(w->m->pool, &conv, sizeof conv);
    op_set_inputs(w->m, op, 2, (int32_t[]){op->in[0], graph_add_tensor(w->m, w->g, &t)});
}

/* A pool has one scale: between two of them its mean would be rounded twice. Padding is no part of a mean, but would be
 * of a convolution; large windows have no fewer weights than the image has numbers. */
static void part_scales_of_pool(struct work *w, int32_t in)
{
    const struct op *op = op_of(w);
    const struct pool_opts *o = op->opts;
    const int64_t *dims = w->g->tensors[in].dims, *out = op_out(w->g, op, 0)->dims;
    int32_t quantize = quantizer(w->g, op->out[0]);

    if (quantize < 0 || w->g->tensors[in].rank != 4 || o->filter_h < 1 || o->filter_w < 1 ||
        quant_equal(&w->g->tensors[in].quant, &op_out(w->g, &w->g->ops[quantize], 0)->quant))
        return;
    if (out[1] == 1 && out[2] == 1 && o->filter_h == dims[1] && o->filter_w == dims[2] &&
        o->activation == ACTIVATION_NONE)
        pool_as_mean(w);
    else if (o->padding == PADDING_VALID && (int64_t)o->filter_h * o->filter_w <= dims[1] * dims[2])
        pool_as_depthwise(w);
}

static void convert(struct work *w)
{
    struct op *op = op_of(w);
    int32_t in[64];

    if (op->n_in > (int)COUNT(in)) {
        refuse(w, "it has more than %d inputs", (int)COUNT(in));
        return;
    }
    if (read_inputs(w, in) == 0 || w->reason)
        return;
    if (op->id == OP_AVERAGE_POOL_2D)
        part_scales_of_pool(w, in[0]);
    if (op->id == OP_MEAN)
        in[1] = op->in[1];
    switch (op_info[op->id].is->scales.form) {
    case FORM_LINEAR:
    case FORM_OWN:
        own_scales(w, in);
        break;
    case FORM_SAME:
        same_scale(w, in);
        break;
    case FORM_FIXED:
        take_inputs(w, in);
        give_output(w, 0,
                    (struct quant_s8){op_info[op->id].is->scales.fixed_scale, op_info[op->id].is->scales.fixed_zero});
        break;
    default:
        refuse(w, "it has no int8 form");
    }
}

/* ---- operator by operator ---- */
/* Between what is quantized: somebody meant it to be int8. */
static bool is_meant(const struct graph *g, const struct op *op)
{
    bool any = false;

    if (op->id == OP_NOP || op->id == OP_QUANTIZE || op->id == OP_DEQUANTIZE || op->n_out < 1 ||
        op_out(g, op, 0)->type != TYPE_F32)
        return false;
    for (int32_t k = 0; k < op->n_in; k++)
        any |= stored(g, op->in[k]) != TENSOR_ABSENT;
    return any;
}

/* QUANTIZE reads what was dequantized as it is. */
static void skip_float(struct graph *g, int32_t i)
{
    int32_t s8 = stored(g, g->ops[i].in[0]);

    if (s8 == TENSOR_ABSENT)
        return;
    g->ops[i].in[0] = s8;
    op_bypass(g, i);
}

/* Numbers that are moved, then quantized, are quantized first: whoever makes them then has a quantized output. */
static void quantize_before(struct model *m, struct graph *g, int32_t i)
{
    struct op *op = &g->ops[i];
    int32_t quantize, data = -1, s8;
    struct tensor t;

    if (op->id == OP_NOP || !op_keeps_values(op->id) || op->n_out != 1)
        return;
    for (int32_t k = 0; k < op->n_in; k++)
        if (is_computed(g, op->in[k]) || is_constant(g, op->in[k])) {
            if (data >= 0 || !is_computed(g, op->in[k]) || stored(g, op->in[k]) != TENSOR_ABSENT)
                return;
            data = k;
        }
    quantize = quantizer(g, op->out[0]);
    if (data < 0 || quantize < 0)
        return;
    t = g->tensors[op->in[data]];
    t.name = "";
    t.type = TYPE_S8;
    t.state = false;
    t.initial = NULL;
    t.quant = op_out(g, &g->ops[quantize], 0)->quant;
    s8 = graph_add_tensor(m, g, &t);
    op->out[0] = g->ops[quantize].out[0];
    op_kill(&g->ops[quantize]);
    graph_insert_op(m, g, i, OP_QUANTIZE, 1, &op->in[data], 1, &s8);
    g->ops[i + 1].in[data] = s8;
}

static void remark(struct model *m, const struct op *op, const char *reason)
{
    struct text t = {.pool = m->pool};

    if (m->remarks)
        text_add(&t, "%s\n", m->remarks);
    text_add(&t, "%s%s%s%s stays float: %s", op_info[op->id].NAME, op->name[0] ? " '" : "", op->name,
             op->name[0] ? "'" : "", reason);
    m->remarks = t.s;
}

static bool is_simulation(const struct graph *g)
{
    for (int32_t t = 0; t < g->n_tensors; t++)
        if (g->tensors[t].type == TYPE_F32 && g->tensors[t].quant.n > 0 && !g->tensors[t].data)
            return true;
    return false;
}

enum mote_status pass_integers(struct model *m, struct graph *g, const struct frame *at)
{
    (void)at;
    if (!is_simulation(g))
        return MOTE_OK;
    bytes_as_s8(m, g);
    for (int32_t i = g->n_ops - 1; i >= 0; i--)
        quantize_before(m, g, i);
    for (int32_t i = 0; i < g->n_ops; i++) {
        struct work w = {.m = m, .g = g, .i = i};

        if (g->ops[i].id == OP_QUANTIZE)
            skip_float(g, i);
        if (!is_meant(g, &g->ops[i]))
            continue;
        convert(&w);
        i = w.i;
        if (w.reason)
            remark(m, &g->ops[i], w.reason);
    }
    for (int32_t t = 0; t < g->n_tensors; t++)
        if (g->tensors[t].type == TYPE_F32)
            g->tensors[t].quant = (struct quant){0};
    return MOTE_OK;
}

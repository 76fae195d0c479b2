/* SPDX-License-Identifier: Apache-2.0 */
/* What holds after every importer and every pass. In this order, because each check relies on those above:
 *
 *   model       a C identifier as its name, a graph at least, preprocessing and a task that say something possible, a
 *               split whose digests ascend
 *   tensors     type, rank, dimensions, size, quantization; a state tensor is no constant
 *   operators   known, with as many inputs, outputs and options as its row in host/graph/ops.def, all in range
 *   data flow   inputs and constants are never written; everything else once at most, and before it is read; but state,
 *               which is always there and may be assigned again
 *   shapes      what graph_infer() works out agrees with what the tensors say
 *   blocks      they nest, and what they make stays inside of them (host/graph/blocks.h)
 *
 * A tensor that nothing names need not be made by anything: graph_compact() drops it. */
#include "host/graph/blocks.h"
#include "host/graph/op_info.h"

#include <math.h>

#define OPTION_MAX 65535 /* the device's kernels take no larger size (MOTE_DIM_MAX) */

/* ---- the model ---- */
static bool is_identifier(const char *s)
{
    if (!s || (*s >= '0' && *s <= '9'))
        return false;
    for (const char *c = s; *c; c++)
        if (!((*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') || *c == '_'))
            return false;
    return *s != '\0';
}

/* A float32 too small has an infinite reciprocal. */
static bool is_scale(float std) { return isfinite(std) && std != 0 && isfinite(1 / std); }

static enum mote_status verify_raw(struct preprocess *p, const struct frame *at)
{
    if (p->n > 0 && p->type == TYPE_NONE)
        p->type = strcmp(p->kind, "image") == 0 ? TYPE_U8 : TYPE_F32;
    if (p->n == 0 && p->type != TYPE_NONE)
        return fail(at, MOTE_ERR_VALUE, "a raw type without mean and std");
    if (p->n > 0 && p->type != TYPE_U8 && p->type != TYPE_S8 && p->type != TYPE_S16 && p->type != TYPE_F32)
        return fail(at, MOTE_ERR_VALUE, "the raw type is u8, s8, s16 or f32, not %s", type_name(p->type));
    for (int32_t i = 0; i < p->n; i++)
        if (!isfinite(p->mean[i]) || !is_scale(p->std[i]))
            return fail(at, MOTE_ERR_VALUE, "mean %g, std %g of channel %d: both must be finite, std not 0",
                        (double)p->mean[i], (double)p->std[i], i);
    return MOTE_OK;
}

/* Channels go round in the first input, whose shape may hide them. */
static enum mote_status verify_channels(const struct model *m, const struct frame *at)
{
    const struct preprocess *p = &m->preprocess;
    const struct graph *g = &m->graphs[0];
    int64_t n = strcmp(p->channels, "bgr") == 0 ? 3 : p->n, elements;

    if (n <= 1 || g->n_inputs == 0)
        return MOTE_OK;
    elements = tensor_elements(&g->tensors[g->inputs[0]]);
    if (elements < 0 || elements % n == 0)
        return MOTE_OK;
    return fail(at, MOTE_ERR_SHAPE, "preprocess: %lld channels do not fit the input's %lld elements", (long long)n,
                (long long)elements);
}

static enum mote_status verify_preprocess(struct preprocess *p, const struct frame *at)
{
    struct frame here = {at, "preprocess", NULL, -1, NULL};
    int32_t channels;

    if (raw_kind_number(p->kind) < 0)
        return fail(&here, MOTE_ERR_VALUE, "the kind is none, image, audio or values");
    if (order_number(p->channels) < 0)
        return fail(&here, MOTE_ERR_VALUE, "the channels are rgb, bgr, gray or not given");
    if (p->channels[0] && strcmp(p->kind, "image") != 0)
        return fail(&here, MOTE_ERR_VALUE, "only an image has channels %s", p->channels);
    channels = strcmp(p->channels, "gray") == 0 ? 1 : 3;
    if (p->n < 0 || (p->channels[0] && p->n > 1 && p->n != channels))
        return fail(&here, MOTE_ERR_VALUE, "%d values of mean and std for %d channels", p->n, channels);
    if (p->n > 0 && strcmp(p->kind, "none") == 0)
        return fail(&here, MOTE_ERR_VALUE, "mean and std without a kind: say image, audio or values");
    return verify_raw(p, &here);
}

static enum mote_status verify_task(const struct model *m, const struct frame *at)
{
    const struct task *t = &m->task;
    struct frame here = {at, "task", NULL, -1, NULL};

    if (t->kind < 0 || t->kind >= TASKS)
        return fail(&here, MOTE_ERR_VALUE, "there is no task %d", (int)t->kind);
    if (t->kind != MOTE_TASK_ANOMALY)
        return MOTE_OK;
    if (!(t->threshold >= 0))
        return fail(&here, MOTE_ERR_VALUE, "the threshold is %g: at least 0 is wanted", (double)t->threshold);
    if (t->normal < -1 || (m->n_classes > 0 && t->normal >= m->n_classes))
        return fail(&here, MOTE_ERR_VALUE, "class %d is normal, but there are %d classes", t->normal, m->n_classes);
    return MOTE_OK;
}

static enum mote_status verify_digests(const struct split_digests *d, const char *what, const struct frame *at)
{
    if (d->n < 0 || (d->n > 0 && d->data == NULL))
        return fail(at, MOTE_ERR_FORMAT, "%d digests of samples for %s, and none is there", d->n, what);
    for (int32_t i = 1; i < d->n; i++)
        if (le64(d->data + (size_t)(i - 1) * DIGEST_BYTES) >= le64(d->data + (size_t)i * DIGEST_BYTES))
            return fail(at, MOTE_ERR_VALUE, "the digests of samples for %s do not ascend at %d", what, i);
    return MOTE_OK;
}

static enum mote_status verify_split(const struct split_memory *s, const struct frame *at)
{
    struct frame here = {at, "split", NULL, -1, NULL};

    if (!s->known)
        return MOTE_OK;
    if (s->n_cutoffs < 0 || (s->n_cutoffs == 0 && s->trained.n == 0))
        return fail(&here, MOTE_ERR_FORMAT,
                    "it says of no sample that it was trained on: cutoffs or digests are wanted");
    for (int32_t i = 0; i < s->n_cutoffs; i++)
        if (s->validation[i] < s->test[i])
            return fail(&here, MOTE_ERR_VALUE, "cutoff %d of validation is below that of test", i);
    TRY(verify_digests(&s->trained, "training", &here));
    return verify_digests(&s->checked, "validation", &here);
}

/* ---- tensors ---- */
static bool zero_fits(enum mote_type type, int32_t zero)
{
    switch (type) {
    case TYPE_S2:
    case TYPE_S4:
    case TYPE_S8:
    case TYPE_S16:
        return zero >= -(1 << (type_bits(type) - 1)) && zero < 1 << (type_bits(type) - 1);
    case TYPE_U4:
    case TYPE_U8:
    case TYPE_U16:
        return zero >= 0 && zero < 1 << type_bits(type);
    default:
        return true; /* every int32 fits, or a zero point means nothing for the type */
    }
}

static enum mote_status verify_quant(const struct tensor *t, const struct frame *at)
{
    const struct quant *q = &t->quant;

    if (q->n < 0)
        return fail(at, MOTE_ERR_QUANT, "%d scales", q->n);
    if (q->n > 1 && (q->axis < 0 || q->axis >= t->rank))
        return fail(at, MOTE_ERR_QUANT, "quantized along axis %d, but the rank is %d", q->axis, t->rank);
    if (q->n > 1 && q->n != t->dims[q->axis])
        return fail(at, MOTE_ERR_QUANT, "%d scales for %lld channels on axis %d", q->n, (long long)t->dims[q->axis],
                    q->axis);
    for (int32_t i = 0; i < q->n; i++) {
        if (!isfinite(q->scale[i]) || q->scale[i] <= 0)
            return fail(at, MOTE_ERR_QUANT, "scale %d is %g: a scale is finite and above 0", i, (double)q->scale[i]);
        if (!zero_fits(t->type, q->zero[i]))
            return fail(at, MOTE_ERR_QUANT, "zero point %d is %d, which %s cannot hold", i, q->zero[i],
                        type_name(t->type));
    }
    return MOTE_OK;
}

/* Of numbers that are computed: constants say themselves what they hold. */
static enum mote_status verify_range(const struct tensor *t, const struct frame *at)
{
    if (!t->ranged)
        return MOTE_OK;
    if (t->type != TYPE_F32 || t->data)
        return fail(at, MOTE_ERR_VALUE, "a range is for an f32 that is computed");
    if (!isfinite(t->range.min) || !isfinite(t->range.max) || t->range.min > t->range.max)
        return fail(at, MOTE_ERR_VALUE, "the range goes from %g to %g: two finite numbers in order are wanted",
                    (double)t->range.min, (double)t->range.max);
    return MOTE_OK;
}

static enum mote_status verify_tensor(const struct tensor *t, const struct frame *at)
{
    int64_t bytes;

    if (!t->name)
        return fail(at, MOTE_ERR_FORMAT, "the name is missing: it may be empty");
    if (strcmp(type_name(t->type), "none") == 0)
        return fail(at, MOTE_ERR_TYPE, "no type has the number %d", (int)t->type);
    if (t->rank < 0 || t->rank > RANK_MAX)
        return fail(at, MOTE_ERR_SHAPE, "the rank is %d: at most %d is possible", t->rank, RANK_MAX);
    for (int i = 0; i < t->rank; i++)
        if (t->dims[i] != DIM_UNKNOWN && (t->dims[i] < 0 || t->dims[i] > INT32_MAX))
            return fail(at, MOTE_ERR_SHAPE, "dimension %d is %lld", i, (long long)t->dims[i]);
    bytes = tensor_bytes(t);
    if (bytes > TENSOR_BYTES_MAX)
        return fail(at, MOTE_ERR_MEMORY, "larger than %lld bytes, the largest tensor that Mote takes",
                    (long long)TENSOR_BYTES_MAX);
    if (t->data && bytes < 0)
        return fail(at, MOTE_ERR_SHAPE, "a constant needs a known shape and a type of fixed size");
    if (t->data && t->state)
        return fail(at, MOTE_ERR_VALUE, "a constant cannot be state");
    if (t->initial && (!t->state || bytes < 0))
        return fail(at, MOTE_ERR_VALUE, "an initial value is for state of a known shape");
    TRY(verify_range(t, at));
    return verify_quant(t, at);
}

/* ---- operators ---- */
static bool starts_with(const char *s, const char *prefix) { return strncmp(s, prefix, strlen(prefix)) == 0; }

static enum mote_status verify_option(const struct opt_field *field, const void *word, const struct frame *at)
{
    int32_t value, min = INT32_MIN, max = INT32_MAX;
    float real;

    memcpy(&value, word, sizeof value);
    memcpy(&real, word, sizeof real);
    switch (field->kind) {
    case OPT_FLOAT:
        if (!isfinite(real))
            return fail(at, MOTE_ERR_VALUE, "%s is %g: it must be finite", field->name, (double)real);
        return MOTE_OK;
    case OPT_INT:
        if (starts_with(field->name, "stride_") || starts_with(field->name, "dilation_") ||
            starts_with(field->name, "filter_"))
            min = 1, max = OPTION_MAX;
        else if (starts_with(field->name, "pad_"))
            min = 0, max = OPTION_MAX;
        break;
    case OPT_FLAG:
        min = 0, max = 1;
        break;
    case OPT_PADDING:
        min = 0, max = PADDING_COUNT - 1;
        break;
    case OPT_ACTIVATION:
        min = 0, max = ACTIVATION_COUNT - 1;
        break;
    }
    if (value < min || value > max)
        return fail(at, MOTE_ERR_VALUE, "%s is %d: it must be from %d to %d", field->name, value, min, max);
    return MOTE_OK;
}

/* The LSTM's inputs are places in a fixed scheme of gates, peepholes and projections, most of which may be absent;
 * infer and lower say which ones must be there. SVDF's bias is before its state, in training a GRU has no state, and
 * few recurrent layers have peepholes. Elsewhere the inputs after in_min are the optional ones. */
static bool may_be_absent(enum op_id id, int32_t input)
{
    return input >= op_info[id].in_min || (id == OP_UNIDIRECTIONAL_SEQUENCE_LSTM && input > 0) ||
           (id == OP_SVDF && input == 3) || (id == OP_GRU && input == 5) || (id == OP_RECURRENT && input == 4);
}

static enum mote_status verify_indices(const struct graph *g, const struct op *op, const struct frame *at)
{
    for (int32_t i = 0; i < op->n_in; i++) {
        if (op->in[i] == TENSOR_ABSENT && may_be_absent(op->id, i))
            continue;
        if (op->in[i] == TENSOR_ABSENT)
            return fail(at, MOTE_ERR_FORMAT, "input %d is absent, but the operator needs it", i);
        if (op->in[i] < 0 || op->in[i] >= g->n_tensors)
            return fail(at, MOTE_ERR_FORMAT, "input %d is tensor %d, but there are %d", i, op->in[i], g->n_tensors);
    }
    for (int32_t i = 0; i < op->n_out; i++)
        if (op->out[i] < 0 || op->out[i] >= g->n_tensors)
            return fail(at, MOTE_ERR_FORMAT, "output %d is tensor %d, but there are %d", i, op->out[i], g->n_tensors);
    return MOTE_OK;
}

enum mote_status op_verify(const struct graph *g, const struct op *op, const struct frame *at)
{
    const struct op_info *info;
    const struct opts_info *opts;

    if ((int)op->id < 0 || op->id >= OP_LIMIT || !op_info[op->id].NAME)
        return fail(at, MOTE_ERR_UNSUPPORTED, "no operator has the number %d", (int)op->id);
    if (!op->name)
        return fail(at, MOTE_ERR_FORMAT, "the name is missing: it may be empty");
    info = &op_info[op->id];
    opts = &opts_info[info->opts];
    if (op->n_in < info->in_min || op->n_in > info->in_max)
        return fail(at, MOTE_ERR_FORMAT, "%d inputs: the operator takes %d to %d", op->n_in, info->in_min,
                    info->in_max);
    if (op->n_out < info->out_min || op->n_out > info->out_max)
        return fail(at, MOTE_ERR_FORMAT, "%d outputs: the operator has %s%d", op->n_out,
                    info->out_max > info->out_min ? "up to " : "", info->out_max);
    TRY(verify_indices(g, op, at));
    if (opts->n > 0 && !op->opts)
        return fail(at, MOTE_ERR_FORMAT, "the options are missing");
    for (int32_t i = 0; i < opts->n; i++)
        TRY(verify_option(&opts->fields[i], (const uint8_t *)op->opts + 4 * i, at));
    return MOTE_OK;
}

/* ---- data flow ---- */
enum made { MADE_NOT, MADE_BY_OP, MADE_STATE, MADE_INPUT, MADE_CONST };

static enum mote_status verify_inputs(const struct graph *g, uint8_t *made, const struct frame *at)
{
    for (int32_t i = 0; i < g->n_tensors; i++)
        made[i] = g->tensors[i].data ? MADE_CONST : g->tensors[i].state ? MADE_STATE : MADE_NOT;
    for (int32_t i = 0; i < g->n_inputs; i++) {
        int32_t t = g->inputs[i];

        if (t < 0 || t >= g->n_tensors)
            return fail(at, MOTE_ERR_FORMAT, "input %d of the graph is tensor %d, but there are %d", i, t,
                        g->n_tensors);

        struct frame here = frame_tensor(at, g, t);
        if (made[t] == MADE_INPUT)
            return fail(&here, MOTE_ERR_FORMAT, "it is listed twice among the graph's inputs");
        if (made[t] != MADE_NOT)
            return fail(&here, MOTE_ERR_FORMAT, "an input of the graph cannot be %s",
                        made[t] == MADE_CONST ? "a constant" : "state");
        made[t] = MADE_INPUT;
    }
    return MOTE_OK;
}

static enum mote_status verify_flow_op(const struct graph *g, const struct op *op, uint8_t *made, uint8_t *written,
                                       const struct frame *at)
{
    for (int32_t i = 0; i < op->n_in; i++)
        if (op->in[i] != TENSOR_ABSENT && made[op->in[i]] == MADE_NOT) {
            struct frame here = frame_tensor(at, g, op->in[i]);

            return fail(&here, MOTE_ERR_FORMAT, "it is read before an operator has made it");
        }
    for (int32_t i = 0; i < op->n_out; i++) {
        int32_t t = op->out[i];
        struct frame here = frame_tensor(at, g, t);

        if (made[t] == MADE_CONST || made[t] == MADE_INPUT)
            return fail(&here, MOTE_ERR_FORMAT, "an operator cannot write %s",
                        made[t] == MADE_CONST ? "a constant" : "an input of the graph");
        if (written[t] && made[t] != MADE_STATE)
            return fail(&here, MOTE_ERR_FORMAT, "an earlier operator has made it already");
        written[t] = 1;
        if (made[t] == MADE_NOT)
            made[t] = MADE_BY_OP;
    }
    return MOTE_OK;
}

static enum mote_status verify_flow(const struct model *m, const struct graph *g, const struct frame *at)
{
    uint8_t *made = pool_alloc(m->pool, (size_t)g->n_tensors * 2), *written = made + g->n_tensors;

    TRY(verify_inputs(g, made, at));
    for (int32_t i = 0; i < g->n_ops; i++) {
        struct frame here = frame_op(at, g, i);

        if (g->ops[i].id != OP_NOP)
            TRY(verify_flow_op(g, &g->ops[i], made, written, &here));
    }
    if (g->n_outputs < 1)
        return fail(at, MOTE_ERR_FORMAT, "the graph has no output");
    for (int32_t i = 0; i < g->n_outputs; i++) {
        int32_t t = g->outputs[i];

        if (t < 0 || t >= g->n_tensors)
            return fail(at, MOTE_ERR_FORMAT, "output %d of the graph is tensor %d, but there are %d", i, t,
                        g->n_tensors);

        struct frame here = frame_tensor(at, g, t);
        if (made[t] == MADE_NOT)
            return fail(&here, MOTE_ERR_FORMAT, "it is an output of the graph, but no operator makes it");
    }
    return MOTE_OK;
}

static enum mote_status verify_graph(struct model *m, struct graph *g, const struct frame *at)
{
    if (g->n_ops > GRAPH_OPS_MAX || g->n_tensors > GRAPH_TENSORS_MAX)
        return fail(at, MOTE_ERR_VALUE, "%d operators and %d tensors, %d and %d are the most", g->n_ops, g->n_tensors,
                    GRAPH_OPS_MAX, GRAPH_TENSORS_MAX);
    for (int32_t i = 0; i < g->n_tensors; i++) {
        struct frame here = frame_tensor(at, g, i);

        TRY(verify_tensor(&g->tensors[i], &here));
    }
    for (int32_t i = 0; i < g->n_ops; i++) {
        struct frame here = frame_op(at, g, i);

        if (g->ops[i].id != OP_NOP)
            TRY(op_verify(g, &g->ops[i], &here));
    }
    TRY(verify_flow(m, g, at));
    TRY(graph_infer(m, g, at));
    TRY(graph_verify_blocks(m->pool, g, at));
    for (int32_t i = 0; i < g->n_tensors; i++) { /* inferred shapes are in range too */
        struct frame here = frame_tensor(at, g, i);

        TRY(verify_tensor(&g->tensors[i], &here));
    }
    return MOTE_OK;
}

enum mote_status model_verify(struct model *m, const struct frame *at)
{
    if (!is_identifier(m->name))
        return fail(at, MOTE_ERR_VALUE, "the model's name \"%s\" must be a C identifier", m->name ? m->name : "");
    if (m->n_graphs < 1)
        return fail(at, MOTE_ERR_FORMAT, "the model has no graph");
    if (!m->preprocess.kind) /* an importer that says nothing about it */
        m->preprocess = (struct preprocess){.kind = "none", .channels = ""};
    TRY(verify_preprocess(&m->preprocess, at));
    TRY(verify_task(m, at));
    TRY(verify_split(&m->split, at));
    for (int32_t i = 0; i < m->n_graphs; i++) {
        struct frame here = {at, "graph", m->graphs[i].name, i, NULL};

        TRY(verify_graph(m, &m->graphs[i], m->n_graphs > 1 ? &here : at));
    }
    return verify_channels(m, at);
}

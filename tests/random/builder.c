/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/random/builder.h"

#include <math.h>

/* ---- dice ---- */
/* SplitMix64: one word of state, every seed as good as any other. */
uint64_t dice_next(uint64_t *dice)
{
    uint64_t z = *dice += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

int32_t dice_range(struct builder *b, int32_t min, int32_t max)
{
    assert(min <= max);
    return (int32_t)(min + (int64_t)(dice_next(&b->dice) % ((uint64_t)((int64_t)max - min) + 1)));
}

bool dice_chance(struct builder *b, int32_t one_in) { return dice_range(b, 1, one_in) == 1; }

float dice_log(struct builder *b, float min, float max)
{
    double t = (double)(dice_next(&b->dice) >> 11) * 0x1p-53;

    return (float)exp(log((double)min) + t * (log((double)max) - log((double)min)));
}

int32_t dice_activation(struct builder *b)
{
    static const enum activation clamps[] = {ACTIVATION_NONE, ACTIVATION_NONE, ACTIVATION_RELU, ACTIVATION_RELU6,
                                             ACTIVATION_RELU_N1_TO_1};

    return (int32_t)DICE_OF(b, clamps);
}

/* ---- elements ---- */
static float random_float(uint64_t *dice, bool any)
{
    static const float special[] = {0.0f, -0.0f, 1.0f, -1.0f, 1e-40f, 1e30f, -1e30f, INFINITY, -INFINITY};
    uint64_t bits = dice_next(dice);

    if (any && bits % 32 == 0)
        return special[(bits >> 8) % COUNT(special)];
    return (float)((double)(int32_t)(bits >> 32) * 0x1p-31) * (bits & 64 ? 1.0f : 20.0f);
}

/* The least, the greatest and zero are as good as any number, and more likely to be wrong. */
static int64_t random_integer(uint64_t *dice, int bits, bool is_signed)
{
    uint64_t z = dice_next(dice), mask = bits == 64 ? UINT64_MAX : (UINT64_C(1) << bits) - 1;
    uint64_t least = is_signed ? UINT64_C(1) << (bits - 1) : 0, greatest = is_signed ? least - 1 : mask;

    switch (z % 16) {
    case 0:
        return (int64_t)least;
    case 1:
        return (int64_t)greatest;
    case 2:
        return 0;
    default:
        return (int64_t)(z >> (bits == 64 ? 0 : 64 - bits));
    }
}

void fill_random(uint64_t *dice, enum mote_type type, void *data, int64_t n)
{
    int bytes = type_bits(type) / 8;
    bool is_signed = type == TYPE_S8 || type == TYPE_S16 || type == TYPE_S32 || type == TYPE_S64;
    bool any = dice_next(dice) % 8 == 0; /* floats: infinities too, which soon are all that is left */
    uint8_t *to = data;

    assert(bytes >= 1 && bytes <= 8);
    for (int64_t i = 0; i < n; i++, to += bytes) {
        if (type == TYPE_F32) {
            float x = random_float(dice, any);

            memcpy(to, &x, sizeof x);
            continue;
        }

        int64_t x = type == TYPE_BOOL ? (int64_t)(dice_next(dice) & 1) : random_integer(dice, 8 * bytes, is_signed);

        memcpy(to, &x, (size_t)bytes); /* little-endian, as the host is */
    }
}

/* ---- tensors to read ---- */
uint32_t builder_types(const enum mote_type *types)
{
    uint32_t set = 0;

    for (; *types != TYPE_NONE; types++)
        set |= UINT32_C(1) << *types;
    return set;
}

struct tensor *tensor_of(struct builder *b, int32_t tensor) { return &b->graph->tensors[tensor]; }

void hide(struct builder *b, int32_t first)
{
    b->hidden = pool_grow(b->model->pool, b->hidden, (size_t)b->n_hidden, sizeof *b->hidden);
    b->hidden[b->n_hidden++] = (struct hidden){first, b->graph->n_tensors};
}

bool is_hidden(const struct builder *b, int32_t tensor)
{
    for (int32_t i = 0; i < b->n_hidden; i++)
        if (tensor >= b->hidden[i].first && tensor < b->hidden[i].end)
            return true;
    return false;
}

static bool suits(const struct builder *b, int32_t tensor, uint32_t types, int rank_min, int rank_max)
{
    const struct tensor *t = &b->graph->tensors[tensor];

    return t->data == NULL && !t->state && types >> t->type & 1 && t->rank >= rank_min && t->rank <= rank_max &&
           !is_hidden(b, tensor);
}

static int32_t pick_const(struct builder *b, uint32_t types, int rank_min, int rank_max)
{
    int rank = dice_range(b, rank_min, rank_max < 4 ? rank_max : rank_min > 4 ? rank_min : 4);
    enum mote_type type;
    int64_t dims[RANK_MAX];

    do
        type = (enum mote_type)dice_range(b, 1, 31);
    while (!(types >> type & 1));
    for (int d = 0; d < rank; d++)
        dims[d] = dice_range(b, 1, 5);
    return new_const(b, type, rank, dims, random_quantization(b, type));
}

int32_t pick(struct builder *b, uint32_t types, int rank_min, int rank_max)
{
    const struct graph *g = b->graph;
    int32_t suiting = 0, nth;

    if (dice_chance(b, 30))
        return pick_const(b, types, rank_min, rank_max);
    for (int32_t i = 0; i < g->n_tensors; i++)
        suiting += suits(b, i, types, rank_min, rank_max);
    if (suiting == 0)
        return TENSOR_ABSENT;
    nth = dice_chance(b, 4) ? dice_range(b, 1, suiting) : suiting;
    for (int32_t i = 0;; i++)
        if (suits(b, i, types, rank_min, rank_max) && --nth == 0)
            return i;
}

int32_t pick_symmetric(struct builder *b, uint32_t types, int rank_min, int rank_max)
{
    int32_t tensor = pick(b, types, rank_min, rank_max);
    const struct tensor *t = tensor != TENSOR_ABSENT ? tensor_of(b, tensor) : NULL;

    return t != NULL && t->type == TYPE_S16 && t->quant.zero[0] != 0 ? TENSOR_ABSENT : tensor;
}

/* ---- quantization ---- */
struct quantization quantization_of(struct builder *b, int32_t tensor)
{
    const struct quant *q = &tensor_of(b, tensor)->quant;

    return q->n > 0 ? (struct quantization){.scale = q->scale[0], .zero = q->zero[0]}
                    : (struct quantization){.scale = 0, .zero = 0};
}

static int32_t random_zero(struct builder *b, enum mote_type type)
{
    int32_t least = type == TYPE_S8 ? INT8_MIN : type == TYPE_S16 ? INT16_MIN : 0;
    int32_t greatest = type == TYPE_U8 ? UINT8_MAX : -least - 1;

    if (type != TYPE_S8 && type != TYPE_U8) /* 16 bits and more are symmetric, as a rule */
        return 0;
    switch (dice_range(b, 0, 5)) {
    case 0:
        return least;
    case 1:
        return greatest;
    case 2:
        return 0;
    default:
        return dice_range(b, least, greatest);
    }
}

struct quantization quantization_for(struct builder *b, enum mote_type type, float magnitude)
{
    float steps = type == TYPE_S16 ? 32768.0f : type == TYPE_S32 ? 1048576.0f : 128.0f;
    float spread = dice_chance(b, 8) ? dice_log(b, 0.01f, 100.0f) : dice_log(b, 0.5f, 2.0f);

    if (type != TYPE_S8 && type != TYPE_U8 && type != TYPE_S16 && type != TYPE_S32)
        return (struct quantization){.scale = 0, .zero = 0};
    /* Chains of operators must not leave what an activation's bounds can be written in. */
    return (struct quantization){.scale = fminf(fmaxf(magnitude * spread / steps, 1e-5f), 1e3f),
                                 .zero = random_zero(b, type)};
}

struct quantization random_quantization(struct builder *b, enum mote_type type)
{
    return quantization_for(b, type, dice_log(b, 0.25f, 32.0f));
}

/* ---- new tensors ---- */
static int32_t new_tensor(struct builder *b, enum mote_type type, int rank, const int64_t *dims, struct quantization q)
{
    struct tensor t = {.name = "", .type = type, .rank = rank, .source = -1};

    for (int d = 0; d < rank; d++)
        t.dims[d] = dims[d];
    if (q.scale > 0)
        quant_set(b->model, &t.quant, q.scale, q.zero);
    return graph_add_tensor(b->model, b->graph, &t);
}

int32_t new_output(struct builder *b, enum mote_type type, struct quantization q)
{
    return new_tensor(b, type, 0, NULL, q);
}

int32_t new_input(struct builder *b, enum mote_type type, int rank, const int64_t *dims, struct quantization q)
{
    struct graph *g = b->graph;
    int32_t tensor = new_tensor(b, type, rank, dims, q);

    g->inputs = pool_grow(b->model->pool, g->inputs, (size_t)g->n_inputs, sizeof *g->inputs);
    g->inputs[g->n_inputs++] = tensor;
    return tensor;
}

int32_t new_state(struct builder *b, enum mote_type type, int rank, const int64_t *dims, struct quantization q)
{
    int32_t tensor = new_tensor(b, type, rank, dims, q);

    tensor_of(b, tensor)->state = true;
    return tensor;
}

int32_t new_const(struct builder *b, enum mote_type type, int rank, const int64_t *dims, struct quantization q)
{
    int32_t tensor = new_tensor(b, type, rank, dims, q);
    struct tensor *t = tensor_of(b, tensor);
    uint8_t *data = pool_alloc(b->model->pool, (size_t)tensor_bytes(t));

    fill_random(&b->dice, type, data, tensor_elements(t));
    t->data = data;
    return tensor;
}

int32_t new_ints(struct builder *b, int rank, const int64_t *dims, const int64_t *values)
{
    enum mote_type type = dice_chance(b, 4) ? TYPE_S64 : TYPE_S32;
    int32_t tensor = new_tensor(b, type, rank, dims, (struct quantization){.scale = 0, .zero = 0});
    struct tensor *t = tensor_of(b, tensor);
    size_t size = type == TYPE_S64 ? 8 : 4;
    uint8_t *data = pool_alloc(b->model->pool, (size_t)tensor_bytes(t));

    for (int64_t i = 0; i < tensor_elements(t); i++)
        memcpy(data + (size_t)i * size, &values[i], size);
    t->data = data;
    return tensor;
}

/* Zeroes about a third of the channels along the axis. */
static void kill_channels(struct builder *b, const struct tensor *t, int axis)
{
    int64_t inner = 1, channels = t->dims[axis], n = tensor_elements(t);
    size_t size = (size_t)type_bits(t->type) / 8;

    for (int d = axis + 1; d < t->rank; d++)
        inner *= t->dims[d];
    for (int64_t c = 0; c < channels; c++) {
        bool dead = dice_chance(b, 3);

        for (int64_t i = 0; dead && i < n; i++)
            if (i / inner % channels == c)
                memset((uint8_t *)(uintptr_t)t->data + (size_t)i * size, 0, size);
    }
}

static void quantize_channels(struct builder *b, struct tensor *t, int axis)
{
    int32_t n = (int32_t)t->dims[axis], *zeros = pool_array(b->model->pool, (size_t)n, sizeof *zeros);
    float *scales = pool_array(b->model->pool, (size_t)n, sizeof *scales);

    for (int32_t i = 0; i < n; i++)
        scales[i] = t->quant.scale[0] * dice_log(b, 0.2f, 1.0f);
    t->quant = (struct quant){.n = n, .axis = n > 1 ? axis : 0, .scale = scales, .zero = zeros};
}

/* Numbers of half precision, the nearest to 0. */
static void halve(struct tensor *t)
{
    uint8_t *data = (uint8_t *)(uintptr_t)t->data;

    for (int64_t i = 0; i < tensor_elements(t); i++, data += sizeof(float)) {
        float x;

        memcpy(&x, data, sizeof x);
        x = fabsf(x) < 1.0f / 16384 ? truncf(x * 16777216) / 16777216 : x;
        memcpy(data, &x, sizeof x);
        data[0] = 0;
        data[1] &= 0xe0;
    }
}

/* Integers of 8 bits times a scale, each channel its own, as the kernels make them. */
static void scale_integers(struct builder *b, struct tensor *t, int axis)
{
    uint8_t *data = (uint8_t *)(uintptr_t)t->data;
    int64_t inner = 1, channels = t->dims[axis];

    for (int i = axis + 1; i < t->rank; i++)
        inner *= t->dims[i];
    for (int64_t c = 0; c < channels; c++) {
        const float scale = dice_log(b, 0.0001f, 0.05f);

        for (int64_t i = 0; i < tensor_elements(t); i++)
            if (i / inner % channels == c) {
                float x = (float)dice_range(b, INT8_MIN, INT8_MAX) * scale;

                memcpy(data + i * (int64_t)sizeof x, &x, sizeof x);
            }
    }
}

int32_t new_weights(struct builder *b, enum mote_type type, int rank, const int64_t *dims, int axis, bool per_channel)
{
    bool real = type == TYPE_F32;
    struct quantization q = {real ? 0 : dice_log(b, 0.002f, 0.05f), 0};
    int32_t tensor = new_const(b, real ? TYPE_F32 : TYPE_S8, rank, dims, q);
    struct tensor *t = tensor_of(b, tensor);

    if (dice_chance(b, 4))
        kill_channels(b, t, axis);
    if (real && dice_chance(b, 3))
        scale_integers(b, t, axis);
    else if (real && dice_chance(b, 3))
        halve(t);
    if (!real && per_channel && dice_chance(b, 2))
        quantize_channels(b, t, axis);
    return tensor;
}

/* s32 for s8; for s16 mostly s64. */
static enum mote_type bias_type(struct builder *b, enum mote_type in)
{
    if (in == TYPE_F32)
        return TYPE_F32;
    return in == TYPE_S16 && !dice_chance(b, 4) ? TYPE_S64 : TYPE_S32;
}

int32_t new_bias(struct builder *b, int32_t in, int32_t weights, int64_t channels)
{
    enum mote_type type = bias_type(b, tensor_of(b, in)->type);
    float scale = type == TYPE_F32 ? 0 : quantization_of(b, in).scale * tensor_of(b, weights)->quant.scale[0];
    int32_t tensor = new_const(b, type, 1, &channels, (struct quantization){.scale = scale, .zero = 0});
    uint8_t *data = (uint8_t *)(uintptr_t)tensor_of(b, tensor)->data;
    size_t size = type == TYPE_S64 ? 8 : 4;

    if (type != TYPE_F32 && (type == TYPE_S64 || !dice_chance(b, 20))) /* else: values beyond anything */
        for (int64_t i = 0; i < channels; i++) {
            int64_t value = dice_range(b, -3000, 3000) * (type == TYPE_S64 ? INT64_C(300) : 1);

            memcpy(data + (size_t)i * size, &value, size);
        }
    return tensor;
}

int32_t new_sum_output(struct builder *b, int32_t in, int32_t weights, int64_t n)
{
    enum mote_type type = tensor_of(b, in)->type;
    float product = type == TYPE_F32 ? 0 : quantization_of(b, in).scale * tensor_of(b, weights)->quant.scale[0];

    return new_output(b, type,
                      quantization_for(b, type, product * (type == TYPE_S16 ? 20000 : 80) * 80 * sqrtf((float)n)));
}

int32_t new_same_output(struct builder *b, int32_t in)
{
    return new_output(b, tensor_of(b, in)->type, quantization_of(b, in));
}

/* ---- operators ---- */
struct op *new_op(struct builder *b, enum op_id id, int n_in, const int32_t *in, int n_out, const int32_t *out)
{
    while (n_in > op_info[id].in_min && in[n_in - 1] == TENSOR_ABSENT && dice_chance(b, 2))
        n_in--; /* an optional input at the end may be absent, or not be there at all */
    return graph_add_op(b->model, b->graph, id, n_in, in, n_out, out);
}

/* Operators whose int8 bytes may stand for uint8; of convolutions with one scale, weights have a zero point. */
static void draw_uint8(struct builder *b, struct op *op)
{
    static const enum op_id ids[] = {
        OP_CONV_2D, OP_DEPTHWISE_CONV_2D, OP_AVERAGE_POOL_2D, OP_LOGISTIC, OP_TANH, OP_RESIZE_BILINEAR,
        OP_MUL,     OP_L2_NORMALIZATION};
    struct tensor *weights = op->id == OP_CONV_2D || op->id == OP_DEPTHWISE_CONV_2D ? tensor_of(b, op->in[1]) : NULL;

    if (tensor_of(b, op->out[0])->type != TYPE_S8)
        return;
    for (size_t i = 0; i < COUNT(ids); i++)
        op->uint8 |= op->id == ids[i] && dice_chance(b, 6);
    if (op->uint8 && weights && weights->quant.n == 1)
        quant_set(b->model, &weights->quant, weights->quant.scale[0], dice_range(b, INT8_MIN, INT8_MAX));
}

bool op_done(struct builder *b, struct op *op)
{
    struct frame here = frame_op(b->at, b->graph, b->graph->n_ops - 1);

    draw_uint8(b, op);
    if (b->status == MOTE_OK)
        b->status = op_infer(b->model, b->graph, op, &here);
    return true;
}

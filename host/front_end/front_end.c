/* SPDX-License-Identifier: Apache-2.0 */
#include "host/front_end/front_end.h"

#include "host/base/divisor.h"
#include "host/front_end/presets.h"
#include "host/graph/op_info.h"

#include <math.h>

static const struct preset {
    const char *name;
    int32_t rate, window_ms, step_ms, channels, channels_max;
    int32_t lead; /* samples before a frame */
    enum mote_type type;
    bool peak;
    int32_t (*expand)(struct expansion *e, int32_t frames);
} presets[] = {
    {"micro", FRONT_END_RATE, 30, 20, 40, 256, 0, TYPE_U16, false, micro_expand},
    {"mfcc", FRONT_END_RATE, 30, 20, 10, 40, 0, TYPE_F32, true, mfcc_expand},
    {"lfbe", FRONT_END_RATE, 64, 32, 40, 256, 1, TYPE_F32, false, lfbe_expand},
    {"logmel", FRONT_END_RATE, 64, 32, 128, 256, 0, TYPE_F32, false, logmel_expand},
};

static const struct preset *preset_of(const char *name)
{
    for (size_t i = 0; i < COUNT(presets); i++)
        if (strcmp(presets[i].name, name) == 0)
            return &presets[i];
    return NULL;
}

const char *front_end_presets(struct pool *pool)
{
    const char *names = "";

    for (size_t i = 0; i < COUNT(presets); i++)
        names = pool_printf(pool, "%s%s%s", names, i > 0 ? ", " : "", presets[i].name);
    return names;
}

#define WINDOW_MAX 8192 /* samples that RFFT takes */

static int32_t or_else(int32_t wish, int32_t usual) { return wish > 0 ? wish : usual; }

enum mote_status front_end_find(const char *name, const struct front_end_wish *wish, struct front_end *out,
                                const struct frame *at)
{
    const struct preset *p = preset_of(name);
    struct front_end f;

    if (p == NULL) {
        struct pool scratch = {0};
        enum mote_status status =
            fail(at, MOTE_ERR_USAGE, "there is no preset %s: there are %s", name, front_end_presets(&scratch));

        pool_free(&scratch);
        return status;
    }
    f = (struct front_end){.preset = p->name,
                           .rate = p->rate,
                           .window = p->rate / 1000 * or_else(wish->window_ms, p->window_ms),
                           .step = p->rate / 1000 * or_else(wish->step_ms, p->step_ms),
                           .channels = or_else(wish->channels, p->channels),
                           .frames = 1,
                           .lead = p->lead,
                           .type = p->type,
                           .peak = p->peak && !wish->absolute};
    if (f.window > WINDOW_MAX)
        return fail(at, MOTE_ERR_VALUE, "a window has %d samples: %d are the most", (int)f.window, WINDOW_MAX);
    if (f.step > f.window)
        return fail(at, MOTE_ERR_VALUE, "a step of %d samples leaves some out between windows of %d", (int)f.step,
                    (int)f.window);
    if (f.channels > p->channels_max)
        return fail(at, MOTE_ERR_VALUE, "%d channels: %d are the most", (int)f.channels, (int)p->channels_max);
    *out = f;
    return MOTE_OK;
}

/* ---- what presets are made of ---- */
static int32_t add(struct expansion *e, const char *name, enum mote_type type, int rank, const int64_t *dims)
{
    struct tensor t = {.name = name, .type = type, .rank = rank, .source = -1};

    for (int i = 0; i < rank; i++)
        t.dims[i] = dims[i];
    return graph_add_tensor(e->model, e->graph, &t);
}

int32_t expand_table(struct expansion *e, const char *name, int32_t n, const int16_t *values)
{
    int32_t tensor = add(e, name, TYPE_S16, 1, (int64_t[]){n});
    size_t bytes = (size_t)n * sizeof *values;
    uint8_t *data = pool_alloc(e->model->pool, bytes);

    memcpy(data, values, bytes);
    e->graph->tensors[tensor].data = data;
    return tensor;
}

/* A constant of 32-bit numbers. */
static int32_t add_words(struct expansion *e, const char *name, enum mote_type type, int rank, const int64_t *dims,
                         const void *values)
{
    int32_t tensor = add(e, name, type, rank, dims);
    struct tensor *t = &e->graph->tensors[tensor];

    t->data = pool_copy(e->model->pool, values, (size_t)tensor_elements(t) * sizeof(int32_t));
    return tensor;
}

int32_t expand_floats(struct expansion *e, const char *name, int rank, const int64_t *dims, const float *values)
{
    return add_words(e, name, TYPE_F32, rank, dims, values);
}

int32_t expand_ints(struct expansion *e, const char *name, int32_t n, const int32_t *values)
{
    return add_words(e, name, TYPE_S32, 1, (int64_t[]){n}, values);
}

int32_t expand_with(struct expansion *e, enum op_id id, int32_t x, float number)
{
    return expand(e, id, 2, (int32_t[]){x, expand_floats(e, "number", 1, (int64_t[]){1}, &number)}, TYPE_F32, NULL);
}

int32_t expand_state(struct expansion *e, const char *name, enum mote_type type, int32_t n)
{
    int32_t tensor = add(e, name, type, 1, (int64_t[]){n});

    e->graph->tensors[tensor].state = true;
    return tensor;
}

int32_t expand(struct expansion *e, enum op_id id, int n_in, const int32_t *in, enum mote_type type, const void *opts)
{
    int32_t out[2], n_out = op_info[id].out_max;
    struct op *op;

    assert(n_out >= 1 && n_out <= (int32_t)COUNT(out));
    for (int32_t i = 0; i < n_out; i++)
        out[i] = add(e, op_info[id].name, type, 0, NULL);
    op = graph_add_op(e->model, e->graph, id, n_in, in, n_out, out);
    if (opts != NULL)
        memcpy(op->opts, opts, (size_t)opts_info[op_info[id].opts].n * sizeof(int32_t));
    return out[0];
}

int32_t expand_second(struct expansion *e, enum mote_type type)
{
    int32_t tensor = e->graph->ops[e->graph->n_ops - 1].out[1];

    e->graph->tensors[tensor].type = type;
    return tensor;
}

static int32_t add_input(struct expansion *e, int64_t samples)
{
    struct graph *g = e->graph;
    int32_t tensor = add(e, "samples", TYPE_S16, 2, (int64_t[]){1, samples});

    g->inputs = pool_copy(e->model->pool, &tensor, sizeof tensor);
    g->n_inputs = 1;
    e->samples = tensor;
    return tensor;
}

static int32_t add_shape(struct expansion *e, int rank, const int64_t *dims)
{
    int32_t numbers[RANK_MAX];

    for (int d = 0; d < rank; d++)
        numbers[d] = (int32_t)dims[d];
    return expand_ints(e, "shape", rank, numbers);
}

/* Rows of an image one wide, which is how all operators tell rows. */
static int32_t add_frames(struct expansion *e)
{
    const struct front_end *f = e->front_end;
    const int32_t size = f->lead + f->window;
    int32_t x = add_input(e, front_end_samples(f));

    x = expand(e, OP_FRAME, 1, &x, TYPE_S16, &(struct frame_opts){.size = size, .step = f->step, .skip = f->skip});
    return expand(e, OP_RESHAPE, 2, (int32_t[]){x, add_shape(e, 4, (int64_t[]){1, f->frames, 1, size})}, TYPE_S16,
                  NULL);
}

enum mote_status front_end_model(const struct front_end *f, struct model *m, const struct frame *at)
{
    struct expansion e = {.model = m, .graph = model_add_graph(m, "main"), .front_end = f};
    int32_t features;

    m->name = f->preset;
    m->preprocess.kind = "none";
    m->preprocess.channels = "";
    features = preset_of(f->preset)->expand(&e, f->frames == 1 && !f->peak ? add_input(&e, (int64_t)f->lead + f->window)
                                                                           : add_frames(&e));
    e.graph->tensors[features].name = FRONT_END_FEATURES;
    e.graph->outputs = pool_copy(m->pool, &features, sizeof features);
    e.graph->n_outputs = 1;
    TRY(graph_infer(m, e.graph, at));
    return model_verify(m, at);
}

/* ---- before a model ---- */
#define TRAINED_SCALE   (10.0F / 256) /* of a logarithm, as microWakeWord trains with it */
#define REFERENCE_SCALE (26.0F / 255) /* of int8 inputs, about, where the reference has (x * 256 + 333) / 666 - 128 */

#define SCALE_MIN 0.001F
#define SCALE_MAX 10.0F

static int32_t with_number(struct expansion *e, enum op_id id, int32_t x, int32_t number)
{
    return expand(e, id, 2, (int32_t[]){x, expand_ints(e, "number", 1, &number)}, TYPE_S32, NULL);
}

/* Logarithms, which are not negative, in units of the input: numerator / denominator, rounded once, as QUANTIZE would
 * not. */
static int32_t add_int8(struct expansion *e, int32_t logarithms, const struct quant *q)
{
    bool reference = fabsf(q->scale[0] - REFERENCE_SCALE) < REFERENCE_SCALE / 200;
    int32_t numerator = reference ? 256 : 1 << 15;
    int32_t denominator =
        reference ? 666 : (int32_t)lround((double)numerator / (double)TRAINED_SCALE * (double)q->scale[0]);
    int32_t x = expand(e, OP_CAST, 1, &logarithms, TYPE_S32, NULL);

    x = with_number(e, OP_MUL, x, numerator);
    x = with_number(e, OP_ADD, x, denominator / 2);
    x = with_number(e, OP_DIV, x, denominator);
    x = with_number(e, OP_ADD, x, q->zero[0]);
    x = with_number(e, OP_MINIMUM, x, INT8_MAX);
    x = expand(e, OP_CAST, 1, &x, TYPE_S8, NULL);
    e->graph->tensors[x].quant = *q;
    return x;
}

static int32_t add_float(struct expansion *e, int32_t logarithms)
{
    quant_set(e->model, &e->graph->tensors[logarithms].quant, TRAINED_SCALE, 0);
    return expand(e, OP_DEQUANTIZE, 1, &logarithms, TYPE_F32, NULL);
}

/* Floats in units of the input: cut off toward 0, as the makers of these features do. */
static int32_t floats_to_int8(struct expansion *e, int32_t x, const struct quant *q)
{
    x = expand_with(e, OP_DIV, x, q->scale[0]);
    x = expand_with(e, OP_ADD, x, (float)q->zero[0]);
    x = expand_with(e, OP_MAXIMUM, expand_with(e, OP_MINIMUM, x, INT8_MAX), INT8_MIN);
    x = expand(e, OP_CAST, 1, &x, TYPE_S8, NULL);
    e->graph->tensors[x].quant = *q;
    return x;
}

/* As the reals of micro's logarithms are, where nobody says otherwise. */
static bool is_usual(const struct preprocess *p)
{
    return p->n == 0 || (p->n == 1 && p->mean[0] == 0 && fabsf(p->inverse[0] - TRAINED_SCALE) < 1e-6F);
}

/* By the numbers that the model was trained with, as a raw sample becomes its input (mote/input.h). */
static int32_t scaled_to_input(struct expansion *e, int32_t x, const struct preprocess *p, const struct tensor *input)
{
    const int64_t n = p->n;

    if (e->graph->tensors[x].type != TYPE_F32)
        x = expand(e, OP_CAST, 1, &x, TYPE_F32, NULL);
    if (n > 0) {
        const int32_t mean = expand_floats(e, "mean", 1, &n, p->mean),
                      inverse = expand_floats(e, "inverse", 1, &n, p->inverse);

        x = expand(e, OP_SUB, 2, (int32_t[]){x, mean}, TYPE_F32, NULL);
        x = expand(e, OP_MUL, 2, (int32_t[]){x, inverse}, TYPE_F32, NULL);
    }
    if (input->type == TYPE_F32)
        return x;
    x = expand(e, OP_QUANTIZE, 1, &x, TYPE_S8, NULL);
    e->graph->tensors[x].quant = input->quant;
    return x;
}

static int32_t to_input(struct expansion *e, int32_t features, const struct tensor *input)
{
    struct tensor *x = &e->graph->tensors[features];
    const struct model *m = e->model;
    const struct quant q = input->quant;
    const bool floats = input->type == TYPE_F32;
    const bool trained = x->type == TYPE_F32 && (m->hears.preset != NULL || m->preprocess.n > 0);

    if (x->type != TYPE_F32)
        x->type = TYPE_S16;
    if (trained || !is_usual(&m->preprocess))
        return scaled_to_input(e, features, &m->preprocess, input);
    if (x->type == TYPE_F32)
        return floats ? features : floats_to_int8(e, features, &q);
    return floats ? add_float(e, features) : add_int8(e, features, &q);
}

/* The features become what the input was, which the last of the operators makes. */
static void add_ends(struct expansion *e, int32_t features, int32_t input)
{
    struct graph *g = e->graph;
    int32_t shape = add_shape(e, g->tensors[input].rank, g->tensors[input].dims), x;

    x = to_input(e, features, &g->tensors[input]);
    g->tensors[x].name = FRONT_END_FEATURES;
    graph_add_op(e->model, g, OP_RESHAPE, 2, (int32_t[]){x, shape}, 1, &input);
}

/* The operators from `first` on become the first ones. */
static void put_first(struct graph *g, int32_t first, struct pool *pool)
{
    const size_t size = sizeof *g->ops;
    struct op *ops = pool_array(pool, (size_t)g->n_ops, size);

    memcpy(ops, g->ops + first, (size_t)(g->n_ops - first) * size);
    memcpy(ops + (g->n_ops - first), g->ops, (size_t)first * size);
    memcpy(g->ops, ops, (size_t)g->n_ops * size);
}

/* How many frames the input holds. What leads a frame is as long as a row of samples, so that rows are few. */
static enum mote_status find_frames(struct front_end *f, const struct model *m, const struct frame *at)
{
    const struct graph *g = &m->graphs[0];
    const struct tensor *input = &g->tensors[g->inputs[0]];
    struct frame here = frame_tensor(at, g, g->inputs[0]);
    int64_t n;

    if (g->n_inputs != 1)
        return fail(at, MOTE_ERR_UNSUPPORTED, "the model has %d inputs: a front end makes one", (int)g->n_inputs);
    n = tensor_elements(input);
    if (input->type != TYPE_F32 && (input->type != TYPE_S8 || input->quant.n != 1))
        return fail(&here, MOTE_ERR_UNSUPPORTED, "it is %s: a front end makes f32, and s8 of one scale",
                    type_name(input->type));
    if (input->type == TYPE_S8 && !(input->quant.scale[0] >= SCALE_MIN && input->quant.scale[0] <= SCALE_MAX))
        return fail(&here, MOTE_ERR_VALUE, "its scale is %g: %g to %g are features'", (double)input->quant.scale[0],
                    (double)SCALE_MIN, (double)SCALE_MAX);
    if (n < f->channels || n % f->channels != 0)
        return fail(&here, MOTE_ERR_SHAPE, "it has %lld elements, no multiple of the %d features of a frame",
                    (long long)n, (int)f->channels);
    f->frames = (int32_t)(n / f->channels);
    f->lead = f->lead > 0 ? common_divisor(f->window, f->step) : 0;
    f->skip = (f->step - (f->lead + f->window) % f->step) % f->step;
    if (front_end_samples(f) > INT32_MAX)
        return fail(&here, MOTE_ERR_SHAPE, "its %d frames are too many", (int)f->frames);
    return MOTE_OK;
}

enum mote_status front_end_before(struct front_end *f, struct model *m, const struct frame *at)
{
    struct expansion e = {.model = m, .graph = &m->graphs[0], .front_end = f};
    int32_t input, n_ops, x;

    TRY(find_frames(f, m, at));
    input = e.graph->inputs[0];
    n_ops = e.graph->n_ops;
    x = add_frames(&e);
    add_ends(&e, preset_of(f->preset)->expand(&e, x), input);
    put_first(e.graph, n_ops, m->pool);
    m->preprocess = (struct preprocess){.kind = "none", .channels = ""};
    TRY(graph_infer(m, e.graph, at));
    return model_verify(m, at);
}

/* The operator that reads the model's samples, if it makes frames of them. */
static const struct op *framing_of(const struct graph *g)
{
    for (int32_t i = 0; g->n_inputs == 1 && i < g->n_ops; i++)
        if (g->ops[i].id == OP_FRAME && g->ops[i].in[0] == g->inputs[0])
            return &g->ops[i];
    return NULL;
}

/* Samples of a frame before its window, which the operator that has it leaves out. */
static int32_t lead_of(const struct graph *g, int32_t size)
{
    for (int32_t i = 0; i < g->n_ops; i++)
        if (g->ops[i].id == OP_WINDOW && g->tensors[g->ops[i].in[1]].rank == 1)
            return size - (int32_t)g->tensors[g->ops[i].in[1]].dims[0];
    return 0;
}

bool front_end_inside(const struct model *m, struct front_end *out)
{
    const struct graph *g = &m->graphs[0];
    const struct op *op = framing_of(g);
    const struct frame_opts *o;
    const struct tensor *frames;

    if (op == NULL || g->tensors[g->inputs[0]].type != TYPE_S16)
        return false;
    o = op->opts;
    frames = &g->tensors[op->out[0]];
    *out = (struct front_end){.preset = m->name,
                              .rate = FRONT_END_RATE,
                              .window = o->size - lead_of(g, o->size),
                              .step = o->step,
                              .skip = o->skip,
                              .lead = lead_of(g, o->size),
                              .frames = (int32_t)frames->dims[frames->rank - 2]};
    for (int32_t i = 0; i < g->n_tensors; i++)
        if (strcmp(g->tensors[i].name, FRONT_END_FEATURES) == 0 && g->tensors[i].rank > 0) {
            out->channels = (int32_t)g->tensors[i].dims[g->tensors[i].rank - 1];
            out->type = g->tensors[i].type;
        }
    return out->channels > 0 && out->lead >= 0;
}

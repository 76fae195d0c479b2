/* SPDX-License-Identifier: Apache-2.0 */
#include "host/front_end/front_end.h"
#include "host/front_end/presets.h"
#include "host/graph/op_info.h"

static const struct preset {
    const char *name;
    int32_t rate, window_ms, step_ms, channels;
    void (*expand)(struct expansion *e, const struct front_end *f);
} presets[] = {
    {"micro", 16000, 30, 20, 40, micro_expand},
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

#define WINDOW_MAX   8192 /* samples that RFFT takes */
#define CHANNELS_MAX 256

static int32_t or_else(int32_t wish, int32_t usual) { return wish > 0 ? wish : usual; }

enum mote_status front_end_find(const char *name, const struct front_end_wish *wish, struct front_end *out,
                                const struct frame *at)
{
    const struct preset *p = preset_of(name);
    struct front_end f;

    if (p == NULL)
        return fail(at, MOTE_ERR_USAGE, "there is no preset %s: micro is there", name);
    f = (struct front_end){.preset = p->name,
                           .rate = p->rate,
                           .window = p->rate / 1000 * or_else(wish->window_ms, p->window_ms),
                           .step = p->rate / 1000 * or_else(wish->step_ms, p->step_ms),
                           .channels = or_else(wish->channels, p->channels)};
    if (f.window > WINDOW_MAX)
        return fail(at, MOTE_ERR_VALUE, "a window has %d samples: %d are the most", (int)f.window, WINDOW_MAX);
    if (f.step > f.window)
        return fail(at, MOTE_ERR_VALUE, "a step of %d samples leaves some out between windows of %d", (int)f.step,
                    (int)f.window);
    if (f.channels > CHANNELS_MAX)
        return fail(at, MOTE_ERR_VALUE, "%d channels: %d are the most", (int)f.channels, CHANNELS_MAX);
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

int32_t expand_state(struct expansion *e, const char *name, enum mote_type type, int32_t n)
{
    int32_t tensor = add(e, name, type, 1, (int64_t[]){n});

    e->graph->tensors[tensor].state = true;
    return tensor;
}

int32_t expand_input(struct expansion *e, const char *name, enum mote_type type, int32_t n)
{
    struct graph *g = e->graph;
    int32_t tensor = add(e, name, type, 2, (int64_t[]){1, n});

    g->inputs = pool_grow(e->model->pool, g->inputs, (size_t)g->n_inputs, sizeof *g->inputs);
    g->inputs[g->n_inputs++] = tensor;
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

void expand_output(struct expansion *e, const char *name, int32_t tensor)
{
    struct graph *g = e->graph;

    g->tensors[tensor].name = name;
    g->outputs = pool_grow(e->model->pool, g->outputs, (size_t)g->n_outputs, sizeof *g->outputs);
    g->outputs[g->n_outputs++] = tensor;
}

enum mote_status front_end_model(const struct front_end *f, struct model *m, const struct frame *at)
{
    struct expansion e = {.model = m, .graph = model_add_graph(m, "main")};

    m->name = f->preset;
    m->preprocess.kind = "none";
    m->preprocess.channels = "";
    preset_of(f->preset)->expand(&e, f);
    TRY(graph_infer(m, e.graph, at));
    return model_verify(m, at);
}

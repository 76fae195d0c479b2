/* SPDX-License-Identifier: Apache-2.0 */
/* Teachers in a training step: other networks beside the one that is trained, on the same samples. What they say of
 * classes, and what their layers give, is to be learned. */
#include "host/program/program.h"
#include "host/train/stepping.h"

struct taught {
    const struct graph *from;
    int32_t *copies; /* [tensors of the teacher] in the graph */
    int32_t logits;  /* of the teacher */
};

/* ---- what a teacher gives ---- */
static int32_t readers_of(const struct graph *g, int32_t tensor)
{
    int32_t n = 0;

    for (int32_t i = 0; i < g->n_ops; i++)
        for (int32_t k = 0; k < g->ops[i].n_in && g->ops[i].id != OP_NOP; k++)
            n += g->ops[i].in[k] == tensor;
    return n;
}

/* Probabilities at the end, perhaps in another shape, are of logits: of a logistic function of as many questions whose
 * answers are yes and no, too. The operator that makes them; -1: none does. */
static int32_t last_probability(const struct graph *g)
{
    int32_t tensor = g->outputs[0];

    for (int32_t i = graph_producer(g, tensor); i >= 0; i = graph_producer(g, tensor)) {
        const enum op_id id = g->ops[i].id;

        if (id == OP_SOFTMAX || id == OP_LOGISTIC)
            return i;
        if ((id != OP_RESHAPE && id != OP_SQUEEZE) || readers_of(g, g->ops[i].in[0]) != 1)
            return -1;
        tensor = g->ops[i].in[0];
    }
    return -1;
}

static bool belongs(const char *name, const char *layer)
{
    const size_t n = strlen(layer);

    return name != NULL && strncmp(name, layer, n) == 0 && (name[n] == '\0' || name[n] == '/');
}

int32_t layer_output(const struct graph *g, const char *layer)
{
    int32_t found = -1;

    for (int32_t i = 0; i < g->n_ops; i++)
        if (g->ops[i].id != OP_NOP && g->ops[i].n_out > 0 && belongs(g->ops[i].name, layer))
            found = g->ops[i].out[0];
    for (int32_t i = 0; i < g->n_tensors && found < 0; i++)
        if (g->tensors[i].data == NULL && strcmp(g->tensors[i].name, layer) == 0)
            found = i;
    return found;
}

/* ---- its operators ---- */
/* Its tensors, in the graph; those of inputs are the network's. */
static int32_t *copy_tensors(struct stepping *s, const struct graph *from, int32_t batch)
{
    int32_t *copies = pool_array(s->pool, (size_t)from->n_tensors, sizeof *copies);

    for (int32_t i = 0; i < from->n_tensors; i++) {
        struct tensor t = from->tensors[i];

        t.name = pool_printf(s->pool, "teacher/%s", t.name);
        t.state = false;
        if (t.data == NULL && t.rank > 0 && t.dims[0] == 1)
            t.dims[0] = batch;
        copies[i] = i == from->inputs[0] ? s->out->input : graph_add_tensor(s->m, s->g, &t);
    }
    return copies;
}

/* As it is for inference, up to its logits. Sequences begin at zero. */
static void add_teacher(struct stepping *s, const struct model *teacher, int32_t batch, struct taught *out)
{
    const struct graph *from = &teacher->graphs[0];
    const int32_t last = last_probability(from);
    int32_t *copies = copy_tensors(s, from, batch);

    *out = (struct taught){from, copies, from->outputs[0]};
    for (int32_t i = 0; i < from->n_ops; i++) {
        struct op op = from->ops[i];

        if (i == last)
            copies[op.out[0]] = copies[op.in[0]];
        if (op.id == OP_NOP || i == last)
            continue;
        op.in = pool_copy(s->pool, op.in, (size_t)op.n_in * sizeof *op.in);
        op.out = pool_copy(s->pool, op.out, (size_t)op.n_out * sizeof *op.out);
        for (int32_t k = 0; k < op.n_in; k++)
            op.in[k] = op.in[k] == TENSOR_ABSENT || k >= stepping_first_state(&op) ? TENSOR_ABSENT : copies[op.in[k]];
        for (int32_t k = 0; k < op.n_out; k++)
            op.out[k] = copies[op.out[k]];
        stepping_copy(s, &op);
    }
}

#define TRIED_SAMPLES 2 /* at once: what takes one alone shows */

enum mote_status teacher_try(struct pool *pool, const struct model *teacher, const struct frame *at)
{
    struct training_graph out = {.model = {.pool = pool, .name = "teacher"}};
    struct stepping s = {.pool = pool, .out = &out, .m = &out.model};
    const struct graph *from = &teacher->graphs[0];
    const int32_t last = last_probability(from);
    struct tensor input = from->tensors[from->inputs[0]];
    struct program *program;
    struct taught taught;

    if (last >= 0 && from->ops[last].id == OP_SOFTMAX &&
        ((const struct softmax_opts *)from->ops[last].opts)->beta != 1) {
        struct frame here = frame_op(at, from, last);

        return fail(&here, MOTE_ERR_UNSUPPORTED, "the beta of a teacher's softmax must be 1");
    }
    s.g = model_add_graph(s.m, "");
    if (input.rank > 0 && input.dims[0] == 1)
        input.dims[0] = TRIED_SAMPLES;
    out.input = graph_add_tensor(s.m, s.g, &input);
    s.g->inputs = pool_copy(pool, &out.input, sizeof out.input);
    s.g->n_inputs = 1;
    add_teacher(&s, teacher, TRIED_SAMPLES, &taught);
    s.g->outputs = pool_copy(pool, &taught.copies[taught.logits], sizeof *taught.copies);
    s.g->n_outputs = 1;
    TRY(graph_infer(s.m, s.g, at));
    TRY(program_make(pool, s.m, 1, &program, at));
    program_free(program);
    return MOTE_OK;
}

/* ---- the loss ---- */
static int32_t add_loss_tensor(struct stepping *s, bool last)
{
    return last ? s->out->loss : stepping_tensor(s, "loss/part", TYPE_F32, 0, NULL);
}

/* What the network's layers give; teachers that are in the graph may have layers of the same names. */
static int32_t *find_features(const struct stepping *s)
{
    const struct stage *stage = &s->t->stage;
    int32_t *found = pool_array(s->pool, (size_t)stage->n_features + 1, sizeof *found);

    for (int32_t i = 0; i < stage->n_features; i++)
        found[i] = layer_output(s->g, stage->features[i].layer);
    return found;
}

/* Each teacher has its part of the weight. */
static void add_features(struct stepping *s, const int32_t *ours, const struct taught *taught, int32_t loss)
{
    const struct stage *stage = &s->t->stage;
    const int32_t n = s->t->n_teachers * stage->n_features;

    for (int32_t i = 0; i < n; i++) {
        const struct stage_feature *f = &stage->features[i % stage->n_features];
        const struct taught *t = &taught[i / stage->n_features];
        const int32_t in[] = {loss, ours[i % stage->n_features], t->copies[layer_output(t->from, f->of)]};

        loss = add_loss_tensor(s, i + 1 == n);
        *(struct feature_loss_opts *)graph_add_op(s->m, s->g, OP_FEATURE_LOSS, 3, in, 1, &loss)->opts =
            (struct feature_loss_opts){f->weight / (float)s->t->n_teachers};
    }
}

void stepping_taught_loss(struct stepping *s, int32_t result, int32_t batch)
{
    struct training_graph *out = s->out;
    const int32_t n = s->t->n_teachers;
    struct taught *taught = pool_array(s->pool, (size_t)n, sizeof *taught);
    int32_t *in = pool_array(s->pool, (size_t)n + 2, sizeof *in);
    const int32_t *ours = find_features(s), loss = add_loss_tensor(s, s->t->stage.n_features == 0);

    in[0] = result;
    in[1] = out->target;
    for (int32_t i = 0; i < n; i++)
        add_teacher(s, &s->t->teachers[i], batch, &taught[i]);
    for (int32_t i = 0; i < n; i++)
        in[2 + i] = taught[i].copies[taught[i].logits];
    *(struct soft_cross_entropy_opts *)graph_add_op(s->m, s->g, OP_SOFT_CROSS_ENTROPY, n + 2, in, 2,
                                                    (int32_t[]){loss, out->output})
         ->opts = (struct soft_cross_entropy_opts){s->t->stage.temperature, s->t->stage.teacher};
    add_features(s, ours, taught, loss);
}

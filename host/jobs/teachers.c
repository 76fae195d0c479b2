/* SPDX-License-Identifier: Apache-2.0 */
#include "host/jobs/teachers.h"

#include <sys/stat.h>
#include <unistd.h>

#include "host/data/source.h"
#include "host/pipeline/pipeline.h"

/* ---- what fits ---- */
static bool same_shape(const struct tensor *a, const struct tensor *b)
{
    return a->type == TYPE_F32 && a->rank == b->rank &&
           memcmp(a->dims, b->dims, (size_t)a->rank * sizeof *a->dims) == 0;
}

/* Not so is one of integers whose boundary is float: its outputs are no logits, and no softmax of such. */
static bool in_float(const struct graph *g)
{
    for (int32_t i = 0; i < g->n_ops; i++)
        if (g->ops[i].id == OP_QUANTIZE)
            return false;
    return true;
}

/* A network that somebody else has made sees the same inputs and knows the same classes. */
static enum mote_status check_shapes(const struct train *t, const struct model *m, const struct frame *at)
{
    const struct graph *a = &m->graphs[0], *b = &t->net.graphs[0];

    if (m->n_graphs != 1 || a->n_inputs != 1 || a->n_outputs != 1 || !in_float(a) ||
        !same_shape(&a->tensors[a->inputs[0]], &b->tensors[b->inputs[0]]) ||
        !same_shape(&a->tensors[a->outputs[0]], &b->tensors[b->outputs[0]]))
        return fail(at, MOTE_ERR_VALUE,
                    "is no teacher of this network: it must be one in float, with one input and one output, whose "
                    "shapes are the network's");
    return MOTE_OK;
}

static enum mote_status no_layer(const struct graph *g, const char *name, const struct frame *at)
{
    struct nearest near = {.word = name};

    for (int32_t i = 0; i < g->n_ops; i++)
        if (g->ops[i].id != OP_NOP && g->ops[i].name != NULL)
            nearest_try(&near, g->ops[i].name);
    return fail(at, MOTE_ERR_VALUE, "has no layer \"%s\" to learn from%s%s%s", name,
                near.found != NULL ? ": did you mean \"" : "", near.found != NULL ? near.found : "",
                near.found != NULL ? "\"?" : "");
}

static enum mote_status check_features(const struct train *t, const struct model *m, const struct frame *at)
{
    const struct stage *stage = &t->recipe.training.stage;
    const struct graph *from = &m->graphs[0], *g = &t->net.graphs[0];

    for (int32_t i = 0; i < stage->n_features; i++) {
        const struct stage_feature *f = &stage->features[i];
        const int32_t theirs = layer_output(from, f->of), ours = layer_output(g, f->layer);

        if (theirs < 0)
            return no_layer(from, f->of, at);
        assert(ours >= 0); /* the recipe has the layer */
        if (!same_shape(&from->tensors[theirs], &g->tensors[ours]))
            return fail(at, MOTE_ERR_SHAPE, "its layer %s gives another shape than the recipe's %s", f->of, f->layer);
    }
    return MOTE_OK;
}

/* ---- files ---- */
static struct frame file_frame(const struct train *t, const char *path)
{
    return (struct frame){.name = path, .index = -1, .sink = t->sink};
}

static enum mote_status load(struct train *t, const char *path, struct model *m)
{
    const struct frame here = file_frame(t, path);
    struct pipeline p;

    TRY(pipeline_load(t->pool, path, &p, &here));
    if (!p.has_graph)
        return fail(&here, MOTE_ERR_VALUE, "is an image; a teacher is a model that an image is made of");
    *m = p.model;
    TRY(check_shapes(t, m, &here));
    TRY(check_features(t, m, &here));
    return teacher_try(t->pool, m, &here);
}

static enum mote_status load_dense(struct train *t, const char *path, struct model *m)
{
    const struct frame here = file_frame(t, path);
    struct bytes file;

    *m = (struct model){.pool = t->pool};
    TRY(file_read_back(t->pool, path, &file, &here));
    TRY(model_parse(m, file, &here));
    if (model_structure(m) != model_structure(&t->net))
        return fail(&here, MOTE_ERR_VALUE, "is a network of another recipe");
    return check_features(t, m, &here);
}

struct files {
    const char **of;
    int32_t n;
};

static void add_file(struct pool *pool, struct files *files, const char *path)
{
    files->of = pool_grow(pool, files->of, (size_t)files->n, sizeof *files->of);
    files->of[files->n++] = path;
}

/* Of a folder of `mote train --seeds` all its networks, of one of a training its network. */
static void add_teacher(struct pool *pool, struct files *files, const char *path)
{
    struct stat s;
    const char *file;

    if (stat(path, &s) != 0 || !S_ISDIR(s.st_mode)) {
        add_file(pool, files, path);
        return;
    }
    for (int k = 1; file = pool_printf(pool, "%s/seed_%d/" TRAIN_MODEL, path, k), access(file, F_OK) == 0; k++)
        add_file(pool, files, file);
    if (access(pool_printf(pool, "%s/seed_1/" TRAIN_MODEL, path), F_OK) != 0)
        add_file(pool, files, pool_printf(pool, "%s/" TRAIN_MODEL, path));
}

enum mote_status teachers_open(struct train *t)
{
    struct training *training = &t->recipe.training;
    const struct stage *stage = &training->stage;
    struct files files = {NULL, 0};
    struct model *models;

    if (stage->teacher <= 0)
        return MOTE_OK;
    for (int32_t i = 0; i < stage->n_teachers; i++)
        add_teacher(t->pool, &files, path_beside(t->pool, t->recipe.path, stage->teachers[i]));
    models = pool_array(t->pool, (size_t)files.n + 1, sizeof *models);
    for (int32_t i = 0; i < files.n; i++)
        TRY(load(t, files.of[i], &models[i]));
    if (files.n == 0)
        TRY(load_dense(t, t->options.teacher, &models[0]));
    training->teachers = models;
    training->n_teachers = files.n > 0 ? files.n : 1;
    return MOTE_OK;
}

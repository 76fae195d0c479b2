/* SPDX-License-Identifier: Apache-2.0 */
#include "host/jobs/compress.h"

#include <math.h>
#include <unistd.h>

#include "host/jobs/post.h"
#include "host/passes/passes.h"
#include "host/passes/quantize.h"

/* ---- the trainings ---- */
static const char *command_again(const struct compressed *c)
{
    const struct compress_options *o = &c->options;
    struct text t = {.pool = c->pool};

    text_add(&t, "mote compress %s", shell_path(c->pool, o->recipe));
    if (o->data != NULL)
        text_add(&t, " --data %s", shell_path(c->pool, o->data));
    if (o->dense != NULL)
        text_add(&t, " --dense %s", shell_path(c->pool, o->dense));
    if (o->epochs > 0)
        text_add(&t, " --epochs %d", (int)o->epochs);
    if (o->budget > 0)
        text_add(&t, " --budget %lld", (long long)o->budget);
    if (!isnan(o->accuracy_drop))
        text_add(&t, " --accuracy-drop %.9g", 100 * o->accuracy_drop);
    if (o->goal.given)
        text_add(&t, " --optimize %s --target %s", optimize_words[o->goal.optimize],
                 shell_quoted(c->pool, o->goal.target->name));
    text_add(&t, " -o %s", shell_path(c->pool, c->folder));
    return t.s;
}

static const char *folder_of(const struct compressed *c, const char *stage)
{
    return strcmp(stage, COMPRESS_DENSE) == 0 && c->options.dense != NULL
               ? c->options.dense
               : pool_printf(c->pool, "%s/%s", c->folder, stage);
}

/* Batch normalization is weights and biases of what is before it. */
static enum mote_status add_row(struct compressed *c, const char *stage, const char *path, const struct model *m,
                                struct compress_row **out, const struct frame *at)
{
    struct compress_row *row = *out = &c->rows[c->n_rows++];
    struct model folded = {.pool = c->pool};

    *row = (struct compress_row){.stage = stage, .path = path, .accuracy = NAN, .loss = NAN};
    model_copy(m, &folded);
    TRY(passes_run(&folded, "fold_batch_norm,dead_code", NULL, NULL, at));
    estimate_bytes(&folded, row);
    weights_histogram(&folded, &row->histogram);
    return MOTE_OK;
}

/* `name` is that of the row, `where` that of the folder; bit_price 0: the recipe's. */
static enum mote_status run_training(struct compressed *c, int32_t stage, const char *name, const char *where,
                                     float bit_price, const struct frame *at)
{
    const char *folder = folder_of(c, where), *model = pool_printf(c->pool, "%s/%s", folder, TRAIN_MODEL);
    struct train_options o = {.recipe = c->options.recipe,
                              .data = c->options.data,
                              .folder = folder,
                              .threads = c->options.threads,
                              .max_bytes = c->options.max_bytes,
                              .stage = stage,
                              .epochs = stage > 0 ? c->options.epochs : 0,
                              .from = stage > 0 ? c->rows[stage - 1].path : NULL,
                              .bit_price = bit_price,
                              .savings = c->savings,
                              .n_savings = c->n_savings,
                              .teacher = stage > 0 ? c->rows[0].path : NULL,
                              .again = command_again(c),
                              .stop = c->options.stop,
                              .watcher = c->options.watcher,
                              .progress = c->options.progress};
    enum mote_status status;
    struct compress_row *row;

    o.resume = access(pool_printf(c->pool, "%s/%s", folder, TRAIN_CHECKPOINT), F_OK) == 0;
    status = train_run(c->pool, &o, c->train, at);
    train_end(c->train);
    c->stopped = c->train->stopped;
    if (status != MOTE_OK || c->stopped)
        return status;
    TRY(add_row(c, name, model, &c->train->kept, &row, at));
    row->accuracy = c->train->best->validation_accuracy;
    row->loss = c->train->best->validation_loss;
    return MOTE_OK;
}

/* ---- int8 ---- */
/* The last stage's network; its data are open already. */
static enum mote_status quantize_last(struct compressed *c)
{
    struct train *t = c->train;

    c->file = (struct frame){.name = c->rows[c->n_rows - 1].path, .index = -1, .sink = t->sink};
    c->p = (struct pipeline){.pool = c->pool, .path = c->file.name, .has_graph = true, .model = {.pool = c->pool}};
    model_copy(&t->kept, &c->p.model);
    fold_constant_units(&c->p.model, &c->p.model.graphs[0]);
    c->job = (struct quantize_job){.data = t->data_file.name,
                                   .opened = &t->data,
                                   .how = {.method = CALIBRATE_MINMAX},
                                   .threads = c->options.threads,
                                   .judge = {.at = &c->file},
                                   .progress = c->options.progress};
    return quantize_run(c->pool, &c->job, &c->p, &c->quantized, &c->file);
}

static enum mote_status judge_validation(struct compressed *c, struct compress_row *row)
{
    struct judge *judge = pool_alloc(c->pool, sizeof *judge);

    if (!c->quantized.is_judged || c->quantized.data.n_split[SPLIT_VALIDATION] == 0)
        return MOTE_OK;
    TRY(quantize_judge(&c->quantized, SPLIT_VALIDATION, judge));
    for (int32_t i = 0; i < judge->n_metrics; i++)
        if (strcmp(judge->metrics[i].key, "accuracy") == 0)
            row->accuracy = judge->metrics[i].value;
    return MOTE_OK;
}

static enum mote_status finish(struct compressed *c)
{
    const char *path = pool_printf(c->pool, "%s/%s", c->folder, COMPRESS_MODEL);
    struct compress_row *row;

    TRY(quantize_last(c));
    TRY(add_row(c, "int8", path, &c->quantized.model, &row, &c->file));
    if (c->options.goal.given) {
        TRY(goal_bytes(&c->quantized.model, &c->options.goal, &row->bytes, &c->file));
        TRY(goal_takes(&c->quantized.model, &c->options.goal, &c->takes, &c->file));
    }
    TRY(judge_validation(c, row));
    return quantize_write(&c->quantized, path);
}

/* ---- what a bit costs ---- */
static bool searches(const struct compress_options *o) { return o->budget > 0 || !isnan(o->accuracy_drop); }

static enum mote_status check_search(const struct compress_options *o, const struct recipe *r, const struct frame *at)
{
    if (!searches(o) || r->stages[r->n_stages - 1].bit_price > 0)
        return MOTE_OK;
    return fail(
        at, MOTE_ERR_VALUE,
        "a budget and a drop of accuracy are met by the price of a bit: its compress section needs levels with a "
        "bit_price to begin with, such as 5e-6");
}

/* What a drop counts from: the dense network, which has just been trained, in int8. */
static enum mote_status judge_dense(struct compressed *c, const struct frame *at)
{
    struct compress_row row = {.accuracy = NAN};

    c->search = (struct price_search){.budget = c->options.budget, .least_accuracy = NAN};
    if (isnan(c->options.accuracy_drop))
        return MOTE_OK;
    TRY(quantize_last(c));
    TRY(judge_validation(c, &row));
    c->search.least_accuracy = row.accuracy - c->options.accuracy_drop;
    if (!isnan(row.accuracy))
        return MOTE_OK;
    return fail(at, MOTE_ERR_VALUE,
                "a drop of accuracy is one on samples for validation with classes, and there are none");
}

/* ---- what weights save ---- */
/* On the target, of the dense network in int8. */
static enum mote_status channels_save(struct compressed *c, double *saving)
{
    struct post p = {.pool = c->pool, .before = {.pool = c->pool}};
    double *of_layers;

    model_copy(&c->quantized.model, &p.before);
    p.layers = layers_find(&p.before, &p.n_layers);
    of_layers = pool_array(c->pool, (size_t)p.n_layers + 1, sizeof *of_layers);
    TRY(channel_savings(&p, &c->options.goal, of_layers, &c->file));
    for (int32_t i = 0; i < p.n_layers; i++)
        saving[p.layers[i].op] = of_layers[i];
    return MOTE_OK;
}

static enum mote_status weights_save(struct compressed *c, const struct stage *prune, double *saving)
{
    TRY(goal_weights(&c->quantized.model, &c->options.goal, (double)prune->keep, saving, &c->file));
    goal_divisors(saving, c->quantized.model.graphs[0].n_ops);
    return MOTE_OK;
}

static enum mote_status find_savings(struct compressed *c, const struct stage *prune)
{
    const struct graph *g;
    double *saving;

    TRY(quantize_last(c));
    g = &c->quantized.model.graphs[0];
    saving = pool_array(c->pool, (size_t)g->n_ops + 1, sizeof *saving);
    TRY(stage_takes_channels(prune) ? channels_save(c, saving) : weights_save(c, prune, saving));
    c->savings = pool_array(c->pool, (size_t)g->n_ops + 1, sizeof *c->savings);
    for (int32_t i = 0; i < g->n_ops; i++)
        if (g->ops[i].name != NULL)
            c->savings[c->n_savings++] = (struct stage_saving){g->ops[i].name, (float)saving[i]};
    return MOTE_OK;
}

/* The last stage with bits of that price, and its network in int8. */
static enum mote_status run_price(struct compressed *c, int32_t stage, float price, const struct frame *at)
{
    const char *name = stage_names[STAGE_LEVELS];

    c->n_rows = stage;
    TRY(run_training(c, stage, name, pool_printf(c->pool, "%s_%.3g", name, (double)price), price, at));
    return c->stopped ? MOTE_OK : finish(c);
}

static enum mote_status search(struct compressed *c, const struct recipe *recipe, const struct frame *at)
{
    struct price_search *s = &c->search;
    const int32_t stage = recipe->n_stages;
    float price;

    while ((price = price_next(s, recipe->stages[stage - 1].bit_price)) > 0) {
        const struct compress_row *row;

        TRY(run_price(c, stage, price, at));
        if (c->stopped)
            return MOTE_OK;
        row = &c->rows[c->n_rows - 1];
        s->points[s->n++] = (struct price_point){price, row->kept, row->bytes, row->accuracy, row[-1].loss};
    }
    c->chosen = price_choose(s);
    return c->chosen == s->n - 1 ? MOTE_OK : run_price(c, stage, s->points[c->chosen].price, at);
}

/* ---- the report ---- */
static void tell_points(struct compressed *c)
{
    const struct price_search *s = &c->search;
    struct compression_point *points = pool_array(c->pool, (size_t)s->n + 1, sizeof *points);

    for (int32_t i = 0; i < s->n; i++)
        points[i] = (struct compression_point){s->points[i].bytes, s->points[i].accuracy, s->points[i].loss};
    c->compression.points = points;
    c->compression.n_points = (size_t)s->n;
}

static void tell_stages(struct compressed *c)
{
    struct compression_stage *stages = pool_array(c->pool, (size_t)c->n_rows, sizeof *stages);

    for (int32_t i = 0; i < c->n_rows; i++) {
        const struct compress_row *row = &c->rows[i];

        stages[i] = (struct compression_stage){.name = row->stage,
                                               .weights = row->weights,
                                               .kept = row->kept,
                                               .levels = row->levels,
                                               .bytes = row->bytes,
                                               .accuracy = row->accuracy,
                                               .loss = row->loss,
                                               .histogram = row->histogram};
    }
    c->compression.stages = stages;
    c->compression.n_stages = (size_t)c->n_rows;
}

static enum mote_status report(struct compressed *c, const struct recipe *recipe)
{
    const struct frame here = {
        .name = pool_printf(c->pool, "%s/" COMPRESS_REPORT, c->folder), .index = -1, .sink = c->train->sink};
    const struct compression_page page = {.title = recipe->name,
                                          .source = recipe->path,
                                          .compression = &c->compression,
                                          .judge = &c->quantized.after,
                                          .history = &c->train->history,
                                          .best_epoch = c->train->best->epoch};

    tell_stages(c);
    tell_points(c);
    TRY(compression_describe(c->pool, &c->quantized.model, &c->options.goal, &c->compression, &c->file));
    return compression_report(c->pool, &page, here.name, &here);
}

/* ---- the job ---- */
static enum mote_status open_recipe(struct compressed *c, struct recipe *recipe, const struct frame *at)
{
    struct frame here = {.name = c->options.recipe, .index = -1, .sink = at->sink};

    TRY(recipe_read(c->pool, c->options.recipe, recipe, &here));
    if (recipe->n_stages == 0)
        return fail(&here, MOTE_ERR_VALUE, "has no compress section, which says how: docs/COMPRESS.md");
    TRY(check_search(&c->options, recipe, &here));
    c->folder = c->options.folder != NULL ? c->options.folder : recipe->name;
    here.name = c->folder;
    return folder_make(c->folder, &here);
}

enum mote_status compress_run(struct pool *pool, const struct compress_options *options, struct train *train,
                              struct compressed *out, const struct frame *at)
{
    struct recipe recipe;

    *out = (struct compressed){.pool = pool, .options = *options, .train = train};
    TRY(open_recipe(out, &recipe, at));
    TRY(run_training(out, 0, COMPRESS_DENSE, COMPRESS_DENSE, 0, at));
    if (!out->stopped)
        TRY(judge_dense(out, at));
    if (!out->stopped && recipe.stages[0].kind == STAGE_PRUNE &&
        (options->goal.given || stage_takes_channels(&recipe.stages[0])))
        TRY(find_savings(out, &recipe.stages[0]));
    for (int32_t i = 0; i < recipe.n_stages - searches(options) && !out->stopped; i++)
        TRY(run_training(out, i + 1, stage_names[recipe.stages[i].kind], stage_names[recipe.stages[i].kind], 0, at));
    if (out->stopped)
        return MOTE_OK;
    TRY(searches(options) ? search(out, &recipe, at) : finish(out));
    return out->stopped ? MOTE_OK : report(out, &recipe);
}

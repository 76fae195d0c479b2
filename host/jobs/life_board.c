/* SPDX-License-Identifier: Apache-2.0 */
#include "host/jobs/life_board.h"

#include <math.h>

#include "host/jobs/finish_board.h"
#include "host/jobs/life_data.h"
#include "host/jobs/life_device_board.h"
#include "host/jobs/life_find.h"
#include "host/jobs/splits.h"
#include "host/run/image_view.h"

#define EXAMPLES       30 /* samples that are shown, */
#define EXAMPLES_LEAST 3  /* of a class at least */

/* ---- one model ---- */
static bool of_integers(const struct model *m)
{
    const struct graph *g = &m->graphs[0];
    int64_t integers = 0, floats = 0;

    for (int32_t k = 0; k < g->n_tensors; k++)
        if (g->tensors[k].data != NULL && g->tensors[k].rank >= 2)
            *(g->tensors[k].type == TYPE_F32 ? &floats : &integers) += tensor_elements(&g->tensors[k]);
    return integers > floats;
}

static enum mote_status load(struct life_job *j, struct life_subject *s, const struct target *target, bool via_c,
                             struct pipeline *out)
{
    const struct pipeline_options compiling = {.target = target, .via_c = via_c, .coding = j->options->coding};

    TRY(pipeline_load(j->pool, s->path, out, &s->file));
    return pipeline_compile(out, &compiling, &s->file);
}

static enum mote_status evaluate(struct life_job *j, struct life_subject *s)
{
    s->options = (struct evaluate_options){.data = j->options->data,
                                           .split = SPLIT_TEST,
                                           .threads = j->options->threads,
                                           .max_bytes = j->options->max_bytes,
                                           .judge = j->options->judge};
    s->options.judge.at = &s->file;
    return evaluate_run(j->pool, &s->options, &s->here, &s->evaluated, &s->file);
}

static enum mote_status look(struct life_job *j, struct life_subject *s)
{
    const struct target here = target_host();
    const struct life_options *o = j->options;
    struct runner runner;

    s->file = (struct frame){.name = s->path, .index = -1, .sink = j->at->sink};
    TRY(load(j, s, &here, false, &s->here));
    TRY(runner_open(j->pool, s->here.image, &runner, &s->file));
    s->weights = image_weight_bytes(&runner.model);
    s->arena = mote_image_arena_bytes(s->here.image.data, s->here.image.size);
    s->integers = s->here.has_graph && of_integers(&s->here.model);
    if (o->data != NULL)
        TRY(evaluate(j, s));
    if (o->target == NULL)
        return MOTE_OK;
    TRY(load(j, s, o->target, o->via_c, &s->there));
    TRY(measure_open(j->pool, &s->there, o->via_c, &s->measure, &s->file));
    s->measure.progress = o->progress;
    s->measure.job.own = o->own;
    TRY(profile_make(j->pool, &s->there, &s->measure, &s->profile, &s->file));
    TRY(cost_make(&s->profile, &o->usage, !o->estimate, &s->cost, &s->file));
    s->weights = s->profile.footprint.weights;
    return MOTE_OK;
}

/* The smallest of integers; where there are none, the smallest. */
static size_t find_main(const struct life_job *j)
{
    int32_t best = 0;

    for (int32_t i = 1; i < j->n; i++) {
        const struct life_subject *a = &j->subjects[i], *b = &j->subjects[best];

        if (a->integers != b->integers ? a->integers : a->weights < b->weights)
            best = i;
    }
    return (size_t)best;
}

/* ---- the models as rows ---- */
/* Below the folder that was given. */
static const char *name_below(const char *path, const char *place)
{
    const size_t n = strlen(place);

    if (strncmp(path, place, n) != 0 || path[n] == '\0')
        return path;
    path += n;
    while (path[0] == '/' && path[1] != '\0')
        path++;
    return path;
}

static const struct confusion *confusion_of(const struct judge *judge)
{
    return judge->confusion.counts != NULL ? &judge->confusion : NULL;
}

static struct life_model row_of(const struct life_job *j, const struct life_subject *s)
{
    const bool board = j->options->target != NULL;
    struct life_model r = {.path = s->path,
                           .name = name_below(s->path, j->options->place),
                           .form = !s->here.has_graph ? "image"
                                   : s->integers      ? "integers"
                                                      : "float",
                           .weights = s->weights,
                           .arena = s->arena,
                           .flash = -1,
                           .score = NAN,
                           .score_text = "-"};

    if (j->options->data != NULL && s->evaluated.judge.n_metrics > 0) {
        r.score = s->evaluated.judge.metrics[0].value;
        r.score_text = s->evaluated.judge.metrics[0].text;
        r.confusion = confusion_of(&s->evaluated.judge);
    }
    if (!board)
        return r;
    r.arena = s->profile.footprint.arena;
    r.flash = footprint_flash(&s->profile.footprint);
    r.instructions = s->cost.all.instructions.value;
    if (s->cost.cycles_from != CYCLES_UNKNOWN)
        r.time = pool_printf(j->pool, "%.3g ms", s->cost.all.milliseconds.value);
    if (s->cost.budget.active != NULL && s->cost.cycles_from != CYCLES_UNKNOWN)
        r.energy = pool_printf(j->pool, "%.3g \xc2\xb5J", s->cost.all.microjoules.value);
    return r;
}

static void make_models(struct life_job *j)
{
    struct life_models *m = &j->models;
    const struct judge *judge = &j->subjects[0].evaluated.judge;

    *m = (struct life_models){.rows = pool_array(j->pool, (size_t)j->n, sizeof *m->rows), .n = (size_t)j->n};
    if (j->options->data != NULL && judge->n_metrics > 0) {
        m->score = judge->metrics[0].name;
        m->share = judge->metrics[0].form == METRIC_SHARE;
        m->larger = judge->what.task.kind != MOTE_TASK_REGRESSION;
    }
    for (int32_t i = 0; i < j->n; i++)
        m->rows[i] = row_of(j, &j->subjects[i]);
    m->main = find_main(j);
    life_find_best(m);
}

/* ---- on the board ---- */
static bool same_value(float a, float b) { return a == b || (isnan(a) && isnan(b)); }

/* Samples of the test, evenly spread; there and here. */
static enum mote_status run_there(struct life_job *j, struct life_subject *s, struct life_model *row)
{
    struct evaluated *here = pool_alloc(j->pool, sizeof *here), *there = pool_alloc(j->pool, sizeof *there);
    struct evaluate_options same = s->options;

    if (j->options->data == NULL || j->options->estimate || s->measure.board->emulated == NULL || !s->profile.fits)
        return MOTE_OK;
    same.limit = finish_samples(&s->there);
    same.spread = true;
    s->board_options = same;
    TRY(evaluate_run(j->pool, &same, &s->here, here, &s->file));
    TRY(evaluate_on_board(j->pool, &s->board_options, &s->there, &s->measure, there, &s->file));
    for (int32_t i = 0; i < there->n; i++)
        row->board_n +=
            (here->judge.predictions == NULL || here->judge.predictions[i] == there->judge.predictions[i]) &&
            same_value(here->judge.values[i], there->judge.values[i]);
    row->board_all = there->n;
    row->board_score = there->judge.metrics[0].text;
    row->board_confusion = confusion_of(&there->judge);
    return MOTE_OK;
}

static enum mote_status make_board(struct life_job *j)
{
    struct life_subject *s = &j->subjects[j->models.main];
    struct life_board *b = &j->board;

    if (j->options->target == NULL)
        return MOTE_OK;
    life_device(j->pool, &s->profile, &s->cost, b);
    j->page.life.board = b;
    return run_there(j, s, &j->models.rows[j->models.main]);
}

/* ---- data ---- */
static const char *label_text(struct pool *pool, const struct dataset *d, int32_t i)
{
    if (d->targets != NULL)
        return pool_printf(pool, "%.6g", (double)d->targets[i]);
    if (d->labels == NULL)
        return NULL;
    return d->classes != NULL ? d->classes[d->labels[i]] : pool_printf(pool, "%d", (int)d->labels[i]);
}

/* Of each class some, at equal distances. */
static enum mote_status examples(struct life_job *j, const struct dataset *d)
{
    const int32_t classes = d->labels != NULL && d->n_classes > 0 ? d->n_classes : 1,
                  each = EXAMPLES / classes > EXAMPLES_LEAST ? EXAMPLES / classes : EXAMPLES_LEAST;
    struct figure *all = pool_array(j->pool, EXAMPLES, sizeof *all);
    int32_t *of_class = pool_array(j->pool, (size_t)d->n + 1, sizeof *of_class);

    for (int32_t c = 0; c < classes && j->data.n_examples < EXAMPLES; c++) {
        int32_t n = 0;

        for (int32_t i = 0; i < d->n; i++)
            if (classes == 1 || d->labels[i] == c)
                of_class[n++] = i;
        for (int32_t k = 0; k < each && k < n && j->data.n_examples < EXAMPLES; k++) {
            const int32_t i = of_class[n <= each ? k : (int64_t)k * n / each];
            struct figure *f = &all[j->data.n_examples++];

            f->caption = label_text(j->pool, d, i);
            TRY(life_figure(j->pool, d, i, f, j->at));
        }
    }
    j->data.examples = all;
    return MOTE_OK;
}

static enum mote_status worst(struct life_job *j, const struct evaluated *e)
{
    int32_t samples[LIFE_WORST], n = judge_worst(&e->judge, samples, LIFE_WORST);
    struct figure *all = pool_array(j->pool, LIFE_WORST, sizeof *all);

    for (int32_t i = 0; i < n; i++) {
        all[i].caption = judge_truth_text(j->pool, &e->judge, samples[i]);
        all[i].below = pool_printf(j->pool, "%s (%s)", judge_said_text(j->pool, &e->judge, samples[i]),
                                   dataset_name(j->pool, &e->data, e->samples[samples[i]]));
        TRY(life_figure(j->pool, &e->data, e->samples[samples[i]], &all[i], j->at));
    }
    j->data.worst = all;
    j->data.n_worst = (size_t)n;
    return MOTE_OK;
}

static enum mote_status make_data(struct life_job *j)
{
    const struct life_subject *s = &j->subjects[j->models.main];
    const struct judge *judge = &s->evaluated.judge;

    if (j->options->data == NULL)
        return MOTE_OK;
    j->data.source =
        pool_printf(j->pool, "%s; %s", j->options->data, split_text(j->pool, &s->here, &s->evaluated.data));
    life_count(j->pool, &s->evaluated.data, &j->data);
    TRY(examples(j, &s->evaluated.data));
    TRY(worst(j, &s->evaluated));
    j->page.life.data = &j->data;
    j->page.confusion = confusion_of(judge);
    j->page.roc = judge->roc.n > 0 ? &judge->roc : NULL;
    return MOTE_OK;
}

/* ---- the job ---- */
static void make_results(struct life_job *j)
{
    const struct judge *judge = &j->subjects[j->models.main].evaluated.judge;
    struct fact *results = pool_array(j->pool, METRICS_MAX + 1, sizeof *results);

    for (int32_t i = 0; j->options->data != NULL && i < judge->n_metrics; i++)
        results[j->page.n_results++] = (struct fact){judge->metrics[i].name, judge->metrics[i].text};
    if (j->options->data != NULL)
        results[j->page.n_results++] = (struct fact){"samples", pool_printf(j->pool, "%d", (int)judge->what.n)};
    j->page.results = results;
}

static void cost(struct life_job *j, struct fact *costs, const char *what, const char *value)
{
    if (value != NULL)
        costs[j->page.n_costs++] = (struct fact){what, value};
}

/* Of the main model, in short. */
static void make_costs(struct life_job *j)
{
    const struct life_model *r = &j->models.rows[j->models.main];
    const struct life_board *b = &j->board;
    struct fact *costs = pool_array(j->pool, 6, sizeof *costs);

    cost(j, costs, "weights", pool_printf(j->pool, "%lld bytes", (long long)r->weights));
    if (j->options->target == NULL) {
        cost(j, costs, "arena", pool_printf(j->pool, "%lld bytes", (long long)r->arena));
    } else {
        cost(j, costs, "flash", pool_printf(j->pool, "%lld bytes", (long long)r->flash));
        cost(j, costs, "RAM", pool_printf(j->pool, "%lld bytes", (long long)life_fit_used(&b->fits[0])));
    }
    cost(j, costs, "time", r->time);
    cost(j, costs, "energy", r->energy);
    j->page.costs = costs;
}

static void make_layers(struct life_job *j)
{
    const struct pipeline *p = &j->subjects[j->models.main].here;

    if (p->has_graph)
        j->page.layers = layers_of(j->pool, &p->model.graphs[0], &j->page.n_layers);
}

static enum mote_status read_history(struct life_job *j)
{
    struct frame here = {.name = j->history, .index = -1, .sink = j->at->sink};
    const struct history_row *best;

    if (j->history == NULL)
        return MOTE_OK;
    TRY(history_read(j->pool, j->history, &j->rows, &here));
    best = history_best(&j->rows);
    j->page.history = &j->rows;
    j->page.best_epoch = best != NULL ? best->epoch : 0;
    return MOTE_OK;
}

enum mote_status life_run(struct pool *pool, const struct life_options *options, struct life_job *out,
                          const struct frame *at)
{
    struct frame place = {.name = options->place, .index = -1, .sink = at->sink};
    struct life_files files;

    *out = (struct life_job){.pool = pool, .options = options, .at = at};
    TRY(life_find(pool, options->place, &files, &place));
    out->history = files.history;
    out->n = files.n;
    out->subjects = pool_array(pool, (size_t)files.n, sizeof *out->subjects);
    for (int32_t i = 0; i < files.n; i++) {
        out->subjects[i].path = files.models[i];
        TRY(look(out, &out->subjects[i]));
    }
    make_models(out);
    out->page.title = options->place;
    out->page.recipe = out->subjects[out->models.main].path;
    out->page.life.models = &out->models;
    TRY(make_board(out));
    TRY(make_data(out));
    TRY(read_history(out));
    make_results(out);
    make_costs(out);
    make_layers(out);
    return MOTE_OK;
}

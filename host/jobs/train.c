/* SPDX-License-Identifier: Apache-2.0 */
#include "host/jobs/train.h"

#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "host/data/source.h"
#include "host/data/spec.h"
#include "host/jobs/listening.h"
#include "host/jobs/splits.h"
#include "host/jobs/teachers.h"
#include "host/passes/passes.h"
#include "host/pipeline/pipeline.h"
#include "host/report/html.h"

const char *train_path(const struct train *t, const char *name) { return pool_printf(t->pool, "%s/%s", t->dir, name); }

static struct frame file_frame(const struct train *t, const char *path)
{
    return (struct frame){.name = path, .index = -1, .sink = t->sink};
}

/* ---- what is to be done ---- */
/* A stage is a training of its own: the recipe's, perhaps with another optimizer, with these numbers, from weights that
 * need no warming up. */
static void choose_stage(struct train *t)
{
    struct training *training = &t->recipe.training;

    assert(t->options.stage <= t->recipe.n_stages);
    *training = t->recipe.compressing;
    training->stage = t->recipe.stages[t->options.stage - 1];
    if (t->options.epochs > 0)
        stage_shorten(&training->stage, t->options.epochs);
    if (t->options.bit_price > 0)
        training->stage.bit_price = t->options.bit_price;
    if (t->options.n_savings > 0 && training->stage.kind == STAGE_PRUNE) {
        training->stage.cost = COST_SAVINGS;
        training->stage.savings = t->options.savings;
        training->stage.n_savings = t->options.n_savings;
    }
    training->epochs = training->stage.epochs;
    training->rate = training->stage.rate;
    training->warm_up = 0;
    training->patience = 0;
}

static enum mote_status open_recipe(struct train *t)
{
    t->recipe_file = file_frame(t, t->options.recipe);
    TRY(recipe_read(t->pool, t->options.recipe, &t->recipe, &t->recipe_file));
    if (t->options.epochs > 0)
        t->recipe.training.epochs = t->options.epochs;
    t->recipe.training.seed += (uint64_t)t->options.seed;
    if (t->options.stage > 0)
        choose_stage(t);
    return MOTE_OK;
}

static bool is_yaml(const char *path)
{
    const char *dot = strrchr(path, '.');

    return dot != NULL && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
}

/* The data that --data names: a YAML file says all about them; a folder or another file is the recipe's data elsewhere,
 * with the recipe's splits, normalization and augmentation. */
static enum mote_status open_other_data(struct train *t, const char *specification)
{
    const struct dataset_options options = {
        .max_bytes = t->options.max_bytes, .draw = true, .folds = t->options.folds, .fold = t->options.fold};

    t->data_file = file_frame(t, specification);
    if (t->recipe.data == NULL || is_yaml(specification))
        return dataset_open(t->pool, specification, &options, &t->data, &t->data_file);
    t->moved = true;
    return dataset_open_moved(t->pool, t->recipe.data, specification, t->recipe.path, &options, &t->data,
                              &t->data_file);
}

static enum mote_status open_data(struct train *t)
{
    const struct dataset_options options = {
        .max_bytes = t->options.max_bytes, .draw = true, .folds = t->options.folds, .fold = t->options.fold};
    const char *specification = t->options.data;

    if (specification != NULL)
        return open_other_data(t, specification);
    t->data_file = t->recipe_file;
    if (t->recipe.data == NULL || t->recipe.data->path == NULL)
        return fail(&t->recipe_file, MOTE_ERR_VALUE, "has no data section; give the data with --data");
    return dataset_open_section(t->pool, t->recipe.data, t->recipe.path, &options, &t->data, &t->data_file);
}

static bool exists(const char *path) { return access(path, F_OK) == 0; }

const char *train_recipe_folder(struct pool *pool, const char *recipe)
{
    const char *slash = strrchr(recipe, '/');

    return slash == NULL ? "." : slash == recipe ? "/" : pool_printf(pool, "%.*s", (int)(slash - recipe), recipe);
}

/* The folder is new, or a training that is to go on. */
static enum mote_status check_folder(struct train *t)
{
    const char *o = t->options.folder, *checkpoint;
    struct frame here;

    if (!t->recipe.named && o != NULL && t->options.again == NULL && recipe_name_of(t->pool, o)[0] != '\0')
        t->recipe.name = recipe_name_of(t->pool, o);
    t->dir = o != NULL                  ? o
             : t->recipe.target != NULL ? train_recipe_folder(t->pool, t->options.recipe)
                                        : t->recipe.name;
    checkpoint = train_path(t, TRAIN_CHECKPOINT);
    here = file_frame(t, t->dir);
    if (t->options.resume)
        return exists(checkpoint) ? MOTE_OK
                                  : fail(&here, MOTE_ERR_FILE, "there is no " TRAIN_CHECKPOINT " in it to go on from");
    if (exists(checkpoint))
        return fail(&here, MOTE_ERR_USAGE,
                    "it holds a training already: go on with --resume, or choose another folder with -o");
    if (exists(train_path(t, TRAIN_MODEL)))
        return fail(&here, MOTE_ERR_USAGE, "it holds a " TRAIN_MODEL " already: choose another folder with -o");
    return MOTE_OK;
}

/* The network gets the weights of the model that the stage begins with. */
static enum mote_status take_weights(struct train *t)
{
    struct frame here = file_frame(t, t->options.from);
    struct model *m = pool_alloc(t->pool, sizeof *m);
    struct bytes file;
    struct standard standard;

    *m = (struct model){.pool = t->pool};
    TRY(file_read_back(t->pool, here.name, &file, &here));
    TRY(model_parse(m, file, &here));
    if (model_structure(m) != model_structure(&t->net))
        return fail(&here, MOTE_ERR_VALUE, "is a network of another recipe");
    if (training_task(&t->recipe.training, &t->data) == MOTE_TASK_REGRESSION) {
        standard = standard_of(&t->data);
        standard_unfold(m, &standard);
    }
    for (int32_t i = 0; i < t->net.graphs[0].n_tensors; i++)
        t->net.graphs[0].tensors[i].data = m->graphs[0].tensors[i].data;
    return MOTE_OK;
}

static int32_t multiplications(const struct model *m)
{
    int32_t n = 0;

    for (int32_t i = 0; i < m->graphs[0].n_ops; i++)
        n += m->graphs[0].ops[i].id == OP_MUL;
    return n;
}

/* Levels are those of the weights that the device gets: batch normalization would scale each channel's. It stays where
 * there is an operator that it cannot join. */
static enum mote_status fold_normalization(struct train *t)
{
    struct model folded = {.pool = t->pool};

    model_copy(&t->net, &folded);
    TRY(passes_run(&folded, "fold_batch_norm,dead_code", NULL, NULL, &t->recipe_file));
    if (multiplications(&folded) == multiplications(&t->net))
        t->net = folded;
    return MOTE_OK;
}

#define SEED_SHOWN   1000000000 /* a history has 9 digits */
#define THREADS_FROM 4000000    /* multiply-accumulates of a step's samples: below that threads wait for each other */

/* Chosen by what is computed, never by how long it takes: sums depend on it. What goes on does so with as many as the
 * checkpoint was made with. */
static int32_t threads_of(const struct train *t)
{
    struct frame nowhere = {.index = -1};
    struct history history = {.n = 0};

    if (t->options.threads > 0)
        return t->options.threads;
    if (t->options.resume && history_read(t->pool, train_path(t, TRAIN_HISTORY), &history, &nowhere) == MOTE_OK &&
        history.n > 0 && history.rows[history.n - 1].threads >= 1 &&
        history.rows[history.n - 1].threads <= TRAIN_THREADS_MAX)
        return (int32_t)history.rows[history.n - 1].threads;
    return model_macs(&t->net) * t->recipe.training.batch < THREADS_FROM ? 1 : 0;
}

/* The model is to know how its scores become commands. */
static enum mote_status take_posterior(struct train *t)
{
    static const struct recipe_posterior usual = {POSTERIOR_NONE, RECIPE_UNSAID, RECIPE_UNSAID, RECIPE_UNSAID,
                                                  RECIPE_UNSAID};
    const struct recipe_posterior *p = t->recipe.posterior != NULL ? t->recipe.posterior : &usual;
    struct frame here = {.up = &t->recipe_file, .kind = p != &usual ? "posterior" : "gate", .index = -1};
    struct listen_options options;

    if (p == &usual && !t->recipe.gate.said)
        return MOTE_OK;
    if (t->net.hears.preset == NULL || t->net.n_classes == 0)
        return fail(&here, MOTE_ERR_VALUE,
                    "is for classes of sounds: `input: {audio: micro}` says how they are heard; else leave it out");
    options = (struct listen_options){.kind = p->kind == POSTERIOR_NONE ? LISTEN_UNSAID : (int32_t)p->kind - 1,
                                      .threshold = (double)p->threshold,
                                      .window = p->over,
                                      .minimum = p->minimum,
                                      .suppression = LISTEN_UNSAID,
                                      .suppression_ms = p->suppress,
                                      .gate = t->recipe.gate};
    return listening_settle(t->pool, &options, &t->net, &here);
}

static enum mote_status open_training(struct train *t)
{
    TRY(network_build(t->pool, &t->recipe, &t->data, &t->net, &t->recipe_file));
    TRY(take_posterior(t));
    if (t->options.from != NULL)
        TRY(take_weights(t));
    TRY(teachers_open(t));
    if (t->recipe.training.stage.kind == STAGE_LEVELS)
        TRY(fold_normalization(t));
    TRY(trainer_make(t->pool, &t->net, &t->data, &t->recipe.training, threads_of(t), &t->trainer, &t->recipe_file));
    return MOTE_OK;
}

/* ---- epochs ---- */
/* The row of the epoch whose network is kept: the best validation accuracy, of equals the smallest loss; of networks
 * without classes the smallest loss; without validation the last. */
static bool is_better(const struct history_row *a, const struct history_row *b)
{
    if (isnan(a->validation_loss) || isnan(b->validation_loss))
        return isnan(b->validation_loss);
    if (!isnan(a->validation_accuracy) && a->validation_accuracy != b->validation_accuracy)
        return a->validation_accuracy > b->validation_accuracy;
    return a->validation_loss < b->validation_loss;
}

/* While weights go there is nothing to keep. */
static const struct history_row *best_row(const struct train *t)
{
    const struct history_row *best = NULL, *rows = t->history.rows;

    for (size_t i = 0; i < t->history.n; i++)
        if (rows[i].epoch >= t->recipe.training.stage.ramp && (best == NULL || is_better(&rows[i], best)))
            best = &rows[i];
    return best;
}

static bool is_best(const struct train *t, int32_t epoch)
{
    const struct history_row *best = best_row(t);

    return best != NULL && best->epoch == epoch;
}

static int32_t epochs_done(const struct train *t) { return (int32_t)(t->trainer.step / t->trainer.steps_per_epoch); }

static double since(const struct timespec *start)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)(now.tv_sec - start->tv_sec) + 1e-9 * (double)(now.tv_nsec - start->tv_nsec);
}

static void tell(const struct train *t, const char *line)
{
    const struct train_watcher *w = t->options.watcher;

    if (w != NULL && w->note != NULL)
        w->note(w->context, line);
}

static void tell_saving(const struct train *t, bool on)
{
    const struct train_watcher *w = t->options.watcher;

    if (w != NULL && w->saving != NULL)
        w->saving(w->context, on);
}

static void tell_step(void *context, int64_t done, int64_t total, double loss, double accuracy)
{
    struct train *t = context;
    const struct train_watcher *w = t->options.watcher;

    t->progress.done = done;
    t->progress.total = total;
    t->progress.loss = loss;
    t->progress.accuracy = accuracy;
    t->progress.seconds = since(&t->epoch_start);
    if (w != NULL && w->step != NULL)
        w->step(w->context, &t->progress);
}

static void tell_steps_end(struct train *t)
{
    const struct train_watcher *w = t->options.watcher;

    if (w != NULL && w->steps_end != NULL)
        w->steps_end(w->context, &t->progress);
}

static void tell_epoch(const struct train *t, const struct history_row *row)
{
    const struct train_watcher *w = t->options.watcher;

    if (w != NULL && w->epoch != NULL)
        w->epoch(w->context, row);
}

/* The network as it is now; an anomaly detector's with this threshold. */
static void model_text(struct train *t, float threshold, struct text *out)
{
    struct model model;

    trainer_model(&t->trainer, out->pool, &model);
    model.task.threshold = threshold;
    model_write(&model, out);
}

static enum mote_status save_model(struct train *t)
{
    struct pool pool = {0};
    struct text text = {.pool = &pool};
    struct frame here = file_frame(t, train_path(t, TRAIN_MODEL));
    enum mote_status status;

    model_text(t, INFINITY, &text);
    status = file_write(here.name, text.s, text.len, &here);
    pool_free(&pool);
    return status;
}

/* Is the file the network as it is now? Then it may have a threshold, which stays. */
static bool is_saved(struct train *t)
{
    struct report_text ignored = {.status = MOTE_OK};
    struct frame here = {.name = train_path(t, TRAIN_MODEL), .index = -1, .sink = &ignored};
    struct pool pool = {0};
    struct model model = {.pool = &pool};
    struct text text = {.pool = &pool};
    struct bytes file;
    bool same = exists(here.name) && file_read_back(&pool, here.name, &file, &here) == MOTE_OK &&
                model_parse(&model, file, &here) == MOTE_OK;

    if (same) {
        model_text(t, model.task.threshold, &text);
        same = text.len == file.size && memcmp(text.s, file.data, file.size) == 0;
    }
    pool_free(&pool);
    return same;
}

static enum mote_status save_checkpoint(struct train *t)
{
    struct frame here = file_frame(t, train_path(t, TRAIN_CHECKPOINT));

    return trainer_save(&t->trainer, here.name, &here);
}

#define BUSY_SECONDS 1 /* shorter epochs vary by themselves */
#define BUSY_TIMES   4

/* Threads that wait for one that has no processor take many times as long; once told is enough. */
static void hint_at_threads(struct train *t, double seconds)
{
    double fastest = seconds;

    for (size_t i = 0; i < t->history.n; i++)
        fastest = t->history.rows[i].seconds < fastest ? t->history.rows[i].seconds : fastest;
    if (t->hinted || program_threads(t->trainer.program) == 1 || seconds < BUSY_SECONDS ||
        seconds < BUSY_TIMES * fastest)
        return;
    t->hinted = true;
    tell(t, pool_printf(t->pool,
                        "this epoch took %.0f times as long as another: the machine is busy, where --threads 1 "
                        "may be faster\n",
                        seconds / fastest));
}

/* The history before the checkpoint, the checkpoint before the model: whenever the process dies, --resume finds in the
 * history all epochs that the checkpoint knows, and in go_on() makes up for the model. */
static enum mote_status finish_epoch(struct train *t, const struct epoch_result *r)
{
    struct evaluation validation = {.loss = NAN, .accuracy = NAN, .regression = {NAN, NAN, NAN}};
    struct pool scratch = {0};
    struct frame here = file_frame(t, t->history.path);
    struct history_row row = {
        .epoch = epochs_done(t), .rate = (double)r->rate, .train_loss = r->loss, .train_accuracy = r->accuracy};

    assert(t->trainer.step % t->trainer.steps_per_epoch == 0 && row.epoch >= 1);
    if (t->data.n_split[SPLIT_VALIDATION] > 0)
        trainer_evaluate(&t->trainer, SPLIT_VALIDATION, &scratch, &validation);
    pool_free(&scratch);
    row.validation_loss = validation.loss;
    row.validation_accuracy = validation.accuracy;
    row.validation_mae = validation.regression.mae;
    row.validation_rmse = validation.regression.rmse;
    row.validation_r2 = validation.regression.r2;
    row.seconds = since(&t->epoch_start);
    row.samples_per_second = (double)r->samples / row.seconds;
    row.threads = program_threads(t->trainer.program);
    row.batch = t->recipe.training.batch;
    row.seed = t->recipe.training.seed < SEED_SHOWN ? (double)t->recipe.training.seed : NAN;
    hint_at_threads(t, row.seconds);
    t->seconds += row.seconds;
    TRY(history_add(&t->history, &row, &here));
    TRY(save_checkpoint(t));
    if (is_best(t, row.epoch))
        TRY(save_model(t));
    tell_epoch(t, &row);
    return MOTE_OK;
}

/* From the checkpoint. The epoch before it may have been the best so far without its model being written. */
static enum mote_status go_on(struct train *t)
{
    struct frame history = file_frame(t, train_path(t, TRAIN_HISTORY)),
                 checkpoint = file_frame(t, train_path(t, TRAIN_CHECKPOINT));
    struct frame model = file_frame(t, train_path(t, TRAIN_MODEL));
    int32_t done, known;

    TRY(trainer_load(&t->trainer, checkpoint.name, &checkpoint));
    done = epochs_done(t);
    TRY(history_open(t->pool, history.name, done, &t->history, &history));
    known = t->history.n > 0 ? t->history.rows[t->history.n - 1].epoch : 0;
    if (known != done)
        return fail(&history, MOTE_ERR_VALUE,
                    "ends at epoch %d, but " TRAIN_CHECKPOINT " is of epoch %d: start anew in "
                    "another folder",
                    (int)known, (int)done);
    for (size_t i = 0; i < t->history.n; i++)
        t->seconds += t->history.rows[i].seconds;
    if (best_row(t) == NULL)
        return MOTE_OK;
    if (is_best(t, done) && t->trainer.step % t->trainer.steps_per_epoch == 0)
        return is_saved(t) ? MOTE_OK : save_model(t);
    return exists(model.name) ? MOTE_OK : fail(&model, MOTE_ERR_FILE, "is not there: start anew in another folder");
}

static enum mote_status begin(struct train *t)
{
    struct frame here = file_frame(t, t->dir);

    TRY(folder_make(t->dir, &here));
    TRY(folder_lock(t->dir, "mote train", &t->lock, &here));
    TRY(check_folder(t)); /* again: another may just have ended there */
    if (t->options.resume)
        return go_on(t);
    return history_open(t->pool, train_path(t, TRAIN_HISTORY), 0, &t->history, &here);
}

/* Epochs since the smallest validation loss. */
static bool has_lost_patience(const struct train *t)
{
    const struct history_row *best = history_best(&t->history);
    int32_t patience = t->recipe.training.patience;

    return patience > 0 && best != NULL && !isnan(best->validation_loss) &&
           t->history.rows[t->history.n - 1].epoch - best->epoch >= patience;
}

static bool is_asked_to_stop(const struct train *t) { return t->options.stop != NULL && *t->options.stop != 0; }

static const char *command_again(const struct train *t)
{
    const char *data = t->options.data;

    if (t->options.again != NULL)
        return t->options.again;
    return pool_printf(t->pool, "mote train %s%s%s -o %s --resume", shell_path(t->pool, t->recipe.path),
                       data != NULL ? " --data " : "", data != NULL ? shell_path(t->pool, data) : "",
                       shell_path(t->pool, t->dir));
}

static enum mote_status stop_here(struct train *t)
{
    TRY(save_checkpoint(t));
    t->stopped = true;
    tell(t, pool_printf(t->pool, "stopped after step %lld of epoch %d; go on with: %s\n",
                        (long long)(t->trainer.step % t->trainer.steps_per_epoch), 1 + (int)epochs_done(t),
                        command_again(t)));
    return MOTE_OK;
}

static enum mote_status run_epochs(struct train *t)
{
    static const volatile sig_atomic_t never;
    struct epoch_result r;
    int64_t steps = (int64_t)t->recipe.training.epochs * t->trainer.steps_per_epoch;

    while (t->trainer.step < steps) {
        enum mote_status status;

        if (has_lost_patience(t)) {
            tell(t, pool_printf(t->pool, "no better validation loss for %d epochs: stopped early\n",
                                (int)t->recipe.training.patience));
            break;
        }
        clock_gettime(CLOCK_MONOTONIC, &t->epoch_start);
        t->progress = (struct epoch_progress){.epoch = 1 + epochs_done(t), .epochs = t->recipe.training.epochs};
        status = trainer_epoch(&t->trainer, t->options.stop != NULL ? t->options.stop : &never, tell_step, t, &r,
                               &t->recipe_file);
        tell_steps_end(t);
        TRY(status);
        if (r.interrupted)
            return stop_here(t);
        TRY(finish_epoch(t, &r));
        if (is_asked_to_stop(t) && t->trainer.step < steps)
            return stop_here(t);
    }
    return MOTE_OK;
}

/* ---- results ---- */
/* The network that was kept, on the test split, or if there is none on the validation split. */
static enum mote_status test_best(struct train *t)
{
    struct frame here = file_frame(t, train_path(t, TRAIN_MODEL));
    struct bytes file;

    t->kept.pool = t->pool;
    t->split = t->data.n_split[SPLIT_TEST] > 0 ? SPLIT_TEST : SPLIT_VALIDATION;
    TRY(file_read_back(t->pool, here.name, &file, &here));
    TRY(model_parse(&t->kept, file, &here));
    TRY(trainer_use(&t->trainer, &t->kept, &here));
    trainer_evaluate(&t->trainer, t->split, t->pool, &t->test);
    return MOTE_OK;
}

static void count_classes(struct train *t)
{
    const struct evaluation *e = &t->test;

    t->confusion = confusion_make(t->pool, t->data.n_classes, t->data.classes);
    for (int64_t i = 0; i < e->n; i++)
        confusion_add(&t->confusion, &t->data.labels[e->samples[i]], &e->predictions[i], 1);
}

static enum mote_status compile_kept(struct train *t, struct pipeline *p, const struct frame *at)
{
    struct pipeline_options options = {.passes = NULL};

    *p = (struct pipeline){.pool = t->pool, .path = at->name, .has_graph = true, .model = {.pool = t->pool}};
    model_copy(&t->kept, &p->model);
    return pipeline_compile(p, &options, at);
}

/* Some samples of the data, for the image of the network that is kept. */
static struct judged judged_of(const struct train *t, enum split split, const struct frame *at)
{
    return (struct judged){.data = &t->data,
                           .samples = t->data.split[split],
                           .n = t->data.n_split[split],
                           .task = t->kept.task,
                           .all_normal = t->kept.task.normal < 0,
                           .preprocess = &t->kept.preprocess,
                           .options = &t->judge_options,
                           .model_at = at,
                           .data_at = &t->data_file};
}

/* The image's scores, so that the model gets the threshold of what runs on a device. From samples that were trained on
 * only where there are no others. */
static enum mote_status set_threshold(struct train *t, struct bytes image, int32_t threads, const struct frame *at)
{
    static const enum split splits[] = {SPLIT_VALIDATION, SPLIT_TRAIN};

    for (size_t i = 0; i < COUNT(splits) && t->threshold.n == 0; i++) {
        struct judged what = judged_of(t, splits[i], at);

        TRY(judge_threshold(t->pool, image, &what, threads, &t->threshold, "threshold"));
        t->threshold_from = split_words[splits[i]];
    }
    t->kept.task.threshold = t->threshold.value;
    return MOTE_OK;
}

/* An anomaly detector's threshold goes into the file that is there already. */
static enum mote_status judge_anomalies(struct train *t)
{
    struct frame here = file_frame(t, train_path(t, TRAIN_MODEL));
    struct text text = {.pool = t->pool};
    struct pipeline p;
    struct judged what;
    struct runner runner;
    const int32_t threads = t->options.threads;

    TRY(compile_kept(t, &p, &here));
    TRY(set_threshold(t, p.image, threads, &here));
    model_write(&t->kept, &text);
    TRY(file_write(here.name, text.s, text.len, &here));
    what = judged_of(t, t->split, &here);
    TRY(runner_open(t->pool, p.image, &runner, &here));
    TRY(judge_open(t->pool, &runner.model, &what, &t->anomalies));
    return judge_image(&t->anomalies, p.image, NULL, threads, "samples");
}

static enum mote_status judge(struct train *t)
{
    if (train_is_anomaly(t))
        return judge_anomalies(t);
    if (t->test.predictions != NULL)
        count_classes(t);
    return MOTE_OK;
}

/* ---- the job ---- */
static enum mote_status work(struct train *t)
{
    TRY(open_training(t));
    TRY(begin(t));
    tell_saving(t, true);
    TRY(run_epochs(t));
    tell_saving(t, false);
    if (t->stopped)
        return MOTE_OK;
    t->best = best_row(t);
    TRY(test_best(t));
    return judge(t);
}

enum mote_status train_run(struct pool *pool, const struct train_options *options, struct train *out,
                           const struct frame *at)
{
    *out = (struct train){.options = *options, .pool = pool, .sink = at->sink, .lock = -1};
    out->judge_options = (struct judge_options){.progress = options->progress, .at = at};
    TRY(open_recipe(out));
    TRY(check_folder(out));
    TRY(open_data(out));
    tell(out, out->data.notes);
    tell(out, split_repeated(pool, &out->data));
    return work(out);
}

void train_end(struct train *t)
{
    trainer_free(&t->trainer);
    folder_unlock(t->lock);
    t->trainer = (struct trainer){.task = t->trainer.task};
    t->lock = -1;
}

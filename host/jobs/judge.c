/* SPDX-License-Identifier: Apache-2.0 */
#include "host/jobs/judge.h"

#include <math.h>
#include <stdlib.h>

#include "host/run/image_view.h"

static const struct judging *const judgings[TASKS] = {
    [MOTE_TASK_CLASSIFICATION] = &judging_classes,
    [MOTE_TASK_REGRESSION] = &judging_numbers,
    [MOTE_TASK_ANOMALY] = &judging_anomalies,
};

/* ---- what the user says ---- */
enum mote_status judge_fail_option(const struct judge_options *o, const char *text)
{
    return fail(o->at, MOTE_ERR_USAGE, "%s%s", text, o->help != NULL ? o->help : "");
}

enum mote_status judge_choose(const struct judge_options *options, struct judged *what)
{
    enum mote_task kind = options->task != MOTE_TASK_NONE ? options->task : what->task.kind;
    char text[128];

    what->options = options;
    what->normal = options->normal;
    if (kind == MOTE_TASK_NONE && (options->normal != NULL || options->threshold_given))
        kind = MOTE_TASK_ANOMALY;
    if (kind != what->task.kind)
        what->task = (struct task){kind, INFINITY, -1};
    snprintf(text, sizeof text, "--%s is for anomalies, and the task is %s",
             options->normal != NULL ? "normal" : "threshold", task_names[kind]);
    if (kind != MOTE_TASK_ANOMALY && (options->normal != NULL || options->threshold_given))
        return judge_fail_option(options, text);
    what->threshold_given = options->threshold_given;
    if (options->threshold_given)
        what->task.threshold = options->threshold;
    return MOTE_OK;
}

/* ---- labels ---- */
int32_t judge_label(const struct judge *j, int32_t i)
{
    int32_t label = j->what.data->labels[j->what.samples[i]];

    assert(i >= 0 && i < j->what.n && label >= 0 && label < j->what.data->n_classes);
    return j->numbers != NULL ? j->numbers[label] : label;
}

static int32_t number_of(const char *name, const char *const *names, int32_t n)
{
    for (int32_t i = 0; i < n; i++)
        if (strcmp(name, names[i]) == 0)
            return i;
    return -1;
}

/* Data that lack some of the model's classes number the others otherwise: names count, where any are the same. */
int32_t *judge_numbers(const struct judge *j, const char *const *names, int32_t n)
{
    const struct dataset *d = j->what.data;
    int32_t *numbers;
    bool any = false;

    if (d->labels == NULL || d->classes == NULL || names == NULL)
        return NULL;
    numbers = pool_array(j->pool, (size_t)d->n_classes, sizeof *numbers);
    for (int32_t i = 0; i < d->n_classes; i++) {
        numbers[i] = number_of(d->classes[i], names, n);
        any = any || numbers[i] >= 0;
    }
    return any ? numbers : NULL;
}

/* ---- opening ---- */
bool judge_can(const struct judged *what, int64_t n_outputs)
{
    const struct dataset *d = what->data;

    if (what->task.kind == MOTE_TASK_ANOMALY)
        return d->labels == NULL || what->task.normal >= 0 || what->normal != NULL;
    if (d->targets != NULL)
        return n_outputs == 1;
    return d->labels != NULL && n_outputs >= 2 && n_outputs == d->n_classes;
}

static bool same_shape(const struct mote_io *a, const struct mote_io *b)
{
    return a->rank == b->rank && memcmp(a->dims, b->dims, a->rank * sizeof *a->dims) == 0;
}

/* Without a word of the model or the user: what comes out as it went in, and is not a number for each of the data's or
 * the model's classes, is an autoencoder's. */
static enum mote_task guess_task(struct pool *pool, const struct mote_model *m, const struct dataset *d)
{
    struct mote_io in, out;
    int32_t named;

    if (d->targets != NULL)
        return MOTE_TASK_REGRESSION;
    image_classes(pool, m, &named);
    if (mote_model_inputs(m) != 1 || mote_model_input(m, 0, &in) != MOTE_OK ||
        mote_model_output(m, 0, &out) != MOTE_OK || !same_shape(&in, &out))
        return MOTE_TASK_CLASSIFICATION;
    return (int32_t)io_elements(&out) == named || (int32_t)io_elements(&out) == d->n_classes ? MOTE_TASK_CLASSIFICATION
                                                                                             : MOTE_TASK_ANOMALY;
}

enum mote_status judge_open(struct pool *pool, const struct mote_model *m, const struct judged *what, struct judge *out)
{
    struct mote_io io;

    *out = (struct judge){.pool = pool, .what = *what};
    if (mote_model_output(m, 0, &io) != MOTE_OK)
        return fail(what->model_at, MOTE_ERR_UNSUPPORTED, "the model has no output");
    if (what->task.kind == MOTE_TASK_NONE)
        out->what.task.kind = guess_task(pool, m, what->data);
    out->how = judgings[out->what.task.kind];
    assert(out->how != NULL);
    return out->how->open(out, m, &io);
}

/* ---- seeing ---- */
void judge_see(struct judge *j, int32_t i, const struct mote_io *out)
{
    assert(i >= 0 && i < j->what.n);
    j->how->see(j, i, out);
}

void judge_add(struct judge *j, const char *key, const char *name, enum metric_form form, double value)
{
    assert(j->n_metrics < METRICS_MAX);
    j->metrics[j->n_metrics++] = (struct metric){.key = key, .name = name, .form = form, .value = value};
}

const char *metric_text(struct pool *pool, const struct metric *m)
{
    if (isnan(m->value))
        return "-";
    if (m->form == METRIC_SHARE)
        return pool_printf(pool, "%.2f %%", 100 * m->value);
    return pool_printf(pool, m->form == METRIC_SCORE ? "%.4f" : "%.6g", m->value);
}

/* Showing what came out needs no memory then. */
void judge_end(struct judge *j)
{
    j->how->end(j);
    for (int32_t i = 0; i < j->n_metrics; i++)
        j->metrics[i].text = metric_text(j->pool, &j->metrics[i]);
}

static void fill(void *context, int32_t i, const struct mote_model *m)
{
    const struct judge *j = context;
    const struct judged *w = &j->what;
    struct mote_io io;

    mote_model_input(m, 0, &io);
    if (mote_model_inputs(m) == 1)
        dataset_input(w->data, w->samples[i], &io, w->preprocess, io.data);
    else
        model_set_inputs(m, w->data->samples + w->samples[i] * w->data->elements); /* raw: the caller has checked */
}

static void take(void *context, int32_t thread, int32_t i, const struct mote_model *m)
{
    struct mote_io out;

    (void)thread;
    mote_model_output(m, 0, &out);
    judge_see(context, i, &out);
}

enum mote_status judge_image(struct judge *j, struct bytes image, const struct target *machine, int64_t threads,
                             const char *doing)
{
    struct sweep sweep = {.image = image,
                          .n = j->what.n,
                          .machine = machine,
                          .threads = (int32_t)threads,
                          .context = j,
                          .fill = fill,
                          .take = take,
                          .progress = j->what.options != NULL ? j->what.options->progress : NULL,
                          .what = doing};

    TRY(sweep_run(j->pool, &sweep, j->what.model_at));
    judge_end(j);
    return MOTE_OK;
}

/* ---- showing ---- */
static void csv_field(struct text *to, struct pool *pool, const char *name)
{
    const char *s = printable(pool, name), *quote = strpbrk(s, ",\"") != NULL ? "\"" : "";

    text_add(to, "%s", quote);
    for (; *s != '\0'; s++)
        text_add(to, *s == '"' ? "\"\"" : "%c", *s);
    text_add(to, "%s", quote);
}

void judge_prediction(const struct judge *j, int32_t i, struct text *to)
{
    csv_field(to, j->pool, dataset_name(j->pool, j->what.data, j->what.samples[i]));
    j->how->prediction(j, i, to);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Anomalies: how well the score, the error with which the model repeats its input, tells the normal class from all
 * others; and how often it is wrong at the threshold. Samples without labels count as normal. */
#include <math.h>
#include <stdlib.h>

#include "host/run/image_view.h"
#include "host/jobs/judge.h"

/* ---- opening ---- */
static bool is_scored(const struct mote_io *io)
{
    return io->type == TYPE_S8 || io->type == TYPE_U8 || io->type == TYPE_S16 || io->type == TYPE_F32;
}

static enum mote_status check_output(struct judge *j, const struct mote_model *m, const struct mote_io *out)
{
    const struct frame *at = j->what.model_at;

    if (mote_model_inputs(m) != 1 || mote_model_input(m, 0, &j->input) != MOTE_OK)
        return fail(at, MOTE_ERR_UNSUPPORTED, "the model has %d inputs; an anomaly's score wants one",
                    mote_model_inputs(m));
    if (io_elements(out) != io_elements(&j->input) || io_elements(out) == 0)
        return fail(at, MOTE_ERR_UNSUPPORTED,
                    "its output \"%s\" has %u elements, its input %u; an anomaly's score compares the two", out->name,
                    io_elements(out), io_elements(&j->input));
    if (!is_scored(out) || !is_scored(&j->input))
        return fail(at, MOTE_ERR_TYPE,
                    "its input is %s, its output %s; an anomaly's score wants each to be s8, u8, s16 or f32",
                    type_name((enum mote_type)j->input.type), type_name((enum mote_type)out->type));
    return MOTE_OK;
}

/* The class that --normal names, by name or by number. */
static enum mote_status find_named(struct judge *j, int32_t *out)
{
    const struct dataset *d = j->what.data;
    const char *word = j->what.normal;
    char *end;
    long number = strtol(word, &end, 10);

    for (int32_t i = 0; d->classes != NULL && i < d->n_classes; i++)
        if (strcmp(d->classes[i], word) == 0) {
            *out = i;
            return MOTE_OK;
        }
    if (end == word || *end != '\0' || number < 0 || number >= d->n_classes)
        return judge_fail_option(
            j->what.options,
            pool_printf(j->pool, "--normal is \"%s\", which is none of the data's %d classes, nor its number", word,
                        d->n_classes));
    *out = (int32_t)number;
    return MOTE_OK;
}

static enum mote_status find_normal(struct judge *j, const struct mote_model *m)
{
    const struct judged *w = &j->what;
    int32_t n;
    const char *const *names = image_classes(j->pool, m, &n);

    j->numbers = judge_numbers(j, names, n);
    if (w->normal != NULL) {
        TRY(find_named(j, &j->normal));
        if (j->numbers != NULL && j->numbers[j->normal] < 0)
            j->numbers = NULL; /* a class that the model does not have */
        j->normal = j->numbers != NULL ? j->numbers[j->normal] : j->normal;
    }
    if (j->normal < 0)
        return fail(
            w->data_at, MOTE_ERR_VALUE,
            "has %d classes, and which of them is normal is not known: --normal CLASS says it, or --task that the "
            "model is no autoencoder",
            w->data->n_classes);
    return MOTE_OK;
}

static enum mote_status open_anomalies(struct judge *j, const struct mote_model *m, const struct mote_io *out)
{
    struct pool *pool = j->pool;
    const struct judged *w = &j->what;
    bool labeled = w->data->labels != NULL && !w->all_normal;

    TRY(check_output(j, m, out));
    if (w->normal != NULL && w->data->labels == NULL)
        return judge_fail_option(j->what.options, "--normal names a class, and the data have no labels: leave it out");
    j->normal = w->task.normal;
    if (labeled)
        TRY(find_normal(j, m));
    j->values = pool_array(pool, (size_t)w->n + 1, sizeof *j->values);
    j->anomalous = pool_array(pool, (size_t)w->n + 1, sizeof *j->anomalous);
    for (int32_t i = 0; i < w->n; i++)
        j->anomalous[i] = labeled && judge_label(j, i) != j->normal;
    return MOTE_OK;
}

/* ---- seeing ---- */
static void see_score(struct judge *j, int32_t i, const struct mote_io *out)
{
    j->values[i] = dataset_score(j->what.data, j->what.samples[i], &j->input, j->what.preprocess, out);
}

/* The model's, or the user's; else the one that is best for these samples. */
static void choose_threshold(struct judge *j)
{
    j->threshold = j->what.task.threshold;
    j->threshold_from = j->what.threshold_given ? "option" : "model";
    if (isinf(j->threshold)) {
        j->threshold = roc_threshold(&j->roc);
        j->threshold_from = "samples";
    }
    j->alarms = alarms_of(j->values, j->anomalous, j->what.n, j->threshold);
}

static void end_anomalies(struct judge *j)
{
    bool known;

    j->roc = roc_make(j->pool, j->values, j->anomalous, j->what.n);
    choose_threshold(j);
    known = !isnan(j->threshold);
    judge_add(j, "auc", "AUC", METRIC_SCORE, j->roc.auc);
    judge_add(j, "threshold", "threshold", METRIC_NUMBER, (double)j->threshold);
    judge_add(j, "false_alarm_rate", "false alarms", METRIC_SHARE,
              known ? share_of(j->alarms.false_alarms, j->alarms.normal) : NAN);
    judge_add(j, "miss_rate", "misses", METRIC_SHARE, known ? share_of(j->alarms.misses, j->alarms.anomalous) : NAN);
}

/* ---- showing ---- */
static void predicted_score(const struct judge *j, int32_t i, struct text *to)
{
    text_add(to, ",");
    if (j->what.data->labels != NULL)
        text_add(to, "%d", judge_label(j, i));
    text_add(to, ",%.9g,%d\n", (double)j->values[i], j->values[i] > j->threshold);
}

const struct judging judging_anomalies = {open_anomalies, see_score, end_anomalies, predicted_score};

/* ---- the threshold ---- */
enum mote_status judge_threshold(struct pool *pool, struct bytes image, const struct judged *what, int64_t threads,
                                 struct threshold *out, const char *doing)
{
    struct runner runner;
    struct judge j;
    float *scores = pool_array(pool, (size_t)what->n + 1, sizeof *scores);
    int64_t n = 0;

    TRY(runner_open(pool, image, &runner, what->model_at));
    TRY(judge_open(pool, &runner.model, what, &j));
    TRY(judge_image(&j, image, NULL, threads, doing));
    for (int32_t i = 0; i < what->n; i++)
        if (!j.anomalous[i])
            scores[n++] = j.values[i];
    assert(n <= what->n);
    *out = (struct threshold){alarm_threshold(pool, scores, n), n, j.normal};
    return MOTE_OK;
}

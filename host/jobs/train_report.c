/* SPDX-License-Identifier: Apache-2.0 */
/* What a training was: its settings, its samples, what its network is worth and most wrong about. */
#include "host/jobs/train.h"

#include <math.h>

#include "host/jobs/life_data.h"
#include "host/jobs/splits.h"
#include "host/report/html.h"
#include "host/report/html_pieces.h"

/* ---- the worst ---- */
static double wrong_by(const struct train *t, int32_t i)
{
    const struct evaluation *e = &t->test;
    const double wrong = e->numbers != NULL ? fabs((double)e->numbers[i] - (double)t->data.targets[e->samples[i]])
                                            : (double)e->margins[i];

    return isnan(wrong) ? INFINITY : wrong;
}

static struct train_wrong wrong_of(const struct train *t, int32_t i)
{
    const struct evaluation *e = &t->test;
    const int32_t sample = e->samples[i];

    if (e->numbers != NULL)
        return (struct train_wrong){sample, pool_printf(t->pool, "%.6g", (double)t->data.targets[sample]),
                                    pool_printf(t->pool, "said: %.6g", (double)e->numbers[i])};
    return (struct train_wrong){
        sample, confusion_name(&t->confusion, t->data.labels[sample], t->pool),
        pool_printf(t->pool, "taken for %s", confusion_name(&t->confusion, e->predictions[i], t->pool))};
}

static int32_t worst_anomalies(const struct train *t, struct train_wrong *out, int32_t most)
{
    const struct judge *j = &t->anomalies;
    int32_t *samples = pool_array(t->pool, (size_t)most, sizeof *samples);
    const int32_t n = j->pool != NULL ? judge_worst(j, samples, most) : 0;

    for (int32_t i = 0; i < n; i++)
        out[i] = (struct train_wrong){j->what.samples[samples[i]], judge_truth_text(t->pool, j, samples[i]),
                                      judge_said_text(t->pool, j, samples[i])};
    return n;
}

int32_t train_worst(const struct train *t, struct train_wrong *out, int32_t most)
{
    const int32_t n = (int32_t)t->test.n;
    int32_t *samples = pool_array(t->pool, (size_t)most, sizeof *samples), found;
    double *wrong;

    if (train_is_anomaly(t))
        return worst_anomalies(t, out, most);
    wrong = pool_array(t->pool, (size_t)n + 1, sizeof *wrong);
    for (int32_t i = 0; i < n; i++)
        wrong[i] = wrong_by(t, i);
    found = worst_of(wrong, n, samples, most);
    for (int32_t i = 0; i < found; i++)
        out[i] = wrong_of(t, samples[i]);
    return found;
}

/* ---- settings ---- */
const char *train_splits_text(const struct train *t)
{
    const int32_t *n = t->data.n_split;
    struct text s = {.pool = t->pool};

    text_add(&s, "%d for training, %d validation, %d test", (int)n[SPLIT_TRAIN], (int)n[SPLIT_VALIDATION],
             (int)n[SPLIT_TEST]);
    return s.s;
}

static const char *const optimizers[] = {
    [OPTIMIZER_SGD] = "sgd", [OPTIMIZER_ADAM] = "adam", [OPTIMIZER_ADAMW] = "adamw"};
static const char *const schedules[] = {
    [SCHEDULE_CONSTANT] = "constant", [SCHEDULE_STEP] = "step", [SCHEDULE_COSINE] = "cosine"};

const char *train_settings_text(const struct train *t)
{
    const struct training *r = &t->recipe.training;

    return pool_printf(t->pool, "%s, rate %.6g (%s), batches of %d, seed %llu", optimizers[r->optimizer],
                       (double)r->rate, schedules[r->schedule], (int)r->batch, (unsigned long long)r->seed);
}

/* ---- the page ---- */
static const char *count_text(const struct train *t, int64_t n)
{
    struct text s = {.pool = t->pool};

    html_count(&s, n);
    return s.s;
}

static const char *percent(const struct train *t, double share) { return pool_printf(t->pool, "%.2f %%", 100 * share); }

static const char *r2_text(struct pool *pool, double r2) { return isnan(r2) ? "-" : pool_printf(pool, "%.4f", r2); }

static void add_regression(const struct train *t, const char *split, struct fact *results, size_t *n)
{
    const struct regression *r = &t->test.regression;

    if (!train_is_regression(t))
        return;
    results[(*n)++] = (struct fact){pool_printf(t->pool, "Mean absolute error, float, %s split", split),
                                    pool_printf(t->pool, "%.6g", r->mae)};
    results[(*n)++] = (struct fact){"Root of the mean squared error", pool_printf(t->pool, "%.6g", r->rmse)};
    results[(*n)++] = (struct fact){"R\xc2\xb2", r2_text(t->pool, r->r2)};
}

/* Of the judge's metrics, in their order. */
static const char *const anomaly_names[METRICS_MAX] = {"ROC AUC", "Threshold of the score", "False alarms", "Misses"};

static void add_settings(const struct train *t, struct fact *facts, size_t *n)
{
    static const char *const splits[SPLIT_COUNT] = {"Training", "Validation", "Test"};
    const struct training *r = &t->recipe.training;

    facts[(*n)++] = (struct fact){"Samples", NULL};
    for (int s = 0; s < SPLIT_COUNT; s++)
        facts[(*n)++] = (struct fact){splits[s], count_text(t, t->data.n_split[s])};
    facts[(*n)++] = (struct fact){"Settings", NULL};
    facts[(*n)++] = (struct fact){"Optimizer", optimizers[r->optimizer]};
    facts[(*n)++] = (struct fact){"Largest rate", pool_printf(t->pool, "%.6g", (double)r->rate)};
    facts[(*n)++] = (struct fact){"Schedule", schedules[r->schedule]};
    facts[(*n)++] = (struct fact){"Samples a step", count_text(t, r->batch)};
    facts[(*n)++] = (struct fact){"Seed", pool_printf(t->pool, "%llu", (unsigned long long)r->seed)};
}

static enum mote_status show_data(const struct train *t, struct life_data *d, const struct frame *at)
{
    struct train_wrong wrong[LIFE_WORST];
    const int32_t n = train_worst(t, wrong, LIFE_WORST);
    struct figure *figures = pool_array(t->pool, LIFE_WORST, sizeof *figures);

    *d = (struct life_data){.source = t->data_file.name, .worst = figures, .n_worst = (size_t)n};
    life_count(t->pool, &t->data, d);
    for (int32_t i = 0; i < n; i++) {
        figures[i].caption = wrong[i].truth;
        figures[i].below =
            pool_printf(t->pool, "%s (%s)", wrong[i].said, dataset_name(t->pool, &t->data, wrong[i].sample));
        TRY(life_figure(t->pool, &t->data, wrong[i].sample, &figures[i], at));
    }
    return MOTE_OK;
}

enum mote_status train_report(struct train *t)
{
    const char *split = split_words[t->split];
    struct frame here = {.name = train_path(t, TRAIN_REPORT), .index = -1, .sink = t->sink};
    struct fact results[4 + METRICS_MAX], costs[2 + 1 + SPLIT_COUNT + 6];
    struct life_data data;
    char duration[32];
    struct html_report r = {.title = t->recipe.name,
                            .recipe = t->recipe.path,
                            .results = results,
                            .costs = costs,
                            .history = &t->history,
                            .best_epoch = t->best->epoch,
                            .confusion = t->confusion.counts != NULL ? &t->confusion : NULL,
                            .roc = t->anomalies.roc.n > 0 ? &t->anomalies.roc : NULL};

    if (!isnan(t->test.accuracy))
        results[r.n_results++] =
            (struct fact){pool_printf(t->pool, "Accuracy, float, %s split", split), percent(t, t->test.accuracy)};
    add_regression(t, split, results, &r.n_results);
    for (int32_t i = 0; i < t->anomalies.n_metrics; i++)
        results[r.n_results++] = (struct fact){anomaly_names[i], metric_text(t->pool, &t->anomalies.metrics[i])};
    results[r.n_results++] =
        (struct fact){pool_printf(t->pool, "Loss, %s split", split), pool_printf(t->pool, "%.4f", t->test.loss)};
    results[r.n_results++] = (struct fact){"Samples", count_text(t, t->test.n)};
    costs[r.n_costs++] = (struct fact){"Multiply-accumulates", count_text(t, model_macs(&t->net))};
    costs[r.n_costs++] = (struct fact){"Time of training", pool_strdup(t->pool, duration_text(t->seconds, duration))};
    add_settings(t, costs, &r.n_costs);
    TRY(show_data(t, &data, &here));
    r.life.data = &data;
    r.layers = layers_of(t->pool, &t->net.graphs[0], &r.n_layers);
    return html_report_write(&r, here.name, &here);
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "host/report/columns.h"
#include "host/cli/judge_show.h"

#include <math.h>
#include <stdlib.h>

#include "host/cli/io.h"
#include "host/jobs/splits.h"
#include "host/report/terminal.h"

/* ---- what the user says ---- */
enum mote_status judge_read_options(struct cli *cli, struct judge_options *out)
{
    static const char *const words[] = {"classification", "regression", "anomaly", NULL};
    const char *task = cli_value(cli, "--task"), *threshold = cli_value(cli, "--threshold"), *word;
    char *end;

    *out = (struct judge_options){.normal = cli_value(cli, "--normal"),
                                  .threshold_given = threshold != NULL,
                                  .progress = &cli_progress,
                                  .at = &cli->root,
                                  .help = pool_printf(&cli->pool, "; see `mote help %s`", cli->command->name)};
    if (task != NULL)
        TRY(cli_word(cli, "--task", words, &word));
    for (int k = 1; task != NULL && k < TASKS; k++)
        if (strcmp(task_names[k], task) == 0)
            out->task = (enum mote_task)k;
    if (threshold == NULL)
        return MOTE_OK;
    out->threshold = strtof(threshold, &end);
    if (end == threshold || *end != '\0' || !(out->threshold >= 0) || isinf(out->threshold))
        return usage_error(cli, "--threshold wants a number of at least 0, not \"%s\"", threshold);
    return MOTE_OK;
}

/* ---- classes ---- */
static void classes_json(const struct judge *j, json_t *to)
{
    json_t *confusion = json_array(), *classes = json_array();

    for (int32_t i = 0; i < j->n_classes; i++) {
        json_t *row = json_array();

        for (int32_t k = 0; k < j->n_classes; k++)
            json_array_append_new(row, json_integer(confusion_count(&j->confusion, i, k)));
        json_array_append_new(confusion, row);
        json_array_append_new(classes, json_text(confusion_name(&j->confusion, i, j->pool)));
    }
    json_object_set_new(to, "correct", json_integer(confusion_correct(&j->confusion)));
    json_object_set_new(to, "classes", classes);
    json_object_set_new(to, "confusion", confusion);
}

static void print_correct(const struct judge *j)
{
    printf("%lld of %d correct: %.2f %%", (long long)confusion_correct(&j->confusion), j->what.n,
           100 * confusion_accuracy(&j->confusion));
}

static void print_matrix(const struct judge *j)
{
    printf("balanced accuracy %s, macro F1 %s\n", j->metrics[1].text, j->metrics[2].text);
    print_confusion(&j->confusion, j->pool, stdout);
}

/* ---- numbers ---- */
static void numbers_json(const struct judge *j, json_t *to)
{
    (void)j;
    (void)to;
}

static void print_errors(const struct judge *j)
{
    printf("MAE %s, RMSE %s, R2 %s of %d samples", j->metrics[0].text, j->metrics[1].text, j->metrics[2].text,
           j->what.n);
}

static void print_nothing(const struct judge *j) { (void)j; }

/* ---- anomalies ---- */
static void anomalies_json(const struct judge *j, json_t *to)
{
    json_object_set_new(to, "threshold_from", isnan(j->threshold) ? json_null() : json_string(j->threshold_from));
    json_object_set_new(to, "normal_samples", json_integer(j->alarms.normal));
    json_object_set_new(to, "anomalous_samples", json_integer(j->alarms.anomalous));
    json_object_set_new(to, "false_alarms", isnan(j->threshold) ? json_null() : json_integer(j->alarms.false_alarms));
    json_object_set_new(to, "misses", isnan(j->threshold) ? json_null() : json_integer(j->alarms.misses));
}

static void print_auc(const struct judge *j)
{
    printf("AUC %s, of %lld normal samples and %lld others", j->metrics[0].text, (long long)j->alarms.normal,
           (long long)j->alarms.anomalous);
}

static void print_alarms(const struct judge *j)
{
    static const char *const whose[] = {"the model's", "given", "the best for these samples: the model has none"};
    const char *from = j->threshold_from;

    if (isnan(j->threshold)) {
        printf("no threshold: the model has none, and --threshold gives none\n");
        return;
    }
    print_fitting(
        stdout, "threshold %s (%s): %lld false alarms (%s of the normal samples), %lld misses (%s of the others)\n",
        j->metrics[1].text,
        whose[strcmp(from, "model") == 0    ? 0
              : strcmp(from, "option") == 0 ? 1
                                            : 2],
        (long long)j->alarms.false_alarms, j->metrics[2].text, (long long)j->alarms.misses, j->metrics[3].text);
}

/* ---- all ---- */
static const struct shown {
    void (*json)(const struct judge *j, json_t *to);
    void (*line)(const struct judge *j);
    void (*rest)(const struct judge *j);
} shown[TASKS] = {
    [MOTE_TASK_CLASSIFICATION] = {classes_json, print_correct, print_matrix},
    [MOTE_TASK_REGRESSION] = {numbers_json, print_errors, print_nothing},
    [MOTE_TASK_ANOMALY] = {anomalies_json, print_auc, print_alarms},
};

void judge_metrics_json(const struct judge *j, json_t *to, const char *suffix)
{
    for (int32_t i = 0; i < j->n_metrics; i++)
        json_object_set_new(to, pool_printf(j->pool, "%s%s", j->metrics[i].key, suffix),
                            json_number(j->metrics[i].value));
}

void judge_json(const struct judge *j, json_t *to)
{
    json_object_set_new(to, "task", json_string(task_names[j->what.task.kind]));
    judge_metrics_json(j, to, "");
    shown[j->what.task.kind].json(j, to);
}

void judge_print_line(const struct judge *j) { shown[j->what.task.kind].line(j); }

void judge_print_rest(const struct judge *j) { shown[j->what.task.kind].rest(j); }

void split_json(const struct pipeline *p, const struct dataset *d, json_t *to)
{
    json_object_set_new(to, "split_known", json_boolean(split_known(p)));
    json_object_set_new(to, "split_samples",
                        json_pack("{s:i, s:i, s:i}", "train", d->n_split[SPLIT_TRAIN], "validation",
                                  d->n_split[SPLIT_VALIDATION], "test", d->n_split[SPLIT_TEST]));
    json_object_set_new(to, "split_differs", json_integer(d->differing));
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "host/cli/judge.h"

#include <math.h>

static const struct judging *const judgings[TASKS] = {
    [MOTE_TASK_CLASSIFICATION] = &judging_classes,
    [MOTE_TASK_REGRESSION] = &judging_numbers,
    [MOTE_TASK_ANOMALY] = &judging_classes,
};

/* ---- opening ---- */
/* What nobody said. */
static enum mote_task guess_task(const struct dataset *d)
{
    return d->targets != NULL ? MOTE_TASK_REGRESSION : MOTE_TASK_CLASSIFICATION;
}

enum mote_status judge_open(struct cli *cli, const struct mote_model *m, const struct judged *what, struct judge *out)
{
    struct mote_io io;

    *out = (struct judge){.cli = cli, .what = *what};
    if (mote_model_output(m, 0, &io) != MOTE_OK)
        return fail(what->model_at, MOTE_ERR_UNSUPPORTED, "the model has no output");
    if (what->task.kind == MOTE_TASK_NONE)
        out->what.task.kind = guess_task(what->data);
    out->how = judgings[out->what.task.kind];
    return out->how->open(out, m, &io);
}

/* ---- seeing ---- */
void judge_see(struct judge *j, int32_t i, const struct mote_io *out) { j->how->see(j, i, out); }

void judge_add(struct judge *j, const char *key, const char *name, enum metric_form form, double value)
{
    assert(j->n_metrics < METRICS_MAX);
    j->metrics[j->n_metrics++] = (struct metric){key, name, form, value};
}

void judge_end(struct judge *j) { j->how->end(j); }

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

enum mote_status judge_image(struct judge *j, struct bytes image, int64_t threads, const char *doing)
{
    struct sweep sweep = {.image = image,
                          .n = j->what.n,
                          .threads = (int32_t)threads,
                          .context = j,
                          .fill = fill,
                          .take = take,
                          .progress = cli_progress,
                          .what = doing};

    TRY(sweep_run(&j->cli->pool, &sweep, j->what.model_at));
    judge_end(j);
    return MOTE_OK;
}

/* ---- showing ---- */
const char *metric_text(struct pool *pool, const struct metric *m)
{
    if (isnan(m->value))
        return "-";
    if (m->form == METRIC_SHARE)
        return pool_printf(pool, "%.2f %%", 100 * m->value);
    return pool_printf(pool, m->form == METRIC_SCORE ? "%.4f" : "%.6g", m->value);
}

void judge_metrics_json(const struct judge *j, json_t *to, const char *suffix)
{
    for (int32_t i = 0; i < j->n_metrics; i++)
        json_object_set_new(to, pool_printf(&j->cli->pool, "%s%s", j->metrics[i].key, suffix),
                            json_number(j->metrics[i].value));
}

void judge_json(const struct judge *j, json_t *to)
{
    json_object_set_new(to, "task", json_string(task_names[j->what.task.kind]));
    judge_metrics_json(j, to, "");
    j->how->json(j, to);
}

void judge_print_line(const struct judge *j) { j->how->print_line(j); }

void judge_print_rest(const struct judge *j) { j->how->print_rest(j); }

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
    csv_field(to, &j->cli->pool, dataset_name(&j->cli->pool, j->what.data, j->what.samples[i]));
    j->how->prediction(j, i, to);
}

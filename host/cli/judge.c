/* SPDX-License-Identifier: Apache-2.0 */
#include "host/cli/judge.h"

#include <math.h>

#include "host/cli/image_view.h"

static int32_t label_of(const struct judge *j, int32_t i)
{
    int32_t label = j->what.data->labels[j->what.samples[i]];

    return j->numbers != NULL ? j->numbers[label] : label;
}

/* ---- opening ---- */
static enum mote_status check_output(struct judge *j, const struct mote_model *m)
{
    const struct frame *at = j->what.model_at;
    struct mote_io out;
    double value;

    if (mote_model_output(m, 0, &out) != MOTE_OK)
        return fail(at, MOTE_ERR_UNSUPPORTED, "the model has no output");
    j->n_classes = (int32_t)io_elements(&out);
    if (j->n_classes < 2 || !io_element(&out, 0, &value))
        return fail(at, MOTE_ERR_UNSUPPORTED,
                    "its output \"%s\" has %d element%s of %s; accuracy wants a number for each of several classes",
                    out.name, j->n_classes, j->n_classes == 1 ? "" : "s", type_name((enum mote_type)out.type));
    if (j->n_classes > CONFUSION_CLASSES_MAX)
        return fail(at, MOTE_ERR_UNSUPPORTED, "its output \"%s\" has %d elements; %d classes are the most here",
                    out.name, j->n_classes, CONFUSION_CLASSES_MAX);
    return MOTE_OK;
}

/* The model's, else the data's, else numbers. */
static void choose_names(struct judge *j, const struct mote_model *m)
{
    struct pool *pool = &j->cli->pool;
    int32_t n;
    const char *const *names = image_classes(pool, m, &n);

    if (n != j->n_classes)
        names = j->what.data->n_classes == j->n_classes ? j->what.data->classes : NULL;
    j->classes = pool_array(pool, (size_t)j->n_classes, sizeof *j->classes);
    for (int32_t i = 0; i < j->n_classes; i++) {
        const char *name = names != NULL ? names[i] : pool_printf(pool, "%d", i);

        j->classes[i] = j->cli->json ? name : printable(pool, name); /* JSON has escapes of its own */
    }
}

static int32_t number_of(const char *name, const char *const *names, int32_t n)
{
    for (int32_t i = 0; i < n; i++)
        if (strcmp(name, names[i]) == 0)
            return i;
    return -1;
}

/* Data that lack some of the model's classes number the others otherwise: names count, where any are the same. */
static void number_classes(struct judge *j, const struct mote_model *m)
{
    const struct dataset *d = j->what.data;
    int32_t n, *numbers;
    const char *const *names = image_classes(&j->cli->pool, m, &n);

    if (d->labels == NULL || d->classes == NULL || n != j->n_classes)
        return;
    numbers = pool_array(&j->cli->pool, (size_t)d->n_classes, sizeof *numbers);
    for (int32_t i = 0; i < d->n_classes; i++) {
        numbers[i] = number_of(d->classes[i], names, n);
        if (numbers[i] >= 0)
            j->numbers = numbers;
    }
}

static enum mote_status check_labels(const struct judge *j)
{
    const struct judged *w = &j->what;

    if (w->data->labels == NULL)
        return fail(w->data_at, MOTE_ERR_VALUE, "has no labels; accuracy wants them");
    for (int32_t i = 0; i < w->n; i++)
        if (label_of(j, i) < 0 || label_of(j, i) >= j->n_classes) {
            struct frame here = {
                .up = w->data_at, .name = dataset_place(&j->cli->pool, w->data, w->samples[i]), .index = -1};

            if (label_of(j, i) < 0)
                return fail(&here, MOTE_ERR_VALUE, "is of the class \"%s\", which the model does not have",
                            w->data->classes[w->data->labels[w->samples[i]]]);
            return fail(&here, MOTE_ERR_VALUE, "the label is %d, but the model has %d classes, from 0", label_of(j, i),
                        j->n_classes);
        }
    return MOTE_OK;
}

enum mote_status judge_open(struct cli *cli, const struct mote_model *m, const struct judged *what, struct judge *out)
{
    *out = (struct judge){.cli = cli, .what = *what};
    TRY(check_output(out, m));
    number_classes(out, m);
    TRY(check_labels(out));
    choose_names(out, m);
    out->predictions = pool_array(&cli->pool, (size_t)what->n + 1, sizeof *out->predictions);
    return MOTE_OK;
}

/* ---- seeing ---- */
void judge_see(struct judge *j, int32_t i, const struct mote_io *out) { j->predictions[i] = io_largest(out); }

static void add_metric(struct judge *j, const char *key, const char *name, enum metric_form form, double value)
{
    assert(j->n_metrics < METRICS_MAX);
    j->metrics[j->n_metrics++] = (struct metric){key, name, form, value};
}

void judge_end(struct judge *j)
{
    j->confusion = confusion_make(&j->cli->pool, j->n_classes, j->classes);
    for (int32_t i = 0; i < j->what.n; i++)
        confusion_add(&j->confusion, &(int32_t){label_of(j, i)}, &j->predictions[i], 1);
    add_metric(j, "accuracy", "accuracy", METRIC_SHARE, confusion_accuracy(&j->confusion));
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
    json_t *confusion = json_array(), *classes = json_array();

    for (int32_t i = 0; i < j->n_classes; i++) {
        json_t *row = json_array();

        for (int32_t k = 0; k < j->n_classes; k++)
            json_array_append_new(row, json_integer(confusion_count(&j->confusion, i, k)));
        json_array_append_new(confusion, row);
        json_array_append_new(classes, json_text(confusion_name(&j->confusion, i, &j->cli->pool)));
    }
    json_object_set_new(to, "correct", json_integer(confusion_correct(&j->confusion)));
    judge_metrics_json(j, to, "");
    json_object_set_new(to, "classes", classes);
    json_object_set_new(to, "confusion", confusion);
}

void judge_print_line(const struct judge *j)
{
    printf("%lld of %d correct: %.2f %%", (long long)confusion_correct(&j->confusion), j->what.n,
           100 * confusion_accuracy(&j->confusion));
}

void judge_print_rest(const struct judge *j) { print_confusion(&j->confusion, &j->cli->pool, stdout); }

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
    text_add(to, ",%d,%d\n", label_of(j, i), j->predictions[i]);
}

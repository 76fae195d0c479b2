/* SPDX-License-Identifier: Apache-2.0 */
/* Classes: how often the largest element of the output is the label's. */
#include "host/run/image_view.h"
#include "host/jobs/judge.h"

/* ---- opening ---- */
static enum mote_status check_output(struct judge *j, const struct mote_io *out)
{
    const struct frame *at = j->what.model_at;
    double value;

    j->n_classes = (int32_t)io_elements(out);
    if (j->n_classes < 2 || !io_element(out, 0, &value))
        return fail(at, MOTE_ERR_UNSUPPORTED,
                    "its output \"%s\" has %d element%s of %s; accuracy wants a number for each of several classes",
                    out->name, j->n_classes, j->n_classes == 1 ? "" : "s", type_name((enum mote_type)out->type));
    if (j->n_classes > CONFUSION_CLASSES_MAX)
        return fail(at, MOTE_ERR_UNSUPPORTED, "its output \"%s\" has %d elements; %d classes are the most here",
                    out->name, j->n_classes, CONFUSION_CLASSES_MAX);
    return MOTE_OK;
}

/* The model's, else the data's, else numbers. */
static void choose_names(struct judge *j, const struct mote_model *m)
{
    struct pool *pool = j->pool;
    int32_t n;
    const char *const *names = image_classes(pool, m, &n);

    if (n != j->n_classes)
        names = j->what.data->n_classes == j->n_classes ? j->what.data->classes : NULL;
    j->classes = pool_array(pool, (size_t)j->n_classes, sizeof *j->classes);
    for (int32_t i = 0; i < j->n_classes; i++)
        j->classes[i] = names != NULL ? names[i] : pool_printf(pool, "%d", i);
}

/* Where the model names as many classes as it has outputs. */
static void number_classes(struct judge *j, const struct mote_model *m)
{
    int32_t n;
    const char *const *names = image_classes(j->pool, m, &n);

    if (n == j->n_classes)
        j->numbers = judge_numbers(j, names, n);
}

static enum mote_status check_labels(const struct judge *j)
{
    const struct judged *w = &j->what;

    if (w->data->labels == NULL)
        return fail(w->data_at, MOTE_ERR_VALUE,
                    w->data->targets != NULL ? "its labels are numbers to predict, but the model is for classes"
                                             : "has no labels; accuracy wants them");
    for (int32_t i = 0; i < w->n; i++)
        if (judge_label(j, i) < 0 || judge_label(j, i) >= j->n_classes) {
            struct frame here = {.up = w->data_at, .name = dataset_place(j->pool, w->data, w->samples[i]), .index = -1};

            if (judge_label(j, i) < 0)
                return fail(&here, MOTE_ERR_VALUE, "is of the class \"%s\", which the model does not have",
                            w->data->classes[w->data->labels[w->samples[i]]]);
            return fail(&here, MOTE_ERR_VALUE, "the label is %d, but the model has %d classes, from 0",
                        judge_label(j, i), j->n_classes);
        }
    return MOTE_OK;
}

static enum mote_status open_classes(struct judge *j, const struct mote_model *m, const struct mote_io *out)
{
    TRY(check_output(j, out));
    number_classes(j, m);
    TRY(check_labels(j));
    choose_names(j, m);
    j->predictions = pool_array(j->pool, (size_t)j->what.n + 1, sizeof *j->predictions);
    j->values = pool_array(j->pool, (size_t)j->what.n + 1, sizeof *j->values);
    return MOTE_OK;
}

/* ---- seeing ---- */
static void see_class(struct judge *j, int32_t i, const struct mote_io *out)
{
    double said = 0, right = 0;

    j->predictions[i] = io_largest(out);
    if (io_element(out, (uint32_t)j->predictions[i], &said) && io_element(out, (uint32_t)judge_label(j, i), &right))
        j->values[i] = (float)(said - right);
}

static void end_classes(struct judge *j)
{
    j->confusion = confusion_make(j->pool, j->n_classes, j->classes);
    for (int32_t i = 0; i < j->what.n; i++)
        confusion_add(&j->confusion, &(int32_t){judge_label(j, i)}, &j->predictions[i], 1);
    judge_add(j, "accuracy", "accuracy", METRIC_SHARE, confusion_accuracy(&j->confusion));
    judge_add(j, "balanced_accuracy", "balanced accuracy", METRIC_SHARE, confusion_balanced(&j->confusion));
    judge_add(j, "macro_f1", "macro F1", METRIC_SCORE, confusion_macro_f1(&j->confusion));
}

/* ---- showing ---- */
static void predicted_class(const struct judge *j, int32_t i, struct text *to)
{
    text_add(to, ",%d,%d\n", judge_label(j, i), j->predictions[i]);
}

const struct judging judging_classes = {open_classes, see_class, end_classes, predicted_class};

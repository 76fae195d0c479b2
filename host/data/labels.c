/* SPDX-License-Identifier: Apache-2.0 */
/* Labels as words -> classes, or numbers to predict. */
#include <math.h>
#include <stdlib.h>

#include "host/data/source.h"

#define REAL_CLASSES                                                                                                   \
    64 /* so many different reals may still be classes' numbers that a program has written as reals                    \
        */

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static int64_t count_different(double *values, size_t n)
{
    int64_t different = 0;

    qsort(values, n, sizeof *values, by_value);
    for (size_t i = 0; i < n; i++)
        different += i == 0 || values[i] != values[i - 1];
    return different;
}

/* Numbers that nobody would give to classes: one is not whole, or they are written as reals and differ much. */
static bool are_targets(struct reading *r, const char *const *words, size_t n, bool reals)
{
    double *values = pool_array(&r->scratch, n, sizeof *values);
    bool whole = true;

    for (size_t i = 0; i < n; i++) {
        if (!table_number(words[i], &values[i]))
            return false;
        whole = whole && values[i] == floor(values[i]);
        reals = reals || strpbrk(words[i], ".eE") != NULL;
    }
    return !whole || (reals && count_different(values, n) > REAL_CLASSES);
}

static enum mote_status take_targets(struct reading *r, const char *const *words, size_t n)
{
    float *targets = pool_array(r->pool, n, sizeof *targets);

    if (r->spec->classes_count > 0)
        return fail_key(r, "classes", "`task: regression` has numbers, not classes: leave `classes` out");
    for (size_t i = 0; i < n; i++) {
        struct frame here = frame_of(r->at, dataset_place(r->pool, r->out, (int32_t)i));
        double value;

        if (!table_number(words[i], &value))
            return fail(&here, MOTE_ERR_VALUE, "the label \"%s\" is no finite number, which `task: regression` wants",
                        words[i]);
        targets[i] = (float)value;
        if (!isfinite(targets[i]))
            return fail(&here, MOTE_ERR_VALUE, "the label %s does not fit in a float32", words[i]);
    }
    r->out->targets = targets;
    return MOTE_OK;
}

/* 1.0000000e+00 is called 1, where all labels are whole numbers. */
static const char *const *plain_numbers(struct reading *r, const char *const *words, size_t n)
{
    const char **plain = pool_array(&r->scratch, n, sizeof *plain);

    for (size_t i = 0; i < n; i++) {
        double value;

        if (!table_number(words[i], &value) || value != floor(value) || fabs(value) > 1e9)
            return words;
        plain[i] = strpbrk(words[i], ".eE") != NULL ? pool_printf(&r->scratch, "%.0f", value) : words[i];
    }
    return plain;
}

static enum mote_status take_classes(struct reading *r, const char *const *words, size_t n, const struct frame *at)
{
    int32_t *labels = pool_array(r->pool, n, sizeof *labels);
    struct vocabulary v;

    if (r->spec->classes_count == 0)
        words = plain_numbers(r, words, n);
    TRY(vocabulary_make(r, words, n, &v, at));
    for (size_t i = 0; i < n; i++)
        labels[i] = vocabulary_find(&v, words[i]);
    r->out->labels = labels;
    return MOTE_OK;
}

enum mote_status labels_make(struct reading *r, const char *const *words, bool reals, const struct frame *at)
{
    size_t n = (size_t)r->out->n;
    enum mote_task task = r->trained != NULL ? r->trained->task.kind : MOTE_TASK_NONE;
    bool targets = r->spec->task == DATA_REGRESSION;

    if (r->spec->task == DATA_TASK_AUTO && task != MOTE_TASK_NONE)
        targets = task == MOTE_TASK_REGRESSION;
    else if (r->spec->task == DATA_TASK_AUTO && r->spec->classes_count == 0)
        targets = are_targets(r, words, n, reals);
    return targets ? take_targets(r, words, n) : take_classes(r, words, n, at);
}

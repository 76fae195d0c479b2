/* SPDX-License-Identifier: Apache-2.0 */
#include "host/jobs/parts.h"

#include "host/jobs/splits.h"

static void input_of(void *context, int32_t i, const struct mote_io *io, uint8_t *out)
{
    const struct part *part = context;

    dataset_input(part->all->data, part->index[i], io, part->all->preprocess, out);
}

static const char *place_of(void *context, int32_t i)
{
    const struct part *part = context;

    return dataset_name(part->all->pool, part->all->data, part->index[i]);
}

static struct part part_of(const struct parts *all, const int32_t *index, int32_t n, const struct parts_options *how)
{
    return (struct part){
        .all = all,
        .index = index,
        .samples = {.n = n, .input = input_of, .place = place_of, .progress = how->progress, .threads = how->threads}};
}

static double label_of(const struct dataset *d, int32_t sample)
{
    return d->targets != NULL ? (double)d->targets[sample] : d->labels != NULL ? d->labels[sample] : 0;
}

/* Are all samples of a class beside each other, or numbers to predict in their order? Then the first ones are alike. */
static bool is_sorted(const struct dataset *d, const int32_t *index, int32_t n)
{
    if (label_of(d, index[0]) == label_of(d, index[n - 1]))
        return false;
    for (int32_t i = 1; i < n; i++)
        if (label_of(d, index[i]) < label_of(d, index[i - 1]))
            return false;
    return true;
}

/* The first `want` of n samples, or as many evenly spread ones; *rest gets all others. */
static const int32_t *pick(const struct parts *p, const int32_t *index, int32_t n, int32_t want, const int32_t **rest)
{
    int32_t *picked = pool_array(p->pool, (size_t)want, sizeof *picked), k = 0;
    int32_t *others = pool_array(p->pool, (size_t)n, sizeof *others);
    bool spread = is_sorted(p->data, index, n);

    for (int32_t i = 0; i < n; i++)
        if (k < want && i == (spread ? (int32_t)((int64_t)k * n / want) : k))
            picked[k++] = index[i];
        else
            others[i - k] = index[i];
    assert(k == want);
    *rest = others;
    return picked;
}

static int32_t at_most(int32_t n, int32_t limit) { return limit > 0 && limit < n ? limit : n; }

enum mote_status parts_choose(struct pool *pool, const struct parts_options *how, const struct dataset *data,
                              const struct preprocess *preprocess, bool known, struct parts *out,
                              const struct frame *at)
{
    const bool split = data->n_split[SPLIT_TRAIN] > 0;
    const enum split from = split ? SPLIT_TRAIN : SPLIT_TEST,
                     to = data->n_split[SPLIT_TEST] > 0 ? SPLIT_TEST : SPLIT_VALIDATION;
    const int32_t n = at_most(data->n_split[from], how->samples > 0 ? how->samples : PARTS_SAMPLES);
    const int32_t *picked, *rest;

    *out = (struct parts){.pool = pool, .data = data, .preprocess = preprocess};
    if (n < 1)
        return fail(at, MOTE_ERR_VALUE, "there are no samples to calibrate on");
    picked = pick(out, data->split[from], data->n_split[from], n, &rest);
    out->calibration = part_of(out, picked, n, how);
    out->test = split ? part_of(out, data->split[to], at_most(data->n_split[to], how->limit), how)
                      : part_of(out, rest, at_most(data->n_split[SPLIT_TEST] - n, how->limit), how);
    out->tests_seen = out->test.samples.n < 1;
    if (out->tests_seen)
        out->test = out->calibration;
    out->kind = out->tests_seen ? "(the same)" : split && known ? split_words[to] : "other";
    out->calibration.samples.context = &out->calibration;
    out->test.samples.context = &out->test;
    return MOTE_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Which samples are for training, validation and test: what the files say, lists, or fractions drawn by a seed. The
 * samples of a split keep the order of the files. */
#include <math.h>
#include <stdlib.h>

#include "host/base/random.h"
#include "host/data/source.h"

#define PURPOSE 0x73706c6974 /* of the random numbers */

struct splitting {
    struct reading *r;
    uint8_t *split;              /* [n] */
    float fraction[SPLIT_COUNT]; /* of those that are to be drawn */
};

/* ---- fractions ---- */
static enum mote_status take_fraction(const struct reading *r, const char *key, const float *value, float *out)
{
    *out = value != NULL ? *value : 0;
    if (!(*out >= 0 && *out < 1))
        return fail(r->at, MOTE_ERR_VALUE, "%s is %g; a fraction from 0 to less than 1 is wanted", key, (double)*out);
    return MOTE_OK;
}

static enum mote_status check_fractions(struct splitting *s)
{
    const struct reading *r = s->r;
    float *f = s->fraction;

    TRY(take_fraction(r, "validation", r->spec->validation, &f[SPLIT_VALIDATION]));
    TRY(take_fraction(r, "test", r->spec->test, &f[SPLIT_TEST]));
    if (f[SPLIT_VALIDATION] + f[SPLIT_TEST] >= 1)
        return fail(r->at, MOTE_ERR_VALUE, "validation and test leave nothing for training");
    return MOTE_OK;
}

struct draw {
    uint64_t key;
    int32_t sample;
};

static int by_key(const void *a, const void *b)
{
    const struct draw *x = a, *y = b;

    if (x->key != y->key)
        return x->key < y->key ? -1 : 1;
    return x->sample < y->sample ? -1 : 1;
}

/* At least one, where a fraction is wanted. */
static int32_t share(float fraction, int32_t n)
{
    int32_t k = (int32_t)lroundf(fraction * (float)n);

    return fraction > 0 && k == 0 ? 1 : k;
}

/* Divides one class, or all. */
static enum mote_status draw_some(struct splitting *s, struct draw *d, int32_t n, const char *whose)
{
    int32_t test = share(s->fraction[SPLIT_TEST], n), validation = share(s->fraction[SPLIT_VALIDATION], n);

    if (n - test - validation < 1)
        return fail(s->r->at, MOTE_ERR_VALUE,
                    "%s has %d sample%s, too few for %d splits; add samples, leave it out, or use `split: random`",
                    whose, n, n == 1 ? "" : "s", 1 + (test > 0) + (validation > 0));
    qsort(d, (size_t)n, sizeof *d, by_key);
    for (int32_t i = 0; i < n; i++)
        s->split[d[i].sample] = i < test ? SPLIT_TEST : i < test + validation ? SPLIT_VALIDATION : SPLIT_TRAIN;
    return MOTE_OK;
}

static const char *class_text(struct reading *r, int32_t class)
{
    return r->out->classes != NULL ? pool_printf(&r->scratch, "class \"%s\"", r->out->classes[class])
                                   : pool_printf(&r->scratch, "class %d", class);
}

static int by_label(const void *a, const void *b)
{
    const struct draw *x = a, *y = b;

    return x->key < y->key ? -1 : x->key > y->key;
}

/* Draws among the samples that are SPLIT_TRAIN now. */
static enum mote_status draw_all(struct splitting *s)
{
    struct reading *r = s->r;
    const struct dataset *d = r->out;
    bool stratified = r->spec->split == DATA_STRATIFIED && d->labels != NULL;
    struct random_stream stream = random_stream(r->spec->seed, PURPOSE, 0, 0);
    struct draw *all = pool_array(&r->scratch, (size_t)d->n, sizeof *all);
    int32_t n = 0;

    for (int32_t i = 0; i < d->n; i++)
        if (s->split[i] == SPLIT_TRAIN)
            all[n++] = (struct draw){stratified ? (uint64_t)d->labels[i] : 0, i};
    qsort(all, (size_t)n, sizeof *all, by_label);
    for (int32_t from = 0, to; from < n; from = to) {
        uint64_t class = all[from].key;

        for (to = from; to < n && all[to].key == class; to++)
            continue;
        for (int32_t i = from; i < to; i++)
            all[i].key = random_bits(stream, (uint64_t)all[i].sample);
        TRY(draw_some(s, all + from, to - from, stratified ? class_text(r, (int32_t) class) : "the data set"));
    }
    return MOTE_OK;
}

/* ---- lists ---- */
struct named {
    const char *name;
    int32_t sample;
};

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct named *)a)->name, ((const struct named *)b)->name);
}

static const struct named *sort_names(struct reading *r)
{
    const struct dataset *d = r->out;
    struct named *names;

    if (r->source->files == NULL || (r->source->rows != NULL && r->source->list == NULL))
        return NULL; /* one file has many */
    names = pool_array(&r->scratch, (size_t)d->n, sizeof *names);
    for (int32_t i = 0; i < d->n; i++)
        names[i] = (struct named){r->source->files[i], i};
    qsort(names, (size_t)d->n, sizeof *names, by_name);
    return names;
}

static int32_t sample_of(const struct reading *r, const struct named *names, const char *word)
{
    struct named key = {word, 0};
    const struct named *found = NULL;
    int64_t index;

    if (names != NULL)
        found = bsearch(&key, names, (size_t)r->out->n, sizeof key, by_name);
    if (found != NULL)
        return found->sample;
    return text_whole(word, r->out->n - 1, &index) ? (int32_t)index : -1;
}

static enum mote_status take_list(struct splitting *s, const char *list, uint8_t split, const struct named *names)
{
    struct reading *r = s->r;
    const char *path;
    struct bytes file;
    int32_t line = 1;

    if (list == NULL)
        return MOTE_OK;
    path = path_beside(&r->scratch, r->from, list);
    TRY(file_read(&r->scratch, path, &file, r->at));
    if (memchr(file.data, '\0', file.size) != NULL)
        return fail(r->at, MOTE_ERR_FORMAT, "%s is not a text file", list);
    for (char *text = (char *)file.data, *next; text != NULL; text = next, line++) {
        struct frame of = frame_of(r->at, list), here = frame_line(&of, "line", line);
        int32_t i;

        text_line(text, &next);
        if (*text == '\0')
            continue;
        i = sample_of(r, names, text);
        if (i < 0)
            return fail(&here, MOTE_ERR_VALUE, "there is no sample \"%s\"; a file's name, or a number from 0 to %d",
                        text, r->out->n - 1);
        if (s->split[i] != SPLIT_NONE)
            return fail(&here, MOTE_ERR_VALUE, "the sample \"%s\" is listed already", text);
        s->split[i] = split;
    }
    return MOTE_OK;
}

static enum mote_status take_lists(struct splitting *s)
{
    const struct data_lists *lists = s->r->spec->lists;
    const struct named *names = sort_names(s->r);

    memset(s->split, SPLIT_NONE, (size_t)s->r->out->n);
    TRY(take_list(s, lists->train, SPLIT_TRAIN, names));
    TRY(take_list(s, lists->validation, SPLIT_VALIDATION, names));
    return take_list(s, lists->test, SPLIT_TEST, names);
}

/* ---- all ---- */
static enum mote_status check_given(const struct splitting *s, bool drawn)
{
    const struct reading *r = s->r;
    int32_t count[SPLIT_COUNT + 1] = {0};

    for (int32_t i = 0; i < r->out->n; i++)
        count[s->split[i]]++;
    if (drawn && s->fraction[SPLIT_TEST] > 0 && count[SPLIT_TEST] > 0)
        return fail(r->at, MOTE_ERR_VALUE, "the files have a test part: leave `test` out");
    if (drawn && s->fraction[SPLIT_VALIDATION] > 0 && count[SPLIT_VALIDATION] > 0)
        return fail(r->at, MOTE_ERR_VALUE, "the files have a validation part: leave `validation` out");
    return MOTE_OK;
}

static enum mote_status choose(struct splitting *s)
{
    const struct reading *r = s->r;
    bool drawn;

    TRY(check_fractions(s));
    drawn = s->fraction[SPLIT_VALIDATION] > 0 || s->fraction[SPLIT_TEST] > 0;
    if (r->spec->lists != NULL)
        return drawn ? fail(r->at, MOTE_ERR_VALUE, "has lists and fractions; only one can say what the splits are")
                     : take_lists(s);
    if (r->source->given != NULL)
        memcpy(s->split, r->source->given, (size_t)r->out->n);
    else
        memset(s->split, drawn ? SPLIT_TRAIN : SPLIT_TEST, (size_t)r->out->n);
    if (r->source->given != NULL)
        TRY(check_given(s, drawn));
    return drawn ? draw_all(s) : MOTE_OK;
}

enum mote_status make_splits(struct reading *r)
{
    struct splitting s = {.r = r, .split = pool_array(&r->scratch, (size_t)r->out->n, 1)};
    struct dataset *d = r->out;

    TRY(choose(&s));
    d->splits =
        r->spec->lists != NULL || r->source->given != NULL || r->spec->validation != NULL || r->spec->test != NULL;
    for (int k = 0; k < SPLIT_COUNT; k++) {
        int32_t *list, n = 0;

        for (int32_t i = 0; i < d->n; i++)
            n += s.split[i] == k;
        d->split[k] = list = pool_array(r->pool, (size_t)n, sizeof *list);
        d->n_split[k] = n;
        n = 0;
        for (int32_t i = 0; i < d->n; i++)
            if (s.split[i] == k)
                list[n++] = i;
    }
    return MOTE_OK;
}

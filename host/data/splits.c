/* SPDX-License-Identifier: Apache-2.0 */
/* Which samples are for training, validation and test: what the files say, lists, or fractions drawn by a seed. The
 * samples of a split keep the order of the files. */
#include <math.h>
#include <stdlib.h>

#include "host/data/source.h"

struct splitting {
    struct reading *r;
    const struct frame *at;      /* of what is wrong with the drawing */
    bool unasked;                /* nobody has said fractions: what is too few for them is all for training */
    uint8_t *split;              /* [n] */
    uint8_t *torn;               /* [n] 1: several classes have a sample with these contents */
    float fraction[SPLIT_COUNT]; /* of those that are to be drawn */
    uint64_t *cutoffs[2];        /* [n_cutoffs] of test and validation, struct split_memory */
    int32_t n_cutoffs;
};

/* ---- fractions ---- */
static enum mote_status take_fraction(const struct reading *r, const char *key, const float *value, float *out)
{
    *out = value != NULL ? *value : 0;
    if (!(*out >= 0 && *out < 1))
        return fail_key(r, key, "%s is %g; a fraction from 0 to less than 1 is wanted", key, (double)*out);
    return MOTE_OK;
}

static enum mote_status check_fractions(struct splitting *s)
{
    const struct reading *r = s->r;
    float *f = s->fraction;

    TRY(take_fraction(r, "validation", r->spec->validation, &f[SPLIT_VALIDATION]));
    TRY(take_fraction(r, "test", r->spec->test, &f[SPLIT_TEST]));
    if (f[SPLIT_VALIDATION] + f[SPLIT_TEST] >= 1)
        return fail_key(r, "validation", "validation and test leave nothing for training");
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

static int32_t end_of_equal(const struct draw *d, int32_t n, int32_t from)
{
    int32_t to = from;

    while (to < n && d[to].key == d[from].key)
        to++;
    return to;
}

static int32_t count_different(const struct draw *d, int32_t n)
{
    int32_t different = 0;

    for (int32_t i = 0; i < n; i = end_of_equal(d, n, i))
        different++;
    return different;
}

/* The end of what begins at `from` and has about `want` of n sorted samples: equal ones stay together, and `keep`
 * different ones are left. */
static int32_t take(const struct draw *d, int32_t n, int32_t from, int32_t want, int32_t keep)
{
    int32_t to = from, left = count_different(d + from, n - from);

    for (; to - from < want && left > keep; left--) {
        int32_t next = end_of_equal(d, n, to);

        if (to > from && next - from - want > want - (to - from))
            break;
        to = next;
    }
    assert(from <= to && to <= n);
    return to;
}

static bool is_few(const struct splitting *s, const struct draw *d, int32_t n)
{
    return count_different(d, n) < 1 + (s->fraction[SPLIT_TEST] > 0) + (s->fraction[SPLIT_VALIDATION] > 0);
}

static enum mote_status check_enough(const struct splitting *s, const struct draw *d, int32_t n, const char *whose)
{
    int32_t parts = 1 + (s->fraction[SPLIT_TEST] > 0) + (s->fraction[SPLIT_VALIDATION] > 0);
    int32_t different = count_different(d, n);
    const char *few = different == n ? ""
                                     : pool_printf(&s->r->scratch, " in %d different %s", different,
                                                   data_group(s->r) != NULL ? "groups" : "contents");

    if (!is_few(s, d, n))
        return MOTE_OK;
    return fail(s->at, MOTE_ERR_VALUE,
                "%s has %d sample%s%s, too few for %d splits; add samples, leave it out, or use `split: random`", whose,
                n, n == 1 ? "" : "s", few, parts);
}

/* Different ones go into the folds in turn; of those that are left for training, every so many are for
 * validation, every other one at most. */
static void draw_fold(struct splitting *s, struct draw *d, int32_t n)
{
    const struct reading *r = s->r;
    float part = s->fraction[SPLIT_VALIDATION] > 0 ? s->fraction[SPLIT_VALIDATION] : 0.1F;
    int32_t every = (int32_t)fminf(fmaxf(roundf(1 / part), 2), 1e9F), different = 0, left = 0;

    qsort(d, (size_t)n, sizeof *d, by_key);
    for (int32_t from = 0, to; from < n; from = to, different++) {
        bool tests = different % r->folds == r->fold;
        uint8_t split = tests ? SPLIT_TEST : left++ % every == every - 1 ? SPLIT_VALIDATION : SPLIT_TRAIN;

        to = end_of_equal(d, n, from);
        for (int32_t i = from; i < to; i++)
            s->split[d[i].sample] = split;
    }
}

/* What is compared over the folds is not to be of fewer of them. */
static enum mote_status check_fold(const struct splitting *s)
{
    int32_t counts[SPLIT_COUNT] = {0};

    for (int32_t i = 0; i < s->r->out->n; i++)
        counts[s->split[i]]++;
    if (counts[SPLIT_TEST] > 0 && counts[SPLIT_TRAIN] > 0)
        return MOTE_OK;
    return fail(s->at, MOTE_ERR_VALUE, "has no samples to %s in fold %d of %d; ask for fewer folds, or add %s",
                counts[SPLIT_TEST] > 0 ? "train on" : "test on", s->r->fold + 1, s->r->folds,
                data_group(s->r) != NULL ? "groups" : "samples");
}

/* Divides one class, or all. */
static enum mote_status draw_some(struct splitting *s, struct draw *d, int32_t n, const char *whose, int32_t cutoff)
{
    int32_t want = share(s->fraction[SPLIT_VALIDATION], n), test, validation;

    qsort(d, (size_t)n, sizeof *d, by_key);
    if (s->unasked && is_few(s, d, n)) {
        note(s->r, "%s is too small to be split: all of it is for training", whose);
        s->cutoffs[0][cutoff] = s->cutoffs[1][cutoff] = 0;
        return MOTE_OK;
    }
    TRY(check_enough(s, d, n, whose));
    test = take(d, n, 0, share(s->fraction[SPLIT_TEST], n), 1 + (want > 0));
    validation = take(d, n, test, want, 1);
    assert(test <= validation && validation < n);
    for (int32_t i = 0; i < n; i++)
        s->split[d[i].sample] = i < test ? SPLIT_TEST : i < validation ? SPLIT_VALIDATION : SPLIT_TRAIN;
    s->cutoffs[0][cutoff] = test > 0 ? d[test].key : 0;
    s->cutoffs[1][cutoff] = validation > 0 ? d[validation].key : 0;
    return MOTE_OK;
}

static const char *class_text(struct reading *r, int32_t class)
{
    return r->out->classes != NULL ? pool_printf(&r->scratch, "class \"%s\"", r->out->classes[class])
                                   : pool_printf(&r->scratch, "class %d", class);
}

/* ---- contents of several classes ---- */
/* A class's cutoffs would put them into several splits: they are for training. */
static void find_torn(struct splitting *s)
{
    struct reading *r = s->r;
    const int32_t *labels = r->out->labels;
    int32_t n = r->out->n;
    struct draw *all = pool_array(&r->scratch, (size_t)n, sizeof *all);

    assert(labels != NULL && r->digests != NULL);
    for (int32_t i = 0; i < n; i++)
        all[i] = (struct draw){r->digests[i], i};
    qsort(all, (size_t)n, sizeof *all, by_key);
    for (int32_t from = 0, to; from < n; from = to) {
        bool torn = false;

        to = end_of_equal(all, n, from);
        for (int32_t i = from; i < to; i++)
            torn |= labels[all[i].sample] != labels[all[from].sample];
        for (int32_t i = from; i < to; i++)
            s->torn[all[i].sample] = torn;
    }
}

static void count_equal(struct reading *r)
{
    struct dataset *d = r->out;
    struct draw *all = pool_array(&r->scratch, (size_t)d->n, sizeof *all);

    for (int32_t i = 0; i < d->n; i++)
        all[i] = (struct draw){r->digests[i], i};
    qsort(all, (size_t)d->n, sizeof *all, by_key);
    for (int32_t from = 0, to; from < d->n; from = to) {
        bool torn = false;

        to = end_of_equal(all, d->n, from);
        for (int32_t i = from; i < to && d->labels != NULL; i++)
            torn |= d->labels[all[i].sample] != d->labels[all[from].sample];
        d->equal += to - from - 1;
        d->torn += torn ? to - from : 0;
    }
}

/* ---- all that is to be drawn ---- */
static int by_label(const void *a, const void *b)
{
    const struct draw *x = a, *y = b;

    return x->key < y->key ? -1 : x->key > y->key;
}

/* Of a class that has no sample, every sample that comes later is new. */
static void make_cutoffs(struct splitting *s, int32_t n)
{
    s->n_cutoffs = n;
    for (int k = 0; k < 2; k++) {
        s->cutoffs[k] = pool_array(s->r->pool, (size_t)n, sizeof *s->cutoffs[k]);
        memset(s->cutoffs[k], 0xff, (size_t)n * sizeof *s->cutoffs[k]);
    }
}

/* Draws among the samples that are SPLIT_TRAIN now. A group may have samples of all classes. */
static enum mote_status draw_all(struct splitting *s)
{
    struct reading *r = s->r;
    const struct dataset *d = r->out;
    bool stratified = r->spec->split == DATA_STRATIFIED && d->labels != NULL && data_group(r) == NULL;
    struct draw *all = pool_array(&r->scratch, (size_t)d->n, sizeof *all);
    int32_t n = 0;

    make_cutoffs(s, stratified ? d->n_classes : 1);
    if (stratified)
        find_torn(s);
    for (int32_t i = 0; i < d->n; i++)
        if (s->split[i] == SPLIT_TRAIN && !s->torn[i])
            all[n++] = (struct draw){stratified ? (uint64_t)d->labels[i] : 0, i};
    qsort(all, (size_t)n, sizeof *all, by_label);
    for (int32_t from = 0, to; from < n; from = to) {
        int32_t class = (int32_t)all[from].key;

        to = end_of_equal(all, n, from);
        for (int32_t i = from; i < to; i++)
            all[i].key = split_key(r->spec->seed, r->digests[all[i].sample]);
        if (r->folds > 0)
            draw_fold(s, all + from, to - from);
        else
            TRY(draw_some(s, all + from, to - from, stratified ? class_text(r, class) : "the data set", class));
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
    struct frame specification = specification_frame(r);
    const char *path;
    struct bytes file;
    int32_t line = 1;

    if (list == NULL)
        return MOTE_OK;
    path = path_beside(&r->scratch, r->from, list);
    TRY(file_read(&r->scratch, path, &file, &specification));
    if (memchr(file.data, '\0', file.size) != NULL)
        return fail(&specification, MOTE_ERR_FORMAT, "%s is not a text file", list);
    for (char *text = (char *)file.data, *next; text != NULL; text = next, line++) {
        struct frame of = frame_of(&specification, list), here = frame_line(&of, "line", line);
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
        return fail_key(r, "test", "the files have a test part: leave `test` out");
    if (drawn && s->fraction[SPLIT_VALIDATION] > 0 && count[SPLIT_VALIDATION] > 0)
        return fail_key(r, "validation", "the files have a validation part: leave `validation` out");
    return MOTE_OK;
}

static bool recalls(const struct reading *r) { return r->trained != NULL && r->trained->split.known; }

/* All digests where files or lists decided, else the rule of the drawing and its exceptions. */
static void remember(struct splitting *s)
{
    struct reading *r = s->r;
    struct split_memory *m = &r->out->memory;

    *m = (struct split_memory){.group = r->spec->group};
    if (r->spec->lists != NULL || r->source->given != NULL || r->folds > 0) {
        splits_settle(r, s->split);
        m->known = m->trained.n > 0;
        return;
    }
    m->known = s->n_cutoffs > 0;
    m->seed = r->spec->seed;
    m->n_cutoffs = s->n_cutoffs;
    m->test = s->cutoffs[0];
    m->validation = s->cutoffs[1];
    m->trained = digests_list(r, s->torn, 1);
}

/* Where a model's memory decides, the data's own drawing is only compared with it, and need not be possible. */
static enum mote_status draw(struct splitting *s)
{
    struct report_text unseen = {.status = MOTE_OK};
    struct frame quiet = {.index = -1, .sink = &unseen};

    if (!recalls(s->r))
        return draw_all(s);
    s->at = &quiet;
    s->r->out->splits = draw_all(s) == MOTE_OK;
    s->at = s->r->at;
    return MOTE_OK;
}

/* To train on, something has to be tested on and chosen by. A recipe that draws no test was written for files that have
 * one. */
static void draw_unasked(struct splitting *s)
{
    struct reading *r = s->r;

    if (r->out->splits) {
        if (r->moved && r->spec->lists == NULL && r->source->given == NULL && r->spec->test == NULL) {
            s->fraction[SPLIT_TEST] = 0.1F;
            note(r, "nothing says what the test is: 10 %% of the samples");
        }
        return;
    }
    s->unasked = true;
    s->fraction[SPLIT_VALIDATION] = s->fraction[SPLIT_TEST] = 0.1F;
    r->out->splits = true;
    note(r, "nothing says what the splits are: 80 %% for training, 10 %% validation, 10 %% test, drawn by %s",
         data_group(r) != NULL ? "groups" : "the samples' contents");
}

static enum mote_status choose(struct splitting *s)
{
    const struct reading *r = s->r;
    bool drawn;

    TRY(check_fractions(s));
    if (r->folds > 0 && !recalls(r)) {
        if (r->spec->lists != NULL)
            return fail_key(r, "lists", "has lists, which say what the test is: leave --folds out");
        r->out->splits = true;
        memset(s->split, SPLIT_TRAIN, (size_t)r->out->n);
        TRY(draw_all(s));
        return check_fold(s);
    }
    if (r->draw && !recalls(r))
        draw_unasked(s);
    drawn = s->fraction[SPLIT_VALIDATION] > 0 || s->fraction[SPLIT_TEST] > 0;
    if (r->spec->lists != NULL)
        return drawn ? fail_key(r, "lists", "has lists and fractions; only one can say what the splits are")
                     : take_lists(s);
    if (r->source->given != NULL)
        memcpy(s->split, r->source->given, (size_t)r->out->n);
    else
        memset(s->split, drawn ? SPLIT_TRAIN : SPLIT_TEST, (size_t)r->out->n);
    if (r->source->given != NULL)
        TRY(check_given(s, drawn));
    return drawn ? draw(s) : MOTE_OK;
}

static void make_lists(struct reading *r, const uint8_t *split)
{
    struct dataset *d = r->out;

    for (int k = 0; k < SPLIT_COUNT; k++) {
        int32_t *list, n = 0;

        for (int32_t i = 0; i < d->n; i++)
            n += split[i] == k;
        d->split[k] = list = pool_array(r->pool, (size_t)n, sizeof *list);
        d->n_split[k] = n;
        n = 0;
        for (int32_t i = 0; i < d->n; i++)
            if (split[i] == k)
                list[n++] = i;
    }
}

enum mote_status make_splits(struct reading *r)
{
    size_t n = (size_t)r->out->n;
    struct splitting s = {
        .r = r, .at = r->at, .split = pool_array(&r->scratch, n, 1), .torn = pool_array(&r->scratch, n, 1)};
    struct dataset *d = r->out;

    d->splits =
        r->spec->lists != NULL || r->source->given != NULL || r->spec->validation != NULL || r->spec->test != NULL;
    if (d->splits || recalls(r) || data_group(r) != NULL || r->draw)
        TRY(make_digests(r));
    d->given = r->spec->lists != NULL || r->source->given != NULL;
    if (r->draw && data_group(r) == NULL)
        count_equal(r);
    TRY(choose(&s));
    if (d->splits)
        remember(&s);
    if (recalls(r))
        splits_recall(r, s.split);
    make_lists(r, s.split);
    return MOTE_OK;
}

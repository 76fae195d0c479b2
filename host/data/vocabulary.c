/* SPDX-License-Identifier: Apache-2.0 */
/* Labels that are words -> numbers of classes. */
#include <stdlib.h>

#include "host/data/source.h"

static bool is_number(const char *s)
{
    double value;

    return table_number(s, &value);
}

static int by_text(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

static int by_number(const void *a, const void *b)
{
    double x = 0, y = 0;

    table_number(*(const char *const *)a, &x);
    table_number(*(const char *const *)b, &y);
    return x < y ? -1 : x > y ? 1 : by_text(a, b);
}

/* Whole numbers with a 0 among them are indices: all up to the largest are classes, whether met or not. */
static bool count_up(struct reading *r, const char *const *words, size_t n, struct vocabulary *v)
{
    const char **all;
    int64_t largest = 0, number;
    bool zero = false;

    for (size_t i = 0; i < n; i++) {
        if (!text_whole(words[i], DATASET_CLASSES_MAX - 1, &number) || (words[i][0] == '0' && words[i][1] != '\0'))
            return false;
        zero |= number == 0;
        largest = number > largest ? number : largest;
    }
    all = pool_array(&r->scratch, (size_t)largest + 1, sizeof *all);
    for (int64_t i = 0; zero && i <= largest; i++)
        all[i] = pool_printf(&r->scratch, "%lld", (long long)i);
    v->words = all;
    v->n = (int32_t)largest + 1;
    return zero;
}

/* Sorted, once each. */
static enum mote_status distinct(struct reading *r, const char *const *words, size_t n, struct vocabulary *v,
                                 const struct frame *at)
{
    const char **sorted = pool_copy(&r->scratch, words, n * sizeof *sorted);
    bool numbers = true;
    size_t kept = 0;

    for (size_t i = 0; i < n && numbers; i++)
        numbers = is_number(words[i]);
    qsort(sorted, n, sizeof *sorted, by_text);
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || strcmp(sorted[kept - 1], sorted[i]) != 0)
            sorted[kept++] = sorted[i];
    if (kept > DATASET_CLASSES_MAX)
        return fail(at, MOTE_ERR_VALUE, "%zu different labels; %d classes are the most here", kept,
                    DATASET_CLASSES_MAX);
    if (numbers)
        qsort(sorted, kept, sizeof *sorted, by_number);
    v->words = sorted;
    v->n = (int32_t)kept;
    return MOTE_OK;
}

static const char *const *keep(struct pool *pool, const char *const *words, int32_t n)
{
    const char **kept = pool_array(pool, (size_t)n, sizeof *kept);

    for (int32_t i = 0; i < n; i++)
        kept[i] = pool_strdup(pool, words[i]);
    return kept;
}

static int by_word(const void *a, const void *b)
{
    return strcmp(((const struct class_word *)a)->word, ((const struct class_word *)b)->word);
}

static const struct class_word *sort(struct pool *pool, const struct vocabulary *v)
{
    struct class_word *sorted = pool_array(pool, (size_t)v->n, sizeof *sorted);

    for (int32_t i = 0; i < v->n; i++)
        sorted[i] = (struct class_word){v->words[i], i};
    qsort(sorted, (size_t)v->n, sizeof *sorted, by_word);
    return sorted;
}

static enum mote_status check_classes(const struct reading *r)
{
    const struct data_section *s = r->spec;

    for (unsigned i = 0; i < s->classes_count; i++)
        for (unsigned k = 0; k < i; k++)
            if (strcmp(s->classes[i], s->classes[k]) == 0)
                return fail_key(r, "classes", "classes names \"%s\" twice", s->classes[i]);
    return MOTE_OK;
}

/* Other data than those that the classes were written for. */
static enum mote_status make_anew(struct reading *r, const char *const *words, size_t n, struct vocabulary *out,
                                  const struct frame *at)
{
    struct data_section *without = pool_copy(r->pool, r->spec, sizeof *without);

    note(r, "the recipe's `classes` are not those of these data: the names are the data's");
    without->classes_count = 0;
    r->spec = without;
    return vocabulary_make(r, words, n, out, at);
}

enum mote_status vocabulary_make(struct reading *r, const char *const *words, size_t n, struct vocabulary *out,
                                 const struct frame *at)
{
    const struct data_section *spec = r->spec;

    *out = (struct vocabulary){.words = (const char *const *)spec->classes, .n = (int32_t)spec->classes_count};
    TRY(check_classes(r));
    if (out->n == 0 && !count_up(r, words, n, out))
        TRY(distinct(r, words, n, out, at));
    r->out->n_classes = out->n;
    r->out->classes = out->words = keep(r->pool, out->words, out->n);
    out->sorted = sort(&r->scratch, out);
    for (size_t i = 0; spec->classes_count > 0 && i < n; i++)
        if (vocabulary_find(out, words[i]) < 0)
            return r->moved ? make_anew(r, words, n, out, at)
                            : fail(at, MOTE_ERR_VALUE,
                                   "there are samples of a class \"%s\", which `classes` does not name", words[i]);
    return MOTE_OK;
}

int32_t vocabulary_find(const struct vocabulary *v, const char *word)
{
    struct class_word key = {word, 0};
    const struct class_word *found = bsearch(&key, v->sorted, (size_t)v->n, sizeof key, by_word);
    int64_t number;

    if (found != NULL)
        return found->number;
    return text_whole(word, v->n - 1, &number) ? (int32_t)number : -1;
}

enum mote_status classes_name(struct reading *r, bool exactly)
{
    unsigned n = r->spec->classes_count;

    if (n == 0)
        return MOTE_OK;
    TRY(check_classes(r));
    if (r->moved && (int32_t)n != r->out->n_classes) {
        note(r, "the recipe's `classes` are %u, these data have %d: they are called by their numbers", n,
             r->out->n_classes);
        return MOTE_OK;
    }
    if ((int32_t)n < r->out->n_classes || (exactly && (int32_t)n != r->out->n_classes))
        return fail_key(r, "classes", "names %u classes, %s has %d", n,
                        r->source->list != NULL ? r->source->list : r->path, r->out->n_classes);
    r->out->n_classes = (int32_t)n;
    r->out->classes = keep(r->pool, (const char *const *)r->spec->classes, (int32_t)n);
    return MOTE_OK;
}

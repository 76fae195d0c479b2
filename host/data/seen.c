/* SPDX-License-Identifier: Apache-2.0 */
/* What a model is to remember of its splits, and the splits of a data set by what a model remembers. */
#include <stdlib.h>

#include "host/base/random.h"
#include "host/data/source.h"

#define PURPOSE 0x73706c6974 /* of the random numbers */

uint64_t split_key(uint64_t seed, uint64_t digest) { return random_bits(random_stream(seed, PURPOSE, 0, 0), digest); }

/* ---- remembering ---- */
static int by_value(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return x < y ? -1 : x > y;
}

struct split_digests digests_list(struct reading *r, const uint8_t *mark, uint8_t wanted)
{
    int32_t n = r->out->n, k = 0;
    uint64_t *all = pool_array(&r->scratch, (size_t)n, sizeof *all);
    struct split_digests list = {0, NULL};
    uint8_t *data;

    assert(r->digests != NULL);
    for (int32_t i = 0; i < n; i++)
        if (mark[i] == wanted)
            all[k++] = r->digests[i];
    qsort(all, (size_t)k, sizeof *all, by_value);
    for (int32_t i = 0; i < k; i++)
        if (list.n == 0 || all[list.n - 1] != all[i])
            all[list.n++] = all[i];
    list.data = data = pool_array(r->pool, (size_t)list.n, DIGEST_BYTES);
    for (int32_t i = 0; i < list.n; i++)
        for (int b = 0; b < DIGEST_BYTES; b++)
            data[i * DIGEST_BYTES + b] = (uint8_t)(all[i] >> (8 * b));
    assert(list.n <= k && k <= n);
    return list;
}

/* Of samples with the same contents (or group) in several splits, training comes first, then validation. */
void splits_settle(struct reading *r, uint8_t *split)
{
    struct split_memory *m = &r->out->memory;

    m->trained = digests_list(r, split, SPLIT_TRAIN);
    for (int s = SPLIT_VALIDATION; s <= SPLIT_TEST; s++) {
        for (int32_t i = 0; i < r->out->n; i++)
            if (split[i] == s && (split_has(&m->trained, r->digests[i]) || split_has(&m->checked, r->digests[i]))) {
                split[i] = SPLIT_NONE;
                r->out->repeated++;
            }
        if (s == SPLIT_VALIDATION)
            m->checked = digests_list(r, split, SPLIT_VALIDATION);
    }
}

/* ---- knowing again ---- */
#define CLASS_NEW (-1) /* the model knows no such class */
#define CLASS_ANY (-2) /* the sample has no label */

static int32_t class_of_name(const struct model *m, const char *name)
{
    for (int32_t i = 0; i < m->n_classes; i++)
        if (strcmp(m->classes[i], name) == 0)
            return i;
    return CLASS_NEW;
}

/* The model's numbers of the data's classes: by names where both have them. */
static const int32_t *map_classes(struct reading *r)
{
    const struct dataset *d = r->out;
    const struct model *m = r->trained;
    int32_t *map = pool_array(&r->scratch, (size_t)d->n_classes + 1, sizeof *map);

    for (int32_t i = 0; i < d->n_classes; i++)
        map[i] = d->classes != NULL && m->n_classes > 0 ? class_of_name(m, d->classes[i])
                 : i < m->split.n_cutoffs               ? i
                                                        : CLASS_NEW;
    return map;
}

static uint8_t split_by_key(const struct split_memory *m, uint64_t key, int32_t class)
{
    assert(class >= 0 && class < m->n_cutoffs);
    return key < m->test[class] ? SPLIT_TEST : key < m->validation[class] ? SPLIT_VALIDATION : SPLIT_TRAIN;
}

/* Of a sample without a label: what it would be in whatever class, the most used of these. */
static uint8_t split_of_any(const struct split_memory *m, uint64_t key)
{
    uint8_t split = SPLIT_TEST;

    for (int32_t i = 0; i < m->n_cutoffs; i++)
        if (split_by_key(m, key, i) < split)
            split = split_by_key(m, key, i);
    return split;
}

static uint8_t split_of(const struct split_memory *m, uint64_t digest, int32_t class)
{
    uint64_t key = split_key(m->seed, digest);

    if (split_has(&m->trained, digest))
        return SPLIT_TRAIN;
    if (split_has(&m->checked, digest))
        return SPLIT_VALIDATION;
    if (m->n_cutoffs == 0 || (class == CLASS_NEW && m->n_cutoffs > 1))
        return SPLIT_TEST;
    if (m->n_cutoffs == 1)
        return split_by_key(m, key, 0);
    return class == CLASS_ANY ? split_of_any(m, key) : split_by_key(m, key, class);
}

void splits_recall(struct reading *r, uint8_t *split)
{
    const struct split_memory *m = &r->trained->split;
    struct dataset *d = r->out;
    const int32_t *map = map_classes(r);

    for (int32_t i = 0; i < d->n; i++) {
        uint8_t own = split[i];

        split[i] = split_of(m, r->digests[i], d->labels != NULL ? map[d->labels[i]] : CLASS_ANY);
        d->differing += d->splits && (own == SPLIT_TEST) != (split[i] == SPLIT_TEST);
    }
    d->memory = *m;
    d->repeated = 0;
    d->splits = true;
}

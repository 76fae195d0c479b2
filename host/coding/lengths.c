/* SPDX-License-Identifier: Apache-2.0 */
/* Lengths of codes by package-merge (L. L. Larmore, D. S. Hirschberg: A fast algorithm for optimal length-limited
 * Huffman codes, JACM 37, 1990): for each length, from the longest on, a list of values and of pairs from the list
 * before; how many of the cheapest 2n - 2 of the last list a value is in, through all pairs, is its code's length. */
#include "host/coding/lengths.h"

#include <stdlib.h>

#include "host/base/base.h"

struct item {
    uint64_t times;
    uint8_t value;
};

static int compare(const void *a, const void *b)
{
    const struct item *x = a, *y = b;

    return x->times != y->times ? (x->times > y->times) - (x->times < y->times) : x->value - y->value;
}

/* A code of one value has a second that never comes. */
static int32_t sorted(struct lengths *l, struct item items[256])
{
    int32_t n = 0;

    for (int32_t i = 0; i < 256; i++)
        if (l->times[i] > 0)
            items[n++] = (struct item){l->times[i], (uint8_t)i};
    for (uint8_t i = 0; n < 2; i++)
        if (n == 0 || items[0].value != i)
            items[n++] = (struct item){0, i};
    qsort(items, (size_t)n, sizeof *items, compare);
    return n;
}

struct list {
    int32_t n;
    uint64_t times[2 * 256];
    bool is_pair[2 * 256];
};

/* The values and the pairs of `before`, the cheapest first. */
static void merge(const struct item *items, int32_t n, const struct list *before, struct list *list)
{
    int32_t i = 0, pair = 0;

    list->n = 0;
    while (i < n || pair + 1 < before->n) {
        uint64_t both = pair + 1 < before->n ? before->times[pair] + before->times[pair + 1] : UINT64_MAX;
        bool is_pair = i == n || both < items[i].times;

        list->is_pair[list->n] = is_pair;
        list->times[list->n++] = is_pair ? both : items[i].times;
        if (is_pair)
            pair += 2;
        else
            i++;
    }
}

bool lengths_make(struct lengths *l)
{
    struct list lists[LENGTHS_MAX + 1] = {{0}};
    struct item items[256];
    int32_t n = sorted(l, items), take = 2 * n - 2;

    assert(l->limit > 0 && l->limit <= LENGTHS_MAX);
    memset(l->length, 0, sizeof l->length);
    l->values = n;
    l->longest = 0;
    l->bits = 0;
    if (n > LENGTHS_VALUES || n > 1 << l->limit)
        return false;
    for (int32_t i = 0; i < l->limit; i++)
        merge(items, n, &lists[i], &lists[i + 1]);
    for (int32_t i = l->limit; i > 0; i--) {
        int32_t pairs = 0;

        for (int32_t k = 0; k < take; k++)
            pairs += lists[i].is_pair[k];
        for (int32_t k = 0; k < take - pairs; k++)
            l->length[items[k].value]++;
        take = 2 * pairs;
    }
    for (int32_t i = 0; i < 256; i++) {
        l->bits += l->times[i] * l->length[i];
        l->longest = l->length[i] > l->longest ? l->length[i] : l->longest;
    }
    return true;
}

void lengths_order(const struct lengths *l, uint8_t values[LENGTHS_VALUES])
{
    for (int32_t length = 1; length <= l->longest; length++)
        for (int32_t i = 0; i < 256; i++)
            if (l->length[i] == length)
                *values++ = (uint8_t)i;
}

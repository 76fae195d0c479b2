/* SPDX-License-Identifier: Apache-2.0 */
/* What somebody may have meant: the word that is reached with the fewest changes. */
#include "host/base/base.h"

#define WORD_MAX 32 /* letters of words that are compared */

static int least(int a, int b) { return a < b ? a : b; }

/* Letters to change, insert, remove or swap with their neighbor to make one word of the other. */
static int distance(const char *a, const char *b)
{
    int rows[3][WORD_MAX + 1], *two_before = rows[0], *before = rows[1], *now = rows[2];
    size_t n = strlen(a), m = strlen(b);

    if (n > WORD_MAX || m > WORD_MAX)
        return INT16_MAX;
    for (size_t j = 0; j <= m; j++)
        before[j] = two_before[j] = (int)j;
    for (size_t i = 1; i <= n; i++) {
        int *old = two_before;

        now[0] = (int)i;
        for (size_t j = 1; j <= m; j++) {
            now[j] = least(before[j - 1] + (a[i - 1] != b[j - 1]), least(before[j], now[j - 1]) + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                now[j] = least(now[j], two_before[j - 2] + 1);
        }
        two_before = before;
        before = now;
        now = old;
    }
    return before[m];
}

void nearest_try(struct nearest *n, const char *candidate)
{
    int d = distance(n->word, candidate);

    if (d > (int)(strlen(n->word) + 2) / 3 || (n->found != NULL && d >= n->distance))
        return;
    n->found = candidate;
    n->distance = d;
}

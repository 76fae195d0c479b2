/* SPDX-License-Identifier: Apache-2.0 */
#include "host/metrics/detections.h"

#include <math.h>
#include <stdlib.h>

/* ---- hits ---- */
static bool is_of(const struct said *s, const struct event *e)
{
    return (s->command < 0 || s->command == e->command) && e->time >= s->start && e->time <= s->end + HIT_TAIL;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

/* The word that it hits: of several the last that began; -1: none. */
static int32_t word_of(const struct said *said, int32_t n, const struct event *e)
{
    for (int32_t i = n - 1; i >= 0; i--)
        if (is_of(&said[i], e))
            return i;
    return -1;
}

static bool is_repeated(const struct event *events, const bool *counted, int32_t i)
{
    for (int32_t k = i - 1; k >= 0 && events[i].time - events[k].time <= EVENT_GAP; k--)
        if (counted[k] && events[k].command == events[i].command)
            return true;
    return false;
}

struct detections detections_of(struct pool *scratch, const struct said *said, int32_t n_said,
                                const struct event *events, int32_t n_events, double seconds)
{
    struct detections d = {.words = n_said, .seconds = seconds, .latency = NAN};
    bool *hit = pool_array(scratch, (size_t)n_said, sizeof *hit);
    bool *counted = pool_array(scratch, (size_t)n_events, sizeof *counted);
    double *late = pool_array(scratch, (size_t)n_said, sizeof *late);

    for (int32_t i = 0; i < n_events; i++) {
        int32_t word = word_of(said, n_said, &events[i]);

        if (word >= 0 && !hit[word])
            late[d.hits++] = events[i].time - said[word].end;
        if (word >= 0)
            hit[word] = true;
        counted[i] = !is_repeated(events, counted, i);
        d.false_accepts += counted[i] && word < 0;
    }
    d.misses = n_said - d.hits;
    qsort(late, (size_t)d.hits, sizeof *late, by_size);
    if (d.hits > 0)
        d.latency = (late[(d.hits - 1) / 2] + late[d.hits / 2]) / 2;
    return d;
}

/* ---- how sure ---- */
/* P(X <= count) of a Poisson distribution. */
static double poisson_at_most(int32_t count, double mean)
{
    double sum = 0;

    for (int32_t k = 0; k <= count; k++)
        sum += exp(k * log(mean) - mean - lgamma(k + 1.0));
    return sum;
}

/* The mean at which P(X <= count) is p: it falls with the mean. */
static double poisson_mean(int32_t count, double p)
{
    double low = 0, high = 2.0 * count + 20;

    for (int i = 0; i < 80; i++) {
        double middle = (low + high) / 2;

        if (poisson_at_most(count, middle) > p)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}

struct confidence interval_of_count(int32_t count)
{
    if (count == 0)
        return (struct confidence){0, -log(0.05)};
    return (struct confidence){poisson_mean(count - 1, 0.975), poisson_mean(count, 0.025)};
}

struct confidence interval_of_share(int32_t part, int32_t whole)
{
    const double z = 1.959963984540054, n = whole, p = part / n;
    const double middle = (p + z * z / (2 * n)) / (1 + z * z / n);
    const double half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n);

    if (whole == 0)
        return (struct confidence){NAN, NAN};
    return (struct confidence){fmax(middle - half, 0), fmin(middle + half, 1)};
}

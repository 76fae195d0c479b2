/* SPDX-License-Identifier: Apache-2.0 */
/* Histograms of what a tensor holds, and the ranges to cut it to. */
#include "host/quantize/calibrate.h"

#include <math.h>

#define STEPS  64 /* candidates of an end of the range, from all of it to nothing */
#define ROUNDS 2  /* over both ends, each with the other one where it is */

void histogram_add(struct histogram *h, const float *x, int64_t n)
{
    double width = (double)h->range.max - (double)h->range.min, bins = width > 0 ? HISTOGRAM_BINS / width : 0;

    assert(n >= 0 && width >= 0);
    for (int64_t i = 0; i < n; i++) {
        int32_t bin = (int32_t)(((double)x[i] - (double)h->range.min) * bins);

        h->count[bin < 0 ? 0 : bin < HISTOGRAM_BINS ? bin : HISTOGRAM_BINS - 1]++;
    }
}

static double bin_edge(const struct histogram *h, double bin)
{
    return (double)h->range.min + bin / HISTOGRAM_BINS * ((double)h->range.max - (double)h->range.min);
}

/* At most (100 - percentile) % of the values are above the upper end, as many below the lower one. */
static struct range percentile_range(const struct histogram *h, double percentile)
{
    uint64_t total = 0, below = 0, above = 0;
    int32_t lo = 0, hi = HISTOGRAM_BINS;
    double most;

    for (int32_t i = 0; i < HISTOGRAM_BINS; i++)
        total += h->count[i];
    most = (double)total * (100 - percentile) / 100;
    while (lo < HISTOGRAM_BINS && (double)(below + h->count[lo]) <= most)
        below += h->count[lo++];
    while (hi > lo + 1 && (double)(above + h->count[hi - 1]) <= most)
        above += h->count[--hi];
    assert(lo <= hi && below + above <= total);
    return (struct range){(float)bin_edge(h, lo), (float)bin_edge(h, hi)};
}

/* The sum of squared errors if the values were quantized with this range. */
static double squared_error(const struct histogram *h, struct range r)
{
    struct quant_s8 q = quant_of_range(r);
    double sum = 0;

    for (int32_t i = 0; i < HISTOGRAM_BINS; i++) {
        double x = bin_edge(h, i + 0.5), stored, error;

        if (h->count[i] == 0)
            continue;
        stored = fmin(fmax(round(x / (double)q.scale), -128 - q.zero), 127 - q.zero);
        error = x - stored * (double)q.scale;
        sum += (double)h->count[i] * error * error;
    }
    return sum;
}

/* One end of the range moves toward 0, the other stays. */
static void best_end(const struct histogram *h, struct range *r, float *end, float farthest)
{
    float best = *end;
    double least = squared_error(h, *r);

    for (int32_t i = STEPS; i > 0; i--) {
        double error;

        *end = farthest * (float)i / STEPS;
        error = squared_error(h, *r);
        if (error < least) {
            least = error;
            best = *end;
        }
    }
    *end = best;
}

static struct range mse_range(const struct histogram *h)
{
    struct range r = {fminf(h->range.min, 0), fmaxf(h->range.max, 0)}, all = r;

    for (int i = 0; i < ROUNDS; i++) {
        if (all.max > 0)
            best_end(h, &r, &r.max, all.max);
        if (all.min < 0)
            best_end(h, &r, &r.min, all.min);
    }
    return r;
}

struct range histogram_range(const struct histogram *h, const struct calibration *c)
{
    switch (c->method) {
    case CALIBRATE_PERCENTILE:
        return percentile_range(h, c->percentile);
    case CALIBRATE_MSE:
        return mse_range(h);
    default:
        return h->range;
    }
}

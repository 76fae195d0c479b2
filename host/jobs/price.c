/* SPDX-License-Identifier: Apache-2.0 */
#include "host/jobs/price.h"

#include <math.h>

#define STEP 2.0  /* from price to price while all points lie on one side */
#define NEAR 1.15 /* two prices between which nothing more is tried */
#define MOST 1.0

bool price_does(const struct price_search *s, const struct price_point *p)
{
    return s->budget > 0 ? p->bytes <= s->budget : p->accuracy >= s->least_accuracy;
}

/* The price that is looked for is higher: of a budget one that does, of a drop a smaller network that does, too. */
static bool is_low(const struct price_search *s, const struct price_point *p)
{
    return price_does(s, p) != (s->budget > 0);
}

float price_next(const struct price_search *s, float first)
{
    double low = 0, high = INFINITY, next;

    if (s->n == 0)
        return first;
    for (int32_t i = 0; i < s->n; i++)
        if (is_low(s, &s->points[i]))
            low = fmax(low, (double)s->points[i].price);
        else
            high = fmin(high, (double)s->points[i].price);
    if (s->n == PRICE_POINTS || high < low * NEAR)
        return 0;
    next = low == 0 ? high / STEP : isinf(high) ? low * STEP : sqrt(low * high);
    return next <= MOST ? (float)next : 0;
}

static bool predicts_better(const struct price_point *a, const struct price_point *b)
{
    return isnan(a->accuracy) ? a->loss < b->loss : a->accuracy > b->accuracy;
}

static bool is_better(const struct price_search *s, const struct price_point *a, const struct price_point *b)
{
    if (price_does(s, a) != price_does(s, b))
        return price_does(s, a);
    return price_does(s, a) == (s->budget > 0) ? predicts_better(a, b) : a->bytes < b->bytes;
}

int32_t price_choose(const struct price_search *s)
{
    int32_t chosen = 0;

    for (int32_t i = 1; i < s->n; i++)
        if (is_better(s, &s->points[i], &s->points[chosen]))
            chosen = i;
    return chosen;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "host/energy/interval.h"

#include <assert.h>
#include <math.h>

struct interval interval_exact(double value) { return (struct interval){value, value, value}; }

struct interval interval_about(double value, double width)
{
    assert(value >= 0 && width >= 0);
    return (struct interval){value, value * exp(-width), value * exp(width)};
}

/* Logarithms of value / low, or of high / value. */
static double both(double a, double b) { return exp(hypot(log(a), log(b))); }

struct interval interval_times(struct interval a, struct interval b)
{
    const double value = a.value * b.value;

    assert(a.low >= 0 && b.low >= 0);
    if (a.low == 0 || b.low == 0) /* no logarithm */
        return (struct interval){value, a.low * b.low, a.high * b.high};
    return (struct interval){value, value / both(a.value / a.low, b.value / b.low),
                             value * both(a.high / a.value, b.high / b.value)};
}

struct interval interval_scaled(struct interval a, double factor)
{
    assert(factor >= 0);
    return (struct interval){a.value * factor, a.low * factor, a.high * factor};
}

struct interval interval_plus(struct interval a, struct interval b)
{
    return (struct interval){a.value + b.value, a.low + b.low, a.high + b.high};
}

struct interval interval_inverse(struct interval a)
{
    assert(a.low > 0);
    return (struct interval){1 / a.value, 1 / a.high, 1 / a.low};
}

double interval_half_width(struct interval a) { return a.value > 0 ? (a.high - a.low) / (2 * a.value) : 0; }

/* SPDX-License-Identifier: Apache-2.0 */
#include "host/energy/range.h"

#include <assert.h>
#include <math.h>

struct range range_exact(double value) { return (struct range){value, value, value}; }

struct range range_about(double value, double width)
{
    assert(value >= 0 && width >= 0);
    return (struct range){value, value * exp(-width), value * exp(width)};
}

/* Logarithms of value / low, or of high / value. */
static double both(double a, double b) { return exp(hypot(log(a), log(b))); }

struct range range_times(struct range a, struct range b)
{
    const double value = a.value * b.value;

    if (a.low == 0 || b.low == 0) /* no logarithm */
        return (struct range){value, a.low * b.low, a.high * b.high};
    return (struct range){value, value / both(a.value / a.low, b.value / b.low),
                          value * both(a.high / a.value, b.high / b.value)};
}

struct range range_scaled(struct range a, double factor)
{
    assert(factor >= 0);
    return (struct range){a.value * factor, a.low * factor, a.high * factor};
}

struct range range_plus(struct range a, struct range b)
{
    return (struct range){a.value + b.value, a.low + b.low, a.high + b.high};
}

struct range range_inverse(struct range a)
{
    assert(a.low > 0);
    return (struct range){1 / a.value, 1 / a.high, 1 / a.low};
}

double range_half_width(struct range a) { return a.value > 0 ? (a.high - a.low) / (2 * a.value) : 0; }

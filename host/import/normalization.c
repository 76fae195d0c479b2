/* SPDX-License-Identifier: Apache-2.0 */
#include "host/import/normalization.h"

struct moments moments(struct build *r, int32_t x, int n, const int64_t *axes, float epsilon)
{
    struct moments m = {.mean = reduce(r, OP_MEAN, x, n, axes, true)};
    int32_t variance;

    m.centered = emit_binary(r, OP_SUB, x, m.mean);
    variance = reduce(r, OP_MEAN, emit_unary(r, OP_SQUARE, m.centered), n, axes, true);
    m.inverse = emit_unary(r, OP_RSQRT, emit_binary(r, OP_ADD, variance, add_float(r, epsilon)));
    return m;
}

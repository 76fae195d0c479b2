/* SPDX-License-Identifier: Apache-2.0 */
/* An operator of one's own, "Magnitude": how long the vectors are that the last dimension holds, [.., axes] of int8 to
 * [..]. Its options are one little-endian int32, the number of axes. One file for tools and for the device: tools build
 * it with -DMOTE_DESCRIBE=1 as a shared library. */
#include "mote/operator.h"

#define AXES_MAX 8

/* What prepare() works out once, on the host. */
struct prepared {
    int32_t n, axes, in_zero, out_zero;
    int32_t times; /* output steps that an input step is, in 1/65536 */
};

static int32_t root(int32_t x) /* rounded down */
{
    int32_t y = 0;

    for (int32_t bit = INT32_C(1) << 15; bit > 0; bit >>= 1)
        if ((y + bit) * (int64_t)(y + bit) <= x)
            y += bit;
    return y;
}

static void run(const struct mote_operator_call *c)
{
    const MOTE_FLASH struct prepared *p = c->prepared;
    const int8_t *in = c->in[0];
    int8_t *out = c->out[0];

    for (int32_t i = 0; i < p->n; i++) {
        int32_t sum = 0, y;

        for (int32_t k = 0; k < p->axes; k++) {
            const int32_t x = *in++ - p->in_zero;

            sum += x * x;
        }
        y = p->out_zero +
            (int32_t)((root(sum * 256) * (int64_t)p->times + (INT32_C(1) << 19)) >> 20); /* the root is in 1/16 */
        out[i] = (int8_t)(y > 127 ? 127 : y);
    }
}

/* An image may be anybody's: run() relies on these. */
static bool check(const struct mote_operator_call *c)
{
    const MOTE_FLASH struct prepared *p = c->prepared;

    return c->prepared_bytes == sizeof *p && p->axes > 0 && p->axes <= AXES_MAX && p->n > 0 &&
           (uint64_t)(uint32_t)p->n * (uint32_t)p->axes <= c->in_bytes[0] && (uint32_t)p->n <= c->out_bytes[0] &&
           p->in_zero >= -128 && p->in_zero <= 127 && p->out_zero >= -128 && p->out_zero <= 127 && p->times >= 0 &&
           p->times < INT32_C(1) << 24;
}

#if MOTE_DESCRIBE
#include <stdio.h>
#include <string.h>

static int32_t fails(struct mote_operator_node *n, const char *why)
{
    snprintf(n->error, sizeof n->error, "%s", why);
    return 1;
}

static int32_t shape(struct mote_operator_node *n)
{
    const struct mote_operator_tensor *in = &n->in[0];
    int32_t axes;

    if (n->n_in != 1 || n->n_out != 1 || in->type != 1 || n->out[0].type != 1 || in->rank < 1)
        return fails(n, "it takes one int8 tensor and makes another");
    if (n->options_bytes != sizeof axes)
        return fails(n, "its options are not four bytes");
    memcpy(&axes, n->options, sizeof axes);
    if (axes < 1 || axes > AXES_MAX || in->dims[in->rank - 1] != axes)
        return fails(n, "the last dimension is not the number of axes, from 1 to 8");
    n->out[0].rank = in->rank - 1;
    memcpy(n->out[0].dims, in->dims, sizeof in->dims);
    return 0;
}

static int32_t prepare(struct mote_operator_node *n)
{
    const struct mote_operator_tensor *in = &n->in[0], *out = &n->out[0];
    struct prepared p = {.n = 1, .axes = in->dims[in->rank - 1], .in_zero = in->zero, .out_zero = out->zero};

    if (in->scale <= 0 || out->scale <= 0 || in->scale / out->scale >= 256)
        return fails(n, "input and output have no scales that go together");
    for (int32_t d = 0; d < in->rank - 1; d++)
        p.n *= in->dims[d];
    p.times = (int32_t)(65536 * (double)in->scale / (double)out->scale + 0.5);
    memcpy(n->prepared, &p, sizeof p);
    n->prepared_bytes = sizeof p;
    n->operations = (uint32_t)p.n * (uint32_t)(p.axes + 16);
    return 0;
}
#endif

static const struct mote_operator magnitude = {"Magnitude", run, check, MOTE_ON_HOST(shape, prepare)};
MOTE_OPERATORS(&magnitude);

/* SPDX-License-Identifier: Apache-2.0 */
#include "host/import/window.h"

static int64_t reach(const struct spatial *s, int i) { return (s->kernel[i] - 1) * s->dilation[i] + 1; }

void spatial_pad_same(struct spatial *s, int i, bool lower)
{
    int64_t out = (s->in[i] + s->stride[i] - 1) / s->stride[i],
            total = (out - 1) * s->stride[i] + reach(s, i) - s->in[i];

    assert(s->stride[i] > 0 && s->kernel[i] > 0);
    total = total > 0 ? total : 0;
    s->before[i] = lower ? total - total / 2 : total / 2;
    s->after[i] = total - s->before[i];
}

void spatial_fit(struct build *r, struct spatial *s, bool ceil)
{
    for (int i = 0; i < s->n && r->status == MOTE_OK; i++) {
        int64_t room = s->in[i] + s->before[i] + s->after[i] - reach(s, i), out, wanted;

        if (room < 0) {
            build_fail(r, MOTE_ERR_SHAPE, "the window is larger than the padded input");
            return;
        }
        out = room / s->stride[i] + 1;
        if (ceil && room % s->stride[i] && out * s->stride[i] < s->in[i] + s->before[i])
            out++;
        wanted = (out - 1) * s->stride[i] + reach(s, i) - s->in[i] - s->before[i];
        s->after[i] = wanted > s->after[i] ? wanted : s->after[i];
        assert(out > 0 && s->before[i] >= 0 && s->after[i] >= 0);
        s->out[i] = out;
    }
}

static struct window_2d window(const struct spatial *s, int i)
{
    return (struct window_2d){s->kernel[i], s->stride[i], s->dilation[i], s->before[i], s->after[i]};
}

struct window_2d spatial_rows(const struct spatial *s)
{
    return s->n < 2 ? (struct window_2d){1, 1, 1, 0, 0} : window(s, s->n - 2);
}

struct window_2d spatial_columns(const struct spatial *s) { return window(s, s->n - 1); }

bool is_padded(const struct window_2d *y, const struct window_2d *x)
{
    return y->before || y->after || x->before || x->after;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "host/run/samples.h"

#include "mote/ops/types.h"

#define SKIP_MAX (1 << 20)

/* Outputs are there. */
static bool run(struct samples *s)
{
    struct mote_model *m = &s->runner->model;

    if (model_streams(m))
        return mote_model_feed(m, s->held) == 0;
    model_set_inputs(m, (const uint8_t *)s->held);
    return mote_model_run(m) == MOTE_OK;
}

void samples_reset(struct samples *s)
{
    mote_model_reset(&s->runner->model);
    memset(s->held, 0, (size_t)s->wanted * sizeof *s->held);
    for (s->n = s->skip; s->n >= s->wanted; s->n -= s->wanted)
        (void)run(s); /* no window is whole yet */
}

enum mote_status samples_open(struct pool *pool, struct runner *runner, int64_t skip, int64_t advance,
                              struct samples *out, const struct frame *at)
{
    const struct mote_model *m = &runner->model;
    const bool streams = model_streams(m);
    struct mote_io io;

    if (m->n_inputs != 1 || mote_model_input(m, 0, &io) != MOTE_OK || io.type != TYPE_S16)
        return fail(at, MOTE_ERR_VALUE, "the model has not one input of int16 samples: put a front end before it");
    if (!streams)
        TRY(want_whole_input(m, at));
    *out = (struct samples){.runner = runner, .wanted = (int64_t)(io.bytes / sizeof(int16_t)), .skip = skip};
    if (skip < 0 || (!streams && skip >= out->wanted) || skip > SKIP_MAX || advance < 1 || advance > out->wanted)
        return fail(at, MOTE_ERR_VALUE, "an inference has %lld samples: neither %lld can be skipped, nor %lld be new",
                    (long long)out->wanted, (long long)skip, (long long)advance);
    out->kept = streams ? 0 : out->wanted - advance;
    out->held = pool_array(pool, (size_t)out->wanted, sizeof *out->held);
    samples_reset(out);
    return MOTE_OK;
}

bool samples_take(struct samples *s, const int16_t **samples, int64_t *n)
{
    while (*n > 0) {
        int64_t take = s->wanted - s->n < *n ? s->wanted - s->n : *n;

        memcpy(s->held + s->n, *samples, (size_t)take * sizeof **samples);
        s->n += take;
        *samples += take;
        *n -= take;
        if (s->n < s->wanted)
            return false;
        if (run(s)) {
            memmove(s->held, s->held + (s->wanted - s->kept), (size_t)s->kept * sizeof *s->held);
            s->n = s->kept;
            return true;
        }
        s->n = 0;
    }
    return false;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "host/jobs/evaluate_board.h"

/* Samples are raw, if the model's own set_input makes of them what they are on this machine; else tensors. */
static enum mote_status run_on_board(void *context, const struct evaluated *e, struct bytes *outputs)
{
    struct measure *m = context;
    bool raw;

    TRY(measure_check(m, e->p, e->file));
    raw = dataset_is_raw_of(&e->data, &e->preprocess) && measure_feeds_raw(m, e->data.samples);
    m->job.input = evaluated_inputs(e, raw);
    m->job.n = e->n;
    m->job.reset_each = true;
    TRY(measure_run(m, e->p, e->file));
    *outputs = m->result.output;
    return MOTE_OK;
}

enum mote_status evaluate_on_board(struct pool *pool, struct evaluate_options *options, const struct pipeline *p,
                                   struct measure *m, struct evaluated *out, const struct frame *file)
{
    options->run = run_on_board;
    options->context = m;
    return evaluate_run(pool, options, p, out, file);
}

int64_t evaluated_instructions(const struct evaluated *e, const struct measure *m)
{
    int64_t sum = 0;

    assert(e->n > 0 && m->job.n == e->n);
    for (int32_t i = 0; i < e->n; i++)
        sum += m->result.instructions[i];
    return sum / e->n;
}

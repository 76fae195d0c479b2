/* SPDX-License-Identifier: Apache-2.0 */
#include "host/jobs/listen_board.h"

#include <math.h>

/* As targets/harness/main.c writes it. */
struct board_event {
    int32_t command;
    uint32_t time, score;
};

static enum mote_status compare(const struct listener *l, const struct listened *heard, struct bytes output,
                                int64_t silence, const struct frame *at)
{
    const int32_t n = (int32_t)(output.size / sizeof(struct board_event));

    for (int32_t i = 0; i < n && i < heard->n_events; i++) {
        const struct event *want = &heard->events[i];
        struct board_event got;

        memcpy(&got, output.data + (size_t)i * sizeof got, sizeof got);
        if (got.command != want->command || got.score != want->score ||
            got.time != (uint32_t)llround(want->time * l->rate) + (uint32_t)silence)
            return fail(at, MOTE_ERR_ENVIRONMENT,
                        "event %d is class %d at sample %u with score %u there, class %d at %lld with %u here", i,
                        got.command, got.time, got.score, want->command,
                        llround(want->time * l->rate) + (long long)silence, want->score);
    }
    return n == heard->n_events ? MOTE_OK
                                : fail(at, MOTE_ERR_ENVIRONMENT, "%d events there, %d here", n, heard->n_events);
}

static void count(const struct measure *m, struct listened_board *out)
{
    for (int32_t i = 0; i < m->job.n; i++) {
        out->instructions += m->result.instructions[i];
        if (m->result.instructions[i] > out->most)
            out->most = m->result.instructions[i];
        out->cycles += m->result.counts ? m->result.counts[i].cycles : 0;
    }
}

enum mote_status listen_on_board(struct pool *pool, const struct listener *l, const struct pipeline *p,
                                 struct measure *m, const struct sound *sound, const struct listened *heard,
                                 struct listened_board *out, const struct frame *file)
{
    const int64_t silence = llround(heard->lead * l->rate), all = sound->n + 2 * silence;
    int16_t *samples = listen_samples(pool, sound, silence);
    struct frame board = {file, "board", m->board->name, -1, NULL};

    m->job.listen = LISTEN_PIECE;
    m->job.samples = all;
    m->job.n = (int32_t)((all + LISTEN_PIECE - 1) / LISTEN_PIECE);
    m->job.input = (struct bytes){(uint8_t *)samples, (size_t)all * sizeof *samples};
    m->job.per_class = true;
    TRY(measure_check(m, p, file));
    TRY(measure_run(m, p, file));
    *out = (struct listened_board){.calls = m->job.n, .seconds = (double)all / l->rate};
    count(m, out);
    return compare(l, heard, m->result.output, silence, &board);
}

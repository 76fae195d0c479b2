/* SPDX-License-Identifier: Apache-2.0 */
/* Threads take the next sample until there is none. */
#include "host/run/sweep.h"

#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

struct line {
    const struct sweep *sweep;
    atomic_int next;
    bool cancelled;      /* the first worker's */
    atomic_bool endless; /* loops of some inference have not ended */
};

struct worker {
    struct line *line;
    int32_t index;
    struct runner runner;
    pthread_t thread;
};

int32_t sweep_threads(const struct sweep *s)
{
    long threads = s->threads > 0 ? s->threads : sysconf(_SC_NPROCESSORS_ONLN);

    threads = threads < SWEEP_THREADS_MAX ? threads : SWEEP_THREADS_MAX;
    threads = threads < s->n ? threads : s->n;
    return threads < 1 ? 1 : (int32_t)threads;
}

static void *work(void *argument)
{
    struct worker *w = argument;
    const struct sweep *s = w->line->sweep;
    int32_t i;

    while ((i = atomic_fetch_add(&w->line->next, 1)) < s->n) {
        if (w->index == 0 && !progress_step(s->progress, s->what, i, s->n)) {
            w->line->cancelled = true;
            atomic_store(&w->line->next, s->n);
            break;
        }
        mote_model_reset(&w->runner.model);
        s->fill(s->context, i, &w->runner.model);
        if (mote_model_run(&w->runner.model) != MOTE_OK)
            w->line->endless = true;
        s->take(s->context, w->index, i, &w->runner.model);
    }
    return NULL;
}

enum mote_status sweep_run(struct pool *pool, const struct sweep *s, const struct frame *at)
{
    int32_t n = sweep_threads(s), started = 1; /* this thread is the first worker */
    struct worker *workers = pool_array(pool, (size_t)n, sizeof *workers);
    struct line line = {.sweep = s};

    assert(s->n >= 0 && n >= 1 && s->fill != NULL && s->take != NULL);
    for (int32_t i = 0; i < n; i++) {
        workers[i].line = &line;
        workers[i].index = i;
        TRY(runner_open_on(pool, s->image, s->machine, &workers[i].runner, at));
        TRY(want_whole_input(&workers[i].runner.model, at));
    }
    while (started < n && pthread_create(&workers[started].thread, NULL, work, &workers[started]) == 0)
        started++;
    work(&workers[0]);
    for (int32_t i = 1; i < started; i++)
        pthread_join(workers[i].thread, NULL);
    progress_step(s->progress, s->what, s->n, s->n);
    if (line.endless)
        return fail(at, MOTE_ERR_LOOP, "%s", status_text(MOTE_ERR_LOOP));
    return line.cancelled ? fail_cancelled(at, s->what) : MOTE_OK;
}

/* SPDX-License-Identifier: Apache-2.0 */
#include "host/jobs/splits.h"

const char *const split_words[SPLIT_COUNT] = {"training", "validation", "test"};

enum mote_status split_open(struct pool *pool, const char *specification, const struct pipeline *p, enum mote_task task,
                            int64_t max_bytes, struct dataset *out, const struct frame *at)
{
    struct model known = p->model; /* empty, of an image */
    const struct dataset_options options = {.max_bytes = max_bytes, .trained = &known};

    known.task.kind = task;
    return dataset_open(pool, specification, &options, out, at);
}

const char *split_text(struct pool *pool, const struct pipeline *p, const struct dataset *d)
{
    struct text t = {.pool = pool};

    if (!split_known(p)) {
        text_add(&t, "split unknown: %s does not say what it was trained on; %s",
                 p->has_graph ? "the model" : "an image, unlike its graph file,",
                 d->splits ? "what the data call test counts" : "all samples count as test");
        return t.s;
    }
    text_add(&t, "split as the model remembers it: of %d samples %d test, %d validation, %d training", d->n,
             d->n_split[SPLIT_TEST], d->n_split[SPLIT_VALIDATION], d->n_split[SPLIT_TRAIN]);
    if (d->differing > 0)
        text_add(&t, "; what the data call test is something else, and does not count (%d sample%s)", d->differing,
                 d->differing == 1 ? " differs" : "s differ");
    return t.s;
}

const char *split_repeated(struct pool *pool, const struct dataset *d)
{
    if (d->repeated == 0)
        return "";
    return pool_printf(pool,
                       "%d sample%s of validation and test left out: another split, training first, has the same\n",
                       d->repeated, d->repeated == 1 ? "" : "s");
}

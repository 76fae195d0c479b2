/* SPDX-License-Identifier: Apache-2.0 */
/* A model becomes one that listens: a front end goes before it, and what makes commands of its scores is known. What
 * compiles it, listens with it here and on boards begins with this. */
#ifndef MOTE_JOBS_LISTENING_H
#define MOTE_JOBS_LISTENING_H

#include "host/front_end/front_end.h"
#include "host/pipeline/pipeline.h"

#define LISTEN_UNSAID (-1)

/* What nobody says here is as the model, the manifest, or docs/WAKE_WORDS.md has it. */
struct listen_options {
    const char *preset; /* NULL: unsaid */
    struct front_end_wish wish;
    int32_t every;                       /* frames from one inference of a window to the next, at least; 0: 1 */
    int32_t kind;                        /* enum mote_posterior_kind, or LISTEN_UNSAID, as the others: */
    double threshold;                    /* 0 to 1 */
    int32_t window, minimum;             /* inferences */
    int32_t suppression, suppression_ms; /* inferences; unsaid: milliseconds */
    struct gate_wish gate;               /* that it has or gets */
    const char *const *names;            /* [n_names] of the classes, where the model has none */
    int32_t n_names;
};

/* The model knows how its scores become commands. */
static inline bool model_listens(const struct model *m) { return m->hears.posterior.kind != POSTERIOR_NONE; }

/* `path`: a model, or a manifest of microWakeWord. The pipeline is loaded and to be compiled; its model has its front
 * end inside, classes for all scores, and the posterior in what it hears by. An image stays what it is. */
MUST_CHECK enum mote_status listening_load(struct pool *pool, const char *path, const struct listen_options *options,
                                           struct pipeline *out, const struct frame *at);
/* A model that says its front end and its classes gets a posterior into what it hears by. */
MUST_CHECK enum mote_status listening_settle(struct pool *pool, const struct listen_options *options, struct model *m,
                                             const struct frame *at);
/* The settings of a posterior, as a model keeps them, and back; commands are the classes whose names are no silence,
 * unknown or the like. */
struct posterior posterior_kept(const struct mote_posterior *p);
MUST_CHECK enum mote_status posterior_of(const struct model *m, struct mote_posterior *out, const struct frame *at);

#endif

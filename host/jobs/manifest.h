/* SPDX-License-Identifier: Apache-2.0 */
/* Manifests of microWakeWord: a JSON file beside a model that says how it is to be listened to. */
#ifndef MOTE_JOBS_MANIFEST_H
#define MOTE_JOBS_MANIFEST_H

#include "host/base/base.h"

struct manifest {
    const char *model;     /* a path, as the working folder sees it */
    const char *wake_word; /* as the file has it */
    int32_t step_ms;       /* of the micro front end */
    double cutoff;         /* 0 to 1 */
    int32_t window;        /* inferences whose probabilities are added up */
};

bool is_manifest(const char *path); /* a .json that is no network */
MUST_CHECK enum mote_status manifest_read(struct pool *pool, const char *path, struct manifest *out,
                                          const struct frame *at);

#endif

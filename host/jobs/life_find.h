/* SPDX-License-Identifier: Apache-2.0 */
/* What reports find in a folder. */
#ifndef MOTE_JOBS_LIFE_FIND_H
#define MOTE_JOBS_LIFE_FIND_H

#include "host/base/base.h"

#define LIFE_FILES_MAX 64

struct life_files {
    const char **models; /* [n] paths, sorted */
    int32_t n;
    const char *history; /* of a training; NULL: none */
    int depth;           /* of its folder */
    bool folder;         /* the place is one */
};

/* The models below a folder, checkpoints of trainings left out; or the one file. */
MUST_CHECK enum mote_status life_find(struct pool *pool, const char *place, struct life_files *out,
                                      const struct frame *at);

#endif

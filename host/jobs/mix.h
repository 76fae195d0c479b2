/* SPDX-License-Identifier: Apache-2.0 */
/* Long streams to test with: clips over a background at a given ratio of power, with what is said and when. A YAML list
 * says of what; the same list, files and seed give the same bytes. */
#ifndef MOTE_JOBS_MIX_H
#define MOTE_JOBS_MIX_H

#include "host/data/sound.h"
#include "host/jobs/truth.h"

struct mixed {
    struct sound sound;
    struct truth truth;
    int32_t others; /* clips of no word */
};

MUST_CHECK enum mote_status mix_make(struct pool *pool, const char *path, struct mixed *out, const struct frame *at);

#endif

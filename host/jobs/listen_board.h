/* SPDX-License-Identifier: Apache-2.0 */
/* A sound on an emulated board: the same samples as on this machine, in time's order, some a call. */
#ifndef MOTE_JOBS_LISTEN_BOARD_H
#define MOTE_JOBS_LISTEN_BOARD_H

#include "host/deploy/measure.h"
#include "host/jobs/listen.h"

#define LISTEN_PIECE 160 /* samples of a call: 10 ms */

struct listened_board {
    int64_t calls, instructions; /* of all calls, with the silence around the sound */
    int64_t most;                /* instructions of the longest call */
    int64_t cycles;              /* of all calls, estimated; 0: nobody knows */
    double seconds;              /* of sound, with the silence */
};

/* After listener_hear(), of the same pipeline, compiled for a board: `heard` has what this machine heard. Other events
 * there are an error. */
MUST_CHECK enum mote_status listen_on_board(struct pool *pool, const struct listener *l, const struct pipeline *p,
                                            struct measure *m, const struct sound *sound, const struct listened *heard,
                                            struct listened_board *out, const struct frame *file);

#endif

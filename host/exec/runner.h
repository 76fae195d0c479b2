/* SPDX-License-Identifier: Apache-2.0 */
/* Runs images on the host, with the same runtime and kernels as the device. */
#ifndef MOTE_RUNNER_H
#define MOTE_RUNNER_H

#include "host/base/base.h"
#include "mote/mote.h"

struct runner {
    struct mote_model model;
    void *arena;
};

#define ARENA_LIMIT ((size_t)1 << 30) /* the host refuses images that ask for more */

/* Checks the image (which must stay) and gives it an arena from the pool. A refused image is an error that says what
 * the runtime saw. */
MUST_CHECK enum mote_status runner_open(struct pool *pool, struct bytes image, struct runner *out,
                                        const struct frame *at);

/* Bytes of all inputs (outputs) of one inference, one after the other. */
size_t runner_input_bytes(const struct runner *r);
size_t runner_output_bytes(const struct runner *r);
/* One inference: copies the inputs in, runs, copies the outputs out. */
void runner_run(struct runner *r, const uint8_t *inputs, uint8_t *outputs);

#endif

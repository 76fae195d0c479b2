/* SPDX-License-Identifier: Apache-2.0 */
/* Runs images on the host, with the same runtime and kernels as the device. */
#ifndef MOTE_RUNNER_H
#define MOTE_RUNNER_H

#include "host/run/image_kernels.h"
#include "host/target/target.h"

struct runner {
    struct mote_model model;
    void *arena;
};

/* The host refuses images that ask for more: bytes of arena, and operations of one inference (the kernels' cost; a
 * hundred times those of the largest models for microcontrollers). */
#define ARENA_LIMIT ((size_t)1 << 30)
#define WORK_LIMIT  1e11

/* Checks the image (which must stay) and gives it an arena from the pool. A refused image is an error that says what
 * the runtime saw. */
MUST_CHECK enum mote_status runner_open(struct pool *pool, struct bytes image, struct runner *out,
                                        const struct frame *at);
/* The same with the instruction sets of `machine`, which is this one, or this one with fewer; NULL: with all. */
MUST_CHECK enum mote_status runner_open_on(struct pool *pool, struct bytes image, const struct target *machine,
                                           struct runner *out, const struct frame *at);

/* Operations of one inference, an upper bound up to a small factor. */
double runner_work(const struct mote_model *m);

/* Rows come one after the other, without end: an inference is what a row takes (docs/STREAMING.md). */
bool model_streams(const struct mote_model *m);

/* The model decides which steps run, and how often. */
bool model_has_blocks(const struct mote_model *m);

/* The calls of mote_model_feed() that an inference takes, of a stream those of its first window; 0: it is not fed. */
int64_t model_feed_rows(const struct mote_model *m);

/* Refuses a model that is fed. */
MUST_CHECK enum mote_status want_whole_input(const struct mote_model *m, const struct frame *at);

/* Bytes of all inputs (outputs) of one inference, one after the other. */
size_t runner_input_bytes(const struct runner *r);
size_t runner_output_bytes(const struct runner *r);
/* All inputs of a model from one place, all outputs to one. */
void model_set_inputs(const struct mote_model *m, const uint8_t *inputs);
void model_get_outputs(const struct mote_model *m, uint8_t *outputs);
/* One inference: copies the inputs in, runs, copies the outputs out. */
void runner_run(struct runner *r, const uint8_t *inputs, uint8_t *outputs);

#endif

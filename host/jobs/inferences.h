/* SPDX-License-Identifier: Apache-2.0 */
/* Inferences from files: samples or tensors become a model's inputs, which run here or, in the firmware's order, on a
 * board, and their outputs. */
#ifndef MOTE_JOBS_INFERENCES_H
#define MOTE_JOBS_INFERENCES_H

#include "host/data/dataset.h"
#include "mote/mote.h"

struct inferences_options {
    const char *const *inputs; /* [n_inputs] files, in the model's order */
    int32_t n_inputs;
    bool raw;               /* all hold the tensors' own elements */
    bool reset_each;        /* of tensors, too; samples are independent anyway */
    int64_t max_bytes;      /* that packed data may unpack to; 0: DATASET_MAX_BYTES */
    const struct frame *at; /* for messages about these, */
    const char *help;       /* which end with this: "; see …"; NULL: with nothing */
};

struct inferences {
    const struct mote_model *model;
    size_t n;
    int64_t rows;     /* in which the input is fed; 0: it is there as a whole */
    uint32_t dims[8]; /* of an input that is fed: the whole */
    bool reset_each;
    struct bytes *inputs, *outputs; /* [inputs or outputs of the model], each n tensors, one after the other */
    struct bytes raw; /* the first input's n raw samples, if the model's set_input makes these tensors of them */
    const struct dataset *scored; /* an anomaly detector's samples, of which each has a score; NULL: others have none */
};

/* Data are what data sets have, preprocessed as the model says; tensors are what `raw` and the name .bin say. */
MUST_CHECK enum mote_status inferences_read(struct pool *pool, const struct inferences_options *options,
                                            const struct mote_model *model, struct inferences *out);
/* What mote_model_input() says, but of an input that is fed the whole. */
bool inferences_input(const struct inferences *x, int32_t i, struct mote_io *io);
/* Makes room for the outputs of n inferences. */
void inferences_make_outputs(struct pool *pool, struct inferences *x);
/* Runs all; `m` is their model. */
MUST_CHECK enum mote_status inferences_run(struct pool *pool, struct mote_model *m, struct inferences *x,
                                           const struct progress *progress, const struct frame *at);
/* Output i of an inference; false: there is none. */
bool inferences_output(const struct inferences *x, size_t inference, int32_t i, struct mote_io *io);
/* Of an anomaly detector (`scored`). */
float inferences_score(const struct inferences *x, size_t inference);

/* The other order, as the emulated firmware has it: for each inference, all its inputs (outputs); with `raw`, of the
 * first input the raw sample. */
struct bytes inferences_gather(struct pool *pool, const struct inferences *x, bool raw);
MUST_CHECK enum mote_status inferences_scatter(struct inferences *x, struct bytes outputs, const struct frame *at);

#endif

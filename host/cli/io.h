/* SPDX-License-Identifier: Apache-2.0 */
/* Samples or tensor files in, tensor files and printed tensors out: what `run` and `emulate` share. */
#ifndef MOTE_CLI_IO_H
#define MOTE_CLI_IO_H

#include "host/cli/cli.h"
#include "host/run/elements.h"
#include "host/report/terminal.h"
#include "mote/mote.h"

struct inferences {
    const struct mote_model *model;
    size_t n;
    int64_t rows;     /* in which the input is fed; 0: it is there as a whole */
    uint32_t dims[8]; /* of an input that is fed: the whole */
    bool reset_each;  /* samples are independent; tensors are in a row, unless --reset-each says otherwise */
    struct bytes *inputs, *outputs; /* [inputs or outputs of the model], each n tensors, one after the other */
    struct bytes raw;     /* the first input's n raw samples, if the model's set_input makes these tensors of them */
    const char **classes; /* [n_classes] the model's, printable */
    int32_t n_classes;
    const struct dataset *scored; /* an anomaly detector's samples, of which each has a score; NULL: others have none */
};

/* Reads the files of --input: data as data sets have them, preprocessed as the model says; tensors are what --raw and
 * the name .bin say. */
MUST_CHECK enum mote_status inferences_read(struct cli *cli, const struct mote_model *model, struct inferences *out);
/* What mote_model_input() says, but of an input that is fed the whole. */
bool inferences_input(const struct inferences *x, int32_t i, struct mote_io *io);
/* Makes room for the outputs of n inferences. */
void inferences_make_outputs(struct pool *pool, struct inferences *x);
/* Writes the files of --output. */
MUST_CHECK enum mote_status inferences_write(struct cli *cli, const struct inferences *x);

/* The other order, as the emulated firmware has it: for each inference, all its inputs (outputs); with `raw`, of the
 * first input the raw sample. */
struct bytes inferences_gather(struct pool *pool, const struct inferences *x, bool raw);
MUST_CHECK enum mote_status inferences_scatter(struct inferences *x, struct bytes outputs, const struct frame *at);

#define INPUT_OPTIONS                                                                                                  \
    {"--input", "FILE", "the next input's samples; a .bin file has the tensor's own bytes"},                           \
        {"--raw", NULL, "all files of --input hold the tensors' own elements"},                                        \
        {"--output", "FILE", "where the next output's tensors go"},                                                    \
    {                                                                                                                  \
        "--reset-each", NULL, "state is reset before each inference, of tensors, too"                                  \
    }
/* About them, for details. */
#define INPUT_DETAILS                                                                                                    \
    "An --input is what `mote eval --data` takes (.csv, .npy, .png, .jpg, a YAML file …; labels do not count). Each\n" \
    "sample is an inference and becomes the input as the model's preprocessing says. A table may lack the label's\n"     \
    "column, a .npy may be one sample, and one picture is resized to the input. Samples are independent: state is\n"     \
    "reset before each. Tensors ready for the model are read from .bin files, as raw little-endian elements, and\n"      \
    "with --raw from all files, also from .npy of the tensor's own type; n times the tensor are n inferences in a\n"     \
    "row: state is carried on, unless there is --reset-each. --input and --output repeat for models with several,\n"     \
    "in the model's order. Outputs are concatenated.\n"

json_t *inference_json(const struct inferences *x, size_t inference); /* the array "outputs" */
json_t *inferences_json(const struct inferences *x);                  /* [{outputs}] */
void inferences_print(const struct inferences *x);

/* ---- how raw numbers become an input ---- */
/* `what` is "std" with p->std, or of an image "inverse_std" with p->inverse. */
json_t *preprocess_json(const struct preprocess *p, const char *what, const float *numbers);
void preprocess_print(const struct preprocess *p); /* a line */

/* ---- JSON of what may be anything ---- */
json_t *json_text(const char *s);  /* bytes that are no UTF-8 become '?' */
json_t *json_number(double value); /* null for what JSON cannot say */

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What `run` and `emulate` share: the options of inferences, their outputs in files and printed; and JSON. */
#ifndef MOTE_CLI_IO_H
#define MOTE_CLI_IO_H

#include "host/cli/cli.h"
#include "host/jobs/inferences.h"

/* --input, --raw and --reset-each; more --output than the model has are refused. */
MUST_CHECK enum mote_status cli_read_inferences(struct cli *cli, const struct mote_model *model,
                                                struct inferences *out);
/* Writes the files of --output. */
MUST_CHECK enum mote_status cli_write_outputs(struct cli *cli, const struct inferences *x);

#define INPUT_OPTIONS                                                                                                  \
    {"--input", "FILE", "the next input's samples; a .bin file has the tensor's own bytes"},                           \
        {"--raw", NULL, "all files of --input hold the tensors' own elements"},                                        \
        {"--output", "FILE", "where the next output's tensors go"},                                                    \
    {                                                                                                                  \
        "--reset-each", NULL, "state is reset before each inference, of tensors, too"                                  \
    }
/* About them, for details. */
#define INPUT_DETAILS                                                                                                  \
    "An --input is what `mote eval --data` takes (.csv, .npy, .png, .jpg, a YAML file …; labels do not count).\n"    \
    "Each sample is an inference and becomes the input as the model's preprocessing says. A table may lack the\n"      \
    "label's column, a .npy may be one sample, and one picture is resized to the input. Samples are independent:\n"    \
    "state is reset before each. Tensors ready for the model are read from .bin files, as raw little-endian\n"         \
    "elements, and with --raw from all files, also from .npy of the tensor's own type; n times the tensor are n\n"     \
    "inferences in a row: state is carried on, unless there is --reset-each. --input and --output repeat for\n"        \
    "models with several, in the model's order. Outputs are concatenated.\n"

json_t *inference_json(const struct inferences *x, size_t inference); /* the array "outputs" */
json_t *inferences_json(const struct inferences *x);                  /* [{outputs}] */
/* Made before outputs are written: nothing after that can run out of memory. */
struct class_names {
    const char **names; /* [n] the model's, printable */
    int32_t n;
};
struct class_names class_names_of(struct pool *pool, const struct mote_model *model);
void inferences_print(const struct inferences *x, const struct class_names *classes);

/* ---- how raw numbers become an input ---- */
/* `what` is "std" with p->std, or of an image "inverse_std" with p->inverse. */
json_t *preprocess_json(const struct preprocess *p, const char *what, const float *numbers);
void preprocess_print(const struct preprocess *p); /* a line */

/* ---- JSON of what may be anything ---- */
json_t *json_text(const char *s);  /* bytes that are no UTF-8 become '?' */
json_t *json_number(double value); /* null for what JSON cannot say */

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the parser of graph files: what its parts share. A line is a statement; text_parse.c finds who reads it. */
#ifndef MOTE_GRAPH_TEXT_PARSE_H
#define MOTE_GRAPH_TEXT_PARSE_H

#include "host/base/faults.h"
#include "host/graph/text.h"
#include "host/graph/text_words.h"

struct i32_list {
    int32_t *v, n;
};

struct late_data { /* a constant that waits for the blob */
    int32_t graph, tensor;
    int line;
    size_t offset;
};

struct parser {
    struct words w;              /* the rest of the current line */
    const char *rest, *file_end; /* the lines after it */
    struct model *m;
    int32_t n_graphs; /* as the model's line says */
    bool has_model, in_graph, has_inputs, has_outputs;
    struct late_data *late;
    int32_t n_late;
    size_t late_end; /* end of the last constant in the blob */
    struct faults *faults;
    struct tensor tensor;         /* of the current line */
    struct i32_list in, out;      /* of the current line's operator */
    struct i32_list reads, makes; /* of this graph's operators that are left out */
    bool lacks_tensors;
};

/* ---- constants (text_constants.c) ---- */
struct f32_list {
    float *v;
    int32_t n;
};
MUST_CHECK enum mote_status item_f32(struct words *ws, void *into); /* a struct f32_list */

/* What follows `data`: elements in brackets, or a place in the blob, which is noted. */
MUST_CHECK enum mote_status parse_data(struct parser *ps, struct tensor *t, int32_t graph, int32_t tensor);
/* What follows '@'. */
MUST_CHECK enum mote_status parse_blob_offset(struct parser *ps, size_t bytes, int32_t graph, int32_t tensor);
/* All lines are read: the last statement. What follows its line, `rest`, is the blob. */
MUST_CHECK enum mote_status parse_blob(struct parser *ps, const uint8_t *file, size_t size);

/* ---- statements of a graph (text_graph.c) ---- */
MUST_CHECK enum mote_status parse_tensor(struct parser *ps);
MUST_CHECK enum mote_status parse_op(struct parser *ps);
MUST_CHECK enum mote_status parse_inputs(struct parser *ps);
MUST_CHECK enum mote_status parse_outputs(struct parser *ps);
MUST_CHECK enum mote_status parse_end(struct parser *ps);

/* ---- statements of a model (text_model.c) ---- */
#define OF_SPLIT                                                                                                       \
    (-1) /* in place of a constant's graph; its "tensor" is 0 for what was trained on, 1 for what was checked on */
MUST_CHECK enum mote_status parse_model(struct parser *ps);
MUST_CHECK enum mote_status parse_classes(struct parser *ps);
MUST_CHECK enum mote_status parse_preprocess(struct parser *ps);
MUST_CHECK enum mote_status parse_task(struct parser *ps);
MUST_CHECK enum mote_status parse_hears(struct parser *ps);
MUST_CHECK enum mote_status parse_split(struct parser *ps);
MUST_CHECK enum mote_status parse_graph(struct parser *ps);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Importers: a file of another format becomes a verified model. Nothing after them knows the format.
 *
 * A file is untrusted: any bytes give a model or one clear error. Names and constants of the model point into `file`
 * where they can, so the file's bytes must live, unchanged, as long as the model. The memory that an importer takes
 * from the pool is at most IMPORT_MEMORY(file.size), whatever the bytes are. */
#ifndef MOTE_IMPORT_H
#define MOTE_IMPORT_H

#include "host/graph/graph.h"

#define IMPORT_MEMORY(file_size) pool_limit_for(file_size, 256, (size_t)16 << 20)

/* What a file has and Mote has not: one message names all of it. */
struct import_missing {
    enum mote_status status;
    const char *what; /* NULL: nothing is missing */
};

/* The shape of an input; `input` is its name as it is shown. */
struct import_shape {
    const char *input;
    int32_t rank;
    int64_t dims[RANK_MAX]; /* from 1 to INT32_MAX */
};

/* What the caller knows and the file leaves open. */
struct import_options {
    const struct import_shape *shapes; /* [n_shapes] of different inputs of the model's graph */
    int32_t n_shapes;
    /* Where a graph is cut, ended by NULL: values that become inputs, and those that are outputs; NULL: nowhere. */
    const char *const *from, *const *to;
};

struct importer {
    const char *name;                 /* for people: "a .tflite" */
    bool cuts;                        /* it knows `from` and `to` of the options */
    bool (*probe)(struct bytes file); /* Is this the format's file, by its first bytes? */
    /* `name` is the file's: the model's name is made from it; `options` may be NULL. `at` is the place for messages,
     * with the file as its root. Tensors and operators have the indices that they have in the file. What Mote does not
     * have is no failure: the model is without it, so that the rest can be judged; it has no graph where there is no
     * rest to judge. */
    enum mote_status (*read)(struct pool *pool, const char *name, struct bytes file,
                             const struct import_options *options, struct model *out, struct import_missing *missing,
                             const struct frame *at);
};

/* Of lists of names that NULL ends, as options give them; an empty one is NULL. */
const char *const *import_copy_names(struct pool *pool, const char *const *names);
/* Shapes as they are written, "x=1,16000", the list ended by NULL; `values` NULL: none. (shapes.c) */
MUST_CHECK enum mote_status import_read_shapes(struct pool *pool, const char *const *values, struct import_options *out,
                                               const struct frame *at);

extern const struct importer importers[]; /* table.c */
extern const int importers_count;

/* ---- the rows ---- */
bool tflite_matches(struct bytes file);
MUST_CHECK enum mote_status tflite_import_partly(struct pool *pool, const char *name, struct bytes file,
                                                 const struct import_options *options, struct model *out,
                                                 struct import_missing *missing, const struct frame *at);
/* The same where all of it must be there. */
MUST_CHECK enum mote_status tflite_import(struct pool *pool, const char *name, struct bytes file, struct model *out,
                                          const struct frame *at);

/* `name` is a path: external data lie in its folder. */
bool onnx_matches(struct bytes file);
MUST_CHECK enum mote_status onnx_import(struct pool *pool, const char *name, struct bytes file,
                                        const struct import_options *options, struct model *out,
                                        struct import_missing *missing, const struct frame *at);

/* A frozen graph; of a saved model, or a graph as text, it says what to do. */
bool tensorflow_matches(struct bytes file);
MUST_CHECK enum mote_status tensorflow_import(struct pool *pool, const char *name, struct bytes file,
                                              const struct import_options *options, struct model *out,
                                              struct import_missing *missing, const struct frame *at);
bool keras_matches(struct bytes file);
MUST_CHECK enum mote_status keras_import(struct pool *pool, const char *name, struct bytes file,
                                         const struct import_options *options, struct model *out,
                                         struct import_missing *missing, const struct frame *at);

bool cntk_matches(struct bytes file);
MUST_CHECK enum mote_status cntk_import(struct pool *pool, const char *name, struct bytes file,
                                        const struct import_options *options, struct model *out,
                                        struct import_missing *missing, const struct frame *at);

bool ell_matches(struct bytes file);
MUST_CHECK enum mote_status ell_import(struct pool *pool, const char *name, struct bytes file,
                                       const struct import_options *options, struct model *out,
                                       struct import_missing *missing, const struct frame *at);

/* `name` is the .cfg's path: the .weights lie beside it, and count as the file's bytes where memory is bounded. */
bool darknet_matches(struct bytes file);
MUST_CHECK enum mote_status darknet_import(struct pool *pool, const char *name, struct bytes file,
                                           const struct import_options *options, struct model *out,
                                           struct import_missing *missing, const struct frame *at);

bool graph_file_matches(struct bytes file);
MUST_CHECK enum mote_status graph_file_read(struct pool *pool, const char *name, struct bytes file,
                                            const struct import_options *options, struct model *out,
                                            struct import_missing *missing, const struct frame *at);

/* ---- shared by the importers ---- */
/* What the caller says of this input; NULL: nothing. (shapes.c) */
const struct import_shape *import_shape_of(const struct import_options *options, const char *input);
/* The inputs of graph 0 get the shapes: their rank and known dimensions must agree, and each shape must have an input.
 * What the shapes of other tensors are, is not known before graph_infer(). */
MUST_CHECK enum mote_status import_set_shapes(struct model *m, const struct import_options *options,
                                              const struct frame *at);
/* A free first dimension that the caller says nothing of is 1, as a batch is. */
void import_assume_batch(struct tensor *t);
/* Names an input with a dimension that is still open. */
MUST_CHECK enum mote_status import_want_shapes(const struct model *m, const struct frame *at);
/* IF and WHILE become the operators of their graphs (control.c), and the model has the main graph alone. Without any,
 * nothing changes. `limit`: bytes of the pool. */
MUST_CHECK enum mote_status import_control(struct model *m, size_t limit, const struct frame *at);
/* Sizes that a file computes of known shapes become constants (sizes.c). */
void import_sizes(struct model *m);
/* Quantized constants that float operators read become floats; at most `limit` elements. After model_verify(). */
MUST_CHECK enum mote_status import_dequantize(struct model *m, int64_t limit, const struct frame *at);
/* Networks that compute in uint8 compute in int8, of bytes 128 less; their inputs and outputs stay uint8. Makes at most
 * `limit` elements of constants anew. After model_verify(). (bytes.c) */
MUST_CHECK enum mote_status import_bytes(struct model *m, int64_t limit, const struct frame *at);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the Keras importer share. docs/IMPORT.md says how a layer is added.
 *
 * A file is a configuration, JSON, and weights, HDF5. The configuration becomes a tree of layers (config.c), each gets
 * its weights (weights.c), then the model calls them, each as often as the file says (graph.c). A layer's function
 * (layers.def) asks for its settings, inputs and weights by the calls below and appends operators by those of
 * host/import/build.h, whose failures stick. */
#ifndef MOTE_KERAS_H
#define MOTE_KERAS_H

#include <jansson.h>

#include "host/base/faults.h"
#include "host/import/activation.h"
#include "host/import/build.h"
#include "host/import/import.h"
#include "host/import/keras/hdf5.h"

#define VARS_MAX 8 /* weights of a layer */

/* A class of layers: a row of layers.def. */
struct keras_class {
    const char *name;
    const char
        *vars; /* "kernel bias?use_bias !count": names, what setting they hang on (true if it is not said), those that
                       * nobody trains; "query/kernel" is in an object of the layer's own */
    void (*read)(struct build *r);
};

/* A tensor that a layer has made: call `call` of layer `layer`, its output `output`. */
struct keras_ref {
    int32_t layer, call, output;
};

struct keras_arg {
    struct keras_ref ref;
    float number;     /* where ref.layer is -1 */
    const char *name; /* of one that is given by name, else NULL */
};

struct keras_call {
    int32_t n;
    struct keras_arg *args;
    const json_t *kwargs; /* what else is said by name; or NULL */
};

struct keras_layer {
    const char *class, *name;
    const json_t *config;
    const struct keras_class *of; /* NULL: a model */
    bool trainable;
    bool turned; /* of a Bidirectional: the other way round than its configuration says */
    int32_t n_vars;
    const char *var_names[VARS_MAX];
    bool trained[VARS_MAX];
    struct tensor *vars; /* [n_vars] data NULL: not there yet */
    int32_t *added;      /* [n_vars] the constants that they are in the graph, or absent */

    int32_t n_children;
    struct keras_layer *children; /* of a model its layers, of a wrapper what it wraps */

    /* within a model */
    int32_t n_calls;
    struct keras_call *calls;
    /* of a model */
    bool sequential;
    int32_t n_inputs, n_outputs;
    struct keras_ref *inputs, *outputs;
};

struct keras {
    const struct import_options *options;
    int version; /* the major one */
    size_t limit;
    struct hdf5 hdf5;
    const struct keras_layer *layer; /* that is being read */
    const struct keras_call *call;
    int32_t n_in, n_out;
    const int32_t *in;  /* [n_in] */
    int32_t *out;       /* [OUTPUTS_MAX] */
    int32_t calls;      /* of layers, so far */
    bool turn_sequence; /* a recurrent layer's steps are wanted the other way round */
};

#define OUTPUTS_MAX       6 /* of a layer that is no model */
#define MODEL_OUTPUTS_MAX 64

static inline struct keras *keras_of(const struct build *r) { return r->reader; }

/* ---- the file (zip.c) ---- */
struct keras_zip {
    struct bytes metadata, config, weights; /* metadata may be empty */
};
MUST_CHECK enum mote_status keras_unzip(struct pool *pool, size_t limit, struct bytes file, struct keras_zip *out,
                                        const struct frame *at);

/* ---- what either container holds (import.c) ---- */
struct keras_parts {
    struct hdf5 hdf5;
    struct bytes config; /* JSON */
    const char *what;    /* the configuration, for messages */
    int version;         /* the major one of Keras */
    bool listed;         /* weights are in lists by layers' names: an .h5 */
};
/* The major version of "2.13.1"; 2 of NULL. */
int keras_major_version(const char *s);
/* The .json of to_json(), with the .h5 of save_weights() beside it; what is in memory may take as much as for one file
 * of both sizes. (two_files.c) */
bool keras_is_json(struct bytes file);
MUST_CHECK enum mote_status keras_open_two(struct pool *pool, const char *name, struct bytes file, size_t *limit,
                                           struct keras_parts *out, const struct frame *at);
/* The rest of parts->hdf5, the content of an .h5. */
MUST_CHECK enum mote_status keras_parts_of_h5(struct keras_parts *parts, const struct frame *at);
MUST_CHECK enum mote_status keras_import_parts(struct pool *pool, const char *name, const struct keras_parts *parts,
                                               size_t limit, const struct import_options *options, struct model *out,
                                               struct import_missing *missing, const struct frame *at);

/* ---- the tree ---- */
/* A model of the configuration; classes that Mote does not have are in *missing. (config.c) */
MUST_CHECK enum mote_status keras_read_model(struct pool *pool, size_t limit, const json_t *json,
                                             struct keras_layer *out, struct faults *missing, const struct frame *at);
/* The weights of .h5 files are in lists by layers' names, those of .keras files in groups by classes. (weights.c) */
MUST_CHECK enum mote_status keras_read_weights(struct pool *pool, const struct hdf5 *h, bool listed,
                                               struct keras_layer *model, const struct frame *at);
/* The row of a class, NULL if there is none; the likest. (layers.c) */
const struct keras_class *keras_class_find(const char *name);
const char *keras_class_nearest(const char *name);

/* ---- calls (graph.c) ---- */
/* The graph's inputs, outputs and what is between them. */
MUST_CHECK enum mote_status keras_build(struct build *r, const struct keras_layer *model, const struct frame *at);
/* The layer is called with these; gives the number of outputs, at most MODEL_OUTPUTS_MAX. */
int32_t keras_call(struct build *r, const struct keras_layer *l, const struct keras_call *call, int32_t n_in,
                   const int32_t *in, int32_t *out);
/* The same of a layer of one input and one output. */
int32_t keras_apply(struct build *r, const struct keras_layer *l, int32_t x);

/* ---- settings of the layer (setting.c) ---- */
/* null is as if it were not there. */
const json_t *setting(const struct build *r, const char *name);
int64_t setting_int(struct build *r, const char *name, int64_t absent);
float setting_float(struct build *r, const char *name, float absent);
bool setting_bool(struct build *r, const char *name, bool absent);
const char *setting_string(struct build *r, const char *name, const char *absent);
bool setting_is(struct build *r, const char *name, const char *absent, const char *value);
/* A list, or one number; *n is -1 without it, else at most `most`. */
void setting_ints(struct build *r, const char *name, int most, int *n, int64_t *values);
/* n of them: a list of n, or one for all. */
void setting_each(struct build *r, const char *name, int n, int64_t *values, int64_t absent);
void setting_floats(struct build *r, const char *name, int most, int *n, float *values);
/* channels_first: channels are dimension 1. */
bool setting_channels_first(struct build *r);
/* x with its channels last, if `first`, and back again. */
int32_t to_last(struct build *r, int32_t x, bool first);
int32_t from_last(struct build *r, int32_t x, bool first);

/* ---- inputs, weights, outputs of the layer ---- */
int32_t layer_in(struct build *r, int i); /* fails without it */
void layer_out(struct build *r, int32_t tensor);
/* A weight by its name, absent if the layer's settings say so; dimensions must be these, 0: any. */
int32_t weight(struct build *r, const char *name, int rank, const int64_t *dims);
#define DIMS(...) ((const int64_t[]){__VA_ARGS__})

/* ---- activations (activation.c) ---- */
/* `activation` or another setting of the layer, applied to x. */
int32_t activated(struct build *r, const char *setting_name, int32_t x);
/* The function for a recurrent layer. */
void activation_function(struct build *r, const char *setting_name, const char *absent, struct function *out);

#define KERAS(name, function, vars) void keras_##function(struct build *r);
#include "host/import/keras/layers.def"

#endif

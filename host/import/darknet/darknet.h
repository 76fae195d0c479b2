/* SPDX-License-Identifier: Apache-2.0 */
/* What the parts of the Darknet importer share. A network is a .cfg, text whose sections are layers in the order in
 * which they run, and a .weights beside it, the numbers of those layers that have some, in the same order.
 *
 * A layer's function (layers.def) asks for the section's keys, takes its weights and appends operators of the graph by
 * the calls of host/import/build.h, whose failures stick. Images have their channels last inside; what a layer takes as
 * a vector has them first, as Darknet does. */
#ifndef MOTE_DARKNET_H
#define MOTE_DARKNET_H

#include "host/base/faults.h"
#include "host/graph/op_info.h"
#include "host/import/build.h"
#include "host/import/import.h"

struct darknet_key {
    const char *key, *value;
    int line;
};

struct darknet_section {
    const char *name; /* "convolutional" */
    int line, n;
    struct darknet_key *keys; /* [n] */
};

struct darknet_layer {
    const char *name; /* of the section */
    void (*read)(struct build *r);
};

struct darknet {
    struct darknet_section *sections; /* the first is [net] */
    int n;
    const char *weights_path; /* for messages */
    struct bytes weights;
    size_t at;        /* in the weights: the next layer's */
    bool transposed;  /* connected layers' weights are [in][out] */
    int32_t *values;  /* [n] what sections 1, 2 … made, images as [1][H][W][C], vectors as [1][n] */
    int32_t *outputs; /* [n_outputs] beside the last layer: what boxes are made of */
    int32_t n_outputs;
    struct text remarks; /* of them, the model's */

    /* the section that is read, and what goes into it */
    int index;
    int32_t x;
};

/* A graph's `reader` is the file's. */
static inline struct darknet *darknet_of(const struct build *r) { return r->reader; }

/* ---- the text (cfg.c) ---- */
MUST_CHECK enum mote_status darknet_parse(struct pool *pool, struct bytes cfg, struct darknet *d,
                                          const struct frame *at);
struct frame darknet_frame(const struct build *r, int section, const struct frame *at); /* "line 12 [maxpool]: " */
/* Keys of the section, and what holds without them. */
bool key_has(struct build *r, const char *key);
int64_t key_int(struct build *r, const char *key, int64_t absent, int64_t min, int64_t max);
float key_float(struct build *r, const char *key, float absent);
const char *key_word(struct build *r, const char *key, const char *absent);
int key_ints(struct build *r, const char *key, int most, int64_t *values); /* how many, 0 without it */

/* ---- weights (weights.c) ---- */
MUST_CHECK enum mote_status darknet_begin_weights(struct darknet *d, const struct frame *at);
/* The next n numbers; NULL where the node has failed, as when the file ends before. */
float *weights_take(struct build *r, int64_t n);

/* ---- layers (layers.c) ---- */
const struct darknet_layer *darknet_layer_find(const char *name);
const char *darknet_layer_nearest(const char *name); /* NULL if none is alike */
/* The layer's x as the vector that Darknet has, [1][C * H * W]. */
int32_t darknet_flat(struct build *r, int32_t x);
/* The same as it comes out: an image as [1][C][H][W]. */
int32_t darknet_planes(struct build *r, int32_t x);
int32_t darknet_activate(struct build *r, int32_t x, const char *absent);
/* An output that another program decodes, which the model's remarks say. */
void darknet_raw_output(struct build *r);

/* "net.weights" of "net.cfg". (import.c) */
const char *darknet_weights_path(struct pool *pool, const char *cfg);
/* The network of a cfg and its weights. */
MUST_CHECK enum mote_status darknet_read(struct pool *pool, const char *name, struct bytes cfg, struct bytes weights,
                                         const struct import_options *options, struct model *out,
                                         struct import_missing *missing, const struct frame *at);

#define LAYER(name, function) void darknet_##function(struct build *r);
#include "host/import/darknet/layers.def"

#endif

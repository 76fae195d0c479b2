/* SPDX-License-Identifier: Apache-2.0 */
/* The ELL importer's parts: a file is JSON, its nodes are functions on vectors, one of which may be a whole network of
 * layers. Failures stick, as build.h says; fields are looked for by name, in whatever order they are. */
#ifndef MOTE_ELL_H
#define MOTE_ELL_H

#include <jansson.h>

#include "host/base/faults.h"
#include "host/import/activation.h"
#include "host/import/import.h"
#include "host/import/names.h"

struct ell {
    const struct import_options *options;
    struct names values; /* from a node's id to the tensor that it makes; from "id.port" to that of another port */
    struct faults missing;
};

static inline struct ell *ell_of(const struct build *r) { return r->reader; }

/* "ActivationLayer<float,ReLUActivation>": base and arguments. */
struct ell_type {
    char base[64], argument[64]; /* the last argument, without what is in < and > after it */
};
struct ell_type ell_type_of(const json_t *object);

/* ---- fields (json.c) ---- */
bool ell_has(const json_t *object, const char *key);
const json_t *ell_object(struct build *r, const json_t *object, const char *key); /* {} where it failed */
const json_t *ell_list(struct build *r, const json_t *object, const char *key);   /* [] where it failed */
const char *ell_string(struct build *r, const json_t *object, const char *key);
int64_t ell_int(struct build *r, const json_t *object, const char *key); /* 0 to INT32_MAX */
float ell_float(struct build *r, const json_t *object, const char *key);
/* A list of at most RANK_MAX sizes from 1. */
int ell_dims(struct build *r, const json_t *object, const char *key, int64_t *dims);
/* A list of numbers as a constant, of as many elements as these dimensions have. */
int32_t ell_floats(struct build *r, const json_t *object, const char *key, int rank, const int64_t *dims);
/* The active region of a MemoryLayout; one with a border is refused. */
int ell_layout(struct build *r, const json_t *object, const char *key, int64_t *dims);
/* What a port or "1006.output[0:3]" refers to. */
int32_t ell_input(struct build *r, const json_t *object, const char *key);
int32_t ell_reference(struct build *r, const char *text);

/* ---- nodes and layers (nodes.c, layers.c, recurrent.c) ---- */
typedef int32_t ell_node_fn(struct build *r, const json_t *node);
ell_node_fn *ell_node_find(const char *base); /* NULL: Mote does not have it */
ell_node_fn ell_network, ell_layer_node, ell_rnn, ell_gru, ell_lstm, ell_fast_grnn;
/* The function of an object of that type; false where Mote does not have it. */
bool ell_function(struct build *r, struct ell_type type, const json_t *from, struct function *f);
/* A recurrent node has two activations under one name, of which JSON keeps the last: the second one gets this name. */
#define ELL_ACTIVATION        "activation"
#define ELL_SECOND_ACTIVATION "Activation"
/* Whether it is a node of one layer, and what of that and of networks' layers Mote does not have. */
bool ell_is_layer_node(const char *base);
void ell_find_missing_layers(struct build *r, const json_t *node, const struct frame *at);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What network.c and the layers' functions share: a graph that grows layer by layer, shapes always known. */
#ifndef MOTE_NETWORK_H
#define MOTE_NETWORK_H

#include "host/graph/op_info.h"
#include "host/train/layer.h"

struct network {
    struct model *m;
    struct graph *g;
    const struct recipe *recipe;
    const struct dataset *data;
    int32_t *outputs; /* [n_layers] the layers' tensors; of layer i when it is built */
    bool *used;       /* [n_layers] whether another layer reads them */
};

/* The layer that is being built. */
struct building {
    struct network *n;
    const struct recipe_layer *layer;
    int32_t index;
    const int32_t *in; /* [n_in] tensors */
    int32_t n_in;
    int32_t n_weights; /* made so far: numbers the streams of their random numbers */
    const struct frame *at;
};

/* Appends the operators of a layer whose inputs exist; *out is its tensor. */
typedef enum mote_status layer_build_fn(struct building *b, int32_t *out);
extern layer_build_fn *const layer_build[LAYER_COUNT];

#endif

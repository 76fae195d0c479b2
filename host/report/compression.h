/* SPDX-License-Identifier: Apache-2.0 */
/* What a compression made of a network, for reports: its stages, the layers of what came out, where the bytes are. */
#ifndef MOTE_COMPRESSION_H
#define MOTE_COMPRESSION_H

#include <stdio.h>

#include "host/base/base.h"

#define STAGE_BINS 48

/* Of weights that are not 0, in bins from -range to range, which is the largest of them. */
struct weights_histogram {
    double range; /* 0: there are none */
    int64_t counts[STAGE_BINS];
};

struct compression_stage {
    const char *name;
    int64_t weights, kept; /* kept: not 0 */
    int32_t levels;        /* most values of one tensor besides 0; 0: many */
    int64_t bytes;
    double accuracy, loss; /* 0 to 1; NAN: not known */
    struct weights_histogram histogram;
};

struct compression_layer {
    const char *name;
    int64_t weights, kept;
    int32_t levels;
    const char *coding;
    int64_t bytes; /* of its weights as they are stored */
};

struct compression_point { /* another size that was tried */
    int64_t bytes;
    double accuracy, loss;
};

/* Of what came out, as the device has it: all of its weight_bytes. */
struct compression_bytes {
    int64_t weights;   /* codes, or the weights themselves */
    int64_t tables;    /* lengths of codes, which columns have weights */
    int64_t codebooks; /* what codes of levels stand for */
    int64_t biases, multipliers;
};

struct compression {
    const struct compression_stage *stages;
    const struct compression_layer *layers;
    const struct compression_point *points;
    size_t n_stages, n_layers, n_points;
    struct compression_bytes bytes;
};

int64_t compression_all_bytes(const struct compression_bytes *b);
double compression_bits(const struct compression_layer *l); /* a weight */

/* The sections of a page. */
void compression_html(const struct compression *c, struct text *out);
/* The same for a terminal: a line of bars a stage, a line a layer, and the bytes. */
void compression_print(const struct compression *c, struct pool *pool, FILE *to);

#endif

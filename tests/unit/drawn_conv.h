/* SPDX-License-Identifier: Apache-2.0 */
/* Convolutions that tests of coded weights draw: the geometry and biases of one, and a network of four whose weights
 * the test says, which is to compute the same in any coding, on the host and on emulated boards. */
#ifndef TESTS_DRAWN_CONV_H
#define TESTS_DRAWN_CONV_H

#include "host/coding/biases.h"
#include "host/pipeline/pipeline.h"
#include "mote/kernels/conv/conv_2d_s8.h"

/* From `drawn_seed`, which becomes another. */
extern uint64_t drawn_seed;
int32_t drawn_between(int32_t min, int32_t max);

/* Of the dense kernel, all but in_zero. */
void drawn_geometry(struct mote_conv_2d_s8 *p);
/* Of out_c filters w [out_c][columns], with an input's zero point, which is drawn, too; folded [out_c]: what the dense
 * kernel has of them. */
void drawn_biases(struct pool *pool, int32_t out_c, const int8_t *w, int32_t columns, struct biases *biases,
                  int32_t *in_zero, int32_t **folded);

/* ---- a network ---- */
enum {
    DRAWN_LAYERS = 4,
    DRAWN_SIDE = 16,
    DRAWN_SAMPLES = 2,
    DRAWN_IN_BYTES = DRAWN_SIDE * DRAWN_SIDE * 3,
    DRAWN_OUT_BYTES = 8 * 8 * 32
};

struct drawn_weights {
    int8_t (*draw)(int32_t how);
    int32_t how;
    float scale, out_scale; /* of weights, and of what layers give */
    bool skips_zeros;       /* a weight that is 0 is no product */
};

struct drawn_network {
    struct pool pool; /* to be freed */
    struct report_text report;
    struct frame at;
    struct bytes file;
    int64_t products;
    uint8_t samples[DRAWN_SAMPLES * DRAWN_IN_BYTES];
};

void drawn_network(struct drawn_network *n, const struct drawn_weights *weights);
/* Its steps of a kernel, compiled for a core. */
int32_t drawn_steps(struct drawn_network *n, enum coding coding, enum optimize optimize, const char *core,
                    enum kernel_id kernel);

struct drawn_board {
    const char *board, *core;
    enum coding coding;
    enum optimize goal;
    bool via_c;
    double least, most; /* instructions a product, with all else */
};

/* The outputs of each, on the host in its coding and on the board, are those of the dense network on the host. What it
 * takes is printed. */
void drawn_boards(struct drawn_network *n, const struct drawn_board *boards, size_t n_boards);

#endif

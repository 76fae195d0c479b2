/* SPDX-License-Identifier: Apache-2.0 */
/* What a layer's inputs are on samples, before and after the layers before it were compressed: sums of products, exact,
 * so that neither threads nor machines matter. */
#ifndef MOTE_COMPRESS_MOMENTS_H
#define MOTE_COMPRESS_MOMENTS_H

#include "host/compress/layer.h"
#include "host/quantize/calibrate.h"

/* Of a block's inputs x, and of those of the model as it was, x0; n is its columns. Whole numbers below 2^53. */
struct moments {
    int32_t n;
    double count;       /* positions of all samples */
    double *xx, *xx0;   /* [n][n] sums of x_i x_j, of x_i x0_j */
    double *sum, *sum0; /* [n] */
};

/* out [layer's n_blocks]. `before` and `now` are the same graph with other constants. */
MUST_CHECK enum mote_status moments_take(struct pool *pool, const struct kept *before, const struct kept *now,
                                         const struct layer *layer, const struct samples *samples, struct moments *out,
                                         const struct frame *at);

#endif

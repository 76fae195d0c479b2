/* SPDX-License-Identifier: Apache-2.0 */
/* Pools. */
#include "host/import/keras/spatial.h"

static void pool(struct build *r, enum op_id id)
{
    struct keras_spatial k = keras_spatial_begin(r, "pool_size", "strides");

    layer_out(r, keras_spatial_end(r, &k, pooling(r, id, k.x, &k.s)));
}

void keras_max_pooling(struct build *r) { pool(r, OP_MAX_POOL_2D); }

void keras_average_pooling(struct build *r) { pool(r, OP_AVERAGE_POOL_2D); }

static void global(struct build *r, enum op_id id)
{
    int32_t x = layer_in(r, 0);
    int rank = tensor_at(r, x)->rank, first = setting_channels_first(r) ? 2 : 1;
    int64_t axes[RANK_MAX];

    if (r->status == MOTE_OK && rank < 3)
        build_fail(r, MOTE_ERR_SHAPE, "an input of %d dimensions, not of 3 to 5", rank);
    for (int d = 0; d < rank - 2; d++)
        axes[d] = first + d;
    layer_out(r, reduce(r, id, x, rank - 2, axes, setting_bool(r, "keepdims", false)));
}

void keras_global_max_pooling(struct build *r) { global(r, OP_REDUCE_MAX); }

void keras_global_average_pooling(struct build *r) { global(r, OP_MEAN); }

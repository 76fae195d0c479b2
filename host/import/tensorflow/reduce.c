/* SPDX-License-Identifier: Apache-2.0 */
/* Reductions. */
#include "host/import/tensorflow/ops.h"

static void reduction(struct build *r, enum op_id id)
{
    int32_t x = tf_in(r, 0);
    const bool keep = tf_bool(r, tf_attr(r, "keep_dims") ? "keep_dims" : "keepdims", false);
    int64_t axes[RANK_MAX];
    int n;

    const_ints(r, tf_in(r, 1), "the list of axes", RANK_MAX, &n, axes);
    if (r->status == MOTE_OK)
        tf_out(r, 0, n == 0 ? x : reduce(r, id, x, n, axes, keep));
}

void tf_mean(struct build *r) { reduction(r, OP_MEAN); }

void tf_sum(struct build *r) { reduction(r, OP_SUM); }

void tf_max(struct build *r) { reduction(r, OP_REDUCE_MAX); }

void tf_min(struct build *r) { reduction(r, OP_REDUCE_MIN); }

void tf_all(struct build *r) { reduction(r, OP_REDUCE_ALL); }

static void place(struct build *r, enum op_id id)
{
    int32_t in[] = {tf_in(r, 0), tf_in(r, 1)};

    tf_out(r, 0, emit(r, id, NULL, TYPE_S32, 2, in));
}

void tf_arg_max(struct build *r) { place(r, OP_ARG_MAX); }

void tf_arg_min(struct build *r) { place(r, OP_ARG_MIN); }

void tf_cumsum(struct build *r)
{
    const struct cumsum_opts opts = {.exclusive = tf_bool(r, "exclusive", false),
                                     .reverse = tf_bool(r, "reverse", false)};
    int32_t in[] = {tf_in(r, 0), tf_in(r, 1)};

    tf_out(r, 0, emit(r, OP_CUMSUM, &opts, TYPE_NONE, 2, in));
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What methods share: work on one layer, with the inputs that a model gives it. */
#ifndef MOTE_COMPRESS_EACH_H
#define MOTE_COMPRESS_EACH_H

#include "host/compress/post.h"
#include "host/compress/solve.h"

typedef enum mote_status layer_fn(struct post *p, struct solve *s, void *how);

/* Calls fn with layer i, which is to repeat its outputs in `before` from its inputs in `now`; without compensation
 * nothing is known of inputs. */
MUST_CHECK enum mote_status with_layer(struct post *p, int32_t i, struct model *now, bool compensate, layer_fn *fn,
                                       void *how, const struct frame *at);

#endif

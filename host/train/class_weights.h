/* SPDX-License-Identifier: Apache-2.0 */
/* How much a sample counts in the loss, by its class (docs/RECIPES.md, `class_weights`). */
#ifndef MOTE_CLASS_WEIGHTS_H
#define MOTE_CLASS_WEIGHTS_H

#include "host/data/dataset.h"

/* `text` of a recipe: "balanced", the inverse of how many of these samples a class has, or numbers, one a class. Scaled
 * so that their mean over these samples is 1; [n_classes] in the pool. The data have labels, and n > 0. */
MUST_CHECK enum mote_status class_weights_make(struct pool *pool, const char *text, const struct dataset *data,
                                               const int32_t *samples, int32_t n, const float **out,
                                               const struct frame *at);

#endif

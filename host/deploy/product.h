/* SPDX-License-Identifier: Apache-2.0 */
/* A compiled model becomes what it is wanted as: an image, a folder of C, or the graph after its passes, as Mote or
 * others write it. */
#ifndef MOTE_DEPLOY_PRODUCT_H
#define MOTE_DEPLOY_PRODUCT_H

#include "host/pipeline/pipeline.h"
#include "host/run/runner.h"

enum product_form { PRODUCT_IMAGE, PRODUCT_C, PRODUCT_GRAPH, PRODUCT_TFLITE, PRODUCT_ELL };

struct product {
    struct pool *pool;
    const struct pipeline *p;
    enum product_form form;
    struct runner runner; /* the image, opened: it says its arena and its weights */
};

/* What the model is called in image and C: a C identifier of small letters, digits and _, as model_name_from() makes
 * one. An image keeps its name, since it may be signed. */
MUST_CHECK enum mote_status model_rename(struct pipeline *p, const char *name, const struct frame *file);
/* `p` is compiled. A damaged image is refused, and for a board a model that does not fit, or does not come so. */
MUST_CHECK enum mote_status product_make(struct pool *pool, const struct pipeline *p, enum product_form form,
                                         struct product *out, const struct frame *file);
/* C goes into a folder, all else into a file. */
MUST_CHECK enum mote_status product_write(const struct product *product, const char *path, const struct frame *file);

#endif

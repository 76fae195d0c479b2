/* SPDX-License-Identifier: Apache-2.0 */
/* What an image says beyond what the runtime needs. All take a model that mote_model_open() has accepted; what it did
 * not check is checked here. */
#ifndef MOTE_IMAGE_VIEW_H
#define MOTE_IMAGE_VIEW_H

#include "host/graph/graph.h"
#include "mote/mote.h"
#include "mote/ops/image.h"

const struct mote_image_header *image_header(const struct mote_model *m);
const struct mote_image_section *image_sections(const struct mote_model *m);             /* [header's n_sections] */
const struct mote_image_section *image_section(const struct mote_model *m, uint32_t id); /* NULL if there is none */
const char *image_section_name(uint32_t id);
/* Argument i of a step: what its version wants beyond the contract is scratch memory. */
const char *image_arg_name(uint32_t kernel, uint32_t i);
const char *image_string(const struct mote_model *m, uint32_t offset); /* "?" if there is none */

/* The names of classes, NULL if there are none. */
const char *const *image_classes(struct pool *pool, const struct mote_model *m, int32_t *n);
/* How raw data becomes the first input, as a graph has it; kind "none" if the image does not say. */
struct preprocess image_preprocess(const struct mote_model *m);

/* MOTE_TASK_NONE if the image does not say; a threshold that is none is infinite. */
struct task image_task(const struct mote_model *m);

/* Bytes of the weights in the image; not more than it has, whatever it says. */
int64_t image_weight_bytes(const struct mote_model *m);

#endif

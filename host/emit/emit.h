/* SPDX-License-Identifier: Apache-2.0 */
/* Two spellings of one plan, and of a graph those of others. All are deterministic: the same gives the same bytes. */
#ifndef MOTE_EMIT_H
#define MOTE_EMIT_H

#include "host/plan/plan.h"

/* The flat image of docs/SPEC.md, 64-byte aligned in the pool. Sets the constants' offsets in the plan. */
MUST_CHECK enum mote_status emit_image(struct plan *plan, struct bytes *out, const struct frame *at);

/* Generated C: <dir>/<model>.c, <model>.h and <dir>/mote/ with the sources that it needs, copied from `home`
 * (the folder that has device/). Files of the same name are replaced, but <model>.c and <model>.h only if they
 * were generated from this model, known by its structure; nothing else is touched. */
MUST_CHECK enum mote_status emit_c(const struct plan *plan, const char *home, const char *dir, const struct frame *at);

/* The text of a MOTE_KERNELS file with exactly the plan's kernels. */
void emit_kernel_list(const struct plan *plan, struct text *out);

/* A .tflite of the model's graph 0, whose shapes are known. What TFLite has no form for (operators, options, types) is
 * one error that lists all of it. Classes, preprocessing and what the model was trained on have no place in it. `out`
 * is in the pool. */
MUST_CHECK enum mote_status emit_tflite(struct pool *pool, const struct model *m, struct bytes *out,
                                        const struct frame *at);

/* An .ell of graph 0, of floats, the same way. */
MUST_CHECK enum mote_status emit_ell(struct pool *pool, const struct model *m, struct bytes *out,
                                     const struct frame *at);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Inside of the C emitter. */
#ifndef MOTE_EMIT_C_H
#define MOTE_EMIT_C_H

#include "host/emit/emit.h"

/* A constant as C: `static const MOTE_FLASH int8_t kws_c3[40] = {…};`, without MOTE_FLASH where `as_data`. */
void c_constant(struct text *t, const struct plan *plan, int32_t value, bool as_data);
/* `head`[n] = {elements}; */
void c_array(struct text *t, const char *head, enum mote_type type, const uint8_t *data, int64_t bytes);
/* A name from the model for the inside of a comment, which it neither ends nor seems to begin nor turns around. */
const char *c_comment(struct pool *pool, const char *name);
/* The parameter that the caller lends memory by: "void *arena", or, of several memories, "void *const *arena". */
const char *c_arena(const struct plan *plan, bool constant);
/* What lies at an offset of the arena: "(char *)arena + 64", or "(char *)arena[1] + 64". */
const char *c_at(const struct plan *plan, int64_t offset, bool constant);
/* The C type of an element: "int8_t". */
const char *c_type(enum mote_type type);

/* Input 0 from raw samples: mean, std and functions, where raw samples are for the model. */
bool c_sets_input(const struct plan *plan);
bool c_scores(const struct plan *plan); /* an anomaly detector: a function for the score, too */
void c_input_header(struct text *t, const struct plan *plan, const char *NAME);
void c_input_source(struct text *t, const struct plan *plan, const char *NAME);

/* Of a plan that is fed: what stands for the functions of a whole inference. */
void c_feed_header(struct text *t, const struct plan *plan, const char *NAME);
void c_feed_source(struct text *t, const struct plan *plan, const char *NAME);
/* Of a plan of rounds: <model>_feed() of a stream, <model>_run() and _step() of others. */
void c_rounds_source(struct text *t, const struct plan *plan, const char *NAME);

/* Of a model that listens; else nothing. */
void c_listen_header(struct text *t, const struct plan *plan, const char *NAME);
void c_listen_source(struct text *t, const struct plan *plan);

/* How the first line of both files begins. */
const char *c_mark(struct pool *pool, const struct model *m);
/* Refuses if <dir>/<model>.h or .c would be overwritten and are not this model's. */
MUST_CHECK enum mote_status c_claim(struct pool *pool, const struct model *m, const char *dir, const struct frame *at);

/* The kernels' sources and all that they include, below mote/. */
MUST_CHECK enum mote_status c_copy_sources(const struct plan *plan, const char *home, struct staging *files,
                                           const struct frame *at);

#endif

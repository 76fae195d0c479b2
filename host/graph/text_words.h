/* SPDX-License-Identifier: Apache-2.0 */
/* The words of a graph file's line: what stands between the statements and the bytes. Each function skips the space
 * before what it reads. `what` is how a message calls the thing that was expected. */
#ifndef MOTE_GRAPH_TEXT_WORDS_H
#define MOTE_GRAPH_TEXT_WORDS_H

#include "host/base/base.h"

struct words {
    const char *p, *end; /* the rest of the line */
    int number;          /* the line's, from 1 */
    const struct frame *at;
    struct pool *pool; /* for strings */
};

/* ---- messages: "file: line 12: …" ---- */
enum mote_status words_fail(const struct words *ws, enum mote_status status, const char *fmt, ...) PRINTF(3, 4);
enum mote_status words_expected(const struct words *ws, const char *what); /* and says what is there instead */

/* ---- looking, and taking what is there ---- */
struct word {
    const char *s;
    size_t len; /* 0: no word is next */
};
bool word_is(struct word w, const char *s);
struct word words_peek(struct words *ws);
bool words_at_end(struct words *ws);
bool words_char(struct words *ws, char c);
bool words_accept(struct words *ws, const char *s); /* the whole word s */

/* ---- what must be there ---- */
struct number {
    bool negative;
    uint64_t magnitude;
};
MUST_CHECK enum mote_status words_word(struct words *ws, const char *what, struct word *out);
MUST_CHECK enum mote_status words_number(struct words *ws, const char *what, struct number *out);
MUST_CHECK enum mote_status words_int(struct words *ws, const char *what, int64_t min, int64_t max, int64_t *out);
MUST_CHECK enum mote_status words_i32(struct words *ws, const char *what, int32_t min, int32_t max, int32_t *out);
MUST_CHECK enum mote_status words_hex(struct words *ws, uint8_t *out, int size); /* 0x…; little-endian in out */
MUST_CHECK enum mote_status words_f32(struct words *ws, float *out);
MUST_CHECK enum mote_status words_f64(struct words *ws, double *out);
MUST_CHECK enum mote_status words_string(struct words *ws, const char *what, const char **out);
MUST_CHECK enum mote_status words_name(struct words *ws, const char **out); /* a string, or "" if none is there */

/* Items with commas between them, up to `close`, which is read too; words_list() wants '[' before them. */
typedef enum mote_status item_fn(struct words *ws, void *into);
MUST_CHECK enum mote_status words_items(struct words *ws, char close, item_fn *item, void *into);
MUST_CHECK enum mote_status words_list(struct words *ws, item_fn *item, void *into);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a FlatBuffer that nobody has checked.
 *
 * Every access is checked against the buffer when it is made. The first thing found wrong is kept in `error`; from then
 * on all accessors give absent tables, empty vectors and default values, which are safe to go on with. So a caller
 * reads what it wants and asks fb_status() once a table, and at least once in each turn of a loop over a vector.
 *
 * Offsets only point forward, so they cannot loop; but many may point to one place, and a small file could unfold to
 * something huge. What is read is charged to a budget, a few times the file's size, that no honest file exceeds.
 * Numbers are little-endian and may be misaligned. Source: FlatBuffers' documentation, "Internals". */
#ifndef MOTE_FLATBUFFER_H
#define MOTE_FLATBUFFER_H

#include "host/base/base.h"

struct fb {
    const uint8_t *data;
    size_t size;
    uint64_t budget;   /* bytes that may still be read */
    const char *error; /* NULL while all is well */
    size_t error_at;
};

struct fb_table {
    struct fb *fb;
    size_t at, vtable;       /* offsets in the buffer; at 0: absent, all fields have their defaults */
    uint32_t size, n_fields; /* size: bytes of the fields that are stored in place */
};

struct fb_vector {
    struct fb *fb;
    size_t at;  /* of the first element */
    uint32_t n; /* elements; 0 if absent */
};

struct fb fb_open(struct bytes file);
struct fb_table fb_root(struct fb *fb);
/* What was found wrong so far, as ERR_FORMAT with the byte's offset. */
MUST_CHECK enum mote_status fb_status(const struct fb *fb, const struct frame *at);
/* For callers that copy or scan bytes: counts them as read once more. False, and an error, if that exceeds the budget.
 */
bool fb_charge(struct fb *fb, size_t at, size_t bytes);

/* Fields, by their position in the schema's table. */
bool fb_has(struct fb_table t, unsigned field);
bool fb_bool(struct fb_table t, unsigned field);
int8_t fb_s8(struct fb_table t, unsigned field);
int32_t fb_s32(struct fb_table t, unsigned field, int32_t absent);
uint32_t fb_u32(struct fb_table t, unsigned field);
uint64_t fb_u64(struct fb_table t, unsigned field);
float fb_f32(struct fb_table t, unsigned field);
struct fb_table fb_get_table(struct fb_table t, unsigned field);
struct fb_vector fb_get_vector(struct fb_table t, unsigned field, size_t element_size);

/* Elements: i < v.n, and the vector was opened with this element's size (tables: 4). */
const uint8_t *fb_bytes(struct fb_vector v); /* v.n bytes; not NULL */
int32_t fb_s32_at(struct fb_vector v, uint32_t i);
int64_t fb_s64_at(struct fb_vector v, uint32_t i);
float fb_f32_at(struct fb_vector v, uint32_t i);
struct fb_table fb_table_at(struct fb_vector v, uint32_t i);

#endif

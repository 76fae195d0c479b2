/* SPDX-License-Identifier: Apache-2.0 */
/* Writes a FlatBuffer from front to back: first what refers, then what it refers to, since offsets only point forward.
 * A field that refers is written as 0, and becomes the distance when what it refers to is there. Equal tables of fields
 * are shared. Source: FlatBuffers' documentation, "Internals". */
#ifndef MOTE_EMIT_FLATBUFFER_H
#define MOTE_EMIT_FLATBUFFER_H

#include "host/base/base.h"

struct fb_writer {
    struct text out;
    size_t *vtables; /* [n] places of those that are there */
    size_t n;
};

/* The fields that a table will have. */
#define FB_FIELDS_MAX 16
struct fb_fields {
    int n;
    struct fb_field {
        uint8_t field, size; /* position in the schema's table; 1 or 4 bytes */
        uint32_t bits;
    } list[FB_FIELDS_MAX];
};

void fb_begin(struct fb_writer *w, struct pool *pool, const char identifier[4]);

/* A number that is `absent` where a file has no such field is left out. */
void fb_put_u8(struct fb_fields *f, unsigned field, uint8_t value, uint8_t absent);
void fb_put_u32(struct fb_fields *f, unsigned field, uint32_t value, uint32_t absent);
void fb_put_f32(struct fb_fields *f, unsigned field, float value, float absent);
void fb_refer(struct fb_fields *f, unsigned field);

/* Each writes what the reference at `from` (0: the file's root) refers to, and returns its place. */
size_t fb_write_table(struct fb_writer *w, size_t from, const struct fb_fields *f);
/* A vector's first element is at a multiple of `align` (4 or more). */
size_t fb_write_bytes(struct fb_writer *w, size_t from, const void *data, size_t n, size_t align);
size_t fb_write_s32s(struct fb_writer *w, size_t from, const int32_t *values, size_t n);
size_t fb_write_s64s(struct fb_writer *w, size_t from, const int32_t *values, size_t n);
size_t fb_write_f32s(struct fb_writer *w, size_t from, const float *values, size_t n);
void fb_write_string(struct fb_writer *w, size_t from, const char *s);
/* n references, one every 4 bytes. */
size_t fb_write_references(struct fb_writer *w, size_t from, size_t n);

/* The place of a table's field, which it has. */
size_t fb_slot(const struct fb_writer *w, size_t table, unsigned field);

#endif

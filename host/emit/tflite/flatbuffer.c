/* SPDX-License-Identifier: Apache-2.0 */
#include "host/emit/tflite/flatbuffer.h"

/* ---- bytes ---- */
static void put(struct fb_writer *w, uint64_t value, size_t bytes)
{
    uint8_t b[8];

    for (size_t i = 0; i < bytes; i++)
        b[i] = (uint8_t)(value >> 8 * i);
    text_bytes(&w->out, b, bytes);
}

static void pad(struct fb_writer *w, size_t to, size_t ahead)
{
    const size_t at = w->out.len + ahead;

    for (size_t n = align_up(at, to) - at; n > 0; n--)
        put(w, 0, 1);
}

static void set32(struct fb_writer *w, size_t at, size_t value)
{
    for (size_t i = 0; i < 4; i++)
        w->out.s[at + i] = (char)(uint8_t)(value >> 8 * i);
}

static size_t get16(const struct fb_writer *w, size_t at)
{
    const uint8_t *p = (const uint8_t *)w->out.s + at;

    return (size_t)(p[0] | p[1] << 8);
}

/* What is written next is what the reference at `from` refers to. */
static void link_from(struct fb_writer *w, size_t from) { set32(w, from, w->out.len - from); }

void fb_begin(struct fb_writer *w, struct pool *pool, const char identifier[4])
{
    *w = (struct fb_writer){.out = {.pool = pool}};
    put(w, 0, 4);
    text_bytes(&w->out, identifier, 4);
}

/* ---- tables ---- */
static void add(struct fb_fields *f, unsigned field, uint8_t size, uint32_t bits)
{
    assert(f->n < FB_FIELDS_MAX);
    f->list[f->n++] = (struct fb_field){(uint8_t)field, size, bits};
}

void fb_put_u8(struct fb_fields *f, unsigned field, uint8_t value, uint8_t absent)
{
    if (value != absent)
        add(f, field, 1, value);
}

void fb_put_u32(struct fb_fields *f, unsigned field, uint32_t value, uint32_t absent)
{
    if (value != absent)
        add(f, field, 4, value);
}

void fb_put_f32(struct fb_fields *f, unsigned field, float value, float absent)
{
    uint32_t bits, none;

    memcpy(&bits, &value, sizeof bits);
    memcpy(&none, &absent, sizeof none);
    fb_put_u32(f, field, bits, none);
}

void fb_refer(struct fb_fields *f, unsigned field) { add(f, field, 4, 0); }

/* Where in the table each field of this size is; returns the end of them. */
static size_t place_fields(const struct fb_fields *f, uint8_t size, size_t end, uint16_t *places)
{
    for (int i = 0; i < f->n; i++)
        if (f->list[i].size == size) {
            places[f->list[i].field] = (uint16_t)end;
            end += size;
        }
    return end;
}

/* A vtable of `n` bytes, found among those that are there or written now. */
static size_t write_vtable(struct fb_writer *w, const uint16_t *vtable, size_t n)
{
    for (size_t i = 0; i < w->n; i++) {
        size_t k = 0;

        while (k < n / 2 && get16(w, w->vtables[i] + 2 * k) == vtable[k])
            k++;
        if (k == n / 2)
            return w->vtables[i];
    }
    pad(w, 2, 0);
    w->vtables = pool_grow(w->out.pool, w->vtables, w->n, sizeof *w->vtables);
    w->vtables[w->n++] = w->out.len;
    for (size_t k = 0; k < n / 2; k++)
        put(w, vtable[k], 2);
    return w->vtables[w->n - 1];
}

size_t fb_write_table(struct fb_writer *w, size_t from, const struct fb_fields *f)
{
    uint16_t vtable[2 + 256] = {0};
    size_t at, n_fields = 0, end = place_fields(f, 4, 4, vtable + 2);

    for (int i = 0; i < f->n; i++)
        n_fields = f->list[i].field >= n_fields ? f->list[i].field + 1u : n_fields;
    end = place_fields(f, 1, end, vtable + 2);
    vtable[0] = (uint16_t)(4 + 2 * n_fields);
    vtable[1] = (uint16_t)end;
    at = write_vtable(w, vtable, vtable[0]);
    pad(w, 4, 0);
    link_from(w, from);
    put(w, w->out.len - at, 4);
    at = w->out.len - 4;
    for (int i = 0; i < f->n; i++)
        if (f->list[i].size == 4)
            put(w, f->list[i].bits, 4);
    for (int i = 0; i < f->n; i++)
        if (f->list[i].size == 1)
            put(w, f->list[i].bits, 1);
    return at;
}

size_t fb_slot(const struct fb_writer *w, size_t table, unsigned field)
{
    const size_t vtable = table - le32((const uint8_t *)w->out.s + table), entry = 4 + 2 * (size_t)field;

    assert(entry < get16(w, vtable) && get16(w, vtable + entry) != 0);
    return table + get16(w, vtable + entry);
}

/* ---- vectors ---- */
static size_t begin_vector(struct fb_writer *w, size_t from, size_t n, size_t align)
{
    pad(w, align, 4);
    link_from(w, from);
    put(w, n, 4);
    return w->out.len;
}

size_t fb_write_bytes(struct fb_writer *w, size_t from, const void *data, size_t n, size_t align)
{
    const size_t at = begin_vector(w, from, n, align);

    text_bytes(&w->out, data, n);
    return at;
}

size_t fb_write_s32s(struct fb_writer *w, size_t from, const int32_t *values, size_t n)
{
    const size_t at = begin_vector(w, from, n, 4);

    for (size_t i = 0; i < n; i++)
        put(w, (uint32_t)values[i], 4);
    return at;
}

size_t fb_write_s64s(struct fb_writer *w, size_t from, const int32_t *values, size_t n)
{
    const size_t at = begin_vector(w, from, n, 8);

    for (size_t i = 0; i < n; i++)
        put(w, (uint64_t)(int64_t)values[i], 8);
    return at;
}

size_t fb_write_f32s(struct fb_writer *w, size_t from, const float *values, size_t n)
{
    const size_t at = begin_vector(w, from, n, 4);

    for (size_t i = 0; i < n; i++) {
        uint32_t bits;

        memcpy(&bits, &values[i], sizeof bits);
        put(w, bits, 4);
    }
    return at;
}

void fb_write_string(struct fb_writer *w, size_t from, const char *s)
{
    fb_write_bytes(w, from, s, strlen(s), 4);
    put(w, 0, 1);
}

size_t fb_write_references(struct fb_writer *w, size_t from, size_t n)
{
    const size_t at = begin_vector(w, from, n, 4);

    for (size_t i = 0; i < n; i++)
        put(w, 0, 4);
    return at;
}

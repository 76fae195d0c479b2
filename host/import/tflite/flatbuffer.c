/* SPDX-License-Identifier: Apache-2.0 */
#include "host/import/tflite/flatbuffer.h"

#define BUDGET_FACTOR    8 /* honest files: 1, and a little for what several tables share */
#define BUDGET_FREE      4096
#define TABLE_CHARGE_MIN 16 /* what a table costs the reader, however small it is */

static uint16_t le16(const uint8_t *p) { return (uint16_t)(p[0] | p[1] << 8); }

static float le_float(const uint8_t *p)
{
    uint32_t bits = le32(p);
    float value;

    memcpy(&value, &bits, sizeof value);
    return value;
}

struct fb fb_open(struct bytes file)
{
    return (struct fb){file.data, file.size, (uint64_t)file.size * BUDGET_FACTOR + BUDGET_FREE, NULL, 0};
}

enum mote_status fb_status(const struct fb *fb, const struct frame *at)
{
    if (!fb->error)
        return MOTE_OK;
    return fail(at, MOTE_ERR_FORMAT, "the file is damaged at byte %zu: %s", fb->error_at, fb->error);
}

static void broken(struct fb *fb, size_t at, const char *error)
{
    if (!fb->error) {
        fb->error = error;
        fb->error_at = at;
    }
}

static bool inside(const struct fb *fb, size_t at, size_t bytes) { return at <= fb->size && bytes <= fb->size - at; }

bool fb_charge(struct fb *fb, size_t at, size_t bytes)
{
    if (bytes > fb->budget) {
        broken(fb, at, "too many parts of the file are one and the same");
        return false;
    }
    fb->budget -= bytes;
    return true;
}

/* ---- tables ---- */
static struct fb_table open_table(struct fb *fb, size_t at)
{
    const struct fb_table absent = {.fb = fb};
    struct fb_table t = {.fb = fb, .at = at};
    uint32_t vtable_size;

    if (fb->error)
        return absent;
    if (!inside(fb, at, 4)) {
        broken(fb, at, "a table begins outside the file");
        return absent;
    }
    t.vtable = (size_t)((int64_t)at - (int32_t)le32(fb->data + at)); /* wraps to a huge offset if negative */
    if (!inside(fb, t.vtable, 4)) {
        broken(fb, at, "a table's list of fields is outside the file");
        return absent;
    }
    vtable_size = le16(fb->data + t.vtable);
    t.size = le16(fb->data + t.vtable + 2);
    if (vtable_size < 4 || vtable_size % 2 != 0 || !inside(fb, t.vtable, vtable_size)) {
        broken(fb, t.vtable, "a table's list of fields has an impossible size");
        return absent;
    }
    if (t.size < 4 || !inside(fb, at, t.size)) {
        broken(fb, at, "a table has an impossible size");
        return absent;
    }
    if (!fb_charge(fb, at, t.size < TABLE_CHARGE_MIN ? TABLE_CHARGE_MIN : t.size))
        return absent;
    t.n_fields = (vtable_size - 4) / 2;
    return t;
}

/* The target of the offset that is stored at `at`, which is inside; 0 if it is broken. */
static size_t follow(struct fb *fb, size_t at)
{
    uint32_t offset = le32(fb->data + at);

    if (offset < 4 || !inside(fb, at, offset)) {
        broken(fb, at, "an offset points outside the file");
        return 0;
    }
    return at + offset;
}

struct fb_table fb_root(struct fb *fb)
{
    if (!inside(fb, 0, 4)) {
        broken(fb, 0, "the file ends too early");
        return (struct fb_table){.fb = fb};
    }
    return open_table(fb, follow(fb, 0));
}

/* Where the field is, or 0 if it is absent or broken. */
static size_t field_at(struct fb_table t, unsigned field, size_t bytes)
{
    uint32_t offset;

    if (t.at == 0 || t.fb->error || field >= t.n_fields)
        return 0;
    offset = le16(t.fb->data + t.vtable + 4 + 2 * (size_t)field);
    if (offset == 0)
        return 0;
    if (offset < 4 || offset > t.size || bytes > t.size - offset) {
        broken(t.fb, t.at, "a field is outside its table");
        return 0;
    }
    return t.at + offset;
}

bool fb_has(struct fb_table t, unsigned field) { return field_at(t, field, 1) != 0; }

bool fb_bool(struct fb_table t, unsigned field) { return fb_s8(t, field) != 0; }

int8_t fb_s8(struct fb_table t, unsigned field)
{
    size_t at = field_at(t, field, 1);

    return at ? (int8_t)t.fb->data[at] : 0;
}

int32_t fb_s32(struct fb_table t, unsigned field, int32_t absent)
{
    size_t at = field_at(t, field, 4);

    return at ? (int32_t)le32(t.fb->data + at) : absent;
}

uint32_t fb_u32(struct fb_table t, unsigned field) { return (uint32_t)fb_s32(t, field, 0); }

uint64_t fb_u64(struct fb_table t, unsigned field)
{
    size_t at = field_at(t, field, 8);

    return at ? le64(t.fb->data + at) : 0;
}

float fb_f32(struct fb_table t, unsigned field)
{
    size_t at = field_at(t, field, 4);

    return at ? le_float(t.fb->data + at) : 0.0f;
}

struct fb_table fb_get_table(struct fb_table t, unsigned field)
{
    size_t at = field_at(t, field, 4);

    return at ? open_table(t.fb, follow(t.fb, at)) : (struct fb_table){.fb = t.fb};
}

/* ---- vectors ---- */
struct fb_vector fb_get_vector(struct fb_table t, unsigned field, size_t element_size)
{
    const struct fb_vector absent = {.fb = t.fb};
    size_t at = field_at(t, field, 4);
    uint32_t n;

    assert(element_size > 0);
    if (!at || !(at = follow(t.fb, at)))
        return absent;
    if (!inside(t.fb, at, 4)) {
        broken(t.fb, at, "a list begins outside the file");
        return absent;
    }
    n = le32(t.fb->data + at);
    if (n > (t.fb->size - at - 4) / element_size) {
        broken(t.fb, at, "a list is longer than the file");
        return absent;
    }
    /* Bytes are pointed to; anything else, the caller reads one by one. */
    if (!fb_charge(t.fb, at, 4 + (element_size > 1 ? n * element_size : 0)))
        return absent;
    return (struct fb_vector){t.fb, at + 4, n};
}

const uint8_t *fb_bytes(struct fb_vector v) { return v.fb->data + v.at; }

int32_t fb_s32_at(struct fb_vector v, uint32_t i)
{
    assert(i < v.n);
    return (int32_t)le32(v.fb->data + v.at + (size_t)i * 4);
}

int64_t fb_s64_at(struct fb_vector v, uint32_t i)
{
    assert(i < v.n);
    return (int64_t)le64(v.fb->data + v.at + (size_t)i * 8);
}

float fb_f32_at(struct fb_vector v, uint32_t i)
{
    assert(i < v.n);
    return le_float(v.fb->data + v.at + (size_t)i * 4);
}

struct fb_table fb_table_at(struct fb_vector v, uint32_t i)
{
    assert(i < v.n);
    return open_table(v.fb, v.fb->error ? 0 : follow(v.fb, v.at + (size_t)i * 4));
}

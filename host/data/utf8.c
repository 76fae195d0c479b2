/* SPDX-License-Identifier: Apache-2.0 */
/* Text as programs for tables export it: UTF-8, UTF-16, or a character a byte. */
#include "host/data/source.h"

size_t utf8_put(uint8_t *to, uint32_t c)
{
    if (c < 0x80) {
        to[0] = (uint8_t)c;
        return 1;
    }
    if (c < 0x800) {
        to[0] = (uint8_t)(0xC0 | c >> 6);
        to[1] = (uint8_t)(0x80 | (c & 0x3F));
        return 2;
    }
    if (c < 0x10000) {
        to[0] = (uint8_t)(0xE0 | c >> 12);
        to[1] = (uint8_t)(0x80 | (c >> 6 & 0x3F));
        to[2] = (uint8_t)(0x80 | (c & 0x3F));
        return 3;
    }
    to[0] = (uint8_t)(0xF0 | c >> 18);
    to[1] = (uint8_t)(0x80 | (c >> 12 & 0x3F));
    to[2] = (uint8_t)(0x80 | (c >> 6 & 0x3F));
    to[3] = (uint8_t)(0x80 | (c & 0x3F));
    return 4;
}

/* How many bytes after a first byte belong to it; -1: it begins nothing. */
static int more_of(uint8_t first)
{
    return first < 0x80 ? 0 : first < 0xC2 ? -1 : first < 0xE0 ? 1 : first < 0xF0 ? 2 : first < 0xF5 ? 3 : -1;
}

static bool is_utf8(struct bytes text)
{
    for (size_t i = 0; i < text.size;) {
        int more = more_of(text.data[i++]);

        if (more < 0)
            return false;
        for (; more > 0; more--, i++)
            if (i == text.size || (text.data[i] & 0xC0) != 0x80)
                return false;
    }
    return true;
}

static uint32_t unit(const uint8_t *p, bool big)
{
    return big ? (uint32_t)p[0] << 8 | p[1] : (uint32_t)p[1] << 8 | p[0];
}

static struct bytes of_utf16(struct pool *pool, struct bytes text, bool big)
{
    struct bytes out = {pool_alloc(pool, text.size / 2 * 3 + 1), 0};

    for (size_t i = 0; i + 1 < text.size; i += 2) {
        uint32_t c = unit(text.data + i, big), low = i + 3 < text.size ? unit(text.data + i + 2, big) : 0;

        if (c >= 0xD800 && c < 0xDC00 && low >= 0xDC00 && low < 0xE000) {
            c = 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00);
            i += 2;
        } else if (c >= 0xD800 && c < 0xE000) {
            c = 0xFFFD;
        }
        out.size += utf8_put(out.data + out.size, c);
    }
    return out;
}

static struct bytes of_latin1(struct pool *pool, struct bytes text)
{
    struct bytes out = {pool_alloc(pool, 2 * text.size + 1), 0};

    for (size_t i = 0; i < text.size; i++)
        out.size += utf8_put(out.data + out.size, text.data[i]);
    return out;
}

struct bytes text_utf8(struct pool *pool, struct bytes text)
{
    if (text.size >= 2 && (memcmp(text.data, "\xff\xfe", 2) == 0 || memcmp(text.data, "\xfe\xff", 2) == 0))
        return of_utf16(pool, (struct bytes){text.data + 2, text.size - 2}, text.data[0] == 0xFE);
    if (text.size >= 3 && memcmp(text.data, "\xef\xbb\xbf", 3) == 0)
        text = (struct bytes){text.data + 3, text.size - 3};
    return is_utf8(text) ? text : of_latin1(pool, text);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Names from the file, made safe for messages and for the text form, where a name is part of one line. */
#include "host/import/tflite/reader.h"

/* Bytes of the UTF-8 character at s, 0 if it is none. Overlong forms and surrogates are none. */
static size_t utf8_length(const uint8_t *s, size_t n, uint32_t *code)
{
    static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
    size_t len = s[0] < 0x80 ? 1 : s[0] >> 5 == 6 ? 2 : s[0] >> 4 == 14 ? 3 : s[0] >> 3 == 30 ? 4 : 0;

    if (len == 0 || len > n)
        return 0;
    *code = len == 1 ? s[0] : s[0] & (0x7fu >> len);
    for (size_t i = 1; i < len; i++) {
        if (s[i] >> 6 != 2)
            return 0;
        *code = *code << 6 | (s[i] & 0x3f);
    }
    if (*code < least[len] || *code > 0x10ffff || (*code >= 0xd800 && *code <= 0xdfff))
        return 0;
    return len;
}

/* As utf8_length(), and 0 for characters that control a terminal or end a line. */
static size_t printable_length(const uint8_t *s, size_t n)
{
    uint32_t code = 0;
    size_t len = utf8_length(s, n, &code);

    if (code < 0x20 || (code >= 0x7f && code <= 0x9f) || code == 0x2028 || code == 0x2029)
        return 0;
    return len;
}

static size_t escaped_length(const uint8_t *s, size_t n)
{
    size_t total = 0;

    for (size_t i = 0, len; i < n; i += len ? len : 1) {
        len = printable_length(s + i, n - i);
        total += len ? len : 4;
    }
    return total;
}

static const char *escape(struct pool *pool, const uint8_t *s, size_t n, size_t escaped)
{
    char *out = pool_alloc(pool, escaped + 1), *p = out;

    for (size_t i = 0, len; i < n; i += len ? len : 1) {
        len = printable_length(s + i, n - i);
        if (len) {
            memcpy(p, s + i, len);
            p += len;
        } else {
            snprintf(p, 5, "\\x%02x", s[i]);
            p += 4;
        }
    }
    return out;
}

const char *tfl_string(struct tfl_reader *r, struct fb_table t, unsigned field)
{
    struct fb_vector v = fb_get_vector(t, field, 1);
    const uint8_t *s = fb_bytes(v);
    size_t escaped;

    if (v.n == 0 || !fb_charge(&r->fb, v.at, v.n))
        return "";
    escaped = escaped_length(s, v.n);
    if (escaped == v.n && v.at + v.n < r->fb.size && s[v.n] == '\0')
        return (const char *)s;
    return escape(r->pool, s, v.n, escaped);
}

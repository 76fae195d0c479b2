/* SPDX-License-Identifier: Apache-2.0 */
/* Names from the file, made safe for messages and for the text form, where a name is part of one line. */
#include "host/import/tflite/reader.h"

static size_t escaped_length(const uint8_t *s, size_t n)
{
    size_t total = 0;

    for (size_t i = 0, len; i < n; i += len ? len : 1) {
        len = shown_length((const char *)s + i, n - i);
        total += len ? len : 4;
    }
    return total;
}

static const char *escape(struct pool *pool, const uint8_t *s, size_t n, size_t escaped)
{
    char *out = pool_alloc(pool, escaped + 1), *p = out;

    for (size_t i = 0, len; i < n; i += len ? len : 1) {
        len = shown_length((const char *)s + i, n - i);
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

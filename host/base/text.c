/* SPDX-License-Identifier: Apache-2.0 */
/* A growing string. Its capacity follows from its length (the next power of two), so the struct need not hold it. */
#include "host/base/base.h"

#define TEXT_MIN ((size_t)256)

static size_t capacity(size_t len)
{
    size_t n = TEXT_MIN;

    while (n <= len) /* one more for the final NUL */
        n *= 2;
    return n;
}

static void reserve(struct text *t, size_t more)
{
    size_t want = capacity(t->len + more);
    char *s;

    assert(t->pool != NULL && want > t->len);
    if (t->s && want == capacity(t->len))
        return;
    s = pool_alloc(t->pool, want);
    if (t->s)
        memcpy(s, t->s, t->len);
    t->s = s;
}

void text_add(struct text *t, const char *fmt, ...)
{
    va_list args;
    int len;

    va_start(args, fmt);
    len = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    assert(len >= 0);
    reserve(t, (size_t)len);
    va_start(args, fmt);
    vsnprintf(t->s + t->len, (size_t)len + 1, fmt, args);
    va_end(args);
    t->len += (size_t)len;
}

void text_bytes(struct text *t, const void *data, size_t size)
{
    assert(data != NULL || size == 0);
    reserve(t, size);
    if (size > 0)
        memcpy(t->s + t->len, data, size);
    t->len += size;
    t->s[t->len] = '\0';
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as text of HTML: names in a model are the model's author's, who may be anybody. */
#include "host/report/chart.h"

/* Length of the UTF-8 character at s, 0 if there is none: as the standard's table 3-7, so neither overlong forms nor
 * surrogates nor what is beyond U+10FFFF. */
static size_t character(const unsigned char *s)
{
    unsigned char low = 0x80, high = 0xbf;
    size_t n = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 0;

    if (s[0] == 0xe0)
        low = 0xa0;
    else if (s[0] == 0xed)
        high = 0x9f;
    else if (s[0] == 0xf0)
        low = 0x90;
    else if (s[0] == 0xf4)
        high = 0x8f;
    for (size_t i = 1; i < n; i++, low = 0x80, high = 0xbf)
        if (s[i] < low || s[i] > high) /* the final NUL, too */
            return 0;
    return n;
}

/* NULL: as it is. */
static const char *replacement(unsigned char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return c < 0x20 || c == 0x7f ? "\xef\xbf\xbd" : NULL;
    }
}

void text_escaped(struct text *out, const char *s)
{
    while (*s != '\0') {
        size_t n = character((const unsigned char *)s);
        const char *other = n == 0 ? "\xef\xbf\xbd" : replacement((unsigned char)*s);

        if (other != NULL)
            text_add(out, "%s", other);
        else
            text_bytes(out, s, n);
        s += n > 0 ? n : 1;
    }
}

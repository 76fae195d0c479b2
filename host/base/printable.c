/* SPDX-License-Identifier: Apache-2.0 */
/* Text from strangers: what a file calls its tensors and classes goes to terminals, pages and lists. The one rule of
 * what is shown as it is, and the one spelling of all else. */
#include "host/base/base.h"

#define ESCAPE_LEN ((size_t)4) /* of \x9b */

/* Length of the UTF-8 character at s, 0 if there is none: as the standard's table 3-7, so neither overlong forms nor
 * surrogates nor what is beyond U+10FFFF. */
static size_t character(const unsigned char *s, size_t n, uint32_t *code)
{
    unsigned char low = 0x80, high = 0xbf;
    size_t len = s[0] < 0x80 ? 1 : s[0] < 0xc2 ? 0 : s[0] < 0xe0 ? 2 : s[0] < 0xf0 ? 3 : s[0] < 0xf5 ? 4 : 0;

    if (len == 0 || len > n)
        return 0;
    if (s[0] == 0xe0)
        low = 0xa0;
    else if (s[0] == 0xed)
        high = 0x9f;
    else if (s[0] == 0xf0)
        low = 0x90;
    else if (s[0] == 0xf4)
        high = 0x8f;
    *code = len == 1 ? s[0] : s[0] & (0x7fu >> len);
    for (size_t i = 1; i < len; i++, low = 0x80, high = 0xbf) {
        if (s[i] < low || s[i] > high) /* the final NUL, too */
            return 0;
        *code = *code << 6 | (s[i] & 0x3f);
    }
    return len;
}

/* Control characters (U+0080 to U+009F as well: U+009B begins a terminal's commands), ends of lines, and marks that
 * turn the direction of writing. */
static bool is_shown(uint32_t code)
{
    return code >= 0x20 && !(code >= 0x7f && code <= 0x9f) && code != 0x61c && code != 0x200e && code != 0x200f &&
           !(code >= 0x2028 && code <= 0x202e) && !(code >= 0x2066 && code <= 0x2069);
}

size_t shown_length(const char *s, size_t n)
{
    uint32_t code = 0;
    size_t len = n > 0 ? character((const unsigned char *)s, n, &code) : 0;

    return len > 0 && is_shown(code) ? len : 0;
}

size_t shown_next(const char **s, char out[SHOWN_SIZE])
{
    size_t len = shown_length(*s, SIZE_MAX);

    if (len == 0) {
        snprintf(out, SHOWN_SIZE, "\\x%02x", (unsigned char)**s);
        ++*s;
        return ESCAPE_LEN;
    }
    memcpy(out, *s, len);
    out[len] = '\0';
    *s += len;
    return len;
}

static bool is_all_shown(const char *s)
{
    for (size_t len; *s != '\0'; s += len)
        if ((len = shown_length(s, SIZE_MAX)) == 0)
            return false;
    return true;
}

const char *printable(struct pool *pool, const char *s)
{
    struct text t = {.pool = pool};
    char c[SHOWN_SIZE];

    if (is_all_shown(s))
        return s;
    while (*s != '\0') {
        size_t len = shown_next(&s, c);

        text_bytes(&t, c, len);
    }
    return t.s;
}

void print_shown(const char *s, FILE *to)
{
    char c[SHOWN_SIZE];

    while (*s != '\0') {
        shown_next(&s, c);
        fputs(c, to);
    }
}

/* ---- names that become paths ---- */
bool is_file_name(const char *s)
{
    return s[0] != '\0' && s[0] != '.' && s[0] != '-' && strlen(s) < FILE_NAME_SIZE && strchr(s, '/') == NULL &&
           is_all_shown(s);
}

/* ---- words of a command ---- */
const char *shell_quoted(struct pool *pool, const char *s)
{
    static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:=@%+,";
    bool shown = is_all_shown(s);
    struct text t = {.pool = pool};
    char c[SHOWN_SIZE];

    if (s[0] != '\0' && s[strspn(s, plain)] == '\0')
        return s;
    text_add(&t, shown ? "'" : "$'"); /* $'…' is bash's: it alone has a spelling for any byte */
    while (*s != '\0') {
        const char *other = *s == '\'' ? shown ? "'\\''" : "\\'" : *s == '\\' && !shown ? "\\\\" : NULL;

        if (other != NULL)
            s++;
        else
            shown_next(&s, c);
        text_add(&t, "%s", other != NULL ? other : c);
    }
    text_add(&t, "'");
    return t.s;
}

const char *shell_path(struct pool *pool, const char *path)
{
    return shell_quoted(pool, path[0] == '-' ? pool_printf(pool, "./%s", path) : path);
}

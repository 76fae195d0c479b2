/* SPDX-License-Identifier: Apache-2.0 */
/* The words of a graph file's line. Nothing is read outside the line; what is wrong is said with the line's number. */
#include "host/graph/text_words.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

/* ---- words ---- */
enum mote_status words_fail(const struct words *ws, enum mote_status status, const char *fmt, ...)
{
    struct frame here = {ws->at, "line", NULL, ws->number, NULL};
    va_list args;

    va_start(args, fmt);
    status = vfail(&here, status, fmt, args);
    va_end(args);
    return status;
}

enum mote_status words_expected(const struct words *ws, const char *what)
{
    ptrdiff_t left = ws->end - ws->p;

    if (left == 0)
        return words_fail(ws, MOTE_ERR_FORMAT, "expected %s, not the end of the line", what);
    return words_fail(ws, MOTE_ERR_FORMAT, "expected %s, not '%.*s'%s", what, (int)(left > 24 ? 24 : left), ws->p,
                      left > 24 ? "..." : "");
}

static void skip_space(struct words *ws)
{
    while (ws->p < ws->end && (*ws->p == ' ' || *ws->p == '\t'))
        ws->p++;
}

bool words_at_end(struct words *ws)
{
    skip_space(ws);
    return ws->p == ws->end;
}

bool words_char(struct words *ws, char c)
{
    skip_space(ws);
    if (ws->p == ws->end || *ws->p != c)
        return false;
    ws->p++;
    return true;
}

static bool is_word_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

struct word words_peek(struct words *ws)
{
    struct word w;

    skip_space(ws);
    w = (struct word){ws->p, 0};
    while (w.s + w.len < ws->end && is_word_char(w.s[w.len]))
        w.len++;
    return w;
}

bool word_is(struct word w, const char *s) { return strlen(s) == w.len && memcmp(w.s, s, w.len) == 0; }

bool words_accept(struct words *ws, const char *s)
{
    struct word w = words_peek(ws);

    if (!word_is(w, s))
        return false;
    ws->p += w.len;
    return true;
}

enum mote_status words_word(struct words *ws, const char *what, struct word *out)
{
    *out = words_peek(ws);
    if (out->len == 0)
        return words_expected(ws, what);
    ws->p += out->len;
    return MOTE_OK;
}

/* ---- numbers ---- */
enum mote_status words_number(struct words *ws, const char *what, struct number *out)
{
    const char *start;

    skip_space(ws);
    start = ws->p;
    *out = (struct number){words_char(ws, '-'), 0};
    if (ws->p == ws->end || *ws->p < '0' || *ws->p > '9') {
        ws->p = start;
        return words_expected(ws, what);
    }
    for (; ws->p < ws->end && *ws->p >= '0' && *ws->p <= '9'; ws->p++) {
        uint64_t digit = (uint64_t)(*ws->p - '0');

        if (out->magnitude > (UINT64_MAX - digit) / 10)
            return words_fail(ws, MOTE_ERR_VALUE, "a number beyond 64 bits");
        out->magnitude = out->magnitude * 10 + digit;
    }
    return MOTE_OK;
}

enum mote_status words_int(struct words *ws, const char *what, int64_t min, int64_t max, int64_t *out)
{
    struct number n;

    TRY(words_number(ws, what, &n));
    if (n.magnitude <= INT64_MAX)
        *out = n.negative ? -(int64_t)n.magnitude : (int64_t)n.magnitude;
    if (n.magnitude > INT64_MAX || *out < min || *out > max)
        return words_fail(ws, MOTE_ERR_VALUE, "%s is %s%" PRIu64 ": it must be from %" PRId64 " to %" PRId64, what,
                          n.negative ? "-" : "", n.magnitude, min, max);
    return MOTE_OK;
}

enum mote_status words_i32(struct words *ws, const char *what, int32_t min, int32_t max, int32_t *out)
{
    int64_t v = 0;

    TRY(words_int(ws, what, min, max, &v));
    *out = (int32_t)v;
    return MOTE_OK;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

static bool at_hex(struct words *ws)
{
    skip_space(ws);
    return ws->end - ws->p > 2 && ws->p[0] == '0' && ws->p[1] == 'x';
}

/* Exactly 2 * size digits, most significant first; stores little-endian. */
enum mote_status words_hex(struct words *ws, uint8_t *out, int size)
{
    const char *s;

    if (!at_hex(ws) || words_peek(ws).len != 2 + 2 * (size_t)size)
        return words_fail(ws, MOTE_ERR_FORMAT, "expected 0x and %d hexadecimal digits", 2 * size);
    s = ws->p + 2; /* after the space that at_hex() has skipped */
    for (int i = 0; i < size; i++) {
        int high = hex_digit(s[2 * i]), low = hex_digit(s[2 * i + 1]);

        if (high < 0 || low < 0)
            return words_expected(ws, "hexadecimal digits");
        out[size - 1 - i] = (uint8_t)(high << 4 | low);
    }
    ws->p = s + 2 * size;
    return MOTE_OK;
}

/* A decimal number as text that strtof() takes: sign, digits with a point, exponent; or inf. */
static enum mote_status float_text(struct words *ws, char out[64])
{
    size_t n = 0;

    skip_space(ws);
    while (ws->p + n < ws->end && (is_word_char(ws->p[n]) || strchr("+-.", ws->p[n])) && ws->p[n] != '\0')
        n++;
    if (n == 0 || n > 63)
        return words_expected(ws, n ? "a number of at most 63 characters" : "a number");
    memcpy(out, ws->p, n);
    out[n] = '\0';
    if (strcmp(out, "inf") != 0 && strcmp(out, "-inf") != 0 &&
        (strspn(out, "+-.0123456789eE") != n || !strpbrk(out, "0123456789")))
        return words_expected(ws, "a number");
    ws->p += n;
    return MOTE_OK;
}

enum mote_status words_f32(struct words *ws, float *out)
{
    char s[64], *end;
    uint8_t bits[4] = {0};

    if (at_hex(ws)) {
        TRY(words_hex(ws, bits, 4));
        uint32_t word = le32(bits);
        memcpy(out, &word, sizeof *out);
        return MOTE_OK;
    }
    TRY(float_text(ws, s));
    *out = strtof(s, &end);
    if (*end)
        return words_fail(ws, MOTE_ERR_FORMAT, "expected a number, not '%s'", s);
    if (isinf(*out) && !strstr(s, "inf"))
        return words_fail(ws, MOTE_ERR_VALUE, "%s is beyond the range of f32", s);
    return MOTE_OK;
}

enum mote_status words_f64(struct words *ws, double *out)
{
    char s[64], *end;
    uint8_t bits[8] = {0};

    if (at_hex(ws)) {
        TRY(words_hex(ws, bits, 8));
        uint64_t word = le32(bits) | (uint64_t)le32(bits + 4) << 32;
        memcpy(out, &word, sizeof *out);
        return MOTE_OK;
    }
    TRY(float_text(ws, s));
    *out = strtod(s, &end);
    if (*end)
        return words_fail(ws, MOTE_ERR_FORMAT, "expected a number, not '%s'", s);
    if (isinf(*out) && !strstr(s, "inf"))
        return words_fail(ws, MOTE_ERR_VALUE, "%s is beyond the range of f64", s);
    return MOTE_OK;
}

/* ---- strings ---- */
enum mote_status words_string(struct words *ws, const char *what, const char **out)
{
    const char *close;
    size_t n = 0;
    char *s;

    if (!words_char(ws, '"'))
        return words_expected(ws, what);
    for (close = ws->p; close < ws->end && *close != '"'; close++)
        if (*close == '\\')
            close++;
    if (close >= ws->end)
        return words_fail(ws, MOTE_ERR_FORMAT, "a string without its closing quote");
    s = pool_alloc(ws->pool, (size_t)(close - ws->p) + 1);
    while (ws->p < close) {
        char c = *ws->p++;

        if (c == '\\' && *ws->p == 'x') {
            int high = close - ws->p >= 3 ? hex_digit(ws->p[1]) : -1, low = high < 0 ? -1 : hex_digit(ws->p[2]);

            c = (char)(high < 0 || low < 0 ? 0 : high << 4 | low);
            ws->p += 3;
        } else if (c == '\\') {
            c = *ws->p == '"' || *ws->p == '\\' ? *ws->p : '\0';
            ws->p++;
        }
        if (c == '\0')
            return words_fail(ws, MOTE_ERR_FORMAT,
                              "in a string only \\\", \\\\ and \\x01 to \\xff stand after a backslash");
        s[n++] = c;
    }
    ws->p = close + 1;
    *out = s;
    return MOTE_OK;
}

enum mote_status words_name(struct words *ws, const char **out)
{
    skip_space(ws);
    *out = "";
    if (ws->p < ws->end && *ws->p == '"')
        return words_string(ws, "a name", out);
    return MOTE_OK;
}

/* ---- lists ---- */
/* Items with commas between them, up to `close`, which is read too. */
enum mote_status words_items(struct words *ws, char close, item_fn *item, void *into)
{
    char what[16];

    if (words_char(ws, close))
        return MOTE_OK;
    for (;;) {
        TRY(item(ws, into));
        if (words_char(ws, close))
            return MOTE_OK;
        if (!words_char(ws, ',')) {
            snprintf(what, sizeof what, "',' or '%c'", close);
            return words_expected(ws, what);
        }
    }
}

enum mote_status words_list(struct words *ws, item_fn *item, void *into)
{
    if (!words_char(ws, '['))
        return words_expected(ws, "'['");
    return words_items(ws, ']', item, into);
}

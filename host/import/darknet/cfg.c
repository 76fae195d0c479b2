/* SPDX-License-Identifier: Apache-2.0 */
/* The text of a network: sections "[name]", lines "key=value", comments behind # or ;. Blanks mean nothing. */
#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "host/import/darknet/darknet.h"

#define SECTIONS_MAX  4096
#define LINE_MAX_HERE 4096

/* ---- lines ---- */
/* The line without blanks and comments, as a string. */
static const char *squeezed(struct pool *pool, const uint8_t *line, size_t n)
{
    char *out = pool_alloc(pool, n + 1);
    size_t len = 0;

    for (size_t i = 0; i < n && line[i] != '#' && line[i] != ';'; i++)
        if (!isspace(line[i]) && line[i] != '\0')
            out[len++] = (char)line[i];
    return out;
}

static enum mote_status add_section(struct pool *pool, struct darknet *d, const char *text, int line,
                                    const struct frame *at)
{
    const size_t n = strlen(text);
    struct darknet_section s = {.line = line};

    if (n < 3 || text[n - 1] != ']')
        return fail(at, MOTE_ERR_FORMAT, "'%s' is no section, such as [net]", printable(pool, text));
    if (d->n >= SECTIONS_MAX)
        return fail(at, MOTE_ERR_UNSUPPORTED, "more than %d sections", SECTIONS_MAX);
    s.name = pool_printf(pool, "%.*s", (int)n - 2, text + 1);
    d->sections = pool_grow(pool, d->sections, (size_t)d->n, sizeof s);
    d->sections[d->n++] = s;
    return MOTE_OK;
}

static enum mote_status add_key(struct pool *pool, struct darknet *d, const char *text, int line,
                                const struct frame *at)
{
    const char *equals = strchr(text, '=');
    struct darknet_section *s = d->n > 0 ? &d->sections[d->n - 1] : NULL;
    struct darknet_key k = {.line = line};

    if (!equals || equals == text)
        return fail(at, MOTE_ERR_FORMAT, "'%s' is no key=value", printable(pool, text));
    if (!s)
        return fail(at, MOTE_ERR_FORMAT, "'%s' before the first section", printable(pool, text));
    k.key = pool_printf(pool, "%.*s", (int)(equals - text), text);
    k.value = equals + 1;
    s->keys = pool_grow(pool, s->keys, (size_t)s->n, sizeof k);
    s->keys[s->n++] = k;
    return MOTE_OK;
}

static enum mote_status parse_line(struct pool *pool, struct darknet *d, const uint8_t *text, size_t n, int line,
                                   const struct frame *at)
{
    const struct frame here = {at, "line", "", line, NULL};
    const char *s;

    if (n > LINE_MAX_HERE)
        return fail(&here, MOTE_ERR_FORMAT, "longer than %d characters", LINE_MAX_HERE);
    s = squeezed(pool, text, n);
    if (s[0] == '\0')
        return MOTE_OK;
    return s[0] == '[' ? add_section(pool, d, s, line, &here) : add_key(pool, d, s, line, &here);
}

enum mote_status darknet_parse(struct pool *pool, struct bytes cfg, struct darknet *d, const struct frame *at)
{
    const uint8_t *p = cfg.data, *end = cfg.data + cfg.size;

    for (int line = 1; p < end; line++) {
        const uint8_t *stop = memchr(p, '\n', (size_t)(end - p));

        stop = stop ? stop : end;
        TRY(parse_line(pool, d, p, (size_t)(stop - p), line, at));
        p = stop < end ? stop + 1 : end;
    }
    return d->n > 1 ? MOTE_OK : fail(at, MOTE_ERR_FORMAT, "the network has no layers");
}

struct frame darknet_frame(const struct build *r, int section, const struct frame *at)
{
    const struct darknet_section *s = &darknet_of(r)->sections[section];

    return (struct frame){at, "line", pool_printf(r->pool, "[%s]", printable(r->pool, s->name)), s->line, NULL};
}

/* ---- keys ---- */
static const struct darknet_key *find(const struct build *r, const char *key)
{
    const struct darknet_section *s = &darknet_of(r)->sections[darknet_of(r)->index];

    for (int i = 0; i < s->n; i++)
        if (strcmp(s->keys[i].key, key) == 0)
            return &s->keys[i];
    return NULL;
}

bool key_has(struct build *r, const char *key) { return find(r, key) != NULL; }

static void fail_value(struct build *r, const struct darknet_key *k, const char *want)
{
    build_fail(r, MOTE_ERR_VALUE, "%s=%s in line %d; %s is wanted", k->key, printable(r->pool, k->value), k->line,
               want);
}

int64_t key_int(struct build *r, const char *key, int64_t absent, int64_t min, int64_t max)
{
    const struct darknet_key *k = find(r, key);
    long long value;
    char *end;

    if (!k)
        return absent;
    errno = 0;
    value = strtoll(k->value, &end, 10);
    if (errno || end == k->value || *end || value < min || value > max) {
        fail_value(r, k, pool_printf(r->pool, "a whole number from %lld to %lld", (long long)min, (long long)max));
        return absent;
    }
    return value;
}

float key_float(struct build *r, const char *key, float absent)
{
    const struct darknet_key *k = find(r, key);
    char *end;
    float value;

    if (!k)
        return absent;
    value = strtof(k->value, &end);
    if (end == k->value || *end || !isfinite(value)) {
        fail_value(r, k, "a number");
        return absent;
    }
    return value;
}

const char *key_word(struct build *r, const char *key, const char *absent)
{
    const struct darknet_key *k = find(r, key);

    return k ? k->value : absent;
}

int key_ints(struct build *r, const char *key, int most, int64_t *values)
{
    const struct darknet_key *k = find(r, key);
    const char *p = k ? k->value : "";
    int n = 0;

    while (*p && r->status == MOTE_OK) {
        char *end;

        errno = 0;
        values[n++] = strtoll(p, &end, 10);
        if (errno || end == p || (*end != ',' && *end != '\0') || (*end == ',' && n == most))
            fail_value(r, k, pool_printf(r->pool, "a list of up to %d whole numbers", most));
        p = end + (*end == ',');
    }
    return r->status == MOTE_OK ? n : 0;
}

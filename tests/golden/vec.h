/* SPDX-License-Identifier: Apache-2.0 */
/* Reads tests/vectors/<operator>.vec and <operator>.<family>.vec: one-operator models, their inputs and what the
 * reference makes of them. tests/regression/<finding>/<case>.vec are the same, by hand.
 *
 *     # comment
 *     case NAME
 *     mote-graph 1 …             the model as docs/GRAPH.md says, to the line `end`
 *     refused ERR_TYPE           instead of equal bytes, this status is right: Mote does not compute the case yet
 *     tolerance                  floats need not be equal, only near (floats_near() in road.h)
 *     input K I: v v v           run K, the model's I-th input
 *     want K J: v v v            run K from reset, the J-th output
 *     seq_want K J: v v v        models with state: runs 0 … K in a row, the J-th output of the last
 *     state K 0: v v v           and the last state tensor after run K from reset
 *     cases N                    the last line: how many there are
 *
 * Values are decimal, or 0x… for the bits of a float. */
#ifndef MOTE_TESTS_VEC_H
#define MOTE_TESTS_VEC_H

#include <errno.h>
#include <glob.h>
#include <stdlib.h>

#include "host/graph/graph.h"

struct vec_line {
    const char *kind; /* "input" */
    int run, index;
    const char *values; /* NUL-terminated */
    int number;         /* of the line in the file, from 1 */
};

struct vec_case {
    const char *name;
    struct bytes graph;
    struct vec_line *lines;
    size_t n_lines;
    int runs;
    const char *refused; /* "ERR_TYPE", or NULL */
    bool tolerance;
};

struct vec_file {
    struct pool *pool;
    struct frame at;
    char *rest;
    int line, n_cases;
};

MUST_CHECK static inline enum mote_status vec_open(struct pool *pool, const char *path, struct report_text *report,
                                                   struct vec_file *out)
{
    struct bytes file;

    *out = (struct vec_file){.pool = pool, .at = {.name = path, .index = -1, .sink = report}};
    TRY(file_read(pool, path, &file, &out->at));
    out->rest = pool_printf(pool, "%.*s", (int)file.size, (const char *)file.data);
    return MOTE_OK;
}

/* The files of one operator, by path: all cases of each type and family. */
static inline size_t vec_files(struct pool *pool, const char *operator_name, const char ***paths)
{
    const char *folder = MOTE_SOURCE_DIR "/tests/vectors";
    glob_t found;
    size_t n = 0;

    *paths = NULL;
    if (glob(pool_printf(pool, "%s/%s.vec", folder, operator_name), 0, NULL, &found) == 0)
        glob(pool_printf(pool, "%s/%s.*.vec", folder, operator_name), GLOB_APPEND, NULL, &found);
    else
        glob(pool_printf(pool, "%s/%s.*.vec", folder, operator_name), 0, NULL, &found);
    for (; n < found.gl_pathc; n++) {
        *paths = pool_grow(pool, *paths, n, sizeof **paths);
        (*paths)[n] = pool_strdup(pool, found.gl_pathv[n]);
    }
    globfree(&found);
    return n;
}

/* The next line without its end, NULL after the last. */
static inline char *vec_line_next(struct vec_file *f)
{
    char *line = f->rest, *end;

    if (*line == '\0')
        return NULL;
    end = line + strcspn(line, "\n");
    f->rest = *end == '\0' ? end : end + 1;
    *end = '\0';
    f->line++;
    return line;
}

PRINTF(2, 3) static inline enum mote_status vec_bad(const struct vec_file *f, const char *fmt, ...)
{
    struct frame here = {.up = &f->at, .kind = "line", .index = f->line};
    char text[256];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    return fail(&here, MOTE_ERR_FORMAT, "%s", text);
}

static inline enum mote_status vec_graph(struct vec_file *f, struct vec_case *c)
{
    struct text graph = {.pool = f->pool};
    char *line;

    while ((line = vec_line_next(f)) != NULL) {
        text_add(&graph, "%s\n", line);
        if (strcmp(line, "end") == 0) {
            c->graph = (struct bytes){(uint8_t *)graph.s, graph.len};
            return MOTE_OK;
        }
    }
    return vec_bad(f, "the graph has no end");
}

static inline enum mote_status vec_values_line(struct vec_file *f, struct vec_case *c, char *line)
{
    static const char *const kinds[] = {"input", "want", "seq_want", "state"};
    struct vec_line v = {.number = f->line};
    int used = 0;

    for (size_t i = 0; i < COUNT(kinds); i++)
        if (strncmp(line, kinds[i], strlen(kinds[i])) == 0 && line[strlen(kinds[i])] == ' ')
            v.kind = kinds[i];
    if (v.kind == NULL || sscanf(line + strlen(v.kind), " %d %d:%n", &v.run, &v.index, &used) != 2 || used == 0 ||
        v.run < 0 || v.index < 0)
        return vec_bad(f, "expected input, want, seq_want or state and two numbers");
    v.values = line + strlen(v.kind) + used;
    c->lines = pool_grow(f->pool, c->lines, c->n_lines, sizeof *c->lines);
    c->lines[c->n_lines++] = v;
    c->runs = v.run >= c->runs ? v.run + 1 : c->runs;
    return MOTE_OK;
}

/* *more is false after the last case, when the number of cases was right. */
MUST_CHECK static inline enum mote_status vec_next(struct vec_file *f, struct vec_case *out, bool *more)
{
    char *line;

    *out = (struct vec_case){0};
    do
        line = vec_line_next(f);
    while (line != NULL && (line[0] == '#' || line[0] == '\0'));
    if (line == NULL)
        return vec_bad(f, "the line \"cases N\" is missing: the file is cut off");
    *more = strncmp(line, "case ", 5) == 0;
    if (!*more)
        return strcmp(line, pool_printf(f->pool, "cases %d", f->n_cases)) == 0
                   ? MOTE_OK
                   : vec_bad(f, "expected \"case NAME\" or \"cases %d\", not '%.40s'", f->n_cases, line);
    out->name = line + 5;
    f->n_cases++;
    TRY(vec_graph(f, out));
    if (strncmp(f->rest, "refused ", 8) == 0)
        out->refused = vec_line_next(f) + 8;
    if (strncmp(f->rest, "tolerance\n", 10) == 0)
        out->tolerance = vec_line_next(f) != NULL;
    while (f->rest[0] != '\0' && f->rest[0] != '\n' && strncmp(f->rest, "case", 4) != 0)
        TRY(vec_values_line(f, out, vec_line_next(f)));
    return out->runs > 0 ? MOTE_OK : vec_bad(f, "the case has no runs");
}

static inline const struct vec_line *vec_find(const struct vec_case *c, const char *kind, int run, int index)
{
    for (size_t i = 0; i < c->n_lines; i++)
        if (strcmp(c->lines[i].kind, kind) == 0 && c->lines[i].run == run && c->lines[i].index == index)
            return &c->lines[i];
    return NULL;
}

/* A line's values as the little-endian bytes of n elements of a type of 8, 16, 32 or 64 bits. */
MUST_CHECK static inline enum mote_status vec_bytes(const struct vec_file *f, const struct vec_line *line,
                                                    enum mote_type type, int64_t n, uint8_t *out)
{
    struct frame here = {.up = &f->at, .kind = "line", .index = line->number};
    int bytes = type_bits(type) / 8;
    const char *p = line->values;
    char *end;

    for (int64_t i = 0; i < n; i++, p = end) {
        bool negative = p[strspn(p, " ")] == '-';
        unsigned long long v;

        errno = 0;
        v = negative ? (unsigned long long)strtoll(p, &end, 0) : strtoull(p, &end, 0);
        if (end == p || errno != 0 || (bytes < 8 && (negative ? ~v : v) >> 8 * bytes != 0))
            return fail(&here, MOTE_ERR_VALUE, "value %lld of %lld is not there, or out of the type's range",
                        (long long)i, (long long)n);
        for (int b = 0; b < bytes; b++)
            *out++ = (uint8_t)(v >> 8 * b);
    }
    if (p[strspn(p, " ")] != '\0')
        return fail(&here, MOTE_ERR_VALUE, "more than the tensor's %lld values", (long long)n);
    return MOTE_OK;
}

#endif

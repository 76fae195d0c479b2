/* SPDX-License-Identifier: Apache-2.0 */
#define _POSIX_C_SOURCE 200809L
#include "counter.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MARKER_MAX 8  /* bytes of the longest marker */
#define DEPTH_MAX  16 /* intervals inside each other */

struct marker {
    uint8_t bytes[MARKER_MAX];
    size_t size;
};

/* A function's instructions; QEMU's code holds the address of `count`, so a node never moves. */
struct function {
    struct function *next;
    char *name;
    uint64_t count, base, sum; /* ever; when the outermost interval began; inside closed intervals */
};

uint64_t counter_counts[COUNTED_ALL];

static struct marker start_marker, stop_marker;
static uint64_t base[DEPTH_MAX][COUNTED_ALL];
static int depth;
static FILE *out;
static const char *functions_path;
static struct function *functions;
static const char *core;

void counter_start(void)
{
    if (depth == DEPTH_MAX) {
        fprintf(out, "error: more than %d intervals inside each other\n", DEPTH_MAX);
        return;
    }
    if (depth == 0)
        for (struct function *f = functions; f; f = f->next)
            f->base = f->count;
    memcpy(base[depth++], counter_counts, sizeof counter_counts);
}

void counter_stop(void)
{
    if (depth == 0) {
        fprintf(out, "error: stop without start\n");
        return;
    }
    depth--;
    for (int i = 0; i < (core ? COUNTED_ALL : 1); i++)
        fprintf(out, "%s%" PRIu64, i > 0 ? " " : "", counter_counts[i] - base[depth][i]);
    fputc('\n', out);
    fflush(out); /* what was counted survives a firmware that never ends */
    if (depth == 0)
        for (struct function *f = functions; f; f = f->next)
            f->sum += f->count - f->base;
}

/* Functions that are first met while an interval is open start with count 0, so their base 0 is right. */
uint64_t *counter_function(const char *name)
{
    struct function *f = functions;

    if (!functions_path)
        return NULL;
    while (f && strcmp(f->name, name) != 0)
        f = f->next;
    if (f)
        return &f->count;
    f = calloc(1, sizeof *f);
    if (f && !(f->name = strdup(name))) {
        free(f);
        f = NULL;
    }
    if (!f) {
        fprintf(out, "error: out of memory\n");
        return NULL;
    }
    f->next = functions;
    functions = f;
    return &f->count;
}

/* QEMU 7.2 takes the halfword behind an instruction for a part of it where it has looked at that, too, as at the end of
 * a page. */
static bool is_marker(const struct marker *m, const void *instruction, size_t bytes)
{
    return bytes >= m->size && memcmp(instruction, m->bytes, m->size) == 0;
}

enum counter_marker counter_marker_at(const void *instruction, size_t bytes)
{
    if (is_marker(&start_marker, instruction, bytes))
        return COUNTER_START;
    return is_marker(&stop_marker, instruction, bytes) ? COUNTER_STOP : COUNTER_NONE;
}

const char *counter_finish(void)
{
    FILE *file = functions_path ? fopen(functions_path, "w") : NULL;

    if (depth > 0)
        fprintf(out, "error: start without stop\n");
    if (fclose(out) != 0)
        return "the counts could not be written";
    if (!functions_path)
        return NULL;
    if (!file)
        return "the file of functions could not be written";
    for (const struct function *f = functions; f; f = f->next)
        if (f->sum > 0)
            fprintf(file, "%" PRIu64 " %s\n", f->sum, f->name);
    return fclose(file) != 0 ? "the file of functions could not be written" : NULL;
}

static bool parse_marker(struct marker *m, const char *hex)
{
    size_t digits = strlen(hex);

    if (digits == 0 || digits % 2 != 0 || digits > 2 * MARKER_MAX)
        return false;
    for (size_t i = 0; i < digits; i += 2) {
        char byte[3] = {hex[i], hex[i + 1], '\0'};

        if (!isxdigit((unsigned char)byte[0]) || !isxdigit((unsigned char)byte[1]))
            return false;
        m->bytes[m->size++] = (uint8_t)strtoul(byte, NULL, 16);
    }
    return true;
}

bool counter_argument(char *argument)
{
    char *value = strchr(argument, '=');

    if (!value)
        return false;
    *value++ = '\0';
    if (strcmp(argument, "out") == 0)
        return !out && (out = fopen(value, "a"));
    if (strcmp(argument, "functions") == 0)
        return (functions_path = strdup(value)) != NULL;
    if (strcmp(argument, "classes") == 0)
        return !decoder_of(value) || (core = strdup(value)) != NULL;
    if (strcmp(argument, "start") == 0)
        return start_marker.size == 0 && parse_marker(&start_marker, value);
    if (strcmp(argument, "stop") == 0)
        return stop_marker.size == 0 && parse_marker(&stop_marker, value);
    return false;
}

bool counter_ready(void) { return out && start_marker.size > 0 && stop_marker.size > 0; }

const char *counter_core(void) { return core; }

void counter_add_class(uint64_t counts[static COUNTED_ALL], const struct instruction *i)
{
    enum class class = class_of(i->kind);
    bool loads = class == CLASS_LOAD || i->kind == KIND_TABLE;

    counts[COUNTED_LOADS] += loads;
    counts[COUNTED_LOAD_WORDS] += loads ? i->words : 0;
    counts[COUNTED_STORES] += class == CLASS_STORE;
    counts[COUNTED_STORE_WORDS] += class == CLASS_STORE ? i->words : 0;
    counts[COUNTED_MULTIPLIES] += class == CLASS_MULTIPLY;
    counts[COUNTED_DIVIDES] += class == CLASS_DIVIDE;
    counts[COUNTED_BRANCHES] += may_branch(i);
    counts[COUNTED_TAKEN] += may_branch(i) && !i->conditional;
}

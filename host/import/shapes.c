/* SPDX-License-Identifier: Apache-2.0 */
/* Shapes that the caller gives inputs, where the file leaves dimensions open. */
#include "host/import/import.h"

#include <ctype.h>
#include <stdlib.h>

/* ---- as a person writes them ---- */
/* Names may have "=". */
static enum mote_status read_shape(struct pool *pool, const char *value, struct import_shape *out,
                                   const struct frame *at)
{
    const char *equals = strrchr(value, '='), *end = equals;

    while (end && (end == equals || *end == ',') && out->rank < RANK_MAX) {
        char *after;
        const long long n = strtoll(end + 1, &after, 10);

        if (!isdigit((unsigned char)end[1]) || n < 1 || n > INT32_MAX)
            break;
        out->dims[out->rank++] = n;
        end = after;
    }
    if (!end || end == equals || equals == value || *end != '\0')
        return fail(at, MOTE_ERR_USAGE,
                    "--shape wants an input's name and up to %d dimensions from 1, such as x=1,16000, not \"%s\"",
                    RANK_MAX, printable(pool, value));
    out->input = pool_printf(pool, "%.*s", (int)(equals - value), value);
    return MOTE_OK;
}

enum mote_status import_read_shapes(struct pool *pool, const char *const *values, struct import_options *out,
                                    const struct frame *at)
{
    struct import_shape *shapes;
    size_t n = 0;

    while (values && values[n])
        n++;
    shapes = pool_array(pool, n, sizeof *shapes);
    *out = (struct import_options){.shapes = shapes};
    for (size_t i = 0; i < n; i++) {
        TRY(read_shape(pool, values[i], &shapes[i], at));
        if (import_shape_of(out, shapes[i].input))
            return fail(at, MOTE_ERR_USAGE, "--shape says twice what shape '%s' has", printable(pool, shapes[i].input));
        out->n_shapes++;
    }
    return MOTE_OK;
}

const char *const *import_copy_names(struct pool *pool, const char *const *names)
{
    size_t n = 0;
    const char **copy;

    while (names && names[n])
        n++;
    copy = pool_array(pool, n + 1, sizeof *copy);
    for (size_t i = 0; i < n; i++)
        copy[i] = pool_strdup(pool, names[i]);
    return n > 0 ? copy : NULL;
}

/* ---- of a model ---- */

static enum mote_status fail_no_input(const struct model *m, const char *name, const struct frame *at)
{
    const struct graph *g = &m->graphs[0];
    struct text names = {.pool = m->pool};

    for (int32_t i = 0; i < g->n_inputs; i++)
        text_add(&names, "%s'%s'", i == 0 ? "" : ", ", g->tensors[g->inputs[i]].name);
    return fail(at, MOTE_ERR_USAGE, "--shape: no input is called '%s'; the model's are: %s", printable(m->pool, name),
                g->n_inputs > 0 ? names.s : "none");
}

/* Dimensions that the file has stay. */
static enum mote_status set_shape(const struct import_shape *s, struct tensor *t, const struct frame *at)
{
    char has[96];

    if (s->rank != t->rank)
        return fail(at, MOTE_ERR_SHAPE, "--shape has %d dimensions for it, the file says %d: %s", (int)s->rank,
                    (int)t->rank, shape_text(t, has));
    for (int32_t i = 0; i < t->rank; i++)
        if (t->dims[i] != DIM_UNKNOWN && t->dims[i] != s->dims[i])
            return fail(at, MOTE_ERR_SHAPE, "--shape says that dimension %d is %lld, but it is fixed in the file: %s",
                        (int)i, (long long)s->dims[i], shape_text(t, has));
    memcpy(t->dims, s->dims, sizeof t->dims);
    return MOTE_OK;
}

const struct import_shape *import_shape_of(const struct import_options *options, const char *input)
{
    for (int32_t i = 0; options && i < options->n_shapes; i++)
        if (strcmp(options->shapes[i].input, input) == 0)
            return &options->shapes[i];
    return NULL;
}

static bool is_input(const struct graph *g, const char *name)
{
    for (int32_t i = 0; i < g->n_inputs; i++)
        if (strcmp(g->tensors[g->inputs[i]].name, name) == 0)
            return true;
    return false;
}

enum mote_status import_set_shapes(struct model *m, const struct import_options *options, const struct frame *at)
{
    struct graph *g = &m->graphs[0];

    for (int32_t i = 0; options && i < options->n_shapes; i++)
        if (!is_input(g, options->shapes[i].input))
            return fail_no_input(m, options->shapes[i].input, at);
    for (int32_t i = 0; i < g->n_inputs; i++) {
        struct tensor *t = &g->tensors[g->inputs[i]];
        const struct import_shape *s = import_shape_of(options, t->name);
        const struct frame here = {at, "input", t->name, (int)i, NULL};

        if (s)
            TRY(set_shape(s, t, &here));
    }
    return MOTE_OK;
}

/* ---- what is left open ---- */
void import_assume_batch(struct tensor *t)
{
    if (t->rank > 0 && t->dims[0] == DIM_UNKNOWN)
        t->dims[0] = 1;
}

static int first_free(const struct tensor *t)
{
    for (int32_t d = 0; d < t->rank; d++)
        if (t->dims[d] == DIM_UNKNOWN)
            return d;
    return -1;
}

/* "--shape x=1,4" of all inputs that are not whole, with 1 where the file leaves a dimension open. */
static const char *example(struct pool *pool, const struct graph *g)
{
    struct text s = {.pool = pool};

    for (int32_t k = 0; k < g->n_inputs; k++) {
        const struct tensor *t = &g->tensors[g->inputs[k]];

        if (first_free(t) < 0)
            continue;
        text_add(&s, "%s--shape %s", s.len > 0 ? " " : "", t->name);
        for (int32_t i = 0; i < t->rank; i++)
            text_add(&s, "%c%lld", i == 0 ? '=' : ',', t->dims[i] == DIM_UNKNOWN ? 1LL : (long long)t->dims[i]);
    }
    return s.s;
}

enum mote_status import_want_shapes(const struct model *m, const struct frame *at)
{
    const struct graph *g = &m->graphs[0];

    for (int32_t i = 0; i < g->n_inputs; i++) {
        const struct tensor *t = &g->tensors[g->inputs[i]];
        const struct frame here = {at, "input", t->name, (int)i, NULL};

        if (first_free(t) >= 0)
            return fail(&here, MOTE_ERR_SHAPE, "dimension %d is free; say what it is, as by %s", first_free(t),
                        example(m->pool, g));
    }
    return MOTE_OK;
}

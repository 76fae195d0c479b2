/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a graph file (docs/GRAPH.md): one pass, a statement a line. The file may be hostile: nothing is read outside
 * it, an error says what was expected at which line, and memory stays below the file's size plus 64 bytes for each of
 * the text's bytes. Constants in the blob are not copied: the file's bytes must live as long as the model. */
#include "host/graph/text.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

struct late_data { /* a constant that waits for the blob */
    int32_t graph, tensor;
    int line;
    size_t offset;
};

struct parser {
    const char *p, *end;         /* the rest of the current line */
    const char *rest, *file_end; /* the lines after it */
    int line;
    const struct frame *at;
    struct model *m;
    int32_t n_graphs; /* as the model's line says */
    bool has_model, in_graph, has_inputs, has_outputs;
    struct late_data *late;
    int32_t n_late;
    size_t late_end; /* end of the last constant in the blob */
};

/* ---- words of a line ---- */
PRINTF(3, 4) static enum mote_status bad(const struct parser *ps, enum mote_status status, const char *fmt, ...)
{
    struct frame here = {ps->at, "line", NULL, ps->line, NULL};
    char text[512];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    return fail(&here, status, "%s", text);
}

static enum mote_status expected(const struct parser *ps, const char *what)
{
    ptrdiff_t left = ps->end - ps->p;

    if (left == 0)
        return bad(ps, MOTE_ERR_FORMAT, "expected %s, not the end of the line", what);
    return bad(ps, MOTE_ERR_FORMAT, "expected %s, not '%.*s'%s", what, (int)(left > 24 ? 24 : left), ps->p,
               left > 24 ? "..." : "");
}

static void skip_space(struct parser *ps)
{
    while (ps->p < ps->end && (*ps->p == ' ' || *ps->p == '\t'))
        ps->p++;
}

static bool at_end(struct parser *ps)
{
    skip_space(ps);
    return ps->p == ps->end;
}

static bool accept(struct parser *ps, char c)
{
    skip_space(ps);
    if (ps->p == ps->end || *ps->p != c)
        return false;
    ps->p++;
    return true;
}

static bool is_word_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

struct word {
    const char *s;
    size_t len;
};

static struct word peek_word(struct parser *ps)
{
    struct word w;

    skip_space(ps);
    w = (struct word){ps->p, 0};
    while (w.s + w.len < ps->end && is_word_char(w.s[w.len]))
        w.len++;
    return w;
}

static bool word_is(struct word w, const char *s) { return strlen(s) == w.len && memcmp(w.s, s, w.len) == 0; }

static bool accept_word(struct parser *ps, const char *s)
{
    struct word w = peek_word(ps);

    if (!word_is(w, s))
        return false;
    ps->p += w.len;
    return true;
}

static enum mote_status parse_word(struct parser *ps, const char *what, struct word *out)
{
    *out = peek_word(ps);
    if (out->len == 0)
        return expected(ps, what);
    ps->p += out->len;
    return MOTE_OK;
}

/* ---- numbers ---- */
struct number {
    bool negative;
    uint64_t magnitude;
};

static enum mote_status parse_number(struct parser *ps, const char *what, struct number *out)
{
    const char *start;

    skip_space(ps);
    start = ps->p;
    *out = (struct number){accept(ps, '-'), 0};
    if (ps->p == ps->end || *ps->p < '0' || *ps->p > '9') {
        ps->p = start;
        return expected(ps, what);
    }
    for (; ps->p < ps->end && *ps->p >= '0' && *ps->p <= '9'; ps->p++) {
        uint64_t digit = (uint64_t)(*ps->p - '0');

        if (out->magnitude > (UINT64_MAX - digit) / 10)
            return bad(ps, MOTE_ERR_VALUE, "a number beyond 64 bits");
        out->magnitude = out->magnitude * 10 + digit;
    }
    return MOTE_OK;
}

static enum mote_status parse_int(struct parser *ps, const char *what, int64_t min, int64_t max, int64_t *out)
{
    struct number n;

    TRY(parse_number(ps, what, &n));
    if (n.magnitude <= INT64_MAX)
        *out = n.negative ? -(int64_t)n.magnitude : (int64_t)n.magnitude;
    if (n.magnitude > INT64_MAX || *out < min || *out > max)
        return bad(ps, MOTE_ERR_VALUE, "%s is %s%" PRIu64 ": it must be from %" PRId64 " to %" PRId64, what,
                   n.negative ? "-" : "", n.magnitude, min, max);
    return MOTE_OK;
}

static enum mote_status parse_i32(struct parser *ps, const char *what, int32_t min, int32_t max, int32_t *out)
{
    int64_t v = 0;

    TRY(parse_int(ps, what, min, max, &v));
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

static bool at_hex(struct parser *ps)
{
    skip_space(ps);
    return ps->end - ps->p > 2 && ps->p[0] == '0' && ps->p[1] == 'x';
}

/* Exactly 2 * size digits, most significant first; stores little-endian. */
static enum mote_status parse_hex(struct parser *ps, uint8_t *out, int size)
{
    const char *s = ps->p + 2;

    if (!at_hex(ps) || peek_word(ps).len != 2 + 2 * (size_t)size)
        return bad(ps, MOTE_ERR_FORMAT, "expected 0x and %d hexadecimal digits", 2 * size);
    for (int i = 0; i < size; i++) {
        int high = hex_digit(s[2 * i]), low = hex_digit(s[2 * i + 1]);

        if (high < 0 || low < 0)
            return expected(ps, "hexadecimal digits");
        out[size - 1 - i] = (uint8_t)(high << 4 | low);
    }
    ps->p = s + 2 * size;
    return MOTE_OK;
}

/* A decimal number as text that strtof() takes: sign, digits with a point, exponent; or inf. */
static enum mote_status float_text(struct parser *ps, char out[64])
{
    size_t n = 0;

    skip_space(ps);
    while (ps->p + n < ps->end && (is_word_char(ps->p[n]) || strchr("+-.", ps->p[n])) && ps->p[n] != '\0')
        n++;
    if (n == 0 || n > 63)
        return expected(ps, n ? "a number of at most 63 characters" : "a number");
    memcpy(out, ps->p, n);
    out[n] = '\0';
    if (strcmp(out, "inf") != 0 && strcmp(out, "-inf") != 0 &&
        (strspn(out, "+-.0123456789eE") != n || !strpbrk(out, "0123456789")))
        return expected(ps, "a number");
    ps->p += n;
    return MOTE_OK;
}

static enum mote_status parse_f32(struct parser *ps, float *out)
{
    char s[64], *end;
    uint8_t bits[4];

    if (at_hex(ps)) {
        TRY(parse_hex(ps, bits, 4));
        uint32_t word = le32(bits);
        memcpy(out, &word, sizeof *out);
        return MOTE_OK;
    }
    TRY(float_text(ps, s));
    *out = strtof(s, &end);
    if (*end)
        return bad(ps, MOTE_ERR_FORMAT, "expected a number, not '%s'", s);
    if (isinf(*out) && !strstr(s, "inf"))
        return bad(ps, MOTE_ERR_VALUE, "%s is beyond the range of f32", s);
    return MOTE_OK;
}

static enum mote_status parse_f64(struct parser *ps, double *out)
{
    char s[64], *end;
    uint8_t bits[8];

    if (at_hex(ps)) {
        TRY(parse_hex(ps, bits, 8));
        uint64_t word = le32(bits) | (uint64_t)le32(bits + 4) << 32;
        memcpy(out, &word, sizeof *out);
        return MOTE_OK;
    }
    TRY(float_text(ps, s));
    *out = strtod(s, &end);
    if (*end)
        return bad(ps, MOTE_ERR_FORMAT, "expected a number, not '%s'", s);
    if (isinf(*out) && !strstr(s, "inf"))
        return bad(ps, MOTE_ERR_VALUE, "%s is beyond the range of f64", s);
    return MOTE_OK;
}

/* ---- strings ---- */
static enum mote_status parse_string(struct parser *ps, const char *what, const char **out)
{
    const char *close;
    size_t n = 0;
    char *s;

    if (!accept(ps, '"'))
        return expected(ps, what);
    for (close = ps->p; close < ps->end && *close != '"'; close++)
        if (*close == '\\')
            close++;
    if (close >= ps->end)
        return bad(ps, MOTE_ERR_FORMAT, "a string without its closing quote");
    s = pool_alloc(ps->m->pool, (size_t)(close - ps->p) + 1);
    while (ps->p < close) {
        char c = *ps->p++;

        if (c == '\\' && *ps->p == 'x') {
            int high = close - ps->p >= 3 ? hex_digit(ps->p[1]) : -1, low = high < 0 ? -1 : hex_digit(ps->p[2]);

            c = (char)(high < 0 || low < 0 ? 0 : high << 4 | low);
            ps->p += 3;
        } else if (c == '\\') {
            c = *ps->p == '"' || *ps->p == '\\' ? *ps->p : '\0';
            ps->p++;
        }
        if (c == '\0')
            return bad(ps, MOTE_ERR_FORMAT, "in a string only \\\", \\\\ and \\x01 to \\xff stand after a backslash");
        s[n++] = c;
    }
    ps->p = close + 1;
    *out = s;
    return MOTE_OK;
}

static enum mote_status parse_name(struct parser *ps, const char **out)
{
    skip_space(ps);
    *out = "";
    if (ps->p < ps->end && *ps->p == '"')
        return parse_string(ps, "a name", out);
    return MOTE_OK;
}

/* ---- lists ---- */
typedef enum mote_status item_fn(struct parser *ps, void *into);

/* Items with commas between them, up to `close`, which is read too. */
static enum mote_status parse_items(struct parser *ps, char close, item_fn *item, void *into)
{
    char what[16];

    if (accept(ps, close))
        return MOTE_OK;
    for (;;) {
        TRY(item(ps, into));
        if (accept(ps, close))
            return MOTE_OK;
        if (!accept(ps, ',')) {
            snprintf(what, sizeof what, "',' or '%c'", close);
            return expected(ps, what);
        }
    }
}

static enum mote_status parse_list(struct parser *ps, item_fn *item, void *into)
{
    if (!accept(ps, '['))
        return expected(ps, "'['");
    return parse_items(ps, ']', item, into);
}

struct i32_list {
    int32_t *v, n;
};
struct f32_list {
    float *v;
    int32_t n;
};

static void i32_add(struct parser *ps, struct i32_list *list, int32_t value)
{
    list->v = pool_grow(ps->m->pool, list->v, (size_t)list->n, sizeof *list->v);
    list->v[list->n++] = value;
}

static enum mote_status item_index(struct parser *ps, void *into)
{
    int32_t v = 0;

    TRY(parse_i32(ps, "a tensor's index", 0, INT32_MAX, &v));
    i32_add(ps, into, v);
    return MOTE_OK;
}

static enum mote_status item_index_or_absent(struct parser *ps, void *into)
{
    if (!accept(ps, '-'))
        return item_index(ps, into);
    i32_add(ps, into, TENSOR_ABSENT);
    return MOTE_OK;
}

static enum mote_status item_zero(struct parser *ps, void *into)
{
    int32_t v = 0;

    TRY(parse_i32(ps, "a zero point", INT32_MIN, INT32_MAX, &v));
    i32_add(ps, into, v);
    return MOTE_OK;
}

static enum mote_status item_f32(struct parser *ps, void *into)
{
    struct f32_list *list = into;
    float v = 0;

    TRY(parse_f32(ps, &v));
    list->v = pool_grow(ps->m->pool, list->v, (size_t)list->n, sizeof *list->v);
    list->v[list->n++] = v;
    return MOTE_OK;
}

static enum mote_status item_dim(struct parser *ps, void *into)
{
    struct tensor *t = into;
    int64_t dim = DIM_UNKNOWN;

    if (t->rank == RANK_MAX)
        return bad(ps, MOTE_ERR_SHAPE, "more than %d dimensions", RANK_MAX);
    if (!accept(ps, '?'))
        TRY(parse_int(ps, "a dimension", 0, INT32_MAX, &dim));
    t->dims[t->rank++] = dim;
    return MOTE_OK;
}

/* ---- constants ---- */
struct data_items {
    const struct tensor *t;
    uint8_t *data;
    int64_t i, n;
};

static void store(uint8_t *data, int64_t i, int bits, uint64_t v)
{
    if (bits < 8)
        data[i * bits / 8] |= (uint8_t)((v & ((1u << bits) - 1)) << (i * bits % 8));
    else
        for (int b = 0; b < bits / 8; b++)
            data[i * (bits / 8) + b] = (uint8_t)(v >> (8 * b));
}

/* Refuses what the type cannot hold. */
static enum mote_status parse_integer(struct parser *ps, enum mote_type type, uint64_t *out)
{
    uint64_t max, min_magnitude;
    struct number n;
    int bits = type == TYPE_BOOL ? 1 : type_bits(type);

    TRY(parse_number(ps, "an integer", &n));
    if (type_spelling(type) == SPELL_SIGNED) {
        max = ((uint64_t)1 << (bits - 1)) - 1;
        min_magnitude = max + 1;
    } else {
        max = UINT64_MAX >> (64 - bits);
        min_magnitude = 0;
    }
    if (n.magnitude > (n.negative ? min_magnitude : max))
        return bad(ps, MOTE_ERR_VALUE, "%s%" PRIu64 " does not fit %s", n.negative ? "-" : "", n.magnitude,
                   type_name(type));
    *out = n.negative ? 0 - n.magnitude : n.magnitude;
    return MOTE_OK;
}

static enum mote_status item_element(struct parser *ps, void *into)
{
    struct data_items *d = into;
    int bits = type_bits(d->t->type);
    uint64_t v = 0;
    float f = 0;

    if (d->i == d->n)
        return bad(ps, MOTE_ERR_SHAPE, "more than the %" PRId64 " elements of the shape", d->n);
    switch (type_spelling(d->t->type)) {
    case SPELL_SIGNED:
    case SPELL_UNSIGNED:
        TRY(parse_integer(ps, d->t->type, &v));
        store(d->data, d->i, bits, v);
        break;
    case SPELL_F32:
        TRY(parse_f32(ps, &f));
        memcpy(d->data + 4 * d->i, &f, sizeof f);
        break;
    case SPELL_F64: {
        double real = 0;

        TRY(parse_f64(ps, &real));
        memcpy(d->data + 8 * d->i, &real, sizeof real);
        break;
    }
    case SPELL_BITS:
    case SPELL_NONE:
        TRY(parse_hex(ps, d->data + d->i * (bits / 8), bits / 8));
        break;
    }
    d->i++;
    return MOTE_OK;
}

static enum mote_status parse_inline(struct parser *ps, struct tensor *t)
{
    struct data_items d = {t, NULL, 0, tensor_elements(t)};

    if (d.n > ps->end - ps->p) /* an element is a character at least: refuse before there is memory for them */
        return bad(ps, MOTE_ERR_SHAPE, "fewer than the %" PRId64 " elements of the shape", d.n);
    t->data = d.data = pool_alloc(ps->m->pool, (size_t)tensor_bytes(t));
    TRY(parse_items(ps, ']', item_element, &d));
    if (d.i < d.n)
        return bad(ps, MOTE_ERR_SHAPE, "%" PRId64 " elements, but the shape has %" PRId64, d.i, d.n);
    return MOTE_OK;
}

static enum mote_status parse_blob_offset(struct parser *ps, struct tensor *t, int32_t graph, int32_t tensor)
{
    struct late_data *late;
    int64_t offset = 0;

    TRY(parse_int(ps, "an offset in the blob", 0, (int64_t)FILE_LIMIT, &offset));
    if (offset % BLOB_CONST_ALIGN != 0)
        return bad(ps, MOTE_ERR_FORMAT, "offset %" PRId64 " in the blob is not a multiple of %d", offset,
                   BLOB_CONST_ALIGN);
    if ((size_t)offset < ps->late_end)
        return bad(ps, MOTE_ERR_FORMAT, "offset %" PRId64 " in the blob is before the end of the constant above",
                   offset);
    ps->late = pool_grow(ps->m->pool, ps->late, (size_t)ps->n_late, sizeof *ps->late);
    late = &ps->late[ps->n_late++];
    *late = (struct late_data){graph, tensor, ps->line, (size_t)offset};
    ps->late_end = (size_t)offset + (size_t)tensor_bytes(t);
    t->data = (const uint8_t *)ps->p; /* until the blob is known: a tensor has its data once */
    return MOTE_OK;
}

static enum mote_status parse_data(struct parser *ps, struct tensor *t, int32_t graph, int32_t tensor)
{
    int64_t bytes = tensor_bytes(t);

    if (bytes < 0)
        return bad(ps, MOTE_ERR_SHAPE, "a constant needs a known shape and a type of fixed size");
    if (bytes > TENSOR_BYTES_MAX)
        return bad(ps, MOTE_ERR_MEMORY, "a constant of more than %" PRId64 " bytes", TENSOR_BYTES_MAX);
    if (accept(ps, '@'))
        return parse_blob_offset(ps, t, graph, tensor);
    if (accept(ps, '['))
        return parse_inline(ps, t);
    return expected(ps, "'[' or '@'");
}

/* ---- statements of a graph ---- */
static struct graph *graph_now(struct parser *ps) { return &ps->m->graphs[ps->m->n_graphs - 1]; }

static enum mote_status parse_sequence(struct parser *ps, const char *what, int32_t next)
{
    int32_t i = 0;

    TRY(parse_i32(ps, what, 0, INT32_MAX, &i));
    if (i != next)
        return bad(ps, MOTE_ERR_FORMAT, "%s is %d, but the next one is %d", what, i, next);
    return MOTE_OK;
}

static enum mote_status parse_quant(struct parser *ps, struct quant *q)
{
    struct f32_list scales = {NULL, 0};
    struct i32_list zeros = {NULL, 0};

    if (accept_word(ps, "axis"))
        TRY(parse_i32(ps, "the axis", 0, RANK_MAX - 1, &q->axis));
    if (!accept(ps, '['))
        return expected(ps, "'['");
    TRY(parse_items(ps, ';', item_f32, &scales));
    TRY(parse_items(ps, ']', item_zero, &zeros));
    if (scales.n == 0 || (zeros.n != 1 && zeros.n != scales.n))
        return bad(ps, MOTE_ERR_QUANT, "%d scales and %d zero points: give one zero point, or one for each scale",
                   scales.n, zeros.n);
    while (zeros.n < scales.n)
        i32_add(ps, &zeros, zeros.v[0]);
    q->n = scales.n;
    q->scale = scales.v;
    q->zero = zeros.v;
    return MOTE_OK;
}

static enum mote_status parse_tensor(struct parser *ps)
{
    struct graph *g = graph_now(ps);
    struct tensor t = {.source = -1};
    struct word type;

    TRY(parse_sequence(ps, "a tensor's index", g->n_tensors));
    TRY(parse_name(ps, &t.name));
    TRY(parse_word(ps, "a type", &type));
    t.type = type_of_name(type.s, type.len);
    if (t.type == TYPE_NONE) {
        ps->p = type.s;
        return expected(ps, "a type (s8, f32, ...)");
    }
    TRY(parse_list(ps, item_dim, &t));
    while (!at_end(ps)) {
        if (t.quant.n == 0 && accept_word(ps, "quant"))
            TRY(parse_quant(ps, &t.quant));
        else if (!t.state && accept_word(ps, "state"))
            t.state = true;
        else if (t.source < 0 && accept_word(ps, "source"))
            TRY(parse_i32(ps, "the source", 0, INT32_MAX, &t.source));
        else if (!t.data && accept_word(ps, "data"))
            TRY(parse_data(ps, &t, ps->m->n_graphs - 1, g->n_tensors));
        else
            return expected(ps, "quant, state, source or data, each once");
    }
    graph_add_tensor(ps->m, g, &t);
    return MOTE_OK;
}

static enum mote_status parse_enum(struct parser *ps, const char *field, const char *(*name)(int), int n, int32_t *out)
{
    struct word w = peek_word(ps);

    for (int i = 0; i < n; i++)
        if (word_is(w, name(i))) {
            *out = i;
            ps->p += w.len;
            return MOTE_OK;
        }
    return expected(ps, field);
}

static enum mote_status parse_option(struct parser *ps, const struct opt_field *field, void *word)
{
    int32_t value = 0;
    float real = 0;

    switch (field->kind) {
    case OPT_INT:
        TRY(parse_i32(ps, field->name, INT32_MIN, INT32_MAX, &value));
        break;
    case OPT_FLAG:
        TRY(parse_i32(ps, field->name, 0, 1, &value));
        break;
    case OPT_FLOAT:
        TRY(parse_f32(ps, &real));
        memcpy(&value, &real, sizeof value);
        break;
    case OPT_PADDING:
        TRY(parse_enum(ps, "same, valid or explicit", padding_name, PADDING_COUNT, &value));
        break;
    case OPT_ACTIVATION:
        TRY(parse_enum(ps, "none, relu, relu_n1_to_1, relu6, tanh or sign_bit", activation_name, ACTIVATION_COUNT,
                       &value));
        break;
    }
    memcpy(word, &value, sizeof value);
    return MOTE_OK;
}

static enum mote_status parse_options(struct parser *ps, struct op *op)
{
    const struct opts_info *opts = &opts_info[op_info[op->id].opts];
    uint64_t seen = 0;

    for (int32_t f = 0; f < opts->n; f++) {
        uint32_t word = option_default(&opts->fields[f]);

        memcpy((uint8_t *)op->opts + 4 * f, &word, sizeof word);
    }
    while (!at_end(ps)) {
        struct word w = peek_word(ps);
        int32_t f = 0;

        if (op->source < 0 && accept_word(ps, "source")) {
            TRY(parse_i32(ps, "the source", 0, INT32_MAX, &op->source));
            continue;
        }
        while (f < opts->n && !word_is(w, opts->fields[f].name))
            f++;
        if (w.len == 0)
            return expected(ps, "an option's name");
        if (f == opts->n)
            return bad(ps, MOTE_ERR_FORMAT, "%s has no option '%.*s'", op_info[op->id].name,
                       (int)(w.len < 24 ? w.len : 24), w.s);
        if (seen >> f & 1)
            return bad(ps, MOTE_ERR_FORMAT, "%s is there twice", opts->fields[f].name);
        seen |= (uint64_t)1 << f;
        ps->p += w.len;
        TRY(parse_option(ps, &opts->fields[f], (uint8_t *)op->opts + 4 * f));
    }
    return MOTE_OK;
}

static enum op_id op_of_name(struct word w)
{
    for (int id = 1; id < OP_LIMIT; id++)
        if (op_info[id].name && word_is(w, op_info[id].name))
            return (enum op_id)id;
    return OP_NOP;
}

static enum mote_status parse_op(struct parser *ps)
{
    struct graph *g = graph_now(ps);
    struct i32_list in = {NULL, 0}, out = {NULL, 0};
    const char *name;
    struct word word;
    enum op_id id;
    struct op *op;

    TRY(parse_sequence(ps, "an operator's index", g->n_ops));
    TRY(parse_word(ps, "an operator's name", &word));
    id = op_of_name(word);
    if (id == OP_NOP)
        return bad(ps, MOTE_ERR_UNSUPPORTED, "no operator is named '%.*s'", (int)(word.len < 48 ? word.len : 48),
                   word.s);
    TRY(parse_name(ps, &name));
    if (!accept_word(ps, "in"))
        return expected(ps, "in");
    TRY(parse_list(ps, item_index_or_absent, &in));
    if (!accept_word(ps, "out"))
        return expected(ps, "out");
    TRY(parse_list(ps, item_index, &out));
    op = graph_add_op(ps->m, g, id, in.n, in.v, out.n, out.v);
    op->name = name;
    return parse_options(ps, op);
}

static enum mote_status parse_indices(struct parser *ps, bool *seen, const char *what, int32_t **v, int32_t *n)
{
    struct i32_list list = {NULL, 0};

    if (*seen)
        return bad(ps, MOTE_ERR_FORMAT, "a second list of the graph's %s", what);
    *seen = true;
    TRY(parse_list(ps, item_index, &list));
    *v = list.v;
    *n = list.n;
    return MOTE_OK;
}

static enum mote_status parse_inputs(struct parser *ps)
{
    struct graph *g = graph_now(ps);

    return parse_indices(ps, &ps->has_inputs, "inputs", &g->inputs, &g->n_inputs);
}

static enum mote_status parse_outputs(struct parser *ps)
{
    struct graph *g = graph_now(ps);

    return parse_indices(ps, &ps->has_outputs, "outputs", &g->outputs, &g->n_outputs);
}

static enum mote_status parse_end(struct parser *ps)
{
    ps->in_graph = false;
    return MOTE_OK;
}

/* ---- statements of a model ---- */
static enum mote_status parse_model(struct parser *ps)
{
    struct word name;
    int64_t version = 0;

    if (ps->has_model)
        return bad(ps, MOTE_ERR_FORMAT, "a second model");
    ps->has_model = true;
    TRY(parse_word(ps, "the model's name", &name));
    ps->m->name = memcpy(pool_alloc(ps->m->pool, name.len + 1), name.s, name.len);
    if (accept_word(ps, "version"))
        TRY(parse_int(ps, "the version", 0, UINT32_MAX, &version));
    ps->m->version = (uint32_t)version;
    if (accept_word(ps, "graphs"))
        return parse_i32(ps, "the number of graphs", 1, INT32_MAX, &ps->n_graphs);
    return MOTE_OK;
}

static enum mote_status parse_classes(struct parser *ps)
{
    struct model *m = ps->m;

    if (m->n_classes > 0)
        return bad(ps, MOTE_ERR_FORMAT, "a second list of classes");
    do {
        m->classes = pool_grow(m->pool, m->classes, (size_t)m->n_classes, sizeof *m->classes);
        TRY(parse_string(ps, "a class's name in quotes", &m->classes[m->n_classes]));
        m->n_classes++;
    } while (!at_end(ps));
    return MOTE_OK;
}

static enum mote_status parse_preprocess(struct parser *ps)
{
    static const char *const kinds[] = {"image", "audio"}, *const channels[] = {"rgb", "bgr", "gray"};
    struct preprocess *p = &ps->m->preprocess;
    struct f32_list mean = {NULL, 0}, std = {NULL, 0};

    if (strcmp(p->kind, "none") != 0)
        return bad(ps, MOTE_ERR_FORMAT, "a second preprocess");
    for (size_t i = 0; i < COUNT(kinds); i++)
        if (accept_word(ps, kinds[i]))
            p->kind = kinds[i];
    if (strcmp(p->kind, "none") == 0)
        return expected(ps, "image or audio");
    for (size_t i = 0; i < COUNT(channels) && !p->channels[0]; i++)
        if (accept_word(ps, channels[i]))
            p->channels = channels[i];
    if (at_end(ps))
        return MOTE_OK;
    if (!accept_word(ps, "mean"))
        return expected(ps, p->channels[0] ? "mean" : "rgb, bgr, gray or mean");
    TRY(parse_list(ps, item_f32, &mean));
    if (!accept_word(ps, "std"))
        return expected(ps, "std");
    TRY(parse_list(ps, item_f32, &std));
    if (mean.n != std.n)
        return bad(ps, MOTE_ERR_VALUE, "%d values of mean, %d of std", mean.n, std.n);
    p->n = mean.n;
    p->mean = mean.v;
    p->std = std.v;
    return MOTE_OK;
}

static enum mote_status parse_graph(struct parser *ps)
{
    const char *name;

    if (!ps->has_model)
        return bad(ps, MOTE_ERR_FORMAT, "expected a line with model and its name before the first graph");
    TRY(parse_name(ps, &name));
    model_add_graph(ps->m, name);
    ps->in_graph = true;
    ps->has_inputs = ps->has_outputs = false;
    return MOTE_OK;
}

/* The last statement: what follows its line is the blob. */
static enum mote_status parse_blob(struct parser *ps, const uint8_t *file, size_t size)
{
    size_t start = align_up((size_t)((const uint8_t *)ps->rest - file), BLOB_ALIGN);
    int64_t bytes = 0;

    TRY(parse_int(ps, "the blob's size", 0, (int64_t)FILE_LIMIT, &bytes));
    if (!at_end(ps))
        return expected(ps, "the end of the line");
    if (bytes == 0 && ps->rest == ps->file_end)
        start = size;
    if (start > size || size - start != (size_t)bytes)
        return bad(ps, MOTE_ERR_FORMAT, "the blob has %" PRId64 " bytes, but %zu are there: is the file truncated?",
                   bytes, start > size ? 0 : size - start);
    for (int32_t i = 0; i < ps->n_late; i++) {
        const struct late_data *late = &ps->late[i];
        struct tensor *t = &ps->m->graphs[late->graph].tensors[late->tensor];

        ps->line = late->line;
        if (late->offset > (size_t)bytes || (size_t)tensor_bytes(t) > (size_t)bytes - late->offset)
            return bad(ps, MOTE_ERR_BOUNDS, "%" PRId64 " bytes at offset %zu: the blob has only %" PRId64,
                       tensor_bytes(t), late->offset, bytes);
        t->data = file + start + late->offset;
    }
    ps->n_late = 0;
    ps->rest = ps->file_end;
    return MOTE_OK;
}

/* ---- lines ---- */
static const struct statement {
    const char *word;
    bool in_graph;
    enum mote_status (*parse)(struct parser *ps);
} statements[] = {
    {"model", false, parse_model},  {"classes", false, parse_classes}, {"preprocess", false, parse_preprocess},
    {"graph", false, parse_graph},  {"tensor", true, parse_tensor},    {"op", true, parse_op},
    {"inputs", true, parse_inputs}, {"outputs", true, parse_outputs},  {"end", true, parse_end},
};

static enum mote_status parse_statement(struct parser *ps)
{
    struct word w = peek_word(ps);

    for (size_t i = 0; i < COUNT(statements); i++) {
        const struct statement *s = &statements[i];

        if (s->in_graph != ps->in_graph || !word_is(w, s->word))
            continue;
        ps->p += w.len;
        TRY(s->parse(ps));
        return at_end(ps) ? MOTE_OK : expected(ps, "the end of the line");
    }
    return expected(ps,
                    ps->in_graph ? "tensor, op, inputs, outputs or end" : "model, classes, preprocess, graph or blob");
}

static bool next_line(struct parser *ps)
{
    const char *newline;

    if (ps->rest == ps->file_end)
        return false;
    newline = memchr(ps->rest, '\n', (size_t)(ps->file_end - ps->rest));
    ps->p = ps->rest;
    ps->end = newline ? newline : ps->file_end;
    ps->rest = newline ? newline + 1 : ps->file_end;
    if (ps->end > ps->p && ps->end[-1] == '\r')
        ps->end--;
    if (ps->line < INT32_MAX)
        ps->line++;
    return true;
}

static enum mote_status parse_magic(struct parser *ps)
{
    int64_t version = 0;

    if (!next_line(ps) || ps->end - ps->p < 11 || memcmp(ps->p, "mote-graph ", 11) != 0)
        return fail(ps->at, MOTE_ERR_FORMAT, "not a graph file: it does not begin with 'mote-graph'");
    ps->p += 11;
    TRY(parse_int(ps, "the format's version", 0, INT64_MAX, &version));
    if (version != GRAPH_FILE_VERSION)
        return bad(ps, MOTE_ERR_VERSION, "graph file version %" PRId64 ": this Mote reads version %d", version,
                   GRAPH_FILE_VERSION);
    return at_end(ps) ? MOTE_OK : expected(ps, "the end of the line");
}

enum mote_status model_parse(struct model *m, struct bytes file, const struct frame *at)
{
    const char *text = file.size ? (const char *)file.data : "";
    struct parser ps = {.rest = text, .file_end = text + file.size, .at = at, .m = m, .n_graphs = 1};

    *m = (struct model){.pool = m->pool, .preprocess = {"none", "", 0, NULL, NULL}};
    TRY(parse_magic(&ps));
    while (next_line(&ps)) {
        if (at_end(&ps) || *ps.p == '#')
            continue;
        if (!ps.in_graph && accept_word(&ps, "blob"))
            TRY(parse_blob(&ps, file.data, file.size));
        else
            TRY(parse_statement(&ps));
    }
    if (ps.in_graph)
        return fail(at, MOTE_ERR_FORMAT, "the file ends within a graph: is it truncated?");
    if (ps.n_late > 0) {
        ps.line = ps.late[0].line;
        return bad(&ps, MOTE_ERR_FORMAT, "the constant is in the blob, but the file has none: is it truncated?");
    }
    if (!ps.has_model)
        return fail(at, MOTE_ERR_FORMAT, "the file has no line with model and its name");
    if (m->n_graphs != ps.n_graphs)
        return fail(at, MOTE_ERR_FORMAT, "the file has %d graphs, but its model line says %d: is it truncated?",
                    m->n_graphs, ps.n_graphs);
    return model_verify(m, at);
}

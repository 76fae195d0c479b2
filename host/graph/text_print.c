/* SPDX-License-Identifier: Apache-2.0 */
/* A model as a graph file: docs/GRAPH.md. */
#include "host/graph/text.h"

#include <math.h>
#include <stdlib.h>

#define INLINE_MAX 16 /* constants of at most so many elements are text in every file */

enum spelling type_spelling(enum mote_type type)
{
    switch (type) {
    case TYPE_S2:
    case TYPE_S4:
    case TYPE_S8:
    case TYPE_S16:
    case TYPE_S32:
    case TYPE_S64:
        return SPELL_SIGNED;
    case TYPE_U4:
    case TYPE_U8:
    case TYPE_U16:
    case TYPE_U32:
    case TYPE_U64:
    case TYPE_BOOL:
        return SPELL_UNSIGNED;
    case TYPE_F32:
        return SPELL_F32;
    case TYPE_F64:
        return SPELL_F64;
    default:
        return type_bits(type) > 0 ? SPELL_BITS : SPELL_NONE;
    }
}

uint32_t option_default(const struct opt_field *field)
{
    static const char *const ones[] = {"stride_", "dilation_", "filter_"};

    for (size_t i = 0; i < COUNT(ones); i++)
        if (strncmp(field->name, ones[i], strlen(ones[i])) == 0)
            return 1;
    return 0;
}

/* ---- words ---- */
static void print_string(struct text *out, const char *string)
{
    const char *s = string ? string : "";
    char c[SHOWN_SIZE];

    text_bytes(out, "\"", 1);
    while (*s) {
        if (*s == '"' || *s == '\\')
            text_bytes(out, "\\", 1);
        shown_next(&s, c);
        text_add(out, "%s", c);
    }
    text_bytes(out, "\"", 1);
}

/* The shortest decimal that reads back to the same bits. */
static void print_f32(struct text *out, float value)
{
    char s[32];
    uint32_t bits;

    memcpy(&bits, &value, sizeof bits);
    if (isnan(value)) {
        text_add(out, "0x%08x", bits);
        return;
    }
    for (int digits = 6; digits <= 9; digits++) {
        snprintf(s, sizeof s, "%.*g", digits, (double)value);
        if (strtof(s, NULL) == value)
            break;
    }
    text_add(out, "%s", s);
}

static void print_f64(struct text *out, double value)
{
    char s[40];
    uint64_t bits;

    memcpy(&bits, &value, sizeof bits);
    if (isnan(value)) {
        text_add(out, "0x%016llx", (unsigned long long)bits);
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        snprintf(s, sizeof s, "%.*g", digits, value);
        if (strtod(s, NULL) == value)
            break;
    }
    text_add(out, "%s", s);
}

static void print_f32s(struct text *out, const float *v, int32_t n)
{
    for (int32_t i = 0; i < n; i++) {
        text_add(out, "%s", i > 0 ? ", " : "");
        print_f32(out, v[i]);
    }
}

static void print_indices(struct text *out, const int32_t *v, int32_t n)
{
    text_add(out, "[");
    for (int32_t i = 0; i < n; i++)
        if (v[i] == TENSOR_ABSENT)
            text_add(out, "%s-", i > 0 ? ", " : "");
        else
            text_add(out, "%s%d", i > 0 ? ", " : "", v[i]);
    text_add(out, "]");
}

/* ---- constants ---- */
static uint64_t load(const uint8_t *data, int bytes)
{
    uint64_t v = 0;

    for (int i = 0; i < bytes; i++)
        v |= (uint64_t)data[i] << (8 * i);
    return v;
}

/* The bytes that the file has: a constant's, or those that a state starts with. */
static const uint8_t *stored(const struct tensor *t) { return t->data ? t->data : t->initial; }

/* Element i as an unsigned number of type_bits() <= 64 bits; types below a byte are packed, the first one lowest. */
static uint64_t element_bits(const struct tensor *t, int64_t i)
{
    int bits = type_bits(t->type);

    if (bits >= 8)
        return load(stored(t) + i * (bits / 8), bits / 8);
    return (uint64_t)(stored(t)[i * bits / 8] >> (i * bits % 8)) & ((1u << bits) - 1);
}

static void print_element(struct text *out, const struct tensor *t, int64_t i)
{
    int bits = type_bits(t->type);
    uint64_t v = bits <= 64 ? element_bits(t, i) : 0;

    switch (type_spelling(t->type)) {
    case SPELL_SIGNED: {
        uint64_t sign = (uint64_t)1 << (bits - 1);

        text_add(out, "%lld", (long long)((v ^ sign) - sign));
        break;
    }
    case SPELL_UNSIGNED:
        text_add(out, "%llu", (unsigned long long)(t->type == TYPE_BOOL ? v != 0 : v));
        break;
    case SPELL_F32: {
        uint32_t word = (uint32_t)v;
        float f;

        memcpy(&f, &word, sizeof f);
        print_f32(out, f);
        break;
    }
    case SPELL_F64: {
        double d;

        memcpy(&d, &v, sizeof d);
        print_f64(out, d);
        break;
    }
    case SPELL_BITS:
        text_add(out, "0x");
        for (int at = bits / 8 - 1; at >= 0; at--)
            text_add(out, "%02x", stored(t)[i * (bits / 8) + at]);
        break;
    case SPELL_NONE:
        break;
    }
}

static bool in_blob(const struct tensor *t)
{
    return stored(t) && tensor_bytes(t) >= 0 && tensor_elements(t) > INLINE_MAX;
}

static void print_data(struct text *out, const struct tensor *t, bool inline_data, size_t *blob)
{
    if (!inline_data && in_blob(t)) {
        *blob = align_up(*blob, BLOB_CONST_ALIGN);
        text_add(out, " data @%zu", *blob);
        *blob += (size_t)tensor_bytes(t);
        return;
    }
    text_add(out, " data [");
    for (int64_t i = 0; i < tensor_elements(t); i++) {
        text_add(out, "%s", i > 0 ? ", " : "");
        print_element(out, t, i);
    }
    text_add(out, "]");
}

/* ---- the split ---- */
static bool digests_in_blob(const struct split_digests *d) { return d->n > INLINE_MAX; }

static void print_u64s(struct text *out, const uint64_t *v, int32_t n)
{
    for (int32_t i = 0; i < n; i++)
        text_add(out, "%s0x%016llx", i > 0 ? ", " : "", (unsigned long long)v[i]);
}

static void print_digests(struct text *out, const char *word, const struct split_digests *d, bool inline_data,
                          size_t *blob)
{
    if (d->n == 0)
        return;
    text_add(out, " %s ", word);
    if (!inline_data && digests_in_blob(d)) {
        *blob = align_up(*blob, BLOB_CONST_ALIGN);
        text_add(out, "%d @%zu", d->n, *blob);
        *blob += (size_t)d->n * DIGEST_BYTES;
        return;
    }
    for (int32_t i = 0; i < d->n; i++) {
        uint64_t digest = le64(d->data + (size_t)i * DIGEST_BYTES);

        text_add(out, "%s", i > 0 ? ", " : "[");
        print_u64s(out, &digest, 1);
    }
    text_add(out, "]");
}

static void print_split(struct text *out, const struct split_memory *s, bool inline_data, size_t *blob)
{
    if (!s->known)
        return;
    text_add(out, "split");
    if (s->group != NULL) {
        text_add(out, " group ");
        print_string(out, s->group);
    }
    if (s->n_cutoffs > 0) {
        text_add(out, " seed %llu cutoffs [", (unsigned long long)s->seed);
        print_u64s(out, s->test, s->n_cutoffs);
        text_add(out, "; ");
        print_u64s(out, s->validation, s->n_cutoffs);
        text_add(out, "]");
    }
    print_digests(out, "trained", &s->trained, inline_data, blob);
    print_digests(out, "checked", &s->checked, inline_data, blob);
    text_add(out, "\n");
}

/* ---- lines ---- */
static void print_quant(struct text *out, const struct quant *q)
{
    bool equal = true;

    for (int32_t i = 1; i < q->n; i++)
        equal = equal && q->zero[i] == q->zero[0];
    text_add(out, " quant ");
    if (q->n > 1)
        text_add(out, "axis %d ", q->axis);
    text_add(out, "[");
    print_f32s(out, q->scale, q->n);
    text_add(out, "; ");
    for (int32_t i = 0; i < (equal ? 1 : q->n); i++)
        text_add(out, "%s%d", i > 0 ? ", " : "", q->zero[i]);
    text_add(out, "]");
}

static void print_name(struct text *out, const char *name)
{
    if (name && name[0]) {
        text_add(out, " ");
        print_string(out, name);
    }
}

static void print_tensor(struct text *out, const struct tensor *t, int32_t i, bool inline_data, size_t *blob)
{
    text_add(out, "tensor %d", i);
    print_name(out, t->name);
    text_add(out, " %s [", type_name(t->type));
    for (int d = 0; d < t->rank; d++)
        if (t->dims[d] == DIM_UNKNOWN)
            text_add(out, "%s?", d > 0 ? "," : "");
        else
            text_add(out, "%s%lld", d > 0 ? "," : "", (long long)t->dims[d]);
    text_add(out, "]");
    if (t->quant.n > 0)
        print_quant(out, &t->quant);
    if (t->ranged) {
        text_add(out, " range [");
        print_f32s(out, (const float[]){t->range.min, t->range.max}, 2);
        text_add(out, "]");
    }
    if (t->state)
        text_add(out, " state");
    if (t->source >= 0)
        text_add(out, " source %d", t->source);
    if (stored(t) && tensor_bytes(t) >= 0)
        print_data(out, t, inline_data, blob);
    text_add(out, "\n");
}

static void print_option(struct text *out, const struct opt_field *field, const void *word)
{
    uint32_t bits;
    int32_t value;
    float real;

    memcpy(&bits, word, sizeof bits);
    memcpy(&value, word, sizeof value);
    memcpy(&real, word, sizeof real);
    if (bits == option_default(field) && field->kind != OPT_PADDING)
        return;
    text_add(out, " %s ", field->name);
    switch (field->kind) {
    case OPT_INT:
    case OPT_FLAG:
        text_add(out, "%d", value);
        break;
    case OPT_FLOAT:
        print_f32(out, real);
        break;
    case OPT_PADDING:
        text_add(out, "%s", padding_name(value));
        break;
    case OPT_ACTIVATION:
        text_add(out, "%s", activation_name(value));
        break;
    }
}

static void print_op(struct text *out, const struct op *op, int32_t i)
{
    const struct opts_info *opts = &opts_info[op_info[op->id].opts];

    text_add(out, "op %d %s", i, op_info[op->id].name);
    print_name(out, op->name);
    text_add(out, "%s in ", op->uint8 ? " uint8" : "");
    print_indices(out, op->in, op->n_in);
    text_add(out, " out ");
    print_indices(out, op->out, op->n_out);
    if (op->source >= 0)
        text_add(out, " source %d", op->source);
    for (int32_t f = 0; f < opts->n && op->opts; f++)
        print_option(out, &opts->fields[f], (const uint8_t *)op->opts + 4 * f);
    text_add(out, "\n");
}

static void print_graph(struct text *out, const struct graph *g, bool inline_data, size_t *blob)
{
    int32_t n = 0;

    text_add(out, "graph");
    print_name(out, g->name);
    text_add(out, "\n");
    for (int32_t i = 0; i < g->n_tensors; i++)
        print_tensor(out, &g->tensors[i], i, inline_data, blob);
    for (int32_t i = 0; i < g->n_ops; i++)
        if (g->ops[i].id > OP_NOP && g->ops[i].id < OP_LIMIT)
            print_op(out, &g->ops[i], n++);
    text_add(out, "inputs ");
    print_indices(out, g->inputs, g->n_inputs);
    text_add(out, "\noutputs ");
    print_indices(out, g->outputs, g->n_outputs);
    text_add(out, "\nend\n");
}

static void print_task(struct text *out, const struct task *t)
{
    if (t->kind == MOTE_TASK_NONE)
        return;
    text_add(out, "task %s", task_names[t->kind]);
    if (t->kind == MOTE_TASK_ANOMALY && !isinf(t->threshold)) {
        text_add(out, " threshold ");
        print_f32(out, t->threshold);
    }
    if (t->kind == MOTE_TASK_ANOMALY && t->normal >= 0)
        text_add(out, " normal %d", t->normal);
    text_add(out, "\n");
}

static void print_hears(struct text *out, const struct hears *h)
{
    const struct posterior *p = &h->posterior;

    if (h->preset == NULL)
        return;
    text_add(out, "hears ");
    print_string(out, h->preset);
    text_add(out, " window %d step %d channels %d clip %d", h->window, h->step, h->channels, h->clip);
    if (p->kind != POSTERIOR_NONE)
        text_add(out, " posterior %s threshold %d window %d minimum %d suppression %d", posterior_names[p->kind],
                 p->threshold, p->window, p->minimum, p->suppression);
    if (h->gate.ratio > 0)
        text_add(out, " gate ratio %d least %d hold %d before %d", h->gate.ratio, h->gate.least, h->gate.hold,
                 h->gate.before);
    text_add(out, "\n");
}

static void print_head(struct text *out, const struct model *m)
{
    const struct preprocess *p = &m->preprocess;

    text_add(out, "mote-graph %d\n", GRAPH_FILE_VERSION);
    text_add(out, "model %s version %u", m->name && m->name[0] ? m->name : "model", m->version);
    if (m->n_graphs != 1)
        text_add(out, " graphs %d", m->n_graphs);
    text_add(out, "\n");
    if (m->n_classes > 0) {
        text_add(out, "classes");
        for (int32_t i = 0; i < m->n_classes; i++) {
            text_add(out, " ");
            print_string(out, m->classes[i]);
        }
        text_add(out, "\n");
    }
    if (p->kind && strcmp(p->kind, "none") != 0) {
        text_add(out, "preprocess %s%s%s", p->kind, p->channels[0] ? " " : "", p->channels);
        if (p->n > 0) {
            text_add(out, " %s mean [", type_name(p->type));
            print_f32s(out, p->mean, p->n);
            text_add(out, "] std [");
            print_f32s(out, p->std, p->n);
            text_add(out, "]");
        }
        text_add(out, "\n");
    }
    print_task(out, &m->task);
    print_hears(out, &m->hears);
}

void model_print(const struct model *m, struct text *out, bool inline_data)
{
    size_t blob = 0;

    print_head(out, m);
    print_split(out, &m->split, inline_data, &blob);
    for (int32_t i = 0; i < m->n_graphs; i++)
        print_graph(out, &m->graphs[i], inline_data, &blob);
    if (blob > 0)
        text_add(out, "blob %zu\n", blob);
}

static void fill(struct text *out, size_t bytes)
{
    static const uint8_t zeros[BLOB_ALIGN];

    text_bytes(out, zeros, bytes);
}

/* The blob's next piece; its first one begins the blob, which has an alignment of its own. */
struct blob {
    struct text *out;
    size_t start; /* of the blob, in out */
};

static void add_piece(struct blob *b, const uint8_t *data, size_t bytes)
{
    if (b->out->len < b->start)
        fill(b->out, b->start - b->out->len);
    fill(b->out, align_up(b->out->len - b->start, BLOB_CONST_ALIGN) - (b->out->len - b->start));
    text_bytes(b->out, data, bytes);
}

static void add_digests(struct blob *b, const struct split_digests *d)
{
    if (digests_in_blob(d))
        add_piece(b, d->data, (size_t)d->n * DIGEST_BYTES);
}

void model_write(const struct model *m, struct text *out)
{
    size_t start = out->len;
    struct blob b = {.out = out};

    model_print(m, out, false);
    b.start = start + align_up(out->len - start, BLOB_ALIGN);
    if (m->split.known) {
        add_digests(&b, &m->split.trained);
        add_digests(&b, &m->split.checked);
    }
    for (int32_t i = 0; i < m->n_graphs; i++)
        for (int32_t k = 0; k < m->graphs[i].n_tensors; k++) {
            const struct tensor *t = &m->graphs[i].tensors[k];

            if (in_blob(t))
                add_piece(&b, stored(t), (size_t)tensor_bytes(t));
        }
}

/* SPDX-License-Identifier: Apache-2.0 */
/* What libcyaml lets pass, or tells without the line: unknown keys, keys that are there twice, numbers that it reads in
 * part ("2.5" is 2 to it, "16k" 16, "010" 8), words, missing keys, lists where a word is wanted, aliases, further
 * documents. The document is walked along the schema. */
#include <errno.h>
#include <stdlib.h>
#include <yaml.h>

#include "host/yaml/yaml.h"

#define KEYS_MAX  1024 /* of one mapping */
#define DEPTH_MAX 32   /* of mappings and lists in each other; libyaml's time is depth times size */

struct walk {
    struct pool *pool;
    yaml_document_t *document;
    const struct frame *at;
};

static struct frame frame_mark(const struct frame *at, const yaml_mark_t *mark)
{
    return (struct frame){.up = at, .kind = "line", .index = (int)mark->line + 1};
}

static const char *text_of(const yaml_node_t *scalar) { return (const char *)scalar->data.scalar.value; }

/* ---- mappings ---- */
static enum mote_status unknown_key(struct walk *w, const cyaml_schema_field_t *fields, const char *key,
                                    const char *name, const struct frame *at)
{
    struct nearest near = {.word = key};
    struct text known = {.pool = w->pool};

    for (const cyaml_schema_field_t *f = fields; f->key != NULL; f++) {
        nearest_try(&near, f->key);
        text_add(&known, "%s%s", f == fields ? "" : ", ", f->key);
    }
    if (near.found != NULL)
        return fail(at, MOTE_ERR_VALUE, "%s has no key \"%s\": did you mean \"%s\"?", name, key, near.found);
    return fail(at, MOTE_ERR_VALUE, "%s has no key \"%s\"; it has %s", name, key, known.len > 0 ? known.s : "none");
}

static const yaml_node_pair_t *find_pair(yaml_document_t *document, const yaml_node_t *n, const char *key)
{
    if (n == NULL || n->type != YAML_MAPPING_NODE)
        return NULL;
    for (const yaml_node_pair_t *p = n->data.mapping.pairs.start; p < n->data.mapping.pairs.top; p++) {
        const yaml_node_t *k = yaml_document_get_node(document, p->key);

        if (k->type == YAML_SCALAR_NODE && strcmp(text_of(k), key) == 0)
            return p;
    }
    return NULL;
}

static enum mote_status check_missing(struct walk *w, const yaml_node_t *n, const cyaml_schema_field_t *fields,
                                      const char *name)
{
    struct frame here = frame_mark(w->at, &n->start_mark);

    for (const cyaml_schema_field_t *f = fields; f->key != NULL; f++)
        if ((f->value.flags & CYAML_FLAG_OPTIONAL) == 0 && find_pair(w->document, n, f->key) == NULL)
            return fail(&here, MOTE_ERR_VALUE, "%s lacks the key \"%s\"", name, f->key);
    return MOTE_OK;
}

static enum mote_status check_node(struct walk *w, int node, const cyaml_schema_value_t *v, const char *name);

static enum mote_status check_mapping(struct walk *w, const yaml_node_t *n, const cyaml_schema_field_t *fields,
                                      const char *name)
{
    for (const yaml_node_pair_t *p = n->data.mapping.pairs.start; p < n->data.mapping.pairs.top; p++) {
        const yaml_node_t *key = yaml_document_get_node(w->document, p->key);
        const cyaml_schema_field_t *f = fields;
        struct frame here = frame_mark(w->at, &key->start_mark);

        while (f->key != NULL && strcmp(f->key, text_of(key)) != 0)
            f++;
        if (f->key == NULL)
            return unknown_key(w, fields, text_of(key), name, &here);
        TRY(check_node(w, p->value, &f->value, f->key));
    }
    return check_missing(w, n, fields, name);
}

/* ---- values ---- */
/* From -below to above, decimal or 0x and hexadecimal digits. */
static bool is_whole(const char *s, uint64_t below, uint64_t above)
{
    bool negative = *s == '-';
    const char *digits = s + negative;
    bool hexadecimal = digits[0] == '0' && digits[1] == 'x';
    uint64_t value;

    if (hexadecimal)
        digits += 2;
    else if (digits[0] == '0' && digits[1] != '\0')
        return false;
    if (*digits == '\0' || digits[strspn(digits, hexadecimal ? "0123456789abcdefABCDEF" : "0123456789")] != '\0')
        return false;
    errno = 0;
    value = strtoull(digits, NULL, hexadecimal ? 16 : 10);
    return errno == 0 && value <= (negative ? below : above);
}

static enum mote_status check_whole(const char *s, const cyaml_schema_value_t *v, const char *name,
                                    const struct frame *at)
{
    assert(v->data_size >= 1 && v->data_size <= 8);
    uint64_t all = v->data_size < 8 ? (UINT64_C(1) << 8 * v->data_size) - 1 : UINT64_MAX;
    uint64_t above = v->type == CYAML_INT ? all / 2 : all, below = v->type == CYAML_INT ? above + 1 : 0;

    if (is_whole(s, below, above))
        return MOTE_OK;
    return fail(at, MOTE_ERR_VALUE, "%s is \"%s\": it must be a whole number from %s%llu to %llu", name, s,
                below > 0 ? "-" : "", (unsigned long long)below, (unsigned long long)above);
}

static enum mote_status check_word(struct walk *w, const char *s, const cyaml_schema_value_t *v, const char *name,
                                   const struct frame *at)
{
    struct text words = {.pool = w->pool};

    for (uint32_t i = 0; i < v->enumeration.count; i++) {
        if (strcmp(v->enumeration.strings[i].str, s) == 0)
            return MOTE_OK;
        text_add(&words, "%s%s",
                 i == 0                          ? ""
                 : i + 1 == v->enumeration.count ? " or "
                                                 : ", ",
                 v->enumeration.strings[i].str);
    }
    return fail(at, MOTE_ERR_VALUE, "%s is \"%s\": it must be %s", name, s, words.s);
}

static const char *range_text(struct walk *w, uint32_t min, uint32_t max)
{
    return min == max ? pool_printf(w->pool, "%u", min) : pool_printf(w->pool, "%u to %u", min, max);
}

static enum mote_status check_scalar(struct walk *w, const yaml_node_t *n, const cyaml_schema_value_t *v,
                                     const char *name)
{
    struct frame here = frame_mark(w->at, &n->start_mark);
    const char *s = text_of(n);
    float real;

    assert(n->type == YAML_SCALAR_NODE);
    switch (v->type) {
    case CYAML_INT:
    case CYAML_UINT:
        return check_whole(s, v, name, &here);
    case CYAML_FLOAT:
        if (yaml_real(s, &real))
            return MOTE_OK;
        return fail(&here, MOTE_ERR_VALUE, "%s is \"%s\": it must be a number", name, s);
    case CYAML_ENUM:
        return check_word(w, s, v, name, &here);
    default:
        assert(v->type == CYAML_STRING);
        if (n->data.scalar.length >= v->string.min && n->data.scalar.length <= v->string.max)
            return MOTE_OK;
        return fail(&here, MOTE_ERR_VALUE, "%s must have %s bytes, not %zu", name,
                    range_text(w, v->string.min, v->string.max), n->data.scalar.length);
    }
}

static enum mote_status check_list(struct walk *w, const yaml_node_t *n, const cyaml_schema_value_t *v,
                                   const char *name)
{
    struct frame here = frame_mark(w->at, &n->start_mark);
    ptrdiff_t count = n->data.sequence.items.top - n->data.sequence.items.start;

    if (count < v->sequence.min || count > v->sequence.max)
        return fail(&here, MOTE_ERR_VALUE, "%s must have %s elements, not %td", name,
                    range_text(w, v->sequence.min, v->sequence.max), count);
    for (const int *item = n->data.sequence.items.start; item < n->data.sequence.items.top; item++)
        TRY(check_node(w, *item, v->sequence.entry, name));
    return MOTE_OK;
}

/* Recursion as deep as the schema. */
static enum mote_status check_node(struct walk *w, int node, const cyaml_schema_value_t *v, const char *name)
{
    const yaml_node_t *n = yaml_document_get_node(w->document, node);
    struct frame here = frame_mark(w->at, &n->start_mark);

    if (v->type == CYAML_IGNORE)
        return MOTE_OK;
    if (v->type == CYAML_MAPPING)
        return n->type == YAML_MAPPING_NODE ? check_mapping(w, n, v->mapping.fields, name)
                                            : fail(&here, MOTE_ERR_VALUE, "%s must have keys with values", name);
    if (v->type == CYAML_SEQUENCE)
        return n->type == YAML_SEQUENCE_NODE ? check_list(w, n, v, name)
                                             : fail(&here, MOTE_ERR_VALUE, "%s must be a list, [a, b]", name);
    return n->type == YAML_SCALAR_NODE ? check_scalar(w, n, v, name)
                                       : fail(&here, MOTE_ERR_VALUE, "%s must be one word or number", name);
}

/* ---- without a schema ---- */
static enum mote_status check_keys(struct walk *w, const yaml_node_t *n)
{
    const yaml_node_pair_t *pairs = n->data.mapping.pairs.start;
    int count = (int)(n->data.mapping.pairs.top - pairs);
    struct frame here = frame_mark(w->at, &n->start_mark);

    if (count > KEYS_MAX)
        return fail(&here, MOTE_ERR_VALUE, "a mapping has %d keys; %d are the most", count, KEYS_MAX);
    for (int i = 0; i < count; i++) {
        const yaml_node_t *key = yaml_document_get_node(w->document, pairs[i].key);

        here = frame_mark(w->at, &key->start_mark);
        if (key->type != YAML_SCALAR_NODE)
            return fail(&here, MOTE_ERR_VALUE, "a key must be a word");
        for (int j = 0; j < i; j++) {
            const yaml_node_t *other = yaml_document_get_node(w->document, pairs[j].key);

            if (strcmp(text_of(other), text_of(key)) == 0)
                return fail(&here, MOTE_ERR_VALUE, "the key \"%s\" is there twice: it is in line %d already",
                            text_of(key), (int)other->start_mark.line + 1);
        }
    }
    return MOTE_OK;
}

static enum mote_status check_nodes(struct walk *w)
{
    for (const yaml_node_t *n = w->document->nodes.start; n < w->document->nodes.top; n++) {
        struct frame here = frame_mark(w->at, &n->start_mark);

        if (n->type == YAML_SCALAR_NODE && strlen(text_of(n)) != n->data.scalar.length)
            return fail(&here, MOTE_ERR_VALUE, "a word has a NUL in it");
        if (n->type == YAML_MAPPING_NODE)
            TRY(check_keys(w, n));
    }
    return MOTE_OK;
}

/* ---- files ---- */
static enum mote_status not_yaml(const yaml_parser_t *parser, const struct frame *at)
{
    struct frame here = frame_mark(at, &parser->problem_mark);

    if (parser->problem == NULL) /* libyaml does not always say that it was memory */
        return fail(at, MOTE_ERR_MEMORY, "out of memory");
    if (parser->error == YAML_READER_ERROR) /* has no line */
        return fail(at, MOTE_ERR_VALUE, "is not YAML: %s at byte %zu", parser->problem, parser->problem_offset);
    if (parser->context == NULL)
        return fail(&here, MOTE_ERR_VALUE, "is not YAML: %s", parser->problem);
    return fail(&here, MOTE_ERR_VALUE, "is not YAML: %s %s from line %d on", parser->problem, parser->context,
                (int)parser->context_mark.line + 1);
}

/* What a document no longer tells, or what would make it large. */
static enum mote_status check_event(const yaml_event_t *e, int *documents, int *depth, const struct frame *at)
{
    struct frame here = frame_mark(at, &e->start_mark);

    *depth += e->type == YAML_MAPPING_START_EVENT || e->type == YAML_SEQUENCE_START_EVENT;
    *depth -= e->type == YAML_MAPPING_END_EVENT || e->type == YAML_SEQUENCE_END_EVENT;
    *documents += e->type == YAML_DOCUMENT_START_EVENT;
    if (e->type == YAML_ALIAS_EVENT)
        return fail(&here, MOTE_ERR_VALUE, "has an alias: write out what it stands for");
    if (*depth > DEPTH_MAX)
        return fail(&here, MOTE_ERR_VALUE, "is nested deeper than %d", DEPTH_MAX);
    if (*documents > 1)
        return fail(&here, MOTE_ERR_VALUE, "begins a second document: a file of Mote's has one");
    return MOTE_OK;
}

static enum mote_status check_events(yaml_parser_t *parser, const struct frame *at)
{
    int documents = 0, depth = 0;
    enum mote_status status = MOTE_OK;

    for (bool end = false; !end && status == MOTE_OK;) {
        yaml_event_t event;

        if (!yaml_parser_parse(parser, &event))
            return not_yaml(parser, at);
        end = event.type == YAML_STREAM_END_EVENT;
        status = check_event(&event, &documents, &depth, at);
        yaml_event_delete(&event);
    }
    if (status == MOTE_OK && documents == 0)
        return fail(at, MOTE_ERR_VALUE, "has nothing but comments");
    return status;
}

static enum mote_status check_document(yaml_parser_t *parser, struct pool *pool, const cyaml_schema_value_t *schema,
                                       const struct frame *at)
{
    yaml_document_t document;
    struct walk w = {.pool = pool, .document = &document, .at = at};
    enum mote_status status;

    if (!yaml_parser_load(parser, &document))
        return not_yaml(parser, at);
    status = check_nodes(&w);
    if (status == MOTE_OK)
        status = check_node(&w, 1, schema, "the file");
    yaml_document_delete(&document);
    return status;
}

enum mote_status yaml_check(struct pool *pool, struct bytes file, const cyaml_schema_value_t *schema,
                            const struct frame *at)
{
    enum mote_status status = MOTE_OK;

    for (int pass = 0; pass < 2 && status == MOTE_OK; pass++) {
        yaml_parser_t parser;

        if (!yaml_parser_initialize(&parser))
            return fail(at, MOTE_ERR_MEMORY, "out of memory");
        yaml_parser_set_input_string(&parser, file.data, file.size);
        status = pass == 0 ? check_events(&parser, at) : check_document(&parser, pool, schema, at);
        yaml_parser_delete(&parser);
    }
    return status;
}

/* ---- where a key is ---- */
static int line_in(yaml_document_t *document, const char *section, const char *key)
{
    const yaml_node_pair_t *p = find_pair(document, yaml_document_get_root_node(document), section);

    p = p != NULL ? find_pair(document, yaml_document_get_node(document, p->value), key) : NULL;
    return p != NULL ? (int)yaml_document_get_node(document, p->key)->start_mark.line + 1 : 0;
}

/* Of a file that need not be right. */
static bool load(struct bytes file, yaml_document_t *out)
{
    static const struct frame nobody = {.index = -1};
    bool good = file.size > 0 && file.size <= YAML_FILE_MAX;

    for (int pass = 0; pass < 2 && good; pass++) {
        yaml_parser_t parser;

        if (!yaml_parser_initialize(&parser))
            return false;
        yaml_parser_set_input_string(&parser, file.data, file.size);
        good = pass == 0 ? check_events(&parser, &nobody) == MOTE_OK : yaml_parser_load(&parser, out) != 0;
        yaml_parser_delete(&parser);
    }
    return good;
}

int yaml_line(struct bytes file, const char *section, const char *key)
{
    yaml_document_t document;
    int line = 0;

    if (load(file, &document)) {
        line = line_in(&document, section, key);
        yaml_document_delete(&document);
    }
    return line;
}

static int values_in(yaml_document_t *document, const char *key, int *line)
{
    const yaml_node_t *root = yaml_document_get_root_node(document);
    int n = 0;

    if (root == NULL || root->type != YAML_MAPPING_NODE)
        return 0;
    for (const yaml_node_pair_t *p = root->data.mapping.pairs.start; p < root->data.mapping.pairs.top; p++) {
        const yaml_node_t *k = yaml_document_get_node(document, p->key);
        const yaml_node_t *v = yaml_document_get_node(document, p->value);

        if (k->type != YAML_SCALAR_NODE || strcmp(text_of(k), key) != 0)
            continue;
        *line = n == 0 ? (int)k->start_mark.line + 1 : *line;
        n += v->type == YAML_SEQUENCE_NODE ? (int)(v->data.sequence.items.top - v->data.sequence.items.start) : 1;
    }
    return n;
}

int yaml_values(struct bytes file, const char *key, int *line)
{
    yaml_document_t document;
    int n = 0;

    if (load(file, &document)) {
        n = values_in(&document, key, line);
        yaml_document_delete(&document);
    }
    return n;
}

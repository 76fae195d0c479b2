/* SPDX-License-Identifier: Apache-2.0 */
/* Operators' codes, and the one line about those that Mote does not have: each with its place while they fit, else each
 * kind once with its number and first place. */
#include "host/graph/own.h"
#include "host/import/tflite/complex.h"
#include "host/import/tflite/custom.h"
#include "host/import/tflite/decode.h"
#include "host/import/tflite/reader.h"
#include "host/import/tflite/variables.h"

#define LISTING_MAX ((size_t)680) /* of a message's 2048 bytes; the rest is for other faults and a last entry */
#define SHOWN_MAX   48            /* bytes of one name */

/* Until version 3a of the schema the code was a byte; newer files have both, and the larger one holds. */
enum mote_status tfl_read_code(struct tfl_reader *r, struct fb_table operator_table, struct tfl_code *out,
                               const struct frame *at)
{
    uint32_t index = fb_u32(operator_table, TFL_OPERATOR_OPCODE_INDEX);
    struct fb_table code;
    int32_t old;

    TRY(fb_status(&r->fb, at));
    if (index >= r->codes.n)
        return fail(at, MOTE_ERR_FORMAT, "its code is entry %u of the file's list of %u", (unsigned)index,
                    (unsigned)r->codes.n);
    code = fb_table_at(r->codes, index);
    old = fb_s8(code, TFL_CODE_DEPRECATED_BUILTIN_CODE);
    *out = (struct tfl_code){.index = index,
                             .builtin = fb_s32(code, TFL_CODE_BUILTIN_CODE, 0),
                             .version = fb_s32(code, TFL_CODE_VERSION, 1)};
    if (out->builtin < old)
        out->builtin = old;
    if (out->builtin == BUILTIN_CUSTOM)
        out->custom = tfl_string(r, code, TFL_CODE_CUSTOM_CODE);
    return fb_status(&r->fb, at);
}

/* One operator that is missing. */
struct missing {
    struct tfl_code code;
    uint32_t graph, op, times;
    const char *output; /* name of its first output, where it is listed */
};

/* Custom operators that a setting or a tool has brought, by a part of their names. */
static const struct remedy {
    const char *part, *what;
} remedies[] = {
    {"Flex", "Flex operators are TensorFlow's own: convert with target_spec.supported_ops = [TFLITE_BUILTINS], without "
             "SELECT_TF_OPS, and replace what the converter then names"},
    {"ethos-u", "the file is Vela's output: give the .tflite that went into vela"},
    {"edgetpu", "the file is the Edge TPU compiler's output: give the .tflite that went into edgetpu_compiler"},
    {"okeniz", "text becomes tokens before the network: convert the model from the tokens' numbers on "
               "(from_concrete_functions, with these as its input)"},
};

struct listing {
    struct text all; /* every operator, until it is too long */
    uint32_t n;      /* operators */
    bool remedy[COUNT(remedies)];
    bool own;              /* a custom one without a remedy */
    struct missing *kinds; /* [codes.n] by code, times 0 if not missing */
};

/* A name of at most SHOWN_MAX bytes. Long ones are paths, which differ at their ends. Not cut inside a character. */
static const char *shown(const char *name, char buffer[SHOWN_MAX + 4])
{
    size_t len = strlen(name), from;

    if (len <= SHOWN_MAX)
        return name;
    for (from = len - SHOWN_MAX; ((uint8_t)name[from] & 0xc0) == 0x80;)
        from++;
    snprintf(buffer, SHOWN_MAX + 4, "...%s", name + from);
    return buffer;
}

struct place {
    char text[48];
};

static struct place place(const struct missing *m)
{
    struct place p;

    if (m->graph > 0)
        snprintf(p.text, sizeof p.text, "graph %u op %u", (unsigned)m->graph, (unsigned)m->op);
    else
        snprintf(p.text, sizeof p.text, "op %u", (unsigned)m->op);
    return p;
}

static const char *code_name(const struct tfl_code *code, char buffer[SHOWN_MAX + 4])
{
    const char *name = code->custom ? code->custom : tfl_builtin_name(code->builtin);

    if (name)
        return shown(name, buffer);
    snprintf(buffer, SHOWN_MAX + 4, "number %d", (int)code->builtin);
    return buffer;
}

/* op 3 GATHER (version 1, output "x") */
static void list_op(struct text *text, const struct missing *m)
{
    char name[SHOWN_MAX + 4], output[SHOWN_MAX + 4];

    text_add(text, "%s%s %s (%sversion %d, output \"%s\")", text->len > 0 ? ", " : "", place(m).text,
             code_name(&m->code, name), m->code.custom ? "custom, " : "", (int)m->code.version,
             shown(m->output, output));
}

/* 4 GATHER (version 1, first op 3) */
static void list_kind(struct text *text, const struct missing *m)
{
    char name[SHOWN_MAX + 4];

    text_add(text, "%s%u %s (version %d, first %s)", text->len > 0 ? ", " : "", (unsigned)m->times,
             code_name(&m->code, name), (int)m->code.version, place(m).text);
}

static const char *output_name(struct tfl_reader *r, struct fb_table graph, struct fb_table op)
{
    struct fb_vector outputs = fb_get_vector(op, TFL_OPERATOR_OUTPUTS, 4);
    struct fb_vector tensors = fb_get_vector(graph, TFL_SUBGRAPH_TENSORS, 4);
    uint32_t first = outputs.n > 0 ? (uint32_t)fb_s32_at(outputs, 0) : UINT32_MAX;

    return first < tensors.n ? tfl_string(r, fb_table_at(tensors, first), TFL_TENSOR_NAME) : "";
}

static void note(struct tfl_reader *r, struct listing *l, const struct missing *m)
{
    bool known = m->code.custom == NULL;

    for (size_t i = 0; i < COUNT(remedies); i++)
        if (m->code.custom && strstr(m->code.custom, remedies[i].part))
            known = l->remedy[i] = true;
    l->own |= !known;
    if (!l->kinds)
        l->kinds = pool_array(r->pool, r->codes.n, sizeof *l->kinds);
    if (l->kinds[m->code.index].times == 0)
        l->kinds[m->code.index] = *m;
    l->kinds[m->code.index].times++;
    l->n++;
    if (l->all.len <= LISTING_MAX)
        list_op(&l->all, m);
}

static enum mote_status scan_graph(struct tfl_reader *r, uint32_t index, struct listing *l, const struct frame *at)
{
    struct fb_table graph = fb_table_at(r->subgraphs, index);
    struct fb_vector ops = fb_get_vector(graph, TFL_SUBGRAPH_OPERATORS, 4);

    TRY(fb_status(&r->fb, at));
    for (uint32_t i = 0; i < ops.n; i++) {
        struct frame here = {at, "op", NULL, (int)i, NULL};
        struct fb_table op = fb_table_at(ops, i);
        struct missing m = {.graph = index, .op = i};

        TRY(tfl_read_code(r, op, &m.code, &here));
        here.name = tfl_builtin_name(m.code.builtin);
        if (m.code.builtin == BUILTIN_CALL_ONCE)
            TRY(tfl_note_initializer(r, op, &here));
        if (tfl_op_find(m.code.builtin) || tfl_custom_find(m.code.custom) || tfl_is_setup(m.code.builtin) ||
            tfl_is_decode(&m.code) || m.code.builtin == BUILTIN_DENSIFY || m.code.builtin == BUILTIN_POW ||
            tfl_is_complex(m.code.builtin) || (m.code.custom != NULL && own_find(m.code.custom) != NULL))
            continue;
        if (l->all.len <= LISTING_MAX)
            m.output = output_name(r, graph, op);
        TRY(fb_status(&r->fb, &here));
        note(r, l, &m);
    }
    return MOTE_OK;
}

static void list_kinds(const struct tfl_reader *r, const struct listing *l, struct text *text)
{
    unsigned more = 0;

    for (uint32_t i = 0; i < r->codes.n; i++) {
        if (l->kinds[i].times == 0)
            continue;
        if (text->len <= LISTING_MAX)
            list_kind(text, &l->kinds[i]);
        else
            more++;
    }
    if (more > 0)
        text_add(text, ", and %u more kinds", more);
}

static const char *remedies_text(struct pool *pool, const struct listing *l)
{
    struct text text = {.pool = pool};

    text_add(&text, "%s", "");
    for (size_t i = 0; i < COUNT(remedies); i++)
        if (l->remedy[i])
            text_add(&text, "; %s", remedies[i].what);
    if (l->own)
        text_add(&text, "; --operators takes a custom operator of your own (mote/operator.h)");
    return text.s;
}

enum mote_status tfl_check_operators(struct tfl_reader *r, const struct frame *at)
{
    struct listing l = {.all = {.pool = r->pool}};
    struct text kinds = {.pool = r->pool};

    for (uint32_t i = 0; i < r->subgraphs.n; i++)
        TRY(scan_graph(r, i, &l, at));
    if (l.n == 0)
        return MOTE_OK;
    if (l.all.len > LISTING_MAX)
        list_kinds(r, &l, &kinds);
    r->missing = pool_printf(r->pool, "%u operator%s that Mote does not have: %s%s", (unsigned)l.n, l.n == 1 ? "" : "s",
                             kinds.s ? kinds.s : l.all.s, remedies_text(r->pool, &l));
    return MOTE_OK;
}

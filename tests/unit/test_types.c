/* SPDX-License-Identifier: Apache-2.0 */
/* Which types each operator takes, as lowering says it: every case of tests/vectors is tried with every type in the
 * place of its own. What is taken is made an image, which the device's check must take, and C, for an AVR, too. The
 * lists of docs/EXACT.md and README.md are what comes out; with MOTE_UPDATE set they are written anew. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "host/graph/op_info.h"
#include "host/emit/emit.h"
#include "host/plan/plan.h"
#include "host/run/runner.h"
#include "tests/golden/vec.h"

#include <cmocka.h>
#undef fail /* Mote's own is meant below */

#define TRIED   12 /* types that are tried */
#define BIASES  4
#define WEIGHTS 3
#define COMBOS  256
#define WIDTH   118 /* of a line in README.md */

static const struct {
    enum mote_type type;
    const char *name;
} types[TRIED] = {{TYPE_F32, "float32"}, {TYPE_S8, "int8"},     {TYPE_S16, "int16"},   {TYPE_U8, "uint8"},
                  {TYPE_S32, "int32"},   {TYPE_U32, "uint32"},  {TYPE_S64, "int64"},   {TYPE_U64, "uint64"},
                  {TYPE_U16, "uint16"},  {TYPE_F16, "float16"}, {TYPE_F64, "float64"}, {TYPE_BOOL, "bool"}};
static const enum mote_type bias_types[BIASES] = {TYPE_F32, TYPE_S16, TYPE_S32, TYPE_S64};
static const enum mote_type weight_types[WEIGHTS] = {TYPE_F32, TYPE_S8, TYPE_S16};

static const char *name_of(enum mote_type type)
{
    for (size_t i = 0; i < TRIED; i++)
        if (types[i].type == type)
            return types[i].name;
    return type_name(type);
}

/* ---- what an operator takes ---- */
struct takes {
    bool pair[TRIED][TRIED]; /* the main input's type, the output's */
    struct combo {           /* of operators with weights */
        enum mote_type in, weights, state;
        bool bias[BIASES];
    } combos[COMBOS];
    int n_combos;
    unsigned fails; /* ways to run it (below) that one of these types does not have */
};

enum { AS_IMAGE, AS_C, ON_AVR, WAYS };
static const char *const ways[WAYS] = {"image", "C", "AVR"};

static struct takes all[OP_LIMIT];

/* Where operators have their main input, and those with weights these. */
struct slots {
    int in, weights, last_weights, bias, last_bias, state;
};

static struct slots slots_of(enum op_id id)
{
    switch (id) {
    case OP_SPLIT:
    case OP_SELECT_V2:
    case OP_FILL:
    case OP_EMBEDDING_LOOKUP:
        return (struct slots){.in = 1, .weights = -1, .last_weights = -1, .bias = -1, .last_bias = -1, .state = -1};
    case OP_CONV_2D:
    case OP_DEPTHWISE_CONV_2D:
    case OP_FULLY_CONNECTED:
        return (struct slots){.in = 0, .weights = 1, .last_weights = 1, .bias = 2, .last_bias = 2, .state = -1};
    case OP_TRANSPOSE_CONV:
        return (struct slots){.in = 2, .weights = 1, .last_weights = 1, .bias = 3, .last_bias = 3, .state = -1};
    case OP_SVDF:
        return (struct slots){.in = 0, .weights = 1, .last_weights = 1, .bias = 3, .last_bias = 3, .state = 4};
    case OP_GRU:
        return (struct slots){.in = 0, .weights = 1, .last_weights = 2, .bias = 3, .last_bias = 4, .state = 5};
    case OP_RECURRENT:
        return (struct slots){.in = 0, .weights = 1, .last_weights = 2, .bias = 3, .last_bias = 3, .state = 5};
    case OP_UNIDIRECTIONAL_SEQUENCE_LSTM:
        return (struct slots){.in = 0, .weights = 1, .last_weights = 8, .bias = 12, .last_bias = 15, .state = 19};
    default:
        return (struct slots){.in = 0, .weights = -1, .last_weights = -1, .bias = -1, .last_bias = -1, .state = -1};
    }
}

/* ---- one operator of a case, by itself, with other types ---- */
struct trial {
    struct pool pool;
    struct model m;
    struct op *op;
};

static void set_type(struct trial *t, int32_t tensor, enum mote_type type)
{
    struct tensor *x = &t->m.graphs[0].tensors[tensor];
    const bool plain = t->op->id == OP_FLOOR_DIV || t->op->id == OP_FLOOR_MOD;
    bool scaled = !plain && (type == TYPE_S8 || type == TYPE_U8 || type == TYPE_S16 || type == TYPE_S32);

    if (x->type == type)
        return;
    x->type = type;
    x->initial = NULL;
    if (!scaled)
        x->quant = (struct quant){0};
    else if (x->quant.n <= 1)
        quant_set(&t->m, &x->quant, x->quant.n == 1 ? x->quant.scale[0] : 0.1f, 0);
    if (x->data)
        x->data = pool_alloc(&t->pool, (size_t)tensor_bytes(x));
}

/* Once with each kernel: the files are what takes time. */
static bool makes_c(struct pool *pool, const struct plan *plan, bool seen[KERNEL_LIMIT], const struct frame *quiet)
{
    const char *dir;
    bool made = true;

    for (int32_t i = 0; i < plan->n_steps; i++) {
        made &= seen[plan->steps[i].kernel];
        seen[plan->steps[i].kernel] = true;
    }
    if (made)
        return true;

    assert_int_equal(folder_temporary(pool, "types", &dir, quiet), MOTE_OK);
    made = emit_c(plan, MOTE_SOURCE_DIR, dir, quiet) == MOTE_OK;
    folder_remove(dir);
    return made;
}

static bool makes_image(struct pool *pool, struct plan *plan, const struct frame *quiet)
{
    struct runner runner;
    struct bytes image;

    return emit_image(plan, &image, quiet) == MOTE_OK && runner_open(pool, image, &runner, quiet) == MOTE_OK;
}

/* An AVR's images are C: its constants lie in a memory of their own. */
static bool makes_avr(struct trial *t, const struct plan_options *options, const struct frame *quiet)
{
    static bool seen[KERNEL_LIMIT];
    struct target avr;
    struct plan plan;

    assert_true(target_named("avr5", &avr));
    return plan_make(&t->pool, &t->m, &avr, options, &plan, quiet) == MOTE_OK && makes_c(&t->pool, &plan, seen, quiet);
}

/* And notes what it cannot be made. */
static bool lowers(struct trial *t)
{
    static bool seen[KERNEL_LIMIT];
    const struct plan_options options = {.keep_all = false};
    struct report_text lost = {.status = MOTE_OK};
    struct frame quiet = {.index = -1, .sink = &lost};
    struct plan plan;

    if (plan_make(&t->pool, &t->m, &target_portable, &options, &plan, &quiet) != MOTE_OK)
        return false;
    all[t->op->id].fails |= (unsigned)!makes_image(&t->pool, &plan, &quiet) << AS_IMAGE |
                            (unsigned)!makes_c(&t->pool, &plan, seen, &quiet) << AS_C |
                            (unsigned)!makes_avr(t, &options, &quiet) << ON_AVR;
    return true;
}

static struct trial trial_of(const struct model *m, int32_t index)
{
    struct trial t = {.pool = {0}};
    const struct graph *from = &m->graphs[0];
    struct graph *g;

    t.m = (struct model){.pool = &t.pool, .name = "t"};
    g = model_add_graph(&t.m, "main");
    g->tensors = pool_copy(&t.pool, from->tensors, (size_t)from->n_tensors * sizeof *from->tensors);
    g->n_tensors = from->n_tensors;
    g->ops = t.op = pool_copy(&t.pool, &from->ops[index], sizeof *from->ops);
    g->n_ops = 1;
    g->outputs = t.op->out;
    g->n_outputs = t.op->n_out;
    return t;
}

static void set_range(struct trial *t, int first, int last, enum mote_type type)
{
    for (int k = first; k >= 0 && k <= last && k < t->op->n_in; k++)
        if (t->op->in[k] != TENSOR_ABSENT)
            set_type(t, t->op->in[k], type);
}

static void set_outputs(struct trial *t, enum mote_type type)
{
    for (int32_t k = 0; k < t->op->n_out; k++)
        if (!t->m.graphs[0].tensors[t->op->out[k]].state)
            set_type(t, t->op->out[k], type);
}

static void try_pair(const struct model *m, int32_t index, size_t from, size_t to)
{
    struct trial t = trial_of(m, index);
    struct tensor *tensors = t.m.graphs[0].tensors;
    enum mote_type was = tensors[t.op->in[slots_of(t.op->id).in]].type;

    for (int32_t k = 0; k < t.op->n_in; k++) /* operands of one type change together */
        if (t.op->in[k] != TENSOR_ABSENT && tensors[t.op->in[k]].type == was)
            set_type(&t, t.op->in[k], types[from].type);
    was = tensors[t.op->out[0]].type;
    for (int32_t k = 0; k < t.op->n_out; k++)
        if (tensors[t.op->out[k]].type == was)
            set_type(&t, t.op->out[k], types[to].type);
    if (lowers(&t))
        all[t.op->id].pair[from][to] = true;
    pool_free(&t.pool);
}

static void note(struct takes *takes, enum mote_type in, enum mote_type weights, enum mote_type state, size_t bias)
{
    int i = 0;

    while (i < takes->n_combos &&
           (takes->combos[i].in != in || takes->combos[i].weights != weights || takes->combos[i].state != state))
        i++;
    assert_true(i < COMBOS);
    if (i == takes->n_combos)
        takes->combos[takes->n_combos++] = (struct combo){.in = in, .weights = weights, .state = state};
    takes->combos[i].bias[bias] = true;
}

static void try_weights(const struct model *m, int32_t index, enum mote_type in, enum mote_type weights,
                        enum mote_type state, size_t bias)
{
    struct trial t = trial_of(m, index);
    struct slots s = slots_of(t.op->id);

    set_type(&t, t.op->in[s.in], in);
    set_range(&t, s.weights, s.last_weights, weights);
    set_range(&t, s.bias, s.last_bias, bias_types[bias]);
    set_range(&t, s.state, s.state, state);
    if (t.op->id == OP_SVDF)
        set_range(&t, 2, 2, state);
    if (t.op->id == OP_UNIDIRECTIONAL_SEQUENCE_LSTM)
        set_range(&t, 18, 18, in);
    set_outputs(&t, in);
    if (lowers(&t))
        note(&all[t.op->id], in, weights, state, bias);
    pool_free(&t.pool);
}

static void try_all_weights(const struct model *m, int32_t index)
{
    const struct op *op = &m->graphs[0].ops[index];
    struct slots s = slots_of(op->id);

    if (op->n_in <= s.bias || op->in[s.bias] == TENSOR_ABSENT)
        return;
    for (size_t i = 0; i < TRIED; i++)
        for (size_t w = 0; w < WEIGHTS; w++)
            for (size_t bias = 0; bias < BIASES; bias++)
                for (size_t z = 0; z < (s.state < 0 ? 1 : WEIGHTS); z++)
                    try_weights(m, index, types[i].type, weight_types[w], weight_types[z], bias);
}

static void try_op(const struct model *m, int32_t index)
{
    const struct op *op = &m->graphs[0].ops[index];
    struct slots s = slots_of(op->id);

    if (s.weights >= 0) {
        try_all_weights(m, index);
        return;
    }
    for (size_t from = 0; from < TRIED; from++)
        for (size_t to = 0; to < TRIED; to++)
            if (!all[op->id].pair[from][to])
                try_pair(m, index, from, to);
}

/* ---- the cases ---- */
/* One case of each pair of types is tried: `seen` has a bit for each. */
static bool is_new(const struct model *m, const struct op *op, uint64_t seen[32])
{
    enum mote_type in = m->graphs[0].tensors[op->in[slots_of(op->id).in]].type;
    enum mote_type out = m->graphs[0].tensors[op->out[0]].type;
    uint64_t bit = UINT64_C(1) << out;
    bool is_list = in == TYPE_S32 || in == TYPE_S64; /* of axes, say */
    bool is = !(seen[in] & bit) && (!is_list || op->id == OP_BROADCAST_ARGS);

    seen[in] |= bit;
    return is;
}

static void try_case(const struct vec_file *file, const struct vec_case *c, enum op_id id, uint64_t seen[32])
{
    struct report_text report = {.status = MOTE_OK};
    struct frame at = {.name = c->name, .index = -1, .sink = &report};
    struct model m = {.pool = file->pool};

    assert_int_equal(model_parse(&m, c->graph, &at), MOTE_OK);
    for (int32_t i = 0; i < m.graphs[0].n_ops; i++)
        if (m.graphs[0].ops[i].id == id && is_new(&m, &m.graphs[0].ops[i], seen))
            try_op(&m, i);
}

static void try_operator(enum op_id id, const char *name)
{
    struct pool pool = {0};
    const char **paths;
    size_t n = vec_files(&pool, name, &paths);
    uint64_t seen[32] = {0};

    for (size_t i = 0; i < n; i++) {
        struct report_text report = {.status = MOTE_OK};
        struct vec_file file;
        struct vec_case c;
        bool more = false;

        assert_int_equal(vec_open(&pool, paths[i], &report, &file), MOTE_OK);
        while (vec_next(&file, &c, &more) == MOTE_OK && more)
            try_case(&file, &c, id, seen);
        assert_int_equal(report.status, MOTE_OK);
    }
    pool_free(&pool);
}

/* ---- in words ---- */
static bool only_itself(const struct takes *t, size_t from)
{
    for (size_t to = 0; to < TRIED; to++)
        if (t->pair[from][to] != (to == from))
            return false;
    return true;
}

static bool moves(const struct takes *t)
{
    for (size_t i = 0; i < TRIED; i++)
        if (!t->pair[i][i])
            return false;
    return true;
}

/* All types become types[to], and nothing else. */
static bool all_become(const struct takes *t, size_t to)
{
    for (size_t from = 0; from < TRIED; from++)
        for (size_t k = 0; k < TRIED; k++)
            if (t->pair[from][k] != (k == to))
                return false;
    return true;
}

static bool takes_type(const struct takes *t, enum mote_type type)
{
    for (int i = 0; i < t->n_combos; i++)
        if (t->combos[i].in == type)
            return true;
    for (size_t i = 0; i < TRIED; i++)
        for (size_t to = 0; types[i].type == type && to < TRIED; to++)
            if (t->pair[i][to])
                return true;
    return false;
}

static enum mote_type first_type(const struct takes *t)
{
    for (size_t i = 0; i < TRIED; i++)
        if (takes_type(t, types[i].type))
            return types[i].type;
    return TYPE_NONE;
}

static bool takes_any(const struct takes *t)
{
    bool any = t->n_combos > 0;

    for (size_t i = 0; i < TRIED; i++)
        any |= takes_type(t, types[i].type);
    return any;
}

static void list(struct text *out, const char *between, const char *word)
{
    text_add(out, "%s%s", out->len > 0 ? between : "", word);
}

/* "int8, int16", then "float32 → int8, int16" once for all that become the same. */
static void pairs_text(struct text *out, const struct takes *t)
{
    bool told[TRIED] = {false};

    for (size_t i = 0; i < TRIED; i++)
        if ((told[i] = only_itself(t, i)))
            list(out, ", ", types[i].name);
    for (size_t i = 0; i < TRIED; i++) {
        struct text from = {.pool = out->pool}, to = {.pool = out->pool};

        for (size_t k = i; k < TRIED; k++)
            if (!told[k] && memcmp(t->pair[i], t->pair[k], sizeof t->pair[i]) == 0) {
                list(&from, ", ", types[k].name);
                told[k] = true;
            }
        for (size_t k = 0; k < TRIED; k++)
            if (t->pair[i][k])
                list(&to, ", ", types[k].name);
        if (from.len > 0 && to.len > 0)
            list(out, "; ", pool_printf(out->pool, "%s → %s", from.s, to.s));
    }
}

static void combo_text(struct text *out, const struct combo *c, bool has_state)
{
    struct text bias = {.pool = out->pool};
    const char *state = has_state && c->state != c->in ? pool_printf(out->pool, ", state %s", name_of(c->state)) : "";

    for (size_t b = 0; b < BIASES; b++)
        if (c->bias[b])
            list(&bias, " or ", name_of(bias_types[b]));
    if (c->in == TYPE_F32 && c->weights == TYPE_F32)
        list(out, "; ", "float32");
    else
        list(out, "; ",
             pool_printf(out->pool, "%s × %s, bias %s%s", name_of(c->in), name_of(c->weights), bias.s, state));
}

static const char *types_text(struct pool *pool, enum op_id id)
{
    struct text out = {.pool = pool};

    for (int i = 0; i < all[id].n_combos; i++)
        combo_text(&out, &all[id].combos[i], slots_of(id).state >= 0);
    if (out.len == 0 && moves(&all[id]) && only_itself(&all[id], 0))
        return "any";
    for (size_t to = 0; to < TRIED; to++)
        if (all_become(&all[id], to))
            return pool_printf(pool, "any → %s", types[to].name);
    if (out.len == 0)
        pairs_text(&out, &all[id]);
    return out.s;
}

static const char *ways_text(struct pool *pool, enum op_id id)
{
    struct text out = {.pool = pool};

    for (int i = 0; i < WAYS; i++)
        if (!(all[id].fails >> i & 1))
            list(&out, ", ", ways[i]);
    return out.len > 0 ? out.s : "";
}

/* ---- the documents ---- */
static const struct {
    enum op_id id;
    const char *NAME, *name;
} operators[] = {
#define OP(id, NAME, name, ...) {id, #NAME, #name},
#define OP_HOST(...)
#include "host/graph/ops.def"
};

/* [n], by name */
static size_t by_name(size_t order[COUNT(operators)])
{
    size_t n = 0;

    for (size_t i = 0; i < COUNT(operators); i++) {
        size_t at = n;

        if (!takes_any(&all[operators[i].id]))
            continue;
        for (; at > 0 && strcmp(operators[order[at - 1]].NAME, operators[i].NAME) > 0; at--)
            order[at] = order[at - 1];
        order[at] = i;
        n++;
    }
    return n;
}

static void exact_text(struct text *out)
{
    size_t order[COUNT(operators)], n = by_name(order);

    text_add(out, "| operator | types | as |\n|---|---|---|\n");
    for (size_t i = 0; i < n; i++)
        text_add(out, "| %s | %s | %s |\n", operators[order[i]].NAME, types_text(out->pool, operators[order[i]].id),
                 ways_text(out->pool, operators[order[i]].id));
}

/* A list item of README.md, wrapped. */
static void item(struct text *out, const char *head, const struct text *names, const char *end)
{
    char *copy = pool_printf(out->pool, "%s%s%s", head, names->s ? names->s : "", end), *rest;
    size_t column = 1;

    text_add(out, "-");
    for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
        bool fits = column + 1 + strlen(word) <= WIDTH;

        text_add(out, "%s%s", fits ? " " : "\n  ", word);
        column = (fits ? column + 1 : 2) + strlen(word);
    }
    text_add(out, "\n");
}

static void readme_text(struct text *out)
{
    struct text computed = {.pool = out->pool}, wide = {.pool = out->pool}, moved = {.pool = out->pool};
    size_t order[COUNT(operators)], n = by_name(order);

    for (size_t i = 0; i < n; i++) {
        const char *NAME = operators[order[i]].NAME;
        const struct takes *t = &all[operators[order[i]].id];
        bool f32 = takes_type(t, TYPE_F32), s8 = takes_type(t, TYPE_S8), converts = t->pair[1][0]; /* int8 → float32 */

        if (takes_type(t, TYPE_U64)) { /* which nothing computes with */
            list(&moved, ", ", NAME);
            continue;
        }
        list(&computed, ", ",
             (f32 && s8) || converts ? NAME
                                     : pool_printf(out->pool, "%s (%s)", NAME,
                                                   f32  ? "float32"
                                                   : s8 ? "int8"
                                                        : name_of(first_type(t))));
        if (takes_type(t, TYPE_S16))
            list(&wide, ", ", NAME);
    }
    item(out, "int8 and float32: ", &computed, ";");
    item(out, "int16, with int8 weights: ", &wide, ";");
    item(out, "any type, since they only move data: ", &moved, ";");
}

static void check_document(const char *name, void (*print)(struct text *))
{
    static const char begin[] = "<!-- types: made by test_types with MOTE_UPDATE=1 -->\n",
                      end[] = "<!-- end of types -->";
    struct pool pool = {0};
    struct report_text report = {.status = MOTE_OK};
    struct frame at = {.name = name, .index = -1, .sink = &report};
    const char *path = pool_printf(&pool, "%s/%s", MOTE_SOURCE_DIR, name), *text, *from, *to;
    struct text want = {.pool = &pool};
    struct bytes file;

    assert_int_equal(file_read(&pool, path, &file, &at), MOTE_OK);
    text = pool_printf(&pool, "%.*s", (int)file.size, (const char *)file.data);
    from = strstr(text, begin);
    assert_non_null(from);
    from += strlen(begin);
    to = strstr(from, end);
    assert_non_null(to);
    print(&want);
    if (getenv("MOTE_UPDATE")) {
        text = pool_printf(&pool, "%.*s%s%s", (int)(from - text), text, want.s, to);
        assert_int_equal(file_write(path, text, strlen(text), &at), MOTE_OK);
    } else if ((size_t)(to - from) != want.len || memcmp(from, want.s, want.len) != 0) {
        print_error("%s: its list of types is not what lowering says; MOTE_UPDATE=1 writes:\n%s", name, want.s);
        assert_true(false);
    }
    pool_free(&pool);
}

static void lists_are_true(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(operators); i++)
        try_operator(operators[i].id, operators[i].name);
    check_document("docs/EXACT.md", exact_text);
    check_document("README.md", readme_text);
}

/* What an operator's file says is what `mote quantize --activations int16` goes by. */
static void int16_forms_are_there(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(operators); i++) {
        const struct op_scales *scales = &op_info[operators[i].id].is->scales;
        bool takes = takes_type(&all[operators[i].id], TYPE_S16);

        if (scales->form == FORM_FLOAT)
            continue;
        if (scales->wide != takes)
            print_error("%s %s int16\n", operators[i].NAME, takes ? "takes" : "does not take");
        assert_int_equal(scales->wide, takes);
    }
}

/* The first cells of the table of sources: "ADD, MUL (int8, float32)" names types that the operators take. */
static void sources_name_types_that_are_taken(void **state)
{
    struct pool pool = {0};
    struct bytes file;
    int named = 0;

    (void)state;
    assert_int_equal(file_read(&pool, MOTE_SOURCE_DIR "/docs/EXACT.md", &file, NULL), MOTE_OK);
    char *text = pool_printf(&pool, "%.*s", (int)file.size, (const char *)file.data);
    char *row = strstr(text, "| operator | evaluation |");

    assert_non_null(row);
    for (row = strchr(row, '\n') + 1; *row == '|'; row = strchr(row, '\n') + 1) {
        char *cell = pool_printf(&pool, "%.*s", (int)strcspn(row + 1, "|"), row + 1), *paren = strchr(cell, '(');

        for (size_t i = 0; i < COUNT(operators) && paren; i++) {
            size_t len = strlen(operators[i].NAME);
            const char *at = strstr(cell, operators[i].NAME);

            if (!at || at > paren || at[-1] != ' ' || (at[len] != ',' && at[len] != ' '))
                continue;
            for (size_t k = 0; k < TRIED; k++) {
                const char *type = strstr(paren, types[k].name);

                if (!type || (type[-1] != '(' && type[-1] != ' ')) /* int8 is in uint8 */
                    continue;
                named++;
                if (!takes_type(&all[operators[i].id], types[k].type))
                    print_error("docs/EXACT.md: %s in %s is refused\n", operators[i].NAME, types[k].name);
                assert_true(takes_type(&all[operators[i].id], types[k].type));
            }
        }
    }
    assert_true(named > 0);
    pool_free(&pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lists_are_true),
        cmocka_unit_test(int16_forms_are_there),
        cmocka_unit_test(sources_name_types_that_are_taken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

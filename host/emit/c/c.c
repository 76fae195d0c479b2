/* SPDX-License-Identifier: Apache-2.0 */
/* Plan -> C: <model>.h says what the caller needs, <model>.c holds the constants, the parameters and one call a step.
 * Meant to be read: names, shapes and quantization stand beside the code. */
#include <ctype.h>
#include <math.h>

#include "host/emit/c/c.h"
#include "host/graph/op_info.h"
#include "host/plan/memories.h"
#include "host/plan/schedule.h"

#define CLASSES_LINE 8 /* names a line */

static void put_tensor_comment(struct text *t, const struct tensor *s)
{
    char shape[96];

    text_add(t, "%s [%s]", type_name(s->type), shape_text(s, shape));
    if (s->quant.n == 1)
        text_add(t, ", real = %.9g * (q - %d)", (double)s->quant.scale[0], s->quant.zero[0]);
}

const char *c_comment(struct pool *pool, const char *name)
{
    char *s = pool_strdup(pool, printable(pool, name));

    for (char *p = s; *p != '\0'; p++)
        if ((p[0] == '*' && p[1] == '/') || (p[0] == '/' && p[1] == '*'))
            *p = '_';
    return s;
}

static const char *upper(struct pool *pool, const char *name)
{
    char *s = pool_strdup(pool, name);

    for (char *p = s; *p != '\0'; p++)
        *p = (char)toupper((unsigned char)*p);
    return s;
}

/* ---- the arena ---- */
const char *c_arena(const struct plan *plan, bool constant)
{
    return plan->n_memories > 0 ? "void *const *arena" : constant ? "const void *arena" : "void *arena";
}

static long long in_memory(const struct plan *plan, int64_t offset)
{
    return plan->n_memories > 0 ? offset - plan->memories[memory_at(plan, offset)].start : offset;
}

const char *c_at(const struct plan *plan, int64_t offset, bool constant)
{
    const char *type = constant ? "const char" : "char";

    assert(offset >= 0 && offset < plan->arena_bytes);
    if (plan->n_memories > 0)
        return pool_printf(plan->pool, "(%s *)arena[%d] + %lld", type, memory_at(plan, offset),
                           in_memory(plan, offset));
    return pool_printf(plan->pool, "(%s *)arena + %lld", type, (long long)offset);
}

/* Variables a, b, … are where the memories' parts of the arena begin. */
static void put_bases(struct text *t, const struct plan *plan)
{
    for (int32_t k = 0; k < plan->n_memories; k++)
        text_add(t, "    char *%c = arena[%d];\n", 'a' + k, k);
    text_add(t, plan->n_memories > 0 ? "\n" : "    char *a = arena;\n\n");
}

static const struct value *io_value(const struct plan *plan, int32_t tensor)
{
    return &plan->values[plan->value_of_tensor[tensor]];
}

/* ---- the header ---- */
static void put_macros(struct text *t, const struct tensor *s, const char *NAME, const char *KIND, int32_t i)
{
    text_add(t, "#define %s_%s_%d_BYTES %lld\n#define %s_%s_%d_SHAPE {", NAME, KIND, i, (long long)tensor_bytes(s),
             NAME, KIND, i);
    for (int32_t k = 0; k < s->rank; k++)
        text_add(t, "%s%lld", k > 0 ? ", " : "", (long long)s->dims[k]);
    text_add(t, "}\n");
    if (s->quant.n == 1)
        text_add(t, "#define %s_%s_%d_SCALE %.8ef\n#define %s_%s_%d_ZERO_POINT %d\n", NAME, KIND, i,
                 (double)s->quant.scale[0], NAME, KIND, i, s->quant.zero[0]);
}

static void put_accessors(struct text *t, const struct plan *plan, const char *NAME, const char *kind,
                          const int32_t *tensors, int32_t n)
{
    const bool is_output = strcmp(kind, "output") == 0;
    const char *name = plan->model->name, *constant = is_output ? "const " : "";

    for (int32_t i = 0; i < n; i++) {
        const struct tensor *tensor = &plan->graph->tensors[tensors[i]];
        const struct value *v = io_value(plan, tensors[i]);
        const char *type = c_type(v->type);

        text_add(t, "\n/* %s %d \"%s\": ", kind, i, c_comment(plan->pool, tensor->name));
        put_tensor_comment(t, tensor);
        text_add(t, " */\n");
        put_macros(t, tensor, NAME, upper(plan->pool, kind), i);
        if (v->kind == VALUE_CONST)
            text_add(t, "const %s *%s_%s_%d(%s);\n", type, name, kind, i, c_arena(plan, true));
        else
            text_add(t, "static inline %s%s *%s_%s_%d(%s)\n{\n    return (%s%s *)(%svoid *)(%s);\n}\n", constant, type,
                     name, kind, i, c_arena(plan, is_output), constant, type, constant,
                     c_at(plan, v->offset, is_output));
    }
    text_add(t, "\n/* The same by number, for code that takes any model; NULL and 0 if there is no %s i. */\n", kind);
    text_add(t, "%svoid *%s_%s(%s, int32_t i);\n", constant, name, kind, c_arena(plan, is_output));
    text_add(t, "uint32_t %s_%s_bytes(int32_t i);\n", name, kind);
}

static void put_task(struct text *t, const struct task *task, const char *NAME)
{
    if (task->kind == MOTE_TASK_ANOMALY && !isinf(task->threshold))
        text_add(t,
                 "\n/* Anomaly detection: output 0 is the model's version of its input; the score is the mean of the "
                 "squared\n * differences, and what scores above this is an anomaly (mote/score.h). */\n"
                 "#define %s_THRESHOLD %.8ef\n",
                 NAME, (double)task->threshold);
}

/* As a macro too, for firmware that wants them elsewhere than in an array of pointers. */
static void put_classes(struct text *t, const struct model *m, const char *NAME)
{
    if (m->n_classes == 0)
        return;
    text_add(t, "\n/* What the outputs mean. */\n#define %s_CLASSES %d\n#define %s_CLASS_NAMES {", NAME, m->n_classes,
             NAME);
    for (int32_t i = 0; i < m->n_classes; i++) {
        text_add(t, "%s\"", i == 0 ? "" : i % CLASSES_LINE == 0 ? ", \\\n    " : ", ");
        for (const char *p = m->classes[i]; *p != '\0'; p++) /* octal: safe before any digit, and no trigraphs */
            text_add(t, isalnum((unsigned char)*p) || *p == ' ' || *p == '_' || *p == '-' ? "%c" : "\\%03o",
                     (unsigned char)*p);
        text_add(t, "\"");
    }
    text_add(t, "}\nextern const char *const %s_classes[%d];\n", m->name, m->n_classes);
}

/* How the functions are used. */
static void put_usage(struct text *t, const struct plan *plan)
{
    const char *name = plan->model->name;

    if (plan->listener != VALUE_NONE)
        text_add(t,
                 " *     taken = %s_listen(arena, samples, n, &event);   of n samples, up to an event; or an inference "
                 "by hand:\n",
                 name);
    if (plan->rounds.n > 0 && plan->feed.rows > 0) {
        text_add(t,
                 " *     while (%s_feed(arena, rows) > 0)         the next rows of time; 0: the window is whole\n"
                 " *         rows = next_rows();\n",
                 name);
        return;
    }
    if (plan->feed.rows > 0) {
        text_add(t,
                 " *     while (%s_feed(arena, row) > 0)          a row of the input; 0: that was the last\n"
                 " *         row = next_row();\n",
                 name);
        return;
    }
    if (c_sets_input(plan))
        text_add(t,
                 " *     %s_set_input(arena, sample);            raw, as the data of training had it; or a tensor:\n",
                 name);
    text_add(t,
             " *     memcpy(%s_input(arena, 0), tensor, %s_input_bytes(0));\n"
             " *     %s_run(arena);\n",
             name, name, name);
}

static void put_inference(struct text *t, const struct plan *plan, const char *NAME)
{
    const char *name = plan->model->name;

    if (plan_has_blocks(plan))
        text_add(
            t,
            "/* One inference: 0; or %d (MOTE_ERR_LOOP), and outputs that are worthless, if its loops have not ended "
            "after MOTE_TRIPS\n * trips (mote/config.h). */\nint32_t %s_run(%s);\n",
            MOTE_ERR_LOOP, name, c_arena(plan, false));
    else if (plan->feed.rows == 0)
        text_add(t,
                 "/* One inference. */\nvoid %s_run(%s);\n"
                 "/* Step 0 … %s_STEPS - 1 of an inference, in order: for an RTOS or a watchdog. */\n"
                 "void %s_step(%s, int32_t step);\n",
                 name, c_arena(plan, false), NAME, name, c_arena(plan, false));
}

/* What the caller lends. */
static void put_arenas(struct text *t, const struct plan *plan, const char *NAME)
{
    if (plan->n_memories == 0)
        text_add(t, " *     static _Alignas(16) uint8_t arena[%s_ARENA_BYTES];\n", NAME);
    for (int32_t k = 0; k < plan->n_memories; k++)
        text_add(t, " *     static _Alignas(16) uint8_t %c[%s_ARENA_%d_BYTES];     in %s\n", 'a' + k, NAME, k,
                 c_comment(plan->pool, plan->memories[k].ram->name));
    for (int32_t k = 0; k < plan->n_memories; k++)
        text_add(t, k == 0 ? " *     static void *const arena[] = {%c" : ", %c", 'a' + k);
    text_add(t, plan->n_memories > 0 ? "};\n" : "");
}

static void put_arena_sizes(struct text *t, const struct plan *plan, const char *NAME)
{
    if (plan->n_memories == 0)
        text_add(t, "#define %s_ARENA_BYTES %lld /* aligned to 16 */\n", NAME, (long long)plan->arena_bytes);
    else
        text_add(t, "#define %s_ARENAS      %d /* each aligned to 16 */\n", NAME, plan->n_memories);
    for (int32_t k = 0; k < plan->n_memories; k++)
        text_add(t, "#define %s_ARENA_%d_BYTES %lld /* in %s */\n", NAME, k, (long long)plan->memories[k].bytes,
                 c_comment(plan->pool, plan->memories[k].ram->name));
}

static void put_header(struct text *t, const struct plan *plan, const char *NAME)
{
    const struct graph *g = plan->graph;
    const char *name = plan->model->name;

    text_add(t, "%s; made again by the same command, so do not edit.\n *\n", c_mark(t->pool, plan->model));
    put_arenas(t, plan, NAME);
    text_add(t, " *\n *     %s_reset(arena);                         once, and to forget state\n", name);
    put_usage(t, plan);
    text_add(
        t,
        " *     memcpy(result, %s_output(arena, 0), %s_output_bytes(0));\n"
        " *\n"
        " * Build all .c files of this folder, as they lie; no -I is needed. No heap, no globals: several models, or\n"
        " * several arenas of one model, can be used side by side. Inputs do not survive an inference; outputs stay\n"
        " * until the next one. Exact: the bytes of the reference kernels. */\n",
        name, name);
    text_add(t, "#ifndef MOTE_MODEL_%s_H\n#define MOTE_MODEL_%s_H\n\n#include <stdint.h>\n\n", NAME, NAME);
    if (plan->listener != VALUE_NONE)
        text_add(t, "#include \"mote/listen.h\"\n\n");
    text_add(t, "#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n");
    put_arena_sizes(t, plan, NAME);
    text_add(t, "#define %s_INPUTS      %d\n#define %s_OUTPUTS     %d\n#define %s_STEPS       %lld\n", NAME,
             g->n_inputs, NAME, g->n_outputs, NAME, (long long)plan->schedule.n_calls);
    text_add(t, "#define %s_VERSION     %uu\n", NAME, plan->model->version);
    if (plan_has_blocks(plan))
        text_add(t, "#define %s_DECIDES     1 /* how many steps run: there is no function of single ones */\n", NAME);
    put_task(t, &plan->model->task, NAME);
    text_add(t, "\n/* State to what it starts with. Call it once before the first inference. */\nvoid %s_reset(%s);\n",
             name, c_arena(plan, false));
    put_inference(t, plan, NAME);
    put_accessors(t, plan, NAME, "input", g->inputs, g->n_inputs);
    c_input_header(t, plan, NAME);
    if (plan->feed.rows > 0)
        c_feed_header(t, plan, NAME);
    put_accessors(t, plan, NAME, "output", g->outputs, g->n_outputs);
    put_classes(t, plan->model, NAME);
    c_listen_header(t, plan, NAME);
    text_add(t, "\n#ifdef __cplusplus\n}\n#endif\n\n#endif\n");
}

/* ---- the source ---- */
static void put_params(struct text *t, const struct plan *plan, int32_t index)
{
    const struct step *s = &plan->steps[index];
    const struct mote_kernel *k = kernels[s->kernel];

    if (k->n_params == 0)
        return;
    text_add(t, "\nstatic const struct mote_%s %s_p%d = {\n", k->name, plan->model->name, index);
    for (int i = 0; i < k->n_params; i++)
        text_add(t, s->params[i] == INT32_MIN ? "    .%s = -2147483647 - 1,\n" : "    .%s = %d,\n", k->param_names[i],
                 s->params[i]);
    text_add(t, "};\n");
}

static void put_arg(struct text *t, const struct plan *plan, const struct mote_arg *arg, int32_t value)
{
    const struct value *v = &plan->values[value];
    const char *constant = arg->role == MOTE_ROLE_IN || mote_role_is_const(arg->role) ? "const " : "";
    const char base = (char)('a' + memory_at(plan, v->offset));

    if (v->kind == VALUE_CONST)
        text_add(t, "%s_c%d", plan->model->name, value);
    else if (arg->type == MOTE_ARG_ANY)
        text_add(t, "%c + %lld", base, in_memory(plan, v->offset));
    else
        text_add(t, "(%s%s *)(%svoid *)(%c + %lld)", constant, c_type((enum mote_type)arg->type), constant, base,
                 in_memory(plan, v->offset));
}

/* Steps run one after the other, each at once. */
static bool is_straight(const struct plan *plan)
{
    return plan->feed.rows == 0 && plan->rounds.n == 0 && !plan_has_blocks(plan) &&
           plan->schedule.n_entries == plan->n_steps && plan->schedule.n_calls == plan->n_steps;
}

/* The call in case `number`, of those rows of a step. */
static void put_call(struct text *t, const struct plan *plan, int32_t number, int32_t index, const char *rows)
{
    static const struct mote_arg scratch = {MOTE_ARG_ANY, MOTE_ROLE_SCRATCH};
    const struct step *s = &plan->steps[index];
    const struct mote_kernel *k = kernels[s->kernel];
    const struct op *op = &plan->graph->ops[s->op];
    const struct tensor *out = op->n_out > 0 ? &plan->graph->tensors[op->out[0]] : NULL;
    char shape[96];

    assert(index >= 0 && index < plan->n_steps && s->n_args >= k->n_args);
    text_add(t, "    case %d: /* %s \"%s\" -> %s */\n        mote_%s(", number, op_info[op->id].NAME,
             c_comment(plan->pool, out != NULL ? out->name : ""), out != NULL ? shape_text(out, shape) : "",
             kernel_version_function(plan->pool, s->version));
    if (k->n_params > 0)
        text_add(t, "&%s_p%d, ", plan->model->name, index);
    for (int i = 0; i < s->n_args; i++) {
        put_arg(t, plan, i < k->n_args ? &k->arg[i] : &scratch, s->args[i]);
        text_add(t, ", ");
    }
    if (s->version->code->scratch && s->n_args == k->n_args)
        text_add(t, "NULL, ");
    text_add(t, "%s);\n        break;\n", rows);
}

static void put_end_of_calls(struct text *t, const struct plan *plan)
{
    text_add(t, "    default:\n        (void)a;\n");
    for (int32_t k = 1; k < plan->n_memories; k++)
        text_add(t, "        (void)%c;\n", 'a' + k);
    text_add(t, "        break;\n    }\n}\n");
}

static void put_straight_run(struct text *t, const struct plan *plan, const char *NAME)
{
    const char *name = plan->model->name;

    text_add(t, "\nvoid %s_step(%s, int32_t step)\n{\n", name, c_arena(plan, false));
    put_bases(t, plan);
    assert(plan->schedule.n_calls == plan->n_steps && plan->n_steps >= 0);
    text_add(t, "    switch (step) {\n");
    for (int32_t i = 0; i < plan->n_steps; i++)
        put_call(t, plan, i, plan->schedule.calls[i].step,
                 pool_printf(plan->pool, "0, %d", plan->schedule.calls[i].rows));
    put_end_of_calls(t, plan);
    text_add(
        t,
        "\nvoid %s_run(%s)\n{\n    for (int32_t step = 0; step < %s_STEPS; step++)\n        %s_step(arena, step);\n}\n",
        name, c_arena(plan, false), NAME, name);
}

/* ---- the source: a schedule of rows ---- */
static const char *type_of_rows(const struct plan *plan)
{
    for (int32_t i = 0; i < plan->schedule.n_entries; i++)
        if (plan->schedule.entries[i].first > UINT16_MAX)
            return "int32_t";
    return "uint16_t";
}

static void put_entries(struct text *t, const struct plan *plan)
{
    const char *name = plan->model->name, *type = type_of_rows(plan);
    const bool rounds = plan->rounds.n > 0; /* those of all groups are alike */
    const int32_t n = rounds ? plan->rounds.n : plan->schedule.n_entries;

    text_add(t, "\n/* Rows of a layer. */\nstatic void %s_rows(%s, int32_t layer, int32_t first, int32_t rows)\n{\n",
             name, c_arena(plan, false));
    put_bases(t, plan);
    text_add(t, "    switch (layer) {\n");
    for (int32_t i = 0; i < plan->n_steps; i++)
        put_call(t, plan, i, i, "first, rows");
    put_end_of_calls(t, plan);
    text_add(t,
             "\n/* {layer, its first row, how many, and how much further each other round} */\n"
             "static const MOTE_FLASH %s %s_entries[][4] = {\n",
             type, name);
    for (int32_t i = 0; i < n; i++) {
        const struct schedule_entry *e = &(rounds ? plan->rounds.entries : plan->schedule.entries)[i];

        text_add(t, "    {%d, %d, %d, %d},\n", e->step, e->first, e->rows, e->hop);
    }
    text_add(t,
             "};\n\nstatic void %s_entry(%s, int32_t entry, int32_t round)\n{\n"
             "    const MOTE_FLASH %s *e = %s_entries[entry];\n\n"
             "    %s_rows(arena, e[0], e[1] + e[3] * round, e[2]);\n}\n",
             name, c_arena(plan, false), type, name, name);
}

/* Steps of a group are its entries, round after round; `before` are those of the groups before it. */
static void put_group_step(struct text *t, const char *name, const struct schedule_group *g, int64_t before)
{
    text_add(t, "    if (step >= %lld && step < %lld)\n        %s_entry(arena, ", (long long)before,
             (long long)before + (int64_t)g->n * g->repeat, name);
    if (g->n == 1)
        text_add(t, "%d, step - %lld);\n", g->first, (long long)before);
    else
        text_add(t, "%d + (step - %lld) %% %d, (step - %lld) / %d);\n", g->first, (long long)before, g->n,
                 (long long)before, g->n);
}

static void put_group_run(struct text *t, const char *name, const struct schedule_group *g, int indent)
{
    const char *round = g->repeat > 1 ? "round" : "0";

    if (g->repeat > 1) {
        text_add(t, "%*sfor (int32_t round = 0; round < %d; round++)\n", indent, "", g->repeat);
        indent += 4;
    }
    if (g->n == 1) {
        text_add(t, "%*s%s_entry(arena, %d, %s);\n", indent, "", name, g->first, round);
        return;
    }
    text_add(t, "%*sfor (int32_t entry = %d; entry < %d; entry++)\n", indent, "", g->first, g->first + g->n);
    text_add(t, "%*s%s_entry(arena, entry, %s);\n", indent + 4, "", name, round);
}

static void put_groups_run(struct text *t, const struct plan *plan)
{
    const struct plan_schedule *s = &plan->schedule;
    const char *name = plan->model->name;
    int64_t before = 0;

    text_add(t, "\nvoid %s_step(%s, int32_t step)\n{\n", name, c_arena(plan, false));
    for (int32_t i = 0; i < s->n_groups; i++) {
        put_group_step(t, name, &s->groups[i], before);
        before += (int64_t)s->groups[i].n * s->groups[i].repeat;
    }
    text_add(t, "}\n\nvoid %s_run(%s)\n{\n", name, c_arena(plan, false));
    for (int32_t i = 0; i < s->n_groups; i++)
        put_group_run(t, name, &s->groups[i], 4);
    text_add(t, "}\n");
}

/* ---- the source: blocks that run as the model decides ---- */
struct block_text {
    struct text *t;
    const struct plan *plan;
    int indent;
};

/* Where the bool of a test is. */
static const char *test_of(const struct plan *plan, int32_t tensor)
{
    const struct value *v = io_value(plan, tensor);

    if (v->kind == VALUE_CONST)
        return v->data[0] != 0 ? "1" : "0";
    return pool_printf(plan->pool, "*(const uint8_t *)(%s)", c_at(plan, v->offset, true));
}

static void begin_block(void *arg, int32_t block)
{
    struct block_text *b = arg;
    const struct block *of = &b->plan->blocks.all[block];

    switch (of->kind) {
    case BLOCK_LOOP:
        text_add(b->t, "%*sfor (;;) {\n", b->indent, "");
        break;
    case BLOCK_BODY:
        text_add(b->t, "%*sif (%s == 0)\n%*sbreak;\n", b->indent, "", test_of(b->plan, of->test), b->indent + 4, "");
        return;
    default:
        text_add(b->t, "%*sif (%s %s 0) {\n", b->indent, "", test_of(b->plan, of->test),
                 of->kind == BLOCK_IF ? "!=" : "==");
        break;
    }
    b->indent += 4;
}

static void end_block(void *arg, int32_t block)
{
    struct block_text *b = arg;

    if (b->plan->blocks.all[block].kind == BLOCK_BODY) {
        text_add(b->t, "%*sif (++trips > MOTE_TRIPS)\n%*sreturn %d;\n", b->indent, "", b->indent + 4, "",
                 MOTE_ERR_LOOP);
        return;
    }
    b->indent -= 4;
    text_add(b->t, "%*s}\n", b->indent, "");
}

static bool has_loop(const struct plan *plan)
{
    for (int32_t i = 0; i < plan->blocks.n; i++)
        if (plan->blocks.all[i].kind == BLOCK_LOOP)
            return true;
    return false;
}

static void put_blocks_run(struct text *t, const struct plan *plan)
{
    const struct plan_schedule *s = &plan->schedule;
    struct block_text text = {t, plan, 4};
    int32_t block = BLOCK_WHOLE;

    text_add(t, "\nint32_t %s_run(%s)\n{\n%s", plan->model->name, c_arena(plan, false),
             has_loop(plan) ? "    uint32_t trips = 0;\n\n" : "");
    for (int32_t i = 0; i < s->n_groups; i++) {
        const int32_t next = plan_block(plan, s->entries[s->groups[i].first].step);

        blocks_go(&plan->blocks, block, next, begin_block, end_block, &text);
        block = next;
        put_group_run(t, plan->model->name, &s->groups[i], text.indent);
    }
    blocks_go(&plan->blocks, block, BLOCK_WHOLE, begin_block, end_block, &text);
    text_add(t, "    return 0;\n}\n");
}

static void put_run(struct text *t, const struct plan *plan, const char *NAME)
{
    if (is_straight(plan)) {
        put_straight_run(t, plan, NAME);
        return;
    }
    put_entries(t, plan);
    if (plan->rounds.n > 0)
        c_rounds_source(t, plan, NAME);
    else if (plan->feed.rows > 0)
        c_feed_source(t, plan, NAME);
    else if (plan_has_blocks(plan))
        put_blocks_run(t, plan);
    else
        put_groups_run(t, plan);
}

static void put_reset(struct text *t, const struct plan *plan)
{
    bool state = false;

    text_add(t, "\nvoid %s_reset(%s)\n{\n", plan->model->name, c_arena(plan, false));
    for (int32_t i = 0; i < plan->n_values; i++) {
        const struct value *v = &plan->values[i];

        if (v->kind != VALUE_STATE)
            continue;
        state = true;
        if (v->initial > 0)
            text_add(t, "    memcpy(%s, %s_c%d, %lld); /* %s */\n", c_at(plan, v->offset, false), plan->model->name,
                     v->initial - 1, (long long)v->bytes, c_comment(plan->pool, v->name));
        else
            text_add(t, "    memset(%s, %d, %lld); /* %s */\n", c_at(plan, v->offset, false), v->fill,
                     (long long)v->bytes, c_comment(plan->pool, v->name));
    }
    if (!state)
        text_add(t, "    (void)arena; /* the model has no state */\n");
    text_add(t, "}\n");
}

static void put_lookup(struct text *t, const struct plan *plan, const char *kind, const int32_t *tensors, int32_t n)
{
    const bool is_output = strcmp(kind, "output") == 0;
    const char *name = plan->model->name, *constant = is_output ? "const " : "";

    for (int32_t i = 0; i < n; i++)
        if (io_value(plan, tensors[i])->kind == VALUE_CONST)
            text_add(t, "\nconst %s *%s_%s_%d(%s)\n{\n    (void)arena;\n    return %s_c%d;\n}\n",
                     c_type(io_value(plan, tensors[i])->type), name, kind, i, c_arena(plan, true), name,
                     plan->value_of_tensor[tensors[i]]);
    text_add(t, "\n%svoid *%s_%s(%s, int32_t i)\n{\n    switch (i) {\n", constant, name, kind,
             c_arena(plan, is_output));
    for (int32_t i = 0; i < n; i++)
        text_add(t, "    case %d:\n        return %s_%s_%d(arena);\n", i, name, kind, i);
    text_add(t, "    default:\n%s        return NULL;\n    }\n}\n", n == 0 ? "        (void)arena;\n" : "");
    text_add(t, "\nuint32_t %s_%s_bytes(int32_t i)\n{\n    switch (i) {\n", name, kind);
    for (int32_t i = 0; i < n; i++)
        text_add(t, "    case %d:\n        return %lld;\n", i, (long long)io_value(plan, tensors[i])->bytes);
    text_add(t, "    default:\n        return 0;\n    }\n}\n");
}

static void put_source(struct text *t, const struct plan *plan, const char *NAME)
{
    const struct model *m = plan->model;
    const struct kernel_version *used[KERNEL_LIMIT] = {NULL};
    bool *wanted = pool_array(plan->pool, (size_t)plan->n_values, sizeof *wanted);
    bool *as_data = pool_array(plan->pool, (size_t)plan->n_values, sizeof *as_data);

    for (int32_t i = 0; i < plan->n_steps; i++) {
        const struct step *s = &plan->steps[i];

        used[s->kernel] = s->version;
        for (int32_t k = 0; k < kernels[s->kernel]->n_args; k++) {
            wanted[s->args[k]] = true;
            as_data[s->args[k]] |= !mote_role_is_const(kernels[s->kernel]->arg[k].role);
        }
    }
    for (int32_t i = 0; i < plan->graph->n_outputs; i++) {
        int32_t value = plan->value_of_tensor[plan->graph->outputs[i]];

        wanted[value] = as_data[value] = true;
    }
    for (int32_t i = 0; i < plan->n_values; i++) /* copied by reset */
        if (plan->values[i].initial > 0)
            wanted[plan->values[i].initial - 1] = as_data[plan->values[i].initial - 1] = true;

    text_add(t, "%s; see %s.h. */\n#include \"%s.h\"\n\n#include <stddef.h>\n", c_mark(t->pool, m), m->name, m->name);
    text_add(t, "\n#include \"mote/config.h\"\n");
    for (int id = 0; id < KERNEL_LIMIT; id++)
        if (used[id] != NULL)
            text_add(t, "#include \"%s.h\"\n", kernel_version_path(t->pool, used[id]));
    if (c_sets_input(plan))
        text_add(t, "#include \"mote/input.h\"\n");
    if (c_scores(plan))
        text_add(t, "#include \"mote/score.h\"\n");
    if (plan->listener != VALUE_NONE)
        text_add(t, "#include \"mote/listener.h\"\n");
    text_add(t, "#include \"mote/memory.h\"\n");
    text_add(t, "\n#ifdef __AVR__ /* constants lie in program memory: no kernel that would read them from RAM */\n"
                "#pragma GCC diagnostic push\n#pragma GCC diagnostic error \"-Waddr-space-convert\"\n#endif\n");
    text_add(
        t,
        "\n/* Weights in a section of their own, so that a linker script can place them and a map can count them. */\n"
        "#if defined(__ELF__) && !defined(MOTE_WEIGHTS)\n"
        "#define MOTE_WEIGHTS __attribute__((section(\".rodata.mote_weights.%s\")))\n"
        "#elif !defined(MOTE_WEIGHTS)\n#define MOTE_WEIGHTS\n#endif\n",
        m->name);
    for (int32_t i = 0; i < plan->n_values; i++)
        if (wanted[i] && plan->values[i].kind == VALUE_CONST)
            c_constant(t, plan, i, as_data[i]);
    for (int32_t i = 0; i < plan->n_steps; i++)
        put_params(t, plan, i);
    if (m->n_classes > 0)
        text_add(t, "\nconst char *const %s_classes[%d] = %s_CLASS_NAMES;\n", m->name, m->n_classes, NAME);
    c_input_source(t, plan, NAME);
    put_run(t, plan, NAME);
    c_listen_source(t, plan);
    put_reset(t, plan);
    put_lookup(t, plan, "input", plan->graph->inputs, plan->graph->n_inputs);
    put_lookup(t, plan, "output", plan->graph->outputs, plan->graph->n_outputs);
    text_add(t, "\n#ifdef __AVR__\n#pragma GCC diagnostic pop\n#endif\n");
}

static enum mote_status put_files(struct staging *files, const struct plan *plan, const char *home, struct text source,
                                  struct text header, const struct frame *at)
{
    TRY(c_copy_sources(plan, home, files, at));
    TRY(staging_put(files, pool_printf(plan->pool, "%s.c", plan->model->name), source.s, source.len, at));
    TRY(staging_put(files, pool_printf(plan->pool, "%s.h", plan->model->name), header.s, header.len, at));
    return staging_commit(files, at);
}

enum mote_status emit_c(const struct plan *plan, const char *home, const char *dir, const struct frame *at)
{
    const char *name = plan->model->name;
    struct text header = {.pool = plan->pool}, source = {.pool = plan->pool};
    const char *NAME = upper(plan->pool, name);
    enum mote_status status;
    struct staging files;

    put_header(&header, plan, NAME);
    put_source(&source, plan, NAME);

    TRY(c_claim(plan->pool, plan->model, dir, at));
    status = staging_begin(plan->pool, dir, &files, at);
    if (status == MOTE_OK)
        status = put_files(&files, plan, home, source, header, at);
    staging_end(&files);
    return status;
}

/* SPDX-License-Identifier: Apache-2.0 */
/* mote inspect: what is in a model, as imported or as compiled; what is in an image. */
#include <math.h>

#include "host/run/image_view.h"
#include "host/jobs/stored_weights.h"
#include "host/cli/io.h"
#include "host/sign/sign.h"
#include "host/run/runner.h"
#include "host/graph/op_info.h"
#include "host/plan/kernels.h"
#include "host/report/columns.h"

struct inspect {
    struct cli *cli;
    struct pipeline p;
    struct frame file;
    struct model imported;
    struct report_text problem; /* why it cannot be compiled; status MOTE_OK if it can */
    const struct model *shown;  /* the imported or the compiled one */
};

static bool is_compiled(const struct inspect *r) { return r->problem.status == MOTE_OK; }

/* Operators that no file numbers are numbered here, so that what they became can be found after the passes. */
static void number_operators(struct graph *g)
{
    for (int32_t i = 0; i < g->n_ops; i++)
        if (g->ops[i].source >= 0)
            return;
    for (int32_t i = 0; i < g->n_ops; i++)
        g->ops[i].source = i;
}

/* A model that Mote cannot compile (float, say) can be inspected all the same. */
static enum mote_status compile(struct inspect *r)
{
    struct pipeline_options options = {.passes = cli_value(r->cli, "--passes"),
                                       .dump_after = cli_value(r->cli, "--dump")};
    struct frame quiet = {.name = r->file.name, .index = -1, .sink = &r->problem};
    bool compiled_wanted = cli_flag(r->cli, "--compiled");

    TRY(cli_read_layout(r->cli, &options.channels_last));
    TRY(graph_infer(&r->p.model, &r->p.model.graphs[0], &r->file));
    if (!cli_flag(r->cli, "--text"))
        number_operators(&r->p.model.graphs[0]);
    r->imported.pool = &r->cli->pool;
    model_copy(&r->p.model, &r->imported);
    r->p.macs_imported = model_macs(&r->imported);
    r->shown = compiled_wanted ? &r->p.model : &r->imported;
    if (pipeline_compile(&r->p, &options, &quiet) == MOTE_OK) {
        cli_remarks(r->cli, &r->p);
        return MOTE_OK;
    }
    if (r->problem.status == MOTE_ERR_USAGE || compiled_wanted)
        r->cli->error = r->problem;
    return r->problem.status == MOTE_ERR_USAGE || compiled_wanted ? r->problem.status : MOTE_OK;
}

/* ---- multiply-accumulates ---- */

/* Of the model with the same numbers of sources: what became of operator `source`. */
static int64_t macs_of_source(const struct model *m, int32_t source)
{
    const struct graph *g = &m->graphs[0];
    int64_t sum = 0;

    for (int32_t i = 0; i < g->n_ops; i++)
        if (g->ops[i].id != OP_NOP && g->ops[i].source == source)
            sum += op_macs(g, &g->ops[i]);
    return sum;
}

/* -1: not known, as the model was not compiled or the operator is one that a pass made. */
static int64_t macs_imported(const struct inspect *r, const struct op *op)
{
    return op->source < 0 ? -1 : macs_of_source(&r->imported, op->source);
}

static int64_t macs_executed(const struct inspect *r, const struct op *op)
{
    if (r->shown == &r->p.model)
        return op_macs(&r->shown->graphs[0], op);
    return !is_compiled(r) || op->source < 0 ? -1 : macs_of_source(&r->p.model, op->source);
}

/* ---- preprocessing ---- */
/* What a model says, or null. */
static json_t *said_json(const struct preprocess *p, const char *what, const float *numbers)
{
    return strcmp(p->kind, "none") == 0 ? json_null() : preprocess_json(p, what, numbers);
}

static void print_said(const struct preprocess *p)
{
    if (strcmp(p->kind, "none") != 0)
        preprocess_print(p);
}

/* ---- graph, JSON ---- */
static json_t *unknown_or(int64_t value) { return value < 0 ? json_null() : json_integer((json_int_t)value); }

static json_t *indices_json(const int32_t *list, int32_t n)
{
    json_t *array = json_array();

    for (int32_t i = 0; i < n; i++)
        json_array_append_new(array, list[i] == TENSOR_ABSENT ? json_null() : json_integer(list[i]));
    return array;
}

static json_t *shape_json(const struct tensor *t)
{
    json_t *shape = json_array();

    for (int32_t i = 0; i < t->rank; i++)
        json_array_append_new(shape, t->dims[i] == DIM_UNKNOWN ? json_null() : json_integer((json_int_t)t->dims[i]));
    return shape;
}

static json_t *op_json(const struct inspect *r, int32_t index)
{
    const struct graph *g = &r->shown->graphs[0];
    const struct op *op = &g->ops[index];
    json_t *shapes = json_array();

    for (int32_t i = 0; i < op->n_out; i++)
        json_array_append_new(shapes, shape_json(op_out(g, op, i)));
    return json_pack("{s:i, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "index", index, "operator", op_info[op->id].NAME,
                     "name", json_text(op->name), "source", unknown_or(op->source), "inputs",
                     indices_json(op->in, op->n_in), "outputs", indices_json(op->out, op->n_out), "output_shapes",
                     shapes, "macs_imported", unknown_or(macs_imported(r, op)), "macs_executed",
                     unknown_or(macs_executed(r, op)));
}

/* How weights could be stored, or null. */
static json_t *stored_json(struct pool *pool, const struct graph *g, int32_t index)
{
    struct stored s;

    if (!stored_weights(pool, g, index, &s))
        return json_null();
    return json_pack("{s:I, s:I, s:i, s:s, s:I, s:o}", "weights", (json_int_t)s.weights, "kept", (json_int_t)s.kept,
                     "levels", s.levels, "coding", s.coding, "bytes", (json_int_t)s.bytes, "bits",
                     json_number(stored_bits(&s)));
}

static json_t *tensor_json(struct pool *pool, const struct graph *g, int32_t index)
{
    const struct tensor *t = &g->tensors[index];
    json_t *scales = json_array(), *zeros = json_array();

    for (int32_t i = 0; i < t->quant.n; i++) {
        json_array_append_new(scales, json_number((double)t->quant.scale[i]));
        json_array_append_new(zeros, json_integer(t->quant.zero[i]));
    }
    return json_pack("{s:i, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:b, s:b, s:o, s:o}", "index", index, "name",
                     json_text(t->name), "type", type_name(t->type), "shape", shape_json(t), "scale", scales,
                     "zero_point", zeros, "axis", t->quant.n > 1 ? json_integer(t->quant.axis) : json_null(), "bytes",
                     unknown_or(tensor_bytes(t)), "constant", t->data != NULL, "state", t->state, "source",
                     unknown_or(t->source), "stored", stored_json(pool, g, index));
}

static json_t *names_json(const char *const *names, int32_t n)
{
    json_t *array = json_array();

    for (int32_t i = 0; i < n; i++)
        json_array_append_new(array, json_text(names[i]));
    return array;
}

static int64_t constant_bytes(const struct graph *g)
{
    int64_t sum = 0;

    for (int32_t i = 0; i < g->n_tensors; i++)
        sum += g->tensors[i].data != NULL ? tensor_bytes(&g->tensors[i]) : 0;
    return sum;
}

static json_t *task_json(const struct task *t)
{
    if (t->kind == MOTE_TASK_NONE)
        return json_null();
    return json_pack("{s:s, s:o, s:i}", "kind", task_names[t->kind], "threshold", json_number((double)t->threshold),
                     "normal", (int)t->normal);
}

static json_t *split_json(const struct split_memory *s)
{
    if (!s->known)
        return json_null();
    return json_pack("{s:b, s:o, s:i, s:i, s:o}", "drawn", s->n_cutoffs > 0, "seed", json_integer((json_int_t)s->seed),
                     "training_listed", (int)s->trained.n, "validation_listed", (int)s->checked.n, "group",
                     s->group != NULL ? json_text(s->group) : json_null());
}

static json_t *graph_json(const struct inspect *r)
{
    const struct model *m = r->shown;
    const struct graph *g = &m->graphs[0];
    const struct plan *plan = &r->p.plan;
    bool known = is_compiled(r);
    json_t *ops = json_array(), *tensors = json_array();

    for (int32_t i = 0; i < g->n_ops; i++)
        if (g->ops[i].id != OP_NOP)
            json_array_append_new(ops, op_json(r, i));
    for (int32_t i = 0; i < g->n_tensors; i++)
        json_array_append_new(tensors, tensor_json(&r->cli->pool, g, i));
    return json_pack(
        "{s:s, s:s, s:I, s:b, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o}", "kind",
        "graph", "model", m->name, "model_version", (json_int_t)m->version, "compiled", r->shown == &r->p.model,
        "inputs", indices_json(g->inputs, g->n_inputs), "outputs", indices_json(g->outputs, g->n_outputs), "classes",
        names_json(m->classes, m->n_classes), "preprocess", said_json(&m->preprocess, "std", m->preprocess.std), "task",
        task_json(&m->task), "split", split_json(&m->split), "operators", ops, "tensors", tensors, "constant_bytes",
        (json_int_t)constant_bytes(g), "macs_imported", (json_int_t)r->p.macs_imported, "macs_executed",
        unknown_or(known ? r->p.macs_executed : -1), "weight_bytes", unknown_or(known ? plan->weight_bytes : -1),
        "image_bytes", unknown_or(known ? (int64_t)r->p.image.size : -1), "arena_bytes",
        unknown_or(known ? plan->arena_bytes : -1), "arena_bound_bytes", unknown_or(known ? plan->arena_bound : -1),
        "problem", known ? json_null() : json_text(r->problem.text));
}

/* ---- graph, text ---- */
/* A line, or what it becomes on a narrow terminal. */
static void say(const char *text)
{
    print_wrapped(stdout, text, 0, 2, columns_of(stdout));
    putchar('\n');
}

static const char *quant_text(struct pool *pool, const struct quant *q)
{
    float low, high;

    if (q->n == 0)
        return "";
    if (q->n == 1)
        return pool_printf(pool, "%.6g, %d", (double)q->scale[0], q->zero[0]);
    low = high = q->scale[0];
    for (int32_t i = 1; i < q->n; i++) {
        low = q->scale[i] < low ? q->scale[i] : low;
        high = q->scale[i] > high ? q->scale[i] : high;
    }
    return pool_printf(pool, "%.2g to %.2g", (double)low, (double)high);
}

static const char *role_text(const struct graph *g, int32_t tensor)
{
    for (int32_t i = 0; i < g->n_inputs; i++)
        if (g->inputs[i] == tensor)
            return "input";
    if (graph_is_output(g, tensor))
        return "output";
    return g->tensors[tensor].data != NULL ? "constant" : g->tensors[tensor].state ? "state" : "";
}

static const char *number_text(struct pool *pool, int64_t value)
{
    return value < 0 ? "-" : pool_printf(pool, "%lld", (long long)value);
}

#define WIDE 110 /* columns, where the inputs' shapes have room */

/* "1x49x10x1, 64x10x4x1 -> 1x25x5x64": inputs but biases and other vectors, which add nothing; or outputs alone. */
static const char *op_shapes(struct pool *pool, const struct graph *g, const struct op *op, bool inputs)
{
    struct text t = {.pool = pool};
    char shape[96];

    for (int32_t i = 0; inputs && i < op->n_in && i < 2; i++)
        if (op_in(g, op, i) != NULL)
            text_add(&t, "%s%s", i > 0 ? ", " : "", shape_text(op_in(g, op, i), shape));
    text_add(&t, inputs ? " -> " : "");
    for (int32_t i = 0; i < op->n_out; i++)
        text_add(&t, "%s%s", i > 0 ? ", " : "", shape_text(op_out(g, op, i), shape));
    return t.s;
}

static void print_ops(const struct inspect *r)
{
    const struct graph *g = &r->shown->graphs[0];
    struct pool *pool = &r->cli->pool;
    bool wide = columns_of(stdout) >= WIDE;
    const struct column columns[] = {
        {"#", true, 0},    {"operator", false, 12}, {wide ? "shapes" : "output", false, 12},
        {"MACs", true, 0}, {"executed", true, 0},   {"name", false, 8}};
    struct table t = {.pool = pool, .columns = columns, .n_columns = COUNT(columns)};

    putchar('\n');
    for (int32_t i = 0; i < g->n_ops; i++)
        if (g->ops[i].id != OP_NOP)
            TABLE_ROW(&t, pool_printf(pool, "%d", i), op_info[g->ops[i].id].NAME, op_shapes(pool, g, &g->ops[i], wide),
                      number_text(pool, macs_imported(r, &g->ops[i])), number_text(pool, macs_executed(r, &g->ops[i])),
                      printable(pool, g->ops[i].name));
    TABLE_ROW(&t, "", "in all", "", number_text(pool, r->p.macs_imported),
              number_text(pool, is_compiled(r) ? r->p.macs_executed : -1), "");
    table_print(&t, stdout);
}

static void print_tensors(const struct inspect *r)
{
    const struct graph *g = &r->shown->graphs[0];
    struct pool *pool = &r->cli->pool;
    static const struct column columns[] = {{"#", true, 0},     {"type", false, 0}, {"shape", false, 12},
                                            {"bytes", true, 0}, {"", false, 0},     {"scale, zero", false, 0},
                                            {"name", false, 8}};
    struct table table = {.pool = pool, .columns = columns, .n_columns = COUNT(columns)};
    char shape[96];

    putchar('\n');
    for (int32_t i = 0; i < g->n_tensors; i++) {
        const struct tensor *t = &g->tensors[i];

        TABLE_ROW(&table, pool_printf(pool, "%d", i), type_name(t->type), pool_strdup(pool, shape_text(t, shape)),
                  number_text(pool, tensor_bytes(t)), role_text(g, i), quant_text(pool, &t->quant),
                  printable(pool, t->name));
    }
    table_print(&table, stdout);
}

static void print_classes(struct pool *pool, const char *const *classes, int32_t n)
{
    struct text t = {.pool = pool};

    if (n == 0)
        return;
    text_add(&t, "classes:");
    for (int32_t i = 0; i < n; i++)
        text_add(&t, "%s %s", i > 0 ? "," : "", printable(pool, classes[i]));
    say(t.s);
}

static void print_task(const struct task *t)
{
    if (t->kind == MOTE_TASK_NONE)
        return;
    printf("task: %s", task_names[t->kind]);
    if (t->kind == MOTE_TASK_ANOMALY && !isinf(t->threshold))
        printf(", threshold %.6g", (double)t->threshold);
    if (t->kind == MOTE_TASK_ANOMALY && t->normal >= 0)
        printf(", class %d is normal", t->normal);
    putchar('\n');
}

static void print_hears(const struct hears *h)
{
    const struct posterior *p = &h->posterior;
    const struct gate *g = &h->gate;

    if (h->preset != NULL)
        print_fitting(stdout, "hears: %s, windows of %d ms every %d, %d channels, clips of %d ms\n", h->preset,
                      h->window, h->step, h->channels, h->clip);
    if (p->kind != POSTERIOR_NONE)
        print_fitting(stdout, "posterior: %s of %d inferences above %.3f, at least %d, then nothing for %d\n",
                      posterior_names[p->kind], p->window, p->threshold / 255.0, p->minimum, p->suppression);
    if (g->ratio > 0)
        print_fitting(
            stdout,
            "gate: %.1f dB above the background, %.1f dB below full scale at most; closed after %d inferences, of "
            "which the network is %d behind\n",
            10 * log10(g->ratio / 256.0), g->least > 0 ? 10 * log10((double)GATE_LEAST_MAX / g->least) : INFINITY,
            g->hold, g->before);
}

static void print_split(struct pool *pool, const struct split_memory *s)
{
    if (!s->known)
        return;
    printf("split: ");
    if (s->n_cutoffs > 0)
        printf("drawn with seed %llu", (unsigned long long)s->seed);
    else
        printf("%d samples for training and %d for validation, all others test", s->trained.n, s->checked.n);
    if (s->group != NULL)
        printf(", by the groups of %s", printable(pool, s->group));
    putchar('\n');
}

/* A line a tensor of weights; nothing if there is none. */
static void print_weights(struct pool *pool, const struct graph *g)
{
    static const struct column columns[] = {
        {"#", true, 0},       {"weights", true, 0}, {"not 0", true, 0},         {"levels", true, 0},
        {"coding", false, 0}, {"bytes", true, 0},   {"bits a weight", true, 0}, {"name", false, 8}};
    struct table t = {.pool = pool, .columns = columns, .n_columns = COUNT(columns)};

    for (int32_t i = 0; i < g->n_tensors; i++) {
        struct stored s;

        if (stored_weights(pool, g, i, &s))
            TABLE_ROW(&t, pool_printf(pool, "%d", i), number_text(pool, s.weights), number_text(pool, s.kept),
                      number_text(pool, s.levels), s.coding, number_text(pool, s.bytes),
                      pool_printf(pool, "%.2f", stored_bits(&s)), printable(pool, g->tensors[i].name));
    }
    if (t.n_cells == 0)
        return;
    putchar('\n');
    table_print(&t, stdout);
}

static void print_graph(const struct inspect *r)
{
    const struct model *m = r->shown;
    const struct graph *g = &m->graphs[0];
    const struct plan *plan = &r->p.plan;
    int32_t ops = 0;

    for (int32_t i = 0; i < g->n_ops; i++)
        ops += g->ops[i].id != OP_NOP;
    say(pool_printf(&r->cli->pool, "%s: model %s, version %u, %s: %d operators, %d tensors, %lld bytes of constants",
                    printable(&r->cli->pool, r->p.path), m->name, m->version,
                    m == &r->imported ? "as imported" : "as compiled", ops, g->n_tensors,
                    (long long)constant_bytes(g)));
    print_classes(&r->cli->pool, m->classes, m->n_classes);
    print_hears(&m->hears);
    print_split(&r->cli->pool, &m->split);
    print_said(&m->preprocess);
    print_task(&m->task);
    print_ops(r);
    print_tensors(r);
    print_weights(&r->cli->pool, g);
    putchar('\n');
    say(is_compiled(r)
            ? pool_printf(&r->cli->pool,
                          "compiled: %zu bytes as an image (%lld of weights), arena %lld bytes (lower bound %lld)",
                          r->p.image.size, (long long)plan->weight_bytes, (long long)plan->arena_bytes,
                          (long long)plan->arena_bound)
            : pool_printf(&r->cli->pool, "cannot be compiled: %s", r->problem.text));
}

static enum mote_status inspect_graph(struct inspect *r)
{
    struct text text = {.pool = &r->cli->pool};

    TRY(compile(r));
    if (!cli_flag(r->cli, "--text")) {
        if (r->cli->json)
            cli_print_json(graph_json(r));
        else
            print_graph(r);
        return MOTE_OK;
    }
    model_print(r->shown, &text, cli_flag(r->cli, "--values"));
    if (r->cli->json)
        cli_print_json(json_pack("{s:o}", "text", json_text(text.s)));
    else
        fwrite(text.s, 1, text.len, stdout);
    return MOTE_OK;
}

/* ---- images ---- */
static const char *hex(struct pool *pool, const uint8_t *data, size_t n)
{
    char *out = pool_alloc(pool, 2 * n + 1);

    return sodium_bin2hex(out, 2 * n + 1, data, n);
}

static json_t *sections_json(const struct mote_model *m)
{
    json_t *all = json_array();

    for (uint32_t i = 0; i < image_header(m)->n_sections; i++) {
        const struct mote_image_section *s = &image_sections(m)[i];

        json_array_append_new(all, json_pack("{s:I, s:s, s:I, s:I, s:I}", "id", (json_int_t)s->id, "name",
                                             image_section_name(s->id), "offset", (json_int_t)s->offset, "bytes",
                                             (json_int_t)s->bytes, "count", (json_int_t)s->count));
    }
    return all;
}

static json_t *step_json(const struct mote_model *m, uint32_t index)
{
    const struct mote_image_step *s = &m->steps[index];
    const struct mote_kernel *k = kernels[s->kernel];
    json_t *args = json_object(), *params = json_object();

    for (uint32_t i = 0; i < s->n_args; i++)
        json_object_set_new(args, image_arg_name(s->kernel, i), json_integer(m->args[s->args + i]));
    for (uint32_t i = 0; i < k->n_params; i++)
        json_object_set_new(params, k->param_names[i], json_integer(m->params[s->params + i]));
    return json_pack("{s:I, s:s, s:o, s:o}", "index", (json_int_t)index, "kernel", k->name, "tensors", args, "params",
                     params);
}

/* ---- the schedule: programs of groups of entries ---- */
struct program {
    const char *name;
    const struct mote_image_entry *units;
    uint32_t n;
};

/* The one that *unit says, which it moves to the next one: the inference, then those of PROGRAMS. */
static bool next_program(const struct mote_model *m, uint32_t *unit, struct program *out)
{
    const struct mote_image_section *infer = image_section(m, MOTE_SECTION_SCHEDULE),
                                    *s = image_section(m, MOTE_SECTION_PROGRAMS);
    const uint32_t at = *unit - 1, count = s != NULL ? s->count : 0;

    if (*unit == 0) {
        *unit = 1;
        *out = (struct program){"infer",
                                infer != NULL ? (const void *)(m->regions[MOTE_REGION_IMAGE] + infer->offset) : NULL,
                                infer != NULL ? infer->count : 0};
        return true;
    }
    if (at >= count)
        return false;

    const struct mote_image_program *p =
        (const struct mote_image_program *)(const void *)(m->regions[MOTE_REGION_IMAGE] + s->offset) + at;

    if (p->units >= count - at)
        return false;
    *out = (struct program){image_string(m, p->name), (const void *)(p + 1), p->units};
    *unit += 1 + p->units;
    return true;
}

/* The group, or what begins or ends a block, at *unit: of that `repeat` is 0, and entries has nothing. Other programs
 * than the first have not been checked. */
static bool next_group(const struct program *p, uint32_t *unit, struct mote_image_group *out)
{
    if (*unit >= p->n)
        return false;
    memcpy(out, &p->units[*unit], sizeof *out);
    if (out->repeat > 0 && out->entries >= p->n - *unit)
        return false;
    *unit += 1 + (out->repeat > 0 ? out->entries : 0);
    return true;
}

static const char *const block_names[] = {
    [MOTE_BLOCK_IF] = "if", [MOTE_BLOCK_UNLESS] = "unless", [MOTE_BLOCK_LOOP] = "loop", [MOTE_BLOCK_AGAIN] = "again"};

/* The head of a group that is none. */
static struct mote_image_block block_of(const struct mote_image_group *g)
{
    struct mote_image_block b;

    memcpy(&b, g, sizeof b);
    b.kind = b.kind < COUNT(block_names) ? b.kind : MOTE_BLOCK_AGAIN;
    return b;
}

static json_t *block_json(const struct mote_image_block *b)
{
    json_t *json = json_pack("{s:s, s:i}", "block", block_names[b->kind], "units", b->units);

    if (b->kind <= MOTE_BLOCK_UNLESS)
        json_object_set_new(json, "tensor", json_integer(b->tensor));
    return json;
}

static json_t *group_json(const struct mote_image_group *g, const struct mote_image_entry *entries)
{
    const struct mote_image_block b = block_of(g);
    json_t *all;

    if (g->repeat == 0)
        return block_json(&b);
    all = json_array();
    for (uint32_t i = 0; i < g->entries; i++)
        json_array_append_new(all, json_pack("{s:i, s:I, s:i, s:i}", "step", entries[i].step, "first_row",
                                             (json_int_t)g->base + entries[i].first, "rows", entries[i].rows, "hop",
                                             entries[i].hop));
    return json_pack("{s:I, s:o}", "repeat", (json_int_t)g->repeat, "entries", all);
}

static json_t *programs_json(const struct mote_model *m)
{
    json_t *all = json_array();
    struct program p;

    for (uint32_t unit = 0; next_program(m, &unit, &p);) {
        json_t *groups = json_array();
        struct mote_image_group g;

        for (uint32_t at = 0; next_group(&p, &at, &g);)
            json_array_append_new(groups, group_json(&g, &p.units[at - (g.repeat > 0 ? g.entries : 0)]));
        json_array_append_new(all, json_pack("{s:o, s:o}", "name", json_text(p.name), "groups", groups));
    }
    return all;
}

static json_t *image_tensor_json(const struct mote_image_tensor *t, uint32_t index)
{
    return json_pack("{s:I, s:s, s:s, s:I, s:I, s:I, s:i, s:s, s:b, s:b, s:i, s:o}", "index", (json_int_t)index, "type",
                     type_name((enum mote_type)t->type), "region", t->region == MOTE_REGION_IMAGE ? "image" : "arena",
                     "offset", (json_int_t)t->offset, "bytes", (json_int_t)t->bytes, "decoded", (json_int_t)t->decoded,
                     "coding", mote_coding(t->form), "packing", packing_name(mote_packing(t->form)), "state",
                     (t->flags & MOTE_TENSOR_STATE) != 0, "weight", (t->flags & MOTE_TENSOR_WEIGHT) != 0, "fill",
                     t->fill, "initial", t->initial > 0 ? json_integer(t->initial - 1) : json_null());
}

/* Inputs or outputs, which the image has one after the other. */
struct ios {
    const char *what;
    int32_t (*get)(const struct mote_model *, int32_t, struct mote_io *);
    uint32_t first;
};

static struct ios inputs_of(void) { return (struct ios){"input", mote_model_input, 0}; }

static struct ios outputs_of(const struct mote_model *m)
{
    return (struct ios){"output", mote_model_output, m->n_inputs};
}

static json_t *io_json(const struct mote_model *m, struct ios ios)
{
    json_t *all = json_array();
    struct mote_io io;

    for (int32_t i = 0; ios.get(m, i, &io) == MOTE_OK; i++) {
        const struct mote_image_io *as_stored = &m->io[ios.first + (uint32_t)i];

        json_array_append_new(all, json_pack("{s:o, s:s, s:o, s:I, s:o, s:i, s:o, s:I}", "name", json_text(io.name),
                                             "type", type_name((enum mote_type)io.type), "shape",
                                             json_tensor_shape(io.dims, io.rank), "bytes", (json_int_t)io.bytes,
                                             "scale", json_number((double)io.scale), "zero_point", io.zero, "axis",
                                             unknown_or(as_stored->axis == MOTE_AXIS_NONE ? -1 : as_stored->axis),
                                             "hop", (json_int_t)as_stored->hop));
    }
    return all;
}

#define ALGORITHM_NAME "ed25519" /* of all signatures that mote_image_signature() takes */

static json_t *signature_json(struct pool *pool, struct bytes image)
{
    struct mote_signature s;

    if (mote_image_signature(image.data, image.size, &s) != MOTE_OK)
        return json_null();
    return json_pack("{s:s, s:s, s:I, s:s}", "algorithm", ALGORITHM_NAME, "key_id",
                     hex(pool, s.key_id, MOTE_KEY_ID_BYTES), "signed_bytes", (json_int_t)s.signed_bytes, "signature",
                     hex(pool, s.signature, s.bytes));
}

static void print_signature(struct pool *pool, struct bytes image)
{
    struct mote_signature s;

    if (mote_image_signature(image.data, image.size, &s) == MOTE_OK)
        printf("signature " ALGORITHM_NAME " of %zu bytes, key %s\n", s.signed_bytes,
               hex(pool, s.key_id, MOTE_KEY_ID_BYTES));
}

static json_t *image_json(struct pool *pool, struct bytes image, const struct mote_model *m)
{
    const struct mote_image_header *h = image_header(m);
    json_t *steps = json_array(), *tensors = json_array();
    struct preprocess preprocess = image_preprocess(m);
    char format[16];
    const struct task task = image_task(m);
    const char *const *classes;
    int32_t n_classes;

    for (uint32_t i = 0; i < m->n_steps; i++)
        json_array_append_new(steps, step_json(m, i));
    for (uint32_t i = 0; i < m->n_tensors; i++)
        json_array_append_new(tensors, image_tensor_json(&m->tensors[i], i));
    classes = image_classes(pool, m, &n_classes);
    snprintf(format, sizeof format, "%u.%u", h->major, h->minor);
    return json_pack("{s:s, s:o, s:I, s:s, s:s, s:s, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
                     "kind", "image", "model", json_text(mote_model_name(m)), "model_version",
                     (json_int_t)h->model_version, "format", format, "core", core_name((enum mote_core)h->core), "hash",
                     hex(pool, h->hash, sizeof h->hash), "image_bytes", (json_int_t)h->bytes, "arena_bytes",
                     (json_int_t)h->arena_bytes, "weight_bytes", (json_int_t)image_weight_bytes(m), "inputs",
                     io_json(m, inputs_of()), "outputs", io_json(m, outputs_of(m)), "classes",
                     names_json(classes, n_classes), "preprocess",
                     said_json(&preprocess, "inverse_std", preprocess.inverse), "task", task_json(&task), "signature",
                     signature_json(pool, image), "sections", sections_json(m), "steps", steps, "programs",
                     programs_json(m), "tensors", tensors);
}

static void print_io(struct pool *pool, const struct mote_model *m, struct ios ios)
{
    struct mote_io io;

    for (int32_t i = 0; ios.get(m, i, &io) == MOTE_OK; i++) {
        const struct mote_image_io *as_stored = &m->io[ios.first + (uint32_t)i];
        struct text shape = {.pool = pool};

        text_add(&shape, "%s", "");
        for (int d = 0; d < io.rank; d++)
            text_add(&shape, "%s%u", d > 0 ? "x" : "", io.dims[d]);
        text_add(&shape, ", scale %.6g, zero %d", (double)io.scale, io.zero);
        if (as_stored->axis != MOTE_AXIS_NONE)
            text_add(&shape, ", %u slices of axis %u a call", as_stored->hop, as_stored->axis);
        say(pool_printf(pool, "%s %d: %s, %s %s", ios.what, i, printable(pool, io.name),
                        type_name((enum mote_type)io.type), shape.s));
    }
}

#define STEP_INDENT 34

static void print_steps(struct pool *pool, const struct mote_model *m)
{
    printf("\n%4s  %-26s  %s\n", "step", "kernel", "tensors");
    for (uint32_t i = 0; i < m->n_steps; i++) {
        const struct mote_image_step *s = &m->steps[i];
        struct text args = {.pool = pool};
        int at;

        for (uint32_t k = 0; k < s->n_args; k++)
            text_add(&args, "%s%s %u", k > 0 ? ", " : "", image_arg_name(s->kernel, k), m->args[s->args + k]);
        at = printf("%4u  %-26s  ", i, kernels[s->kernel]->name);
        print_wrapped(stdout, args.len > 0 ? args.s : "", at, STEP_INDENT, columns_of(stdout));
        putchar('\n');
    }
}

static void print_block(const struct mote_image_block *b)
{
    printf("%10s", block_names[b->kind]);
    if (b->kind <= MOTE_BLOCK_UNLESS)
        printf("  tensor %u:", b->tensor);
    printf("  %s%u units\n", b->kind == MOTE_BLOCK_AGAIN ? "the last " : "the next ", b->units);
}

static void print_group(const struct mote_image_group *g, const struct mote_image_entry *entries)
{
    const struct mote_image_block b = block_of(g);

    if (g->repeat == 0) {
        print_block(&b);
        return;
    }
    for (uint32_t i = 0; i < g->entries; i++) {
        char times[16] = "";

        if (i == 0)
            snprintf(times, sizeof times, "%u", g->repeat);
        printf("%10s  %6u %10llu %8u %8u\n", times, entries[i].step, (unsigned long long)g->base + entries[i].first,
               entries[i].rows, entries[i].hop);
    }
}

static void print_schedule(struct pool *pool, const struct mote_model *m)
{
    struct program p;

    for (uint32_t unit = 0; next_program(m, &unit, &p);) {
        struct mote_image_group g;

        printf("\nprogram %s\n%10s  %6s %10s %8s %8s\n", printable(pool, p.name), "times", "step", "first row", "rows",
               "hop");
        for (uint32_t at = 0; next_group(&p, &at, &g);)
            print_group(&g, &p.units[at - (g.repeat > 0 ? g.entries : 0)]);
    }
}

static void print_image(struct pool *pool, const char *path, struct bytes image, const struct mote_model *m)
{
    const struct mote_image_header *h = image_header(m);
    const struct task task = image_task(m);
    struct preprocess preprocess = image_preprocess(m);
    const char *const *classes;
    int32_t n_classes;

    say(pool_printf(
        pool, "%s: model %s, version %u, image format %u.%u for core %s, %u bytes (%lld of weights), arena %u bytes",
        printable(pool, path), printable(pool, mote_model_name(m)), h->model_version, h->major, h->minor,
        core_name((enum mote_core)h->core), h->bytes, (long long)image_weight_bytes(m), h->arena_bytes));
    printf("hash %s\n", hex(pool, h->hash, sizeof h->hash));
    print_signature(pool, image);
    classes = image_classes(pool, m, &n_classes);
    print_classes(pool, classes, n_classes);
    print_said(&preprocess);
    print_task(&task);
    print_io(pool, m, inputs_of());
    print_io(pool, m, outputs_of(m));
    printf("\n%-12s %10s %10s %8s\n", "section", "offset", "bytes", "count");
    for (uint32_t i = 0; i < h->n_sections; i++) {
        const struct mote_image_section *s = &image_sections(m)[i];

        printf("%-12s %10u %10u %8u\n", image_section_name(s->id), s->offset, s->bytes, s->count);
    }
    print_steps(pool, m);
    print_schedule(pool, m);
    printf("\n%6s  %-5s %-6s %10s %10s\n", "tensor", "type", "region", "offset", "bytes");
    for (uint32_t i = 0; i < m->n_tensors; i++) {
        const struct mote_image_tensor *t = &m->tensors[i];

        printf("%6u  %-5s %-6s %10u %10u%s%s%s%s\n", i, type_name((enum mote_type)t->type),
               t->region == MOTE_REGION_IMAGE ? "image" : "arena", t->offset, t->bytes,
               t->flags & MOTE_TENSOR_STATE ? "  state" : "", t->flags & MOTE_TENSOR_WEIGHT ? "  weight" : "",
               t->form != 0 ? "  " : "", t->form != 0 ? packing_name(mote_packing(t->form)) : "");
    }
}

/* --public-key: what follows was signed with it. */
static enum mote_status verify(struct inspect *r)
{
    const char *path = cli_value(r->cli, "--public-key");
    struct frame at = {.name = path, .index = -1, .sink = &r->cli->error};
    struct public_key key;

    if (path == NULL)
        return MOTE_OK;
    TRY(public_key_read(path, &key, &at));
    return image_verify(r->p.image, &key, &r->file);
}

static enum mote_status inspect_image(struct inspect *r)
{
    struct runner runner;

    if (cli_flag(r->cli, "--text") || cli_flag(r->cli, "--compiled"))
        return fail(&r->file, MOTE_ERR_USAGE, "an image holds no graph; give the .tflite or graph file");
    TRY(verify(r));
    TRY(runner_open(&r->cli->pool, r->p.image, &runner, &r->file));
    if (r->cli->json)
        cli_print_json(image_json(&r->cli->pool, r->p.image, &runner.model));
    else
        print_image(&r->cli->pool, r->p.path, r->p.image, &runner.model);
    return MOTE_OK;
}

static enum mote_status run_inspect(struct cli *cli)
{
    struct inspect r = {.cli = cli};

    TRY(cli_load(cli, &r.p, &r.file));
    if (r.p.has_graph && cli_value(cli, "--public-key") != NULL)
        return fail(&r.file, MOTE_ERR_USAGE, "images are signed; --public-key wants a .mote");
    return r.p.has_graph ? inspect_graph(&r) : inspect_image(&r);
}

const struct command command_inspect = {
    .name = "inspect",
    .arguments = "M [--shape X=1,16000] [--text [--values]] [--compiled] [--layout channels-last] [--public-key FILE]",
    .summary = "what is in a model: operators, tensors, shapes, quantization, MACs",
    .details =
        "Shows the model as imported, with the multiply-accumulates (MACs) that each operator has in the file and "
        "those\n"
        "that are left after the passes. A .mote shows its sections, steps, schedule and tensors; with --public-key "
        "(`mote sign\n"
        "--help` says which file) one that was not signed with that key is refused.\n\n"
        "JSON keys of a graph: kind (\"graph\"), model, model_version, compiled, inputs, outputs (of tensors), "
        "classes,\n"
        "preprocess (null or {kind, channels, type, mean, std}),\n"
        "task (null or {kind, threshold, normal}), split (what was trained on, as the model remembers it: null or\n"
        "{drawn, seed, training_listed, validation_listed, group}), operators: [{index, operator, name, source, "
        "inputs, outputs,\n"
        "output_shapes, macs_imported, macs_executed}],\n"
        "tensors: [{index, name, type, shape, scale, zero_point (both a list), axis, bytes, constant, state, "
        "source,\n"
        "stored (of int8 weights, else null: {weights, kept (that are not 0), levels (values of those), coding (what\n"
        "--coding auto takes), bytes, bits (a weight)})}],\n"
        "constant_bytes, macs_imported; of the compiled model, null if it cannot be compiled: macs_executed,\n"
        "weight_bytes, image_bytes, arena_bytes, arena_bound_bytes; problem (null, or why not). With --text: text.\n"
        "JSON keys of an image: kind (\"image\"), model, model_version, format, core, hash, image_bytes, arena_bytes,\n"
        "weight_bytes, inputs, outputs: [{name, type, shape, bytes, scale, zero_point, axis (of which a program takes\n"
        "slices, or null), hop (how many a call)}], classes,\n"
        "preprocess (null or {kind, channels, type, mean, inverse_std}), task, signature (null or {algorithm, key_id, "
        "signed_bytes, signature}),\n"
        "sections: [{id, name, offset, bytes, count}], steps: [{index, kernel, tensors, params}],\n"
        "programs: [{name, groups: [{repeat, entries: [{step, first_row, rows, hop}]}]}],\n"
        "tensors: [{index, type, region, offset, bytes, decoded, coding, packing, state, weight, fill, initial}].",
    .example = "mote inspect kws.tflite --text",
    .positional_min = 1,
    .positional_max = 1,
    .options = (const struct option[]){{"--text", NULL, "the graph's text form; long constants are left out"},
                                       {"--values", NULL, "with --text: all constants too, so that it is a graph file"},
                                       {"--compiled", NULL, "the graph after the passes instead of as imported"},
                                       {"--public-key", "FILE", "refuse an image that was not signed with its key"},
                                       SHAPE_OPTION,
                                       LAYOUT_OPTION,
                                       PASS_OPTIONS,
                                       {NULL, NULL, NULL}},
    .run = run_inspect,
};

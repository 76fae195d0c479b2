/* SPDX-License-Identifier: Apache-2.0 */
/* mote profile: where the bytes and the multiplications go, from the plan and from a firmware that is linked but not
 * run. */
#include "host/run/image_view.h"
#include "host/cli/io.h"
#include "host/cli/measure.h"
#include "host/graph/op_info.h"
#include "host/pipeline/trade.h"
#include "host/plan/memories.h"

/* A line of the table: an operator of the compiled graph, or a step of an image, which knows no operators. */
struct line {
    const char *what, *kernels, *output;
    int64_t macs, weights, tables; /* macs: -1 if unknown */
    int64_t alive;                 /* arena bytes that are alive during it; -1 if unknown */
};

/* Arena bytes that are worth something at one time; whole values rounded up as the planner does. */
struct alive {
    int64_t tensors, scratch, state;
};

struct profile {
    struct cli *cli;
    struct pipeline p;
    struct frame file;
    struct measure measure;
    struct report_text no_build; /* why nothing could be built, if the model is too large even for the emulator */
    struct footprint footprint;
    struct line *lines;
    int32_t n_lines;
    struct alive peak;    /* of a graph */
    int64_t state_bytes;  /* of an image */
    int64_t stack;        /* -1 if unknown */
    struct trade *trades; /* of a graph: its plans */
    int32_t n_trades;
};

/* ---- from the plan ---- */
static int64_t alive_sum(const struct alive *a) { return a->tensors + a->scratch + a->state; }

static struct alive alive_at(const struct plan *plan, int32_t time)
{
    struct alive a = {0, 0, 0};

    for (int32_t i = 0; i < plan->n_values; i++) {
        const struct value *v = &plan->values[i];
        int64_t bytes = (int64_t)align_up((size_t)v->bytes, ARENA_ALIGN);

        if (v->alias != VALUE_NONE || v->first > time || v->last < time)
            continue;
        if (v->live != NULL)
            bytes = v->live[time - v->first].to - v->live[time - v->first].from;
        a.tensors += v->kind == VALUE_ACTIVATION ? bytes : 0;
        a.scratch += v->kind == VALUE_SCRATCH ? bytes : 0;
        a.state += v->kind == VALUE_STATE ? bytes : 0;
    }
    return a;
}

static void find_peak(struct profile *r)
{
    const struct plan *plan = &r->p.plan;

    for (int32_t time = -1; time <= plan->schedule.n_calls; time++) {
        struct alive a = alive_at(plan, time);

        if (alive_sum(&a) > alive_sum(&r->peak))
            r->peak = a;
    }
}

/* Constants that several steps read count for the first. */
static void add_constants(const struct plan *plan, const struct step *s, bool *counted, struct line *line)
{
    for (int32_t i = 0; i < s->n_args; i++) {
        const struct value *v = &plan->values[s->args[i]];

        if (v->kind != VALUE_CONST || counted[s->args[i]])
            continue;
        counted[s->args[i]] = true;
        *(v->weight ? &line->weights : &line->tables) += v->bytes;
    }
}

static struct line operator_line(struct profile *r, int32_t op, bool *counted)
{
    const struct graph *g = &r->p.model.graphs[0];
    const struct plan *plan = &r->p.plan;
    struct pool *pool = &r->cli->pool;
    struct line line = {.what = op_info[g->ops[op].id].NAME, .macs = op_macs(g, &g->ops[op])};
    struct text kernel_names = {.pool = pool};
    char shape[96];

    for (int32_t i = 0; i < plan->n_steps; i++) {
        const struct step *s = &plan->steps[i];

        if (s->op != op)
            continue;
        text_add(&kernel_names, "%s%s", kernel_names.len > 0 ? " " : "", kernels[s->kernel]->name);
        add_constants(plan, s, counted, &line);
    }
    for (int32_t time = 0; time < plan->schedule.n_calls; time++) {
        struct alive a;

        if (plan->steps[plan->schedule.calls[time].step].op != op)
            continue;
        a = alive_at(plan, time);
        line.alive = alive_sum(&a) > line.alive ? alive_sum(&a) : line.alive;
    }
    line.kernels = kernel_names.len > 0 ? kernel_names.s : "";
    line.output = g->ops[op].n_out > 0 ? pool_strdup(pool, shape_text(op_out(g, &g->ops[op], 0), shape)) : "";
    return line;
}

static void profile_graph(struct profile *r)
{
    const struct graph *g = &r->p.model.graphs[0];
    bool *counted = pool_array(&r->cli->pool, (size_t)r->p.plan.n_values, sizeof *counted);

    r->lines = pool_array(&r->cli->pool, (size_t)g->n_ops, sizeof *r->lines);
    for (int32_t i = 0; i < g->n_ops; i++)
        if (g->ops[i].id != OP_NOP)
            r->lines[r->n_lines++] = operator_line(r, i, counted);
    find_peak(r);
}

static enum mote_status find_trades(struct profile *r)
{
    r->trades = pool_array(&r->cli->pool, TRADES_MAX, sizeof *r->trades);
    return trade_all(&r->p, &r->p.plan.options, r->measure.job.via_c, r->trades, &r->n_trades, &r->file);
}

/* ---- from an image ---- */
static void profile_image(struct profile *r)
{
    const struct mote_model *m = &r->measure.runner.model;
    bool *counted = pool_array(&r->cli->pool, m->n_tensors, sizeof *counted);

    r->n_lines = (int32_t)m->n_steps;
    r->lines = pool_array(&r->cli->pool, m->n_steps, sizeof *r->lines);
    for (uint32_t i = 0; i < m->n_steps; i++) {
        const struct mote_image_step *s = &m->steps[i];
        struct line *line = &r->lines[i];

        *line = (struct line){.what = "", .kernels = kernels[s->kernel]->name, .output = "", .macs = -1, .alive = -1};
        for (uint32_t k = 0; k < s->n_args; k++) {
            uint16_t index = m->args[s->args + k];
            const struct mote_image_tensor *t = &m->tensors[index];

            if (t->region == MOTE_REGION_IMAGE && !counted[index])
                *((t->flags & MOTE_TENSOR_WEIGHT) != 0 ? &line->weights : &line->tables) += t->bytes;
            counted[index] = true;
        }
    }
    for (uint32_t i = 0; i < m->n_tensors; i++)
        r->state_bytes += (m->tensors[i].flags & MOTE_TENSOR_STATE) != 0 ? m->tensors[i].bytes : 0;
}

/* ---- what is built ---- */
/* A model that is too large even for the emulated machine still has a plan: then only code is unknown. */
static enum mote_status build(struct profile *r)
{
    struct frame quiet = {.name = r->file.name, .index = -1, .sink = &r->no_build};
    enum mote_status status = measure_build(&r->measure, &r->p, &quiet);

    if (status == MOTE_ERR_FIT) {
        r->footprint = footprint_least(&r->measure.runner.model, &r->p.plan, false);
        status = MOTE_OK;
    } else {
        r->cli->error = r->no_build;
        r->footprint = measure_footprint(&r->measure);
    }
    r->stack = stack_bytes(&r->measure.runner.model, r->measure.board, r->measure.job.via_c);
    r->footprint.stack = r->stack > 0 ? r->stack : 0;
    return status;
}

/* ---- printing ---- */
static json_t *unknown_or(int64_t value) { return value < 0 ? json_null() : json_integer((json_int_t)value); }

static json_t *lines_json(const struct profile *r)
{
    json_t *all = json_array();

    for (int32_t i = 0; i < r->n_lines; i++) {
        const struct line *line = &r->lines[i];

        json_array_append_new(all, json_pack("{s:i, s:s, s:s, s:s, s:o, s:I, s:I, s:o}", "index", i, "operator",
                                             line->what, "kernels", line->kernels, "output_shape", line->output, "macs",
                                             unknown_or(line->macs), "weight_bytes", (json_int_t)line->weights,
                                             "table_bytes", (json_int_t)line->tables, "arena_bytes_alive",
                                             unknown_or(line->alive)));
    }
    return all;
}

static bool fits(const struct profile *r)
{
    return footprint_fits(&r->footprint, r->measure.board) && memory_too_small(&r->p.plan) == NULL;
}

static json_t *memories_json(const struct plan *plan)
{
    json_t *all = json_array();

    for (int32_t k = 0; k < plan->n_memories; k++) {
        const struct plan_memory *m = &plan->memories[k];

        json_array_append_new(all, json_pack("{s:o, s:I, s:I, s:I}", "memory", json_text(m->ram->name), "arena_bytes",
                                             (json_int_t)m->bytes, "available_bytes", (json_int_t)m->ram->size,
                                             "accessed_bytes", (json_int_t)m->accesses));
    }
    return all;
}

static json_t *ram_json(const struct profile *r)
{
    const struct footprint *f = &r->footprint;
    json_t *ram = json_pack("{s:I, s:I, s:o, s:I, s:I}", "arena_bytes", (json_int_t)f->arena, "data_bss_bytes",
                            (json_int_t)f->data_bss, "stack_bytes", unknown_or(r->stack), "total_bytes",
                            (json_int_t)(footprint_ram(f) - f->elsewhere), "available_bytes",
                            (json_int_t)footprint_ram_available(f, r->measure.board));

    if (!r->p.has_graph) {
        json_object_set_new(ram, "state_bytes", json_integer((json_int_t)r->state_bytes));
        return ram;
    }
    json_object_set_new(ram, "tensor_bytes", json_integer((json_int_t)r->peak.tensors));
    json_object_set_new(ram, "scratch_bytes", json_integer((json_int_t)r->peak.scratch));
    json_object_set_new(ram, "state_bytes", json_integer((json_int_t)r->peak.state));
    json_object_set_new(ram, "arena_bound_bytes", json_integer((json_int_t)r->p.plan.arena_bound));
    json_object_set_new(ram, "arena_gap_bytes",
                        json_integer((json_int_t)(r->p.plan.arena_bytes - alive_sum(&r->peak))));
    if (r->p.plan.n_memories > 0)
        json_object_set_new(ram, "memories", memories_json(&r->p.plan));
    return ram;
}

static json_t *trades_json(const struct profile *r)
{
    json_t *all = json_array();

    for (int32_t i = 0; i < r->n_trades; i++) {
        const struct trade *t = &r->trades[i];

        json_array_append_new(all, json_pack("{s:o, s:I, s:o, s:I, s:o}", "optimize",
                                             t->name ? json_string(t->name) : json_null(), "arena_bytes",
                                             (json_int_t)t->ram, "flash_bytes", unknown_or(t->flash), "instructions",
                                             (json_int_t)t->instructions, "milliseconds",
                                             t->time < 0 ? json_null() : json_real(t->time)));
    }
    return all;
}

static void print_json(const struct profile *r)
{
    const struct footprint *f = &r->footprint;
    bool built = r->no_build.status == MOTE_OK;
    json_t *flash = json_pack("{s:o, s:I, s:I, s:I, s:I}", "code_bytes", built ? json_integer(f->code) : json_null(),
                              "constant_bytes", (json_int_t)f->constants, "weight_bytes", (json_int_t)f->weights,
                              "total_bytes", (json_int_t)footprint_flash(f), "available_bytes",
                              (json_int_t)board_first_memory(r->measure.board, BOARD_FLASH)->size);

    cli_print_json(json_pack("{s:o, s:s, s:b, s:o, s:o, s:o, s:o, s:o, s:o}", "target",
                             json_text(r->measure.board->name), "via", r->measure.via, "fits", fits(r), "ram",
                             ram_json(r), "flash", flash, "macs", unknown_or(r->p.has_graph ? r->p.macs_executed : -1),
                             "macs_imported", unknown_or(r->p.has_graph ? r->p.macs_imported : -1), "operators",
                             lines_json(r), "plans", trades_json(r)));
}

static void number(int width, int64_t value)
{
    if (value < 0)
        printf(" %*s", width, "-");
    else
        printf(" %*lld", width, (long long)value);
}

static void print_lines(const struct profile *r)
{
    struct line sum = {.what = "in all", .kernels = "", .output = "", .alive = -1};

    printf("%3s  %-24s %-16s %-26s %12s %10s %8s %10s\n", "#", r->p.has_graph ? "operator" : "step", "output", "kernel",
           "MACs", "weights", "tables", "arena");
    for (int32_t i = 0; i <= r->n_lines; i++) {
        const struct line *line = i < r->n_lines ? &r->lines[i] : &sum;

        if (i < r->n_lines)
            printf("%3d", i);
        else
            printf("%3s", "");
        printf("  %-24.24s %-16s %-26s", line->what, line->output, line->kernels);
        number(12, line->macs);
        number(10, line->weights);
        number(8, line->tables);
        number(10, line->alive);
        putchar('\n');
        sum.macs = line->macs < 0 ? -1 : sum.macs + line->macs;
        sum.weights += line->weights;
        sum.tables += line->tables;
        sum.alive = line->alive > sum.alive ? line->alive : sum.alive;
    }
}

static void row(const char *what, int64_t value, const char *note)
{
    printf("  %-22s %12lld  %s\n", what, (long long)value, note);
}

/* Of an arena that is cut. */
static void print_memories(struct pool *pool, const struct plan *plan)
{
    for (int32_t k = 0; k < plan->n_memories; k++) {
        const struct plan_memory *m = &plan->memories[k];

        row(pool_printf(pool, "arena in %.12s", printable(pool, m->ram->name)), m->bytes,
            pool_printf(pool, "of %llu; %.0f bytes are accessed%s", (unsigned long long)m->ram->size, m->accesses,
                        k == 0 ? "; also data and stack" : ""));
    }
}

static void print_ram(const struct profile *r)
{
    struct pool *pool = &r->cli->pool;
    const struct footprint *f = &r->footprint;

    puts("RAM, bytes");
    if (r->p.has_graph) {
        row("tensors", r->peak.tensors, "where the arena is fullest");
        row("scratch", r->peak.scratch, "");
        row("state", r->peak.state, "");
        row("gap", f->arena - alive_sum(&r->peak),
            pool_printf(pool, "no arena can be smaller than %lld", (long long)r->p.plan.arena_bound));
    }
    row("arena", f->arena,
        r->p.has_graph ? "the sum of these" : pool_printf(pool, "%lld of them are state", (long long)r->state_bytes));
    row("data and bss", f->data_bss, "");
    if (r->stack >= 0)
        row("stack", r->stack, "at most, without interrupts; `mote emulate` measures it");
    print_memories(pool, &r->p.plan);
    row("in all", footprint_ram(f) - f->elsewhere,
        pool_printf(pool, r->stack >= 0 ? "of %lld" : "of %lld, without the stack",
                    (long long)footprint_ram_available(f, r->measure.board)));
}

static void print_flash(const struct profile *r)
{
    struct pool *pool = &r->cli->pool;
    const struct footprint *f = &r->footprint;

    puts("flash, bytes");
    if (r->no_build.status == MOTE_OK)
        row("code", f->code, "runtime or generated code, and kernels");
    else
        printf("  %-22s %12s  not known: %s\n", "code", "-", r->no_build.text);
    row("weights", f->weights, "weights, biases, per-channel tables");
    row("constants", f->constants, r->measure.job.via_c ? "tables" : "tables, and the rest of the image");
    row("in all", footprint_flash(f),
        pool_printf(pool, "of %llu", (unsigned long long)board_first_memory(r->measure.board, BOARD_FLASH)->size));
}

static void print_trades(const struct profile *r)
{
    puts("plans, as estimated (--optimize; those between are what --ram, --flash and --time choose from)");
    printf("  %-22s %12s %10s %14s %10s\n", "", "arena", "flash", "instructions", "ms");
    for (int32_t i = 0; i < r->n_trades; i++) {
        const struct trade *t = &r->trades[i];

        printf("  %-22s", t->name ? t->name : "");
        number(12, t->ram);
        number(10, t->flash);
        number(14, (int64_t)t->instructions);
        if (t->time < 0)
            printf(" %10s\n", "-");
        else
            printf(" %10.3f\n", t->time);
    }
}

static void print_text(const struct profile *r)
{
    print_lines(r);
    printf("\n%s, via %s\n", r->measure.board->name, r->measure.via);
    print_ram(r);
    print_flash(r);
    if (r->p.has_graph)
        printf("MACs: %lld as imported, %lld as executed\n", (long long)r->p.macs_imported,
               (long long)r->p.macs_executed);
    if (r->n_trades > 0)
        print_trades(r);
    puts("Instructions and cycles: `mote emulate`.");
    puts(fits(r) ? "It fits." : "It does not fit.");
}

static enum mote_status run_profile(struct cli *cli)
{
    struct profile r = {.cli = cli};

    TRY(cli_compile(cli, &r.p, &r.file));
    TRY(measure_open(cli, &r.p, &r.file, &r.measure));
    if (r.p.has_graph)
        TRY(find_trades(&r));
    if (r.p.has_graph)
        profile_graph(&r);
    else
        profile_image(&r);
    TRY(build(&r));
    if (cli->json)
        print_json(&r);
    else
        print_text(&r);
    return MOTE_OK;
}

const struct command command_profile = {
    .name = "profile",
    .arguments = "M --target BOARD [--via image|c]",
    .summary = "what a model costs on a board: RAM, flash, multiplications",
    .details =
        "Compiles and links the firmware without running it; `mote emulate` adds instructions and cycles and measures "
        "the stack,\n"
        "which here is the most that the functions' frames can add up to. The table has a line for each operator of "
        "the compiled graph: multiply-accumulates of an inference, bytes of weights and of\n"
        "tables (what several share counts for the first), arena bytes that are alive during it. A .mote knows steps\n"
        "instead of operators, and no multiply-accumulates. A model that does not fit is profiled all the same.\n\n"
        "JSON keys: target, via, fits, macs, macs_imported;\n"
        "ram: {arena_bytes, tensor_bytes, scratch_bytes and state_bytes (where the arena is fullest),\n"
        "  arena_bound_bytes (no arena can be smaller), arena_gap_bytes, data_bss_bytes, stack_bytes (null: not\n"
        "  known for the core), total_bytes, available_bytes, memories (of an arena that several memories share:\n"
        "  [{memory, arena_bytes, available_bytes, accessed_bytes}]; total and available are the first's then)};\n"
        "flash: {code_bytes (null: not known), constant_bytes, weight_bytes, total_bytes, available_bytes};\n"
        "plans (of a graph; what --optimize and limits choose from, estimated): [{optimize (\"ram, balanced\"; null: a "
        "plan between),\n"
        "  arena_bytes, flash_bytes, instructions, milliseconds (null: not known for the core)}];\n"
        "operators: [{index, operator, kernels, output_shape, macs, weight_bytes, table_bytes, arena_bytes_alive}].",
    .example = "mote profile kws.tflite --target nano-33-ble-sense --via c",
    .positional_min = 1,
    .positional_max = 1,
    .options = (const struct option[]){MEASURE_OPTIONS, OPTIMIZE_OPTION, PASS_OPTIONS, {NULL, NULL, NULL}},
    .run = run_profile,
};

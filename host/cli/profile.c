/* SPDX-License-Identifier: Apache-2.0 */
/* mote profile */
#include "host/cli/cost_show.h"
#include "host/cli/io.h"
#include "host/cli/measure_show.h"
#include "host/deploy/profile.h"
#include "host/jobs/life_device_board.h"
#include "host/report/columns.h"
#include "host/report/html.h"

/* ---- printing ---- */
static json_t *unknown_or(int64_t value) { return value < 0 ? json_null() : json_integer((json_int_t)value); }

static json_t *lines_json(const struct profile *r, const struct cost *cost)
{
    json_t *all = json_array();

    for (int32_t i = 0; i < r->n_lines; i++) {
        const struct profile_line *line = &r->lines[i];
        json_t *json = json_pack("{s:i, s:s, s:s, s:s, s:o, s:I, s:I, s:o}", "index", i, "operator", line->what,
                                 "kernels", line->kernels, "output_shape", line->output, "macs", unknown_or(line->macs),
                                 "weight_bytes", (json_int_t)line->weights, "table_bytes", (json_int_t)line->tables,
                                 "arena_bytes_alive", unknown_or(line->alive));

        cost_part_json(json, cost, &cost->lines[i]);
        json_array_append_new(all, json);
    }
    return all;
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

    if (!r->p->has_graph) {
        json_object_set_new(ram, "state_bytes", json_integer((json_int_t)r->state_bytes));
        return ram;
    }
    json_object_set_new(ram, "tensor_bytes", json_integer((json_int_t)r->peak.tensors));
    json_object_set_new(ram, "scratch_bytes", json_integer((json_int_t)r->peak.scratch));
    json_object_set_new(ram, "state_bytes", json_integer((json_int_t)r->peak.state));
    json_object_set_new(ram, "arena_bound_bytes", json_integer((json_int_t)r->p->plan.arena_bound));
    json_object_set_new(ram, "arena_gap_bytes",
                        json_integer((json_int_t)(r->p->plan.arena_bytes - profile_alive_sum(&r->peak))));
    if (r->p->plan.n_memories > 0)
        json_object_set_new(ram, "memories", memories_json(&r->p->plan));
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

static json_t *profile_json(const struct profile *r, const struct cost *cost)
{
    const struct footprint *f = &r->footprint;
    bool built = r->no_build.status == MOTE_OK;
    json_t *flash = json_pack("{s:o, s:I, s:I, s:I, s:I}", "code_bytes", built ? json_integer(f->code) : json_null(),
                              "constant_bytes", (json_int_t)f->constants, "weight_bytes", (json_int_t)f->weights,
                              "total_bytes", (json_int_t)footprint_flash(f), "available_bytes",
                              (json_int_t)board_first_memory(r->measure.board, BOARD_FLASH)->size);

    json_t *json =
        json_pack("{s:o, s:s, s:b, s:o, s:o, s:o, s:o, s:o, s:o}", "target", json_text(r->measure.board->name), "via",
                  measure_via(&r->measure), "fits", r->fits, "ram", ram_json(r), "flash", flash, "macs",
                  unknown_or(r->p->has_graph ? r->p->macs_executed : -1), "macs_imported",
                  unknown_or(r->p->has_graph ? r->p->macs_imported : -1), "operators", lines_json(r, cost), "plans",
                  trades_json(r));

    cost_json(json, cost);
    return json;
}

static const char *count_text(struct pool *pool, int64_t value)
{
    return value < 0 ? "-" : pool_printf(pool, "%lld", (long long)value);
}

static void add_line(struct table *t, const char *number, const struct profile_line *line)
{
    TABLE_ROW(t, number, printable(t->pool, line->what), line->output, line->kernels, count_text(t->pool, line->macs),
              count_text(t->pool, line->weights), count_text(t->pool, line->tables), count_text(t->pool, line->alive));
}

static void print_lines(const struct profile *r)
{
    const struct column columns[] = {{"#", true, 0},       {r->p->has_graph ? "operator" : "step", false, 8},
                                     {"output", false, 6}, {"kernel", false, 8},
                                     {"MACs", true, 0},    {"weights", true, 0},
                                     {"tables", true, 0},  {"arena", true, 0}};
    struct profile_line sum = {.what = "in all", .kernels = "", .output = "", .alive = -1};
    struct table t = {.pool = r->pool, .columns = columns, .n_columns = COUNT(columns)};

    for (int32_t i = 0; i < r->n_lines; i++) {
        const struct profile_line *line = &r->lines[i];

        add_line(&t, pool_printf(r->pool, "%d", (int)i), line);
        sum.macs = line->macs < 0 ? -1 : sum.macs + line->macs;
        sum.weights += line->weights;
        sum.tables += line->tables;
        sum.alive = line->alive > sum.alive ? line->alive : sum.alive;
    }
    add_line(&t, "", &sum);
    table_print(&t, stdout);
}

static void row(const char *what, int64_t value, const char *note)
{
    char text[24];

    snprintf(text, sizeof text, "%lld", (long long)value);
    cost_row(what, text, note);
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
    struct pool *pool = r->pool;
    const struct footprint *f = &r->footprint;

    puts("RAM, bytes");
    if (r->p->has_graph) {
        row("tensors", r->peak.tensors, "where the arena is fullest");
        row("scratch", r->peak.scratch, "");
        row("state", r->peak.state, "");
        row("gap", f->arena - profile_alive_sum(&r->peak),
            pool_printf(pool, "no arena can be smaller than %lld", (long long)r->p->plan.arena_bound));
    }
    row("arena", f->arena,
        r->p->has_graph ? "the sum of these" : pool_printf(pool, "%lld of them are state", (long long)r->state_bytes));
    row("data and bss", f->data_bss, "");
    if (r->stack >= 0)
        row("stack", r->stack, "at most, without interrupts; `mote emulate` measures it");
    print_memories(pool, &r->p->plan);
    row("in all", footprint_ram(f) - f->elsewhere,
        pool_printf(pool, r->stack >= 0 ? "of %lld" : "of %lld, without the stack",
                    (long long)footprint_ram_available(f, r->measure.board)));
}

static void print_flash(const struct profile *r)
{
    struct pool *pool = r->pool;
    const struct footprint *f = &r->footprint;

    puts("flash, bytes");
    if (r->no_build.status == MOTE_OK)
        row("code", f->code, "runtime or generated code, and kernels");
    else
        cost_row("code", "-", pool_printf(pool, "not known: %s: %s", printable(pool, r->p->path), r->no_build.text));
    row("weights", f->weights, "weights, biases, per-channel tables");
    row("constants", f->constants, r->measure.job.via_c ? "tables" : "tables, and the rest of the image");
    row("in all", footprint_flash(f),
        pool_printf(pool, "of %llu", (unsigned long long)board_first_memory(r->measure.board, BOARD_FLASH)->size));
}

static void print_trades(const struct profile *r)
{
    static const struct column columns[] = {
        {"", false, 0}, {"arena", true, 0}, {"flash", true, 0}, {"instructions", true, 0}, {"ms", true, 0}};
    struct table t = {.pool = r->pool, .columns = columns, .n_columns = COUNT(columns)};

    print_wrapped(stdout,
                  "plans, as estimated (--optimize; those between are what --ram, --flash and --time choose from)", 0,
                  0, columns_of(stdout));
    putchar('\n');
    for (int32_t i = 0; i < r->n_trades; i++) {
        const struct trade *x = &r->trades[i];

        TABLE_ROW(&t, pool_printf(r->pool, "  %s", x->name != NULL ? x->name : ""), count_text(r->pool, x->ram),
                  count_text(r->pool, x->flash), count_text(r->pool, (int64_t)x->instructions),
                  x->time < 0 ? "-" : pool_printf(r->pool, "%.3f", x->time));
    }
    table_print(&t, stdout);
}

static void print_text(const struct profile *r, const struct cost *cost)
{
    print_lines(r);
    printf("\n%s, via %s\n", r->measure.board->name, measure_via(&r->measure));
    print_ram(r);
    print_flash(r);
    if (r->p->has_graph)
        printf("MACs: %lld as imported, %lld as executed\n", (long long)r->p->macs_imported,
               (long long)r->p->macs_executed);
    if (r->n_trades > 0)
        print_trades(r);
    cost_print(r->pool, r, cost);
    puts(r->fits ? "It fits." : "It does not fit.");
}

static enum mote_status profile_one(struct cli *cli, struct pipeline *p, struct profile *r, struct cost *cost)
{
    struct measure m;
    struct frame file;
    struct usage usage;

    TRY(cost_read_usage(cli, &usage));
    TRY(cli_compile(cli, p, &file));
    TRY(measure_read_options(cli, p, &m, &file));
    TRY(profile_make(&cli->pool, p, &m, r, &file));
    return cost_make(r, &usage, !cli_flag(cli, "--estimate"), cost, &file);
}

/* The command as if its model number `i` were the only one; of two --optimize each model has its own. */
static struct cli only(const struct cli *cli, size_t i)
{
    struct cli one = *cli;

    one.positional = cli->positional + i;
    one.n_positional = 1;
    if (cli_value_at(cli, "--optimize", 1) != NULL) {
        size_t seen = 0;

        one.given = pool_array(&one.pool, cli->n_given, sizeof *one.given);
        one.n_given = 0;
        for (size_t k = 0; k < cli->n_given; k++)
            if (strcmp(cli->given[k].option->name, "--optimize") != 0 || seen++ == i)
                one.given[one.n_given++] = cli->given[k];
    }
    return one;
}

static enum mote_status run_compare(struct cli *cli)
{
    struct pipeline p[2];
    struct profile r[2];
    struct cost cost[2];

    for (size_t i = 0; i < 2; i++) {
        struct cli one = only(cli, i);
        enum mote_status status = profile_one(&one, &p[i], &r[i], &cost[i]);

        cli->pool = one.pool;
        cli->error = one.error;
        TRY(status);
    }
    if (cli->json)
        cli_print_json(json_pack("{s:[o, o]}", "models", profile_json(&r[0], &cost[0]), profile_json(&r[1], &cost[1])));
    else
        cost_print_both(cli->positional, r, cost);
    return MOTE_OK;
}

/* The sections of `mote report` that are about the board. */
static enum mote_status write_page(struct cli *cli, const struct profile *r, const struct cost *cost)
{
    const char *path = cli_value(cli, "--html");
    const struct frame file = {.name = path, .index = -1, .sink = &cli->error};
    struct life_board board;
    const char *slash = strrchr(r->p->path, '/');
    const struct html_report page = {.title = slash != NULL ? slash + 1 : r->p->path, .life.board = &board};

    if (path == NULL)
        return MOTE_OK;
    life_device(&cli->pool, r, cost, &board);
    return html_report_write(&page, path, &file);
}

static enum mote_status run_profile(struct cli *cli)
{
    struct pipeline p;
    struct profile r;
    struct cost cost;

    if (cli_flag(cli, "--compare") != (cli->n_positional == 2))
        return usage_error(cli, "--compare wants two models, and two models want --compare");
    if (cli->n_positional == 2 && cli_value(cli, "--html") != NULL)
        return usage_error(cli, "--html is a page about one model: `mote report` shows those of a folder");
    if (cli->n_positional == 2)
        return run_compare(cli);
    TRY(profile_one(cli, &p, &r, &cost));
    TRY(write_page(cli, &r, &cost));
    if (cli->json)
        cli_print_json(profile_json(&r, &cost));
    else
        print_text(&r, &cost);
    return MOTE_OK;
}

const struct command command_profile = {
    .name = "profile",
    .arguments = "M --target BOARD [--via image|c] [--every TIME] [--battery CHARGE@V]; or --compare A B",
    .summary = "what a model costs on a board: RAM, flash, time, energy, battery life",
    .details =
        "Compiles and links the firmware. `mote emulate` measures the stack, which here is the most that the "
        "functions'\n"
        "frames can add up to. The table has a line for each operator of the compiled graph: multiply-accumulates of "
        "an\n"
        "inference, bytes of weights and of tables (what several share counts for the first), arena bytes that are "
        "alive during it. A .mote knows steps\n"
        "instead of operators, and no multiply-accumulates. A model that does not fit is profiled all the "
        "same.\n" COST_DETAILS
        "--compare shows two models beside each other, or one with two plans (--optimize speed --optimize ram).\n"
        "--html leaves a page, too: what fits, time and energy of each operator, the arena, the battery's curve, as "
        "in\n"
        "`mote report` (docs/REPORT.md).\n\n"
        "JSON keys: target, via, fits, macs, macs_imported;\n"
        "ram: {arena_bytes, tensor_bytes, scratch_bytes and state_bytes (where the arena is fullest),\n"
        "arena_bound_bytes (no arena can be smaller), arena_gap_bytes, data_bss_bytes, stack_bytes (null: not\n"
        "known for the core), total_bytes, available_bytes, memories (of an arena that several memories share:\n"
        "[{memory, arena_bytes, available_bytes, accessed_bytes}]; total and available are the first's then)};\n"
        "flash: {code_bytes (null: not known), constant_bytes, weight_bytes, total_bytes, available_bytes};\n"
        "plans (of a graph; what --optimize and limits choose from, estimated): [{optimize (\"ram, balanced\"; null: a "
        "plan between),\n"
        "arena_bytes, flash_bytes, instructions, milliseconds (null: not known for the core)}];\n"
        "operators: [{index, operator, kernels, output_shape, macs, weight_bytes, table_bytes, arena_bytes_alive, and "
        "the\n"
        "cost of it}].\n\n"
        "The cost, of the model and of each operator; each but counted instructions has _low and _high, too:\n"
        "instructions, loads, stores, multiplies, branches, other (if counted), documented_cycles, wait_cycles "
        "(exact),\n"
        "cycles, milliseconds, energy_uj (null: no source). Of the model also instructions_from (counted, kernels, "
        "unknown),\n"
        "cycles_from (timing, instructions, unknown), clock_hz, volts, power: {active, rest, wakeup (null: no "
        "source): "
        "{state,\n"
        "kind, supply, volts, milliamps, milliamps_most, microcoulombs, microseconds, source}}, best_clock_hz, "
        "best_volts "
        "and\n"
        "best_energy_uj (of a board with figures for several clocks or voltages: where it draws least and is in time); "
        "with --every or --duty period_s, duty, active_ua, "
        "rest_ua,\n"
        "wakeup_ua, sensor_ua, radio_ua, average_ua (null: not known), battery_days (null: no battery, or not "
        "known).\n\n"
        "With --compare models: [two of these].",
    .example = "mote profile kws.tflite --target nano-33-ble-sense \\\n      --every 1s --battery 220mAh@3V",
    .positional_min = 1,
    .positional_max = 2,
    .options = (const struct option[]){MEASURE_OPTIONS,
                                       COST_OPTIONS,
                                       {"--compare", NULL, "two models, or one with two plans"},
                                       {"--html", "FILE", "a page that shows it, too"},
                                       OPTIMIZE_OPTION,
                                       SHAPE_OPTION,
                                       PASS_OPTIONS,
                                       {NULL, NULL, NULL}},
    .run = run_profile,
};

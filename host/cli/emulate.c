/* SPDX-License-Identifier: Apache-2.0 */
/* mote emulate: a model on an emulated board, measured. */
#include "host/report/columns.h"
#include "host/cli/io.h"
#include "host/cli/measure_show.h"

static json_t *instructions_json(const struct emulate_result *r, size_t n)
{
    json_t *each = json_array();

    for (size_t i = 0; i < n; i++)
        json_array_append_new(each, json_integer((json_int_t)r->instructions[i]));
    return each;
}

static double milliseconds(const struct measure *m, const struct firmware_counts *c)
{
    return (double)c->cycles * 1e3 / (double)m->board->clock_hz;
}

/* Of the first inference: what a core's instructions were, and its cycles where they are documented. */
static void add_classes(json_t *json, const struct measure *m)
{
    const struct firmware_counts *c = m->result.counts;

    if (!c)
        return;
    json_object_set_new(json, "loads", json_integer((json_int_t)c->loads));
    json_object_set_new(json, "load_words", json_integer((json_int_t)c->load_words));
    json_object_set_new(json, "stores", json_integer((json_int_t)c->stores));
    json_object_set_new(json, "store_words", json_integer((json_int_t)c->store_words));
    json_object_set_new(json, "multiplies", json_integer((json_int_t)c->multiplies));
    json_object_set_new(json, "divides", json_integer((json_int_t)c->divides));
    json_object_set_new(json, "branches", json_integer((json_int_t)c->branches));
    json_object_set_new(json, "taken_branches", json_integer((json_int_t)c->taken_branches));
    if (c->cycles > 0) {
        json_object_set_new(json, "cycles", json_integer((json_int_t)c->cycles));
        json_object_set_new(json, "milliseconds", json_real(milliseconds(m, c)));
    }
    if (c->crude_cycles > 0)
        json_object_set_new(json, "crude_cycles", json_integer((json_int_t)c->crude_cycles));
}

static json_t *functions_json(const struct emulate_result *r)
{
    json_t *all = json_array();

    for (int32_t i = 0; i < r->n_functions; i++)
        json_array_append_new(all, json_pack("{s:s, s:I}", "name", r->functions[i].name, "instructions",
                                             (json_int_t)r->functions[i].instructions));
    return all;
}

static void print_json(const struct measure *m, const struct footprint *f, const struct inferences *x)
{
    const struct emulate_result *r = &m->result;
    json_t *json =
        json_pack("{s:o, s:s, s:I, s:I, s:o, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:o}", "target",
                  json_text(m->board->name), "via", measure_via(m), "inferences", (json_int_t)x->n, "instructions",
                  (json_int_t)r->instructions[0], "instructions_each", instructions_json(r, x->n), "setup_instructions",
                  (json_int_t)(r->setup_instructions - r->checksum_instructions), "checksum_instructions",
                  (json_int_t)r->checksum_instructions, "arena_bytes", (json_int_t)f->arena, "data_bss_bytes",
                  (json_int_t)f->data_bss, "stack_bytes", (json_int_t)f->stack, "code_bytes", (json_int_t)f->code,
                  "constant_bytes", (json_int_t)f->constants, "weight_bytes", (json_int_t)f->weights,
                  "harness_code_bytes", (json_int_t)r->harness_code_bytes, "harness_ram_bytes",
                  (json_int_t)r->harness_ram_bytes, "outputs", inference_json(x, 0));

    add_classes(json, m);
    if (m->job.per_function)
        json_object_set_new(json, "functions", functions_json(r));
    if (x->n > 1)
        json_object_set_new(json, "results", inferences_json(x));
    cli_print_json(json);
}

static void row(const char *what, int64_t value, const char *note)
{
    print_fitting(stdout, "  %-30s %12lld%s%s\n", what, (long long)value, note[0] != '\0' ? "  " : "", note);
}

static void print_instructions(const struct emulate_result *r, size_t n)
{
    int64_t sum = 0;

    for (size_t i = 0; i < n; i++)
        sum += r->instructions[i];
    puts("instructions");
    row(n > 1 ? "first inference" : "inference", r->instructions[0], "");
    if (n > 1)
        row("mean of all inferences", sum / (int64_t)n, "");
    row("set-up", r->setup_instructions - r->checksum_instructions, "besides the checksum");
    row("checksum", r->checksum_instructions, "");
}

static void print_classes(const struct measure *m)
{
    struct pool *pool = m->pool;
    const struct firmware_counts *c = m->result.counts;

    if (!c)
        return;
    puts("of the first inference's");
    row("loads", c->loads, pool_printf(pool, "%lld words", (long long)c->load_words));
    row("stores", c->stores, pool_printf(pool, "%lld words", (long long)c->store_words));
    row("multiplications", c->multiplies, "");
    row("divisions", c->divides, "");
    row("branches", c->branches, pool_printf(pool, "%lld taken", (long long)c->taken_branches));
    if (c->cycles > 0)
        row("cycles, estimated", c->cycles,
            pool_printf(pool, "%.4g ms at %.4g MHz, no wait states (docs/CYCLES.md)", milliseconds(m, c),
                        (double)m->board->clock_hz / 1e6));
    else
        printf("  cycles: no timing of %s is documented\n", printable(pool, m->board->timing));
}

/* Where instructions went, set-up included. */
static void print_functions(struct pool *pool, const struct emulate_result *r)
{
    int64_t all = 0;

    for (int32_t i = 0; i < r->n_functions; i++)
        all += r->functions[i].instructions;
    puts("instructions by function, of set-up and all inferences");
    for (int32_t i = 0; i < r->n_functions && r->functions[i].instructions > 0; i++)
        row(r->functions[i].name, r->functions[i].instructions,
            pool_printf(pool, "%.1f %%", 100.0 * (double)r->functions[i].instructions / (double)all));
}

static void print_text(const struct measure *m, const struct footprint *f, const struct inferences *x,
                       const struct class_names *classes)
{
    struct pool *pool = m->pool;

    inferences_print(x, classes);
    print_fitting(stdout, "\n%s (%s), via %s, %zu inference%s\n", m->board->name, m->board->core, measure_via(m), x->n,
                  x->n == 1 ? "" : "s");
    print_instructions(&m->result, x->n);
    print_classes(m);
    if (m->job.per_function)
        print_functions(pool, &m->result);
    puts("flash, bytes");
    row("code", f->code, "");
    row("constants", f->constants, "");
    row("weights", f->weights, "");
    row("in all", footprint_flash(f),
        pool_printf(pool, "of %llu", (unsigned long long)board_first_memory(m->board, BOARD_FLASH)->size));
    puts("RAM, bytes");
    row("arena", f->arena - f->elsewhere, "");
    row("data and bss", f->data_bss, "");
    row("stack", f->stack, "");
    row("in all", footprint_ram(f) - f->elsewhere,
        pool_printf(pool, "of %lld", (long long)footprint_ram_available(f, m->board)));
    if (f->elsewhere > 0)
        row("in other memories", f->elsewhere, "of the arena");
    print_fitting(stdout,
                  "not counted: start-up, semihosting and harness, %lld bytes of code and constants, %lld of RAM\n",
                  (long long)m->result.harness_code_bytes, (long long)m->result.harness_ram_bytes);
}

/* The model on the board, its outputs in x. */
static enum mote_status emulate(struct cli *cli, struct measure *m, const struct pipeline *p, struct inferences *x,
                                const struct frame *file)
{
    bool raw;

    TRY(cli_read_inferences(cli, &m->runner.model, x));
    if (x->n > INT32_MAX)
        return fail(file, MOTE_ERR_MEMORY, "%zu inferences are more than one run takes", x->n);
    inferences_make_outputs(&cli->pool, x);
    raw = x->rows == 0 && x->raw.size > 0 && measure_feeds_raw(m, x->raw.data);
    m->job.input = inferences_gather(&cli->pool, x, raw);
    m->job.n = (int32_t)x->n;
    m->job.reset_each = x->reset_each;
    m->job.per_class = true;
    m->job.per_function = cli_flag(cli, "--functions");
    TRY(measure_run(m, p, file));
    return inferences_scatter(x, m->result.output, file);
}

static enum mote_status run_emulate(struct cli *cli)
{
    struct class_names classes;
    struct footprint f;
    struct inferences x;
    struct measure m;
    struct pipeline p;
    struct frame file;

    TRY(cli_compile(cli, &p, &file));
    TRY(measure_read_options(cli, &p, &m, &file));
    TRY(measure_check(&m, &p, &file));
    TRY(emulate(cli, &m, &p, &x, &file));
    f = measure_footprint(&m);
    classes = class_names_of(&cli->pool, &m.runner.model);
    TRY(cli_write_outputs(cli, &x));
    if (cli->json)
        print_json(&m, &f, &x);
    else
        print_text(&m, &f, &x, &classes);
    return MOTE_OK;
}

const struct command command_emulate = {
    .name = "emulate",
    .arguments = "M --target BOARD --via image|c --input F [--raw] [--output F] [--reset-each]",
    .summary = "runs a model on an emulated board and measures it",
    .details =
        "Cross-compiles the model with a measuring harness, runs it on the board's emulator and prints what it "
        "computed\n"
        "and what it took. A model that does not fit the board is refused.\n" INPUT_DETAILS
        "Samples come to the board raw where the model's preprocessing is for them: its own set_input, whose code\n"
        "then counts, makes the input, outside of the instructions that are counted.\n"
        "--via image needs no graph: M may be a .mote; --via c does.\n\n"
        "Sizes are the model's share: start-up, semihosting and the harness are counted apart. Weights are weights,\n"
        "biases and per-channel tables; constants all other read-only data, with the rest of the image; set-up is\n"
        "opening the model, besides the image's checksum. Cycles are estimated from the core's documented timing, "
        "without\n"
        "wait states and caches (docs/CYCLES.md has the assumptions); a core without a documented timing has none.\n\n"
        "JSON keys: target, via, inferences, instructions (of the first inference), instructions_each,\n"
        "setup_instructions, checksum_instructions; of the first inference loads, load_words, stores, store_words,\n"
        "multiplies, divides, branches, taken_branches, cycles, milliseconds (at the board's clock), crude_cycles (of "
        "a\n"
        "Cortex-M4), each absent where it is not known; arena_bytes, data_bss_bytes, stack_bytes, code_bytes,\n"
        "constant_bytes, weight_bytes, harness_code_bytes, harness_ram_bytes, outputs (of the first inference):\n"
        "[{name, type, shape, scale, zero_point, data, real}], and with several inferences results: [{outputs}], of "
        "an\n"
        "anomaly detector with score and anomaly (mote help run). With --functions, functions: [{name, "
        "instructions}] of\n"
        "set-up and all inferences, the most first; what a compiler puts into its caller counts there, and the "
        "checksum twice.",
    .example = "mote emulate kws.tflite --target mps2-an386 --input sample.bin",
    .positional_min = 1,
    .positional_max = 1,
    .options = (const struct option[]){MEASURE_OPTIONS,
                                       INPUT_OPTIONS,
                                       DATA_OPTIONS,
                                       OPTIMIZE_OPTION,
                                       FEED_OPTION,
                                       BOUNDARY_OPTION,
                                       SHAPE_OPTION,
                                       PASS_OPTIONS,
                                       {"--functions", NULL, "count the instructions of each function, too"},
                                       {NULL, NULL, NULL}},
    .run = run_emulate,
};

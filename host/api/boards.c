/* SPDX-License-Identifier: Apache-2.0 */
/* libmote_boards. */
#include <math.h>

#include "host/api/context.h"
#include "host/api/mote_boards.h"
#include "host/deploy/measure.h"
#include "host/plan/memories.h"

/* ---- what there is ---- */
API const char *mote_core_name(int32_t i)
{
    static const char *const names[] = {
        "host",
#define CORE(id, NAME, name, features) name,
#include "mote/ops/cores_def.h"
    };

    return i >= 0 && i < (int32_t)COUNT(names) ? names[i] : NULL;
}

struct mote_boards {
    struct pool pool; /* that the handle itself lies in */
    int32_t n;
    struct mote_board *boards;
};

struct list_call {
    struct call call;
    struct mote_boards *out;
};

static struct mote_board board_of(const struct board *b)
{
    return (struct mote_board){.name = b->name,
                               .title = b->title,
                               .core = b->core,
                               .emulator = b->emulator,
                               .clock_hz = b->clock_hz,
                               .flash = board_memory_bytes(b, BOARD_FLASH),
                               .ram = board_memory_bytes(b, BOARD_RAM),
                               .takes_image = board_takes(b, BOARD_IMAGE),
                               .takes_c = board_takes(b, BOARD_C)};
}

static enum mote_status list_boards(struct call *call)
{
    struct list_call *c = (struct list_call *)call;
    const struct board *board;
    const char **names;

    c->out = pool_alloc(&call->pool, sizeof *c->out);
    call->handle = &c->out->pool;
    TRY(board_list(&call->pool, &names, &c->out->n, call->at));
    c->out->boards = pool_array(&call->pool, (size_t)c->out->n, sizeof *c->out->boards);
    for (int32_t i = 0; i < c->out->n; i++) {
        TRY(board_load(&call->pool, names[i], &board, call->at));
        c->out->boards[i] = board_of(board);
    }
    return MOTE_OK;
}

API int mote_boards_list(struct mote_context *context, struct mote_boards **out)
{
    struct list_call c = {.call = {.context = context, .work = list_boards}};
    const int status = api_call(&c.call);

    *out = status == MOTE_OK ? c.out : NULL;
    return status;
}

API int32_t mote_boards_count(const struct mote_boards *boards) { return boards->n; }

API int mote_boards_get(const struct mote_boards *boards, int32_t i, struct mote_board *out)
{
    if (i < 0 || i >= boards->n)
        return MOTE_ERR_USAGE;
    *out = boards->boards[i];
    return MOTE_OK;
}

API void mote_boards_free(struct mote_boards *boards) { api_free((struct pool *)boards); }

/* ---- a model for a board ---- */
struct compile_call {
    struct call call;
    const struct mote_graph *graph;
    const struct mote_compile_options *compile_options;
    const struct mote_board_options *options;
    struct mote_compiled *out;
};

static enum mote_status compile(struct call *call)
{
    struct compile_call *c = (struct compile_call *)call;
    const struct frame file = api_file(call, c->graph->name);
    struct mote_compile_options o;
    struct mote_board_options board;
    struct pipeline_options options;
    struct target target;

    TRY(api_options(call, c->compile_options, &o, sizeof o));
    TRY(api_options(call, c->options, &board, sizeof board));
    TRY(target_find(&call->pool, o.target, &target, call->at));
    if (target.board == NULL)
        return fail(call->at, MOTE_ERR_USAGE, "`target` is no board: mote_boards_list() has them");
    TRY(board_check_way(target.board, board.via_c != 0 ? BOARD_C : BOARD_IMAGE, "via_c", call->at));
    TRY(api_compile_options(call, &o, &target, &options));
    options.via_c = board.via_c != 0;
    options.limits = (struct limits){.ram = board.ram, .flash = board.flash, .time = board.milliseconds};
    return api_compile(call, c->graph, &o, &options, &c->out, &file);
}

API int mote_board_compile(struct mote_context *context, const struct mote_graph *graph,
                           const struct mote_compile_options *compile_options, const struct mote_board_options *options,
                           struct mote_compiled **out)
{
    struct compile_call c = {.call = {.context = context, .work = compile},
                             .graph = graph,
                             .compile_options = compile_options,
                             .options = options};
    const int status = api_call(&c.call);

    *out = status == MOTE_OK ? c.out : NULL;
    return status;
}

/* ---- what it takes there ---- */
/* A call that measures: the model, whose pools are the call's, on its board. */
struct measure_call {
    struct call call;
    const struct mote_compiled *compiled;
    struct frame file;
    struct pipeline p;
    struct measure measure;
    struct mote_footprint footprint;
};

static enum mote_status begin(struct measure_call *c)
{
    struct call *call = &c->call;

    c->file = api_file(call, c->compiled->name);
    if (c->compiled->p.target.board == NULL)
        return fail(&c->file, MOTE_ERR_USAGE, "it is compiled for no board: mote_board_compile() does that");
    c->p = c->compiled->p;
    c->p.pool = c->p.plan.pool = &call->pool;
    TRY(measure_open(&call->pool, &c->p, c->compiled->via_c, &c->measure, &c->file));
    c->measure.progress = &call->context->progress;
    return MOTE_OK;
}

static void end_measure(struct call *call) { measure_end(&((struct measure_call *)call)->measure); }

static struct mote_footprint footprint_of(const struct measure_call *c, const struct footprint *f)
{
    const struct board *b = c->measure.board;

    assert(b != NULL && f->stack >= 0);
    return (struct mote_footprint){.code = f->code,
                                   .constants = f->constants,
                                   .weights = f->weights,
                                   .arena = f->arena,
                                   .data_bss = f->data_bss,
                                   .stack = f->stack,
                                   .arena_elsewhere = f->elsewhere,
                                   .flash_available = (int64_t)board_first_memory(b, BOARD_FLASH)->size,
                                   .ram_available = footprint_ram_available(f, b),
                                   .fits = footprint_fits(f, b) && memory_too_small(&c->p.plan) == NULL};
}

/* With the stack as the functions' frames add up. */
static struct mote_footprint footprint_with_frames(const struct measure_call *c, struct footprint f)
{
    const int64_t stack = stack_bytes(&c->measure.runner.model, c->measure.board, c->compiled->via_c);
    struct mote_footprint out;

    f.stack = stack > 0 ? stack : 0;
    out = footprint_of(c, &f);
    out.stack = stack;
    return out;
}

static enum mote_status fit(struct call *call)
{
    struct measure_call *c = (struct measure_call *)call;

    TRY(begin(c));
    c->footprint = footprint_with_frames(c, footprint_least(&c->measure.runner.model, &c->p.plan, c->compiled->via_c));
    return MOTE_OK;
}

static enum mote_status build(struct call *call)
{
    struct measure_call *c = (struct measure_call *)call;

    TRY(begin(c));
    TRY(measure_build(&c->measure, &c->p, &c->file));
    c->footprint = footprint_with_frames(c, measure_footprint(&c->measure));
    return MOTE_OK;
}

static int find_footprint(struct mote_context *context, const struct mote_compiled *compiled,
                          enum mote_status (*work)(struct call *), struct mote_footprint *out)
{
    struct measure_call c = {.call = {.context = context, .work = work, .clean = end_measure}, .compiled = compiled};
    const int status = api_call(&c.call);

    pool_free(&c.call.pool);
    *out = c.footprint;
    return status;
}

API int mote_board_fit(struct mote_context *context, const struct mote_compiled *compiled, struct mote_footprint *out)
{
    return find_footprint(context, compiled, fit, out);
}

API int mote_board_build(struct mote_context *context, const struct mote_compiled *compiled, struct mote_footprint *out)
{
    return find_footprint(context, compiled, build, out);
}

/* ---- inferences on the emulated board ---- */
struct mote_emulation {
    struct pool pool; /* that the handle itself lies in */
    uint64_t clock_hz;
    int32_t n;
    struct emulate_result result;
    struct mote_footprint footprint;
};

struct emulate_call {
    struct measure_call measuring;
    const struct mote_emulate_options *options;
    struct mote_emulation *out;
};

static enum mote_status check_inputs(const struct emulate_call *c, const struct mote_emulate_options *o)
{
    const struct measure *m = &c->measuring.measure;
    const int64_t rows = model_feed_rows(&m->runner.model);
    const size_t each = runner_input_bytes(&m->runner) * (size_t)(rows > 0 ? rows : 1);

    if (o->inferences < 1)
        return fail(&c->measuring.file, MOTE_ERR_USAGE, "`inferences` is %d: at least 1 is wanted", o->inferences);
    if (o->input_bytes != each * (size_t)o->inferences)
        return fail(&c->measuring.file, MOTE_ERR_SHAPE, "the inputs have %zu bytes; %d inferences of %zu are wanted",
                    o->input_bytes, o->inferences, each);
    return MOTE_OK;
}

static enum mote_status emulate(struct call *call)
{
    struct emulate_call *c = (struct emulate_call *)call;
    struct measure *m = &c->measuring.measure;
    struct mote_emulate_options o;
    struct footprint f;

    TRY(begin(&c->measuring));
    TRY(api_options(call, c->options, &o, sizeof o));
    TRY(check_inputs(c, &o));
    TRY(measure_check(m, &c->measuring.p, &c->measuring.file));
    c->out = pool_alloc(&call->pool, sizeof *c->out);
    call->handle = &c->out->pool;
    m->job.input = (struct bytes){(uint8_t *)(uintptr_t)o.inputs, o.input_bytes};
    m->job.n = o.inferences;
    m->job.reset_each = o.reset_each != 0;
    m->job.per_class = true;
    TRY(measure_run(m, &c->measuring.p, &c->measuring.file));
    assert(m->result.instructions != NULL);
    f = measure_footprint(m);
    *c->out = (struct mote_emulation){.clock_hz = m->board->clock_hz,
                                      .n = o.inferences,
                                      .result = m->result,
                                      .footprint = footprint_of(&c->measuring, &f)};
    return MOTE_OK;
}

API int mote_emulate(struct mote_context *context, const struct mote_compiled *compiled,
                     const struct mote_emulate_options *options, struct mote_emulation **out)
{
    struct emulate_call c = {
        .measuring = {.call = {.context = context, .work = emulate, .clean = end_measure}, .compiled = compiled},
        .options = options};
    const int status = api_call(&c.measuring.call);

    *out = status == MOTE_OK ? c.out : NULL;
    return status;
}

API const void *mote_emulation_outputs(const struct mote_emulation *emulation) { return emulation->result.output.data; }

API size_t mote_emulation_output_bytes(const struct mote_emulation *emulation) { return emulation->result.output.size; }

API int64_t mote_emulation_setup(const struct mote_emulation *emulation)
{
    return emulation->result.setup_instructions;
}

API int mote_emulation_counts(const struct mote_emulation *emulation, int32_t inference, struct mote_counts *out)
{
    const struct emulate_result *r = &emulation->result;
    const struct firmware_counts *c;

    if (inference < 0 || inference >= emulation->n)
        return MOTE_ERR_USAGE;
    *out = (struct mote_counts){r->instructions[inference], -1, -1, -1, -1, -1, -1, -1, NAN};
    if (r->counts == NULL)
        return MOTE_OK;
    c = &r->counts[inference];
    out->loads = c->loads;
    out->stores = c->stores;
    out->multiplies = c->multiplies;
    out->divides = c->divides;
    out->branches = c->branches;
    out->taken_branches = c->taken_branches;
    if (c->cycles <= 0)
        return MOTE_OK;
    out->cycles = c->cycles;
    out->milliseconds = 1e3 * (double)c->cycles / (double)emulation->clock_hz;
    return MOTE_OK;
}

API struct mote_footprint mote_emulation_footprint(const struct mote_emulation *emulation)
{
    return emulation->footprint;
}

API void mote_emulation_free(struct mote_emulation *emulation) { api_free((struct pool *)emulation); }

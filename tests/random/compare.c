/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a model in five ways and compares the bytes. Images run in blocks of exactly their size, so that a sanitizer
 * sees a read or write beside them. The generated C of a whole batch becomes one shared object, whose kernels are this
 * program's own. */
#include <math.h>
#include <stdlib.h>

#include "host/emit/emit.h"
#include "host/pipeline/trade.h"
#include "host/plan/memories.h"
#include "mote/mote.h"
#include "tests/random/builder.h"
#include "tests/random/generated.h"
#include "tests/random/random.h"

enum random_wrong random_wrong;
int random_rings, random_coded, random_fed, random_cuts, random_limited, random_refused;

#define RUNS 4 /* inferences: the last one after a reset, the others in a row */

struct item {
    const char *name;
    const struct model *model; /* as it was added */
    uint64_t input_seed;
    struct plan plan;
    struct bytes want; /* the outputs of all runs, one after the other */
};

struct batch {
    struct pool *pool;
    struct item *items;
    size_t n;
};

struct batch *batch_new(struct pool *pool)
{
    struct batch *b = pool_alloc(pool, sizeof *b);

    b->pool = pool;
    return b;
}

PRINTF(3, 4) static bool found(struct finding *f, const struct item *it, const char *fmt, ...)
{
    char text[1024];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    f->found = true;
    text_add(&f->what, "%s, inputs of seed %llu: %s\n", it->name, (unsigned long long)it->input_seed, text);
    model_print(it->model, &f->what, true);
    return false;
}

/* ---- images ---- */
static void *block(size_t bytes)
{
    void *p = aligned_alloc(16, align_up(bytes, 16));

    if (p == NULL)
        abort();
    memset(p, 0xa5, align_up(bytes, 16)); /* what a run does not write must not matter */
    return p;
}

static void run_once(struct mote_model *m, bool step_by_step)
{
    if (!step_by_step)
        mote_model_run(m);
    while (step_by_step && mote_model_step(m) == 1)
        continue;
}

/* The whole input, row by row; the last row is the one that makes the outputs. */
static bool feed_once(struct mote_model *m, int32_t rows, uint64_t *input_seed)
{
    struct mote_io io;
    bool right = mote_model_input(m, 0, &io) == 0;
    uint8_t *whole = block(io.bytes * (size_t)rows);

    fill_random(input_seed, (enum mote_type)io.type, whole,
                (int64_t)io.bytes * rows * 8 / type_bits((enum mote_type)io.type));
    for (int32_t row = 0; row < rows; row++)
        right &= mote_model_feed(m, whole + (size_t)row * io.bytes) == (row < rows - 1);
    free(whole);
    return right;
}

static bool feed_image(struct mote_model *m, int32_t rows, uint64_t input_seed, struct text *out)
{
    bool right = true;
    struct mote_io io;

    for (int run = 0; run < RUNS; run++) {
        if (run == RUNS - 1)
            mote_model_reset(m);
        right &= feed_once(m, rows, &input_seed);
        for (int32_t i = 0; mote_model_output(m, i, &io) == 0; i++)
            text_bytes(out, io.data, io.bytes);
    }
    return right;
}

static void run_image(struct mote_model *m, uint64_t input_seed, struct text *out)
{
    struct mote_io io;

    for (int run = 0; run < RUNS; run++) {
        if (run == RUNS - 1)
            mote_model_reset(m);
        for (int32_t i = 0; mote_model_input(m, i, &io) == 0; i++)
            fill_random(&input_seed, (enum mote_type)io.type, io.data,
                        io.bytes * 8 / type_bits((enum mote_type)io.type));
        run_once(m, run % 2 == 1);
        for (int32_t i = 0; mote_model_output(m, i, &io) == 0; i++)
            text_bytes(out, io.data, io.bytes);
    }
}

enum order { AS_PLANNED, ANY_ORDER, FED };

/* The portable target with memories, the first of which is often too small. */
static struct target two_memories(uint64_t seed)
{
    static const struct board_memory memories[][2] = {
        {{"fast", BOARD_RAM, 0, MEMORIES_SPARED + 64, 0, 0}, {"slow", BOARD_RAM, 0x10000, 1 << 30, 0, 0}},
        {{"fast", BOARD_RAM, 0, MEMORIES_SPARED + 512, 0, 0}, {"slow", BOARD_RAM, 0x10000, 1 << 30, 0, 0}},
        {{"fast", BOARD_RAM, 0, 1 << 20, 0, 0}, {"slow", BOARD_RAM, 0x200000, 1 << 30, 0, 0}},
    };
    struct target target = target_portable;

    target.memory = memories[seed % COUNT(memories)];
    target.memory_count = 2;
    return target;
}

static enum mote_status compile_with(struct pool *pool, const struct item *it, const struct pipeline_options *options,
                                     enum order order, struct plan *plan, struct text *out, const struct frame *at)
{
    struct pipeline p = {.pool = pool, .has_graph = true, .model = {.pool = pool}};
    struct mote_model model;
    uint8_t *image, *arena;
    int32_t status;

    model_copy(it->model, &p.model);
    TRY(pipeline_compile(&p, options, at));
    if (order == ANY_ORDER && !plan_has_blocks(&p.plan)) {
        TRY(random_schedule(&p.plan, it->input_seed, at));
        TRY(emit_image(&p.plan, &p.image, at));
    }
    image = block(p.image.size);
    memcpy(image, p.image.data, p.image.size);
    arena = block((size_t)p.plan.arena_bytes);
    status = mote_model_open(&model, &mote_kernels, image, p.image.size, arena, (size_t)p.plan.arena_bytes);
    if (status == MOTE_OK && order != FED)
        run_image(&model, it->input_seed, out);
    else if (status == MOTE_OK && !feed_image(&model, p.plan.feed.rows, it->input_seed, out))
        text_add(out, "the status of a row is wrong");
    free(arena);
    free(image);
    if (status != MOTE_OK)
        return fail(at, (enum mote_status)status, "the runtime refuses the image: step %d, tensor %d, detail %d",
                    model.error.step, model.error.tensor, model.error.detail);
    *plan = p.plan;
    plan->model = pool_copy(pool, &p.model, sizeof p.model);
    return MOTE_OK;
}

/* Three words say how: which passes, what for, and in which order. */
static enum mote_status compile_and_run(struct pool *pool, const struct item *it, const char *passes,
                                        enum optimize optimize, enum order order, struct plan *plan, struct text *out,
                                        const struct frame *at)
{
    static const enum coding codings[] = {CODING_HUFFMAN, CODING_USUAL, CODING_PACKED, CODING_SPARSE};
    const struct target target = two_memories(it->input_seed);
    const struct pipeline_options options = {.passes = passes,
                                             .optimize = optimize,
                                             .coding = passes == NULL ? codings[it->input_seed / 4 % COUNT(codings)]
                                                                      : CODING_USUAL,
                                             .feed = order == FED,
                                             .via_c = passes == NULL && order != ANY_ORDER,
                                             .target = &target};

    return compile_with(pool, it, &options, order, plan, out, at);
}

/* ---- the first difference ---- */
/* For the test of the test. */
static void make_wrong(enum random_wrong where, struct text *got)
{
    if (random_wrong == where && got->len > 0)
        got->s[got->len - 1] ^= 1;
}

/* Every NaN is as good as any other: generated C has one for all. */
static bool equal(enum mote_type type, const uint8_t *a, const uint8_t *b, size_t size)
{
    float x, y;

    if (memcmp(a, b, size) == 0)
        return true;
    if (type != TYPE_F32)
        return false;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return isnan(x) && isnan(y);
}

static bool same(struct finding *f, const struct item *it, const char *how, const uint8_t *got)
{
    const struct graph *g = &it->model->graphs[0];
    size_t at = 0;

    for (int run = 0; run < RUNS; run++)
        for (int32_t o = 0; o < g->n_outputs; o++) {
            const struct tensor *t = &g->tensors[g->outputs[o]];
            size_t size = (size_t)type_bits(t->type) / 8, bytes = (size_t)tensor_bytes(t);

            for (size_t i = 0; i < bytes; i += size)
                if (!equal(t->type, got + at + i, it->want.data + at + i, size)) {
                    int64_t a = 0, b = 0;

                    memcpy(&a, got + at + i, size);
                    memcpy(&b, it->want.data + at + i, size);
                    return found(f, it, "%s: run %d, output %d (tensor %d), element %zu is 0x%llx; unoptimized: 0x%llx",
                                 how, run, o, g->outputs[o], i / size, (unsigned long long)a, (unsigned long long)b);
                }
            at += bytes;
        }
    return true;
}

static bool has_rings(const struct plan *plan)
{
    for (int32_t i = 0; i < plan->n_values; i++)
        if (plan->values[i].kind != VALUE_CONST && plan->values[i].bytes < plan->values[i].decoded)
            return true;
    return false;
}

static bool has_coded(const struct plan *plan)
{
    for (int32_t i = 0; i < plan->n_steps; i++)
        if (plan->steps[i].kernel == KERNEL_fully_connected_huffman_s8 ||
            plan->steps[i].kernel == KERNEL_fully_connected_packed_s8 ||
            plan->steps[i].kernel == KERNEL_fully_connected_sparse_s8 ||
            plan->steps[i].kernel == KERNEL_conv_2d_packed_s8 || plan->steps[i].kernel == KERNEL_conv_2d_huffman_s8 ||
            plan->steps[i].kernel == KERNEL_lstm_huffman_s8)
            return true;
    return false;
}

/* With passes and the planner's rows, or random ones; every other model is left with the random schedule, for its C. */
static bool add_way(struct batch *b, struct item *it, bool any_order, const struct frame *at, struct finding *finding)
{
    const enum order order = any_order ? ANY_ORDER : AS_PLANNED;
    const enum optimize optimize = any_order                ? OPTIMIZE_SPEED
                                   : it->input_seed % 4 < 2 ? OPTIMIZE_RAM
                                   : it->input_seed % 4 < 3 ? OPTIMIZE_FLASH
                                                            : OPTIMIZE_BALANCED;
    struct text got = {.pool = b->pool};
    struct plan plan;

    if (compile_and_run(b->pool, it, NULL, optimize, order, &plan, &got, at) != MOTE_OK)
        return found(finding, it, "refused with passes, but not without: %s", at->sink->text);
    random_rings += has_rings(&plan);
    random_cuts += plan.n_memories > 0;
    random_coded += has_coded(&plan);
    make_wrong(any_order ? WRONG_ORDER : WRONG_PASSES, &got);
    if (got.len != it->want.size)
        return found(finding, it, "%zu bytes of output with passes, %zu without", got.len, it->want.size);
    if (!any_order || it->input_seed % 2 == 0)
        it->plan = plan;
    return same(finding, it, any_order ? "rows in another order" : "passes", (const uint8_t *)got.s);
}

static bool cannot_be_fed(const char *refusal)
{
    return strstr(refusal, "fed") != NULL || strstr(refusal, "the model itself decides what runs") != NULL;
}

/* Its input row by row, if that can be; some models are left so, for their C. */
static bool add_fed(struct batch *b, struct item *it, struct finding *finding)
{
    const enum optimize optimize =
        (const enum optimize[]){OPTIMIZE_RAM, OPTIMIZE_BALANCED, OPTIMIZE_SPEED, OPTIMIZE_FLASH}[it->input_seed % 4];
    struct report_text report = {0};
    struct frame at = {.name = it->name, .index = -1, .sink = &report};
    struct text got = {.pool = b->pool};
    struct plan plan;

    if (compile_and_run(b->pool, it, NULL, optimize, FED, &plan, &got, &at) != MOTE_OK)
        return cannot_be_fed(report.text) || found(finding, it, "refused with --feed rows: %s", report.text);
    random_fed++;
    if (got.len != it->want.size)
        return found(finding, it, "%zu bytes of output of rows that are fed, %zu of whole inputs", got.len,
                     it->want.size);
    if (it->input_seed % 2 == 1)
        it->plan = plan;
    return same(finding, it, "rows that are fed", (const uint8_t *)got.s);
}

/* ---- limits ---- */
/* Some RAM, flash and time, some of them without a limit. */
static struct limits draw_limits(const struct item *it)
{
    const uint64_t seed = it->input_seed * UINT64_C(0x9e3779b97f4a7c15);
    struct limits l = {0};

    if (seed >> 62 != 0)
        l.ram = 1 + (int64_t)(seed >> 20 & 0xffff) * (it->plan.arena_bytes + 64) / 0x10000;
    if ((seed >> 60 & 3) == 0)
        l.flash = 1 + (int64_t)(seed >> 4 & 0x7fff);
    if ((seed >> 58 & 3) == 0 || (l.ram == 0 && l.flash == 0))
        l.time = 1e-3 * (double)(1 + (seed >> 40 & 0xfff));
    return l;
}

/* The refusal's next "--ram N would do", or the least alone, which then is the only limit. */
static bool take_advice(const char *text, struct limits *l)
{
    const char *numbers = strstr(text, "no plan is within"), *at;
    struct limits other = {0};
    double value;

    if (numbers == NULL || (numbers = strstr(numbers, ": ")) == NULL)
        return false;
    if ((at = strstr(numbers, " would do")) != NULL)
        other = *l;
    else if ((at = strstr(numbers, " is the least alone")) == NULL)
        return false;
    while (at > numbers && strncmp(at, "--", 2) != 0)
        at--;
    value = strtod(strchr(at, ' '), NULL);
    if (strncmp(at, "--ram", 5) == 0)
        other.ram = (int64_t)value;
    else if (strncmp(at, "--flash", 7) == 0)
        other.flash = (int64_t)value;
    else
        other.time = value;
    *l = other;
    return true;
}

static bool is_within(struct finding *f, const struct item *it, const struct limits *l, struct plan *plan,
                      const struct frame *at)
{
    struct trade t;

    plan->pool = it->plan.pool;
    if (trade_of(plan, false, &t, at) != MOTE_OK)
        return found(f, it, "its size cannot be told: %s", at->sink->text);
    if ((l->ram > 0 && t.ram > l->ram) || (l->flash > 0 && t.flash > l->flash) ||
        (l->time > 0 && t.time > l->time * (1 + 1e-9)))
        return found(f, it, "%lld bytes of RAM, %lld of flash, %g ms exceed the limits %lld, %lld, %g",
                     (long long)t.ram, (long long)t.flash, t.time, (long long)l->ram, (long long)l->flash, l->time);
    return true;
}

/* Planned for a Cortex-M3, whose kernels are this machine's, within limits; or refused with numbers that do. */
static bool add_limited(struct batch *b, struct item *it, struct finding *finding)
{
    struct target target = target_of_core(MOTE_CORE_CORTEX_M3);
    const bool feed = it->input_seed % 3 == 0;
    struct pipeline_options options = {
        .target = &target, .optimize = (enum optimize)(it->input_seed % 4), .limits = draw_limits(it), .feed = feed};
    struct report_text report = {0};
    struct frame at = {.name = it->name, .index = -1, .sink = &report};
    struct text got = {.pool = b->pool};
    struct plan plan;

    target.clock_hz = 16000000;
    if (compile_with(b->pool, it, &options, feed ? FED : AS_PLANNED, &plan, &got, &at) != MOTE_OK) {
        if (feed && cannot_be_fed(report.text))
            return true;
        if (!take_advice(report.text, &options.limits))
            return found(finding, it, "limits are refused without numbers: %s", report.text);
        random_refused++;
        report = (struct report_text){0};
        if (compile_with(b->pool, it, &options, feed ? FED : AS_PLANNED, &plan, &got, &at) != MOTE_OK)
            return found(finding, it, "a refusal's numbers are refused: %s", report.text);
    }
    random_limited++;
    if (got.len != it->want.size)
        return found(finding, it, "%zu bytes of output within limits, %zu without", got.len, it->want.size);
    return is_within(finding, it, &options.limits, &plan, &at) &&
           same(finding, it, "a plan within limits", (const uint8_t *)got.s);
}

bool batch_add(struct batch *b, const char *name, const struct model *m, uint64_t input_seed, struct finding *finding)
{
    struct item it = {.name = name, .model = m, .input_seed = input_seed};
    struct report_text report = {0};
    struct frame at = {.name = name, .index = -1, .sink = &report};
    struct text want = {.pool = b->pool};

    if (compile_and_run(b->pool, &it, "none", OPTIMIZE_SPEED, AS_PLANNED, &it.plan, &want, &at) != MOTE_OK)
        return found(finding, &it, "refused without passes: %s", report.text);
    it.want = (struct bytes){(uint8_t *)want.s, want.len};
    if (!add_way(b, &it, false, &at, finding) || !add_way(b, &it, true, &at, finding) || !add_fed(b, &it, finding) ||
        !add_limited(b, &it, finding))
        return false;
    b->items = pool_grow(b->pool, b->items, b->n, sizeof *b->items);
    b->items[b->n++] = it;
    return true;
}

/* ---- generated C ---- */
static bool feed_entry(const struct graph *g, const struct entry *e, void *arena, uint64_t *input_seed)
{
    const enum mote_type type = g->tensors[g->inputs[0]].type;
    const size_t bytes = e->input_bytes(0);
    uint8_t *whole = block(bytes * (size_t)e->rows);
    bool right = true;

    fill_random(input_seed, type, whole, (int64_t)bytes * e->rows * 8 / type_bits(type));
    for (int32_t row = 0; row < e->rows; row++) {
        const uint8_t *from = whole + (size_t)row * bytes;

        if (row % 3 == 2) /* a row may be written where it belongs */
            memcpy(e->input(arena, 0), from, bytes);
        right &= e->feed(arena, row % 3 == 2 ? NULL : from) == (row < e->rows - 1);
    }
    free(whole);
    return right;
}

static bool run_whole(const struct graph *g, const struct entry *e, void *arena, uint64_t *input_seed,
                      bool step_by_step)
{
    for (int32_t i = 0; i < e->inputs; i++) {
        enum mote_type type = g->tensors[g->inputs[i]].type;

        fill_random(input_seed, type, e->input(arena, i), e->input_bytes(i) * 8 / type_bits(type));
    }
    if (!step_by_step)
        e->run(arena);
    for (int32_t step = 0; step_by_step && step < e->steps; step++)
        e->step(arena, step);
    return true;
}

static bool run_entry(struct finding *f, const struct batch *b, const struct item *it, const struct entry *e)
{
    const struct graph *g = &it->model->graphs[0];
    struct text got = {.pool = b->pool};
    uint64_t input_seed = it->input_seed;
    uint8_t *first = block(e->arena_bytes), *second = e->second_bytes > 0 ? block(e->second_bytes) : NULL;
    void *both[] = {first, second}, *arena = e->second_bytes > 0 ? (void *)both : first;

    e->reset(arena);
    for (int run = 0; run < RUNS; run++) {
        if (run == RUNS - 1)
            e->reset(arena);
        if (e->rows > 0 ? !feed_entry(g, e, arena, &input_seed) : !run_whole(g, e, arena, &input_seed, run % 2 == 1))
            return found(f, it, "generated C: the status of a row is wrong");
        for (int32_t i = 0; i < e->outputs; i++)
            text_bytes(&got, e->output(arena, i), e->output_bytes(i));
    }
    free(second);
    free(first);
    make_wrong(WRONG_C, &got);
    if (got.len != it->want.size)
        return found(f, it, "%zu bytes of output from generated C, %zu from the image", got.len, it->want.size);
    return same(f, it, "generated C", (const uint8_t *)got.s);
}

bool batch_finish(struct batch *b, struct finding *f)
{
    struct plan **plans = pool_array(b->pool, b->n + 1, sizeof(*plans));
    struct report_text report = {0};
    struct frame at = {.index = -1, .sink = &report};
    struct generated c = {.n = 0};
    bool right = true;

    if (b->n == 0)
        return true;
    for (size_t i = 0; i < b->n; i++)
        plans[i] = &b->items[i].plan;
    if (generated_open(b->pool, plans, b->n, &c, &at) != MOTE_OK)
        right = found(f, &b->items[0], "%s", report.text);
    for (size_t i = 0; i < b->n && right; i++)
        right = run_entry(f, b, &b->items[i], &c.entries[i]);
    generated_close(&c);
    b->n = 0;
    return right;
}

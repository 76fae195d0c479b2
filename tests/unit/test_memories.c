/* SPDX-License-Identifier: Apache-2.0 */
/* Arenas that several memories share: what lies where, that each has room for its part, and the same bytes as in one
 * piece, on this machine and on an emulated board. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <stdlib.h>
#include <unistd.h>

#include "host/boards/board.h"
#include "host/emit/emit.h"
#include "host/emulate/emulate.h"
#include "host/run/runner.h"
#include "host/pipeline/pipeline.h"
#include "host/plan/memories.h"
#include "host/plan/stages.h"

#include <cmocka.h> /* last: its fail_msg needs its own fail */

#define REALS "f32 [1,64,8,4]\n" /* 8 KiB */

/* "b" and "c" are read nine times as often as written; "m" is small. */
static const char graph[] =
    "mote-graph 1\nmodel t\ngraph\ntensor 0 \"a\" s8 [1,64,8,4] quant [0.1; 0]\ntensor 1 \"b\" " REALS
    "tensor 2 \"c\" " REALS "tensor 3 \"d\" " REALS "tensor 4 \"axes\" s32 [2] data [1, 2]\n"
    "tensor 5 \"m\" f32 [1,4]\nop 0 dequantize in [0] out [1]\n"
    "op 1 max_pool_2d in [1] out [2] padding same stride_h 1 stride_w 1 filter_h 3 filter_w 3\n"
    "op 2 max_pool_2d in [2] out [3] padding same stride_h 1 stride_w 1 filter_h 3 filter_w 3\n"
    "op 3 mean in [3, 4] out [5]\ninputs [0]\noutputs [5]\nend\n";

struct fixture {
    struct pool pool;
    struct report_text report;
    struct frame at;
    struct board_memory memory[MEMORIES_MAX + 1];
    struct pipeline p;
};

static void want_ok(struct fixture *f, enum mote_status status)
{
    if (status != MOTE_OK)
        fail_msg("%s", f->report.text);
}

static void begin(struct fixture *f)
{
    *f = (struct fixture){.at = {.index = -1}};
    f->at.sink = &f->report;
    setenv("MOTE_HOME", MOTE_SOURCE_DIR, 1);
}

static void compile(struct fixture *f, const struct target *target, bool several)
{
    const struct pipeline_options options = {.target = target, .via_c = several, .optimize = OPTIMIZE_SPEED};

    f->p = (struct pipeline){.pool = &f->pool, .path = "t", .has_graph = true, .model = {.pool = &f->pool}};
    want_ok(f, model_parse(&f->p.model, (struct bytes){(uint8_t *)(uintptr_t)graph, strlen(graph)}, &f->at));
    want_ok(f, pipeline_compile(&f->p, &options, &f->at));
}

/* A board whose memories have so many bytes; 0 ends them. */
static void compile_for(struct fixture *f, const uint64_t *bytes, bool several)
{
    struct target target = {.name = "t", .memory = f->memory};

    begin(f);
    f->memory[target.memory_count++] =
        (struct board_memory){.name = "flash", .kind = BOARD_FLASH, .origin = 0, .size = 1 << 20, .wait_states = 0};
    for (; *bytes > 0; bytes++)
        f->memory[target.memory_count++] = (struct board_memory){
            .name = "ram", .kind = BOARD_RAM, .origin = 1 << 28, .size = *bytes, .wait_states = 0};
    compile(f, &target, several);
}
#define COMPILE(f, several, ...) compile_for(f, (const uint64_t[]){__VA_ARGS__, 0}, several)

static void fill(uint8_t *input)
{
    for (int i = 0; i < 64 * 8 * 4; i++)
        input[i] = (uint8_t)(i * 37 + i / 50);
}

static void run(struct fixture *f, uint8_t output[16])
{
    uint8_t input[64 * 8 * 4];
    struct runner r;

    fill(input);
    want_ok(f, runner_open(&f->pool, f->p.image, &r, &f->at));
    assert_int_equal(runner_input_bytes(&r), sizeof input);
    assert_int_equal(runner_output_bytes(&r), 16);
    runner_run(&r, input, output);
}

static int32_t memory_of(const struct fixture *f, const char *name)
{
    for (int32_t i = 0; i < f->p.plan.n_values; i++)
        if (strcmp(f->p.plan.values[i].name, name) == 0)
            return memory_at(&f->p.plan, f->p.plan.values[i].offset);
    fail_msg("no value %s", name);
    return -1;
}

/* Parts follow each other, and each value lies in one. */
static void want_parts(const struct fixture *f)
{
    const struct plan *plan = &f->p.plan;
    int64_t end = 0;

    for (int32_t k = 0; k < plan->n_memories; k++) {
        assert_int_equal(plan->memories[k].start, end);
        assert_true(plan->memories[k].bytes > 0 && plan->memories[k].bytes % ARENA_ALIGN == 0);
        end += plan->memories[k].bytes;
    }
    assert_int_equal(plan->arena_bytes, end);
    for (int32_t i = 0; i < plan->n_values; i++) {
        const struct value *v = &plan->values[i];
        const struct plan_memory *m = &plan->memories[memory_at(plan, v->offset)];

        if (value_is_placed(v))
            assert_true(v->offset >= m->start && v->offset + v->bytes <= m->start + m->bytes);
    }
}

static void what_fits_the_first_memory_is_not_cut(void **state)
{
    struct fixture one, several;

    (void)state;
    COMPILE(&one, false, 1 << 15, 1 << 20);
    COMPILE(&several, true, 1 << 15, 1 << 20);
    assert_int_equal(several.p.plan.n_memories, 0);
    assert_int_equal(one.p.image.size, several.p.image.size);
    assert_memory_equal(one.p.image.data, several.p.image.data, one.p.image.size);
    assert_null(memory_too_small(&several.p.plan));
    pool_free(&one.pool);
    pool_free(&several.pool);

    COMPILE(&one, false, 1 << 13, 1 << 20); /* nor what may not be */
    assert_int_equal(one.p.plan.n_memories, 0);
    pool_free(&one.pool);
}

static void the_first_memory_has_what_is_accessed_most(void **state)
{
    uint8_t whole[16], parts[16];
    struct fixture f;

    (void)state;
    COMPILE(&f, false, 1 << 20);
    run(&f, whole);
    pool_free(&f.pool);
    COMPILE(&f, true, MEMORIES_SPARED + 8192 + 64, 1 << 20); /* one of the large tensors at a time, and what is small */
    assert_int_equal(f.p.plan.n_memories, 2);
    want_parts(&f);
    assert_true(f.p.plan.memories[0].bytes <= 8192 + 64);
    assert_true(f.p.plan.memories[0].accesses > f.p.plan.memories[1].accesses);
    assert_int_equal(memory_of(&f, "a"), 1);
    assert_int_equal(memory_of(&f, "m"), 0);
    assert_true(memory_of(&f, "b") == 0 || memory_of(&f, "c") == 0);
    assert_null(memory_too_small(&f.p.plan));
    run(&f, parts);
    assert_memory_equal(parts, whole, sizeof whole);
    pool_free(&f.pool);
}

static void more_memories_than_two(void **state)
{
    uint8_t whole[16], parts[16];
    struct fixture f;

    (void)state;
    COMPILE(&f, true, 1 << 20);
    run(&f, whole);
    pool_free(&f.pool);
    COMPILE(&f, true, 1024, 8192, 2048, 8192, 1 << 20); /* the first is the stack's, the fifth nobody's */
    assert_int_equal(f.p.plan.n_memories, MEMORIES_MAX);
    want_parts(&f);
    assert_int_equal(f.p.plan.memories[0].bytes, ARENA_ALIGN);
    assert_null(memory_too_small(&f.p.plan));
    run(&f, parts);
    assert_memory_equal(parts, whole, sizeof whole);
    pool_free(&f.pool);
}

/* Where accesses alone would leave the last memory too much, sizes have the say. */
static void what_is_missing_is_known(void **state)
{
    struct fixture f;

    (void)state;
    COMPILE(&f, true, MEMORIES_SPARED + 8192, 8192 + 2048);
    assert_null(memory_too_small(&f.p.plan));
    want_parts(&f);
    pool_free(&f.pool);
    COMPILE(&f, true, MEMORIES_SPARED + 4096, 4096);
    assert_ptr_equal(memory_too_small(&f.p.plan), &f.p.plan.memories[1]);
    assert_int_equal(memory_too_small(&f.p.plan)->bytes, 2 * 8192);
    want_parts(&f);
    pool_free(&f.pool);
}

/* ---- on an emulated board ---- */
/* Small parts of the machines' memories: SSRAM and PSRAM of the MPS2 with AN386, DTCM and SRAM of the MPS3 with
 * AN547. */
static const struct machine {
    const char *name, *core, *flags, *flash, *first, *second;
} machines[] = {
    {"mps2-an386", "cortex-m4f", "-mcpu=cortex-m4, -mthumb, -mfloat-abi=hard, -mfpu=fpv4-sp-d16", "0", "0x20000000",
     "0x21000000"},
    {"mps3-an547", "cortex-m55", "-mcpu=cortex-m55, -mthumb, -mfloat-abi=hard, -fno-tree-vectorize", "0x10000000",
     "0x30000000", "0x31000000"},
};

static const char *board_text(struct pool *pool, const struct machine *m)
{
    return pool_printf(
        pool,
        "name: two\ntitle: two memories\ncore: %s\nclock_hz: 25000000\nmemory:\n"
        "  - {name: flash, kind: flash, origin: %s, size: 0x80000}\n"
        "  - {name: fast, kind: ram, origin: %s, size: 0x3000}\n"
        "  - {name: slow, kind: ram, origin: %s, size: 0x100000}\n"
        "toolchain:\n  compiler: arm-none-eabi-gcc\n  packages: gcc-arm-none-eabi libnewlib-arm-none-eabi\n"
        "  flags: [%s]\n  support: cortex-m\nemulator: two\n"
        "machine:\n  program: qemu-system-arm\n  packages: qemu-system-arm\n"
        "  arguments: [-M, %s, -display, none, -serial, none, -monitor, none,\n"
        "              -semihosting-config, \"enable=on,target=native\", -plugin, \"{plugin}\", -kernel, "
        "\"{firmware}\"]\n"
        "  start_marker: 48ea0808\n  stop_marker: 49ea0909\n",
        m->core, m->flash, m->first, m->second, m->flags, m->name);
}

static const struct board *load_board(struct fixture *f, const struct machine *m)
{
    const char *text = board_text(&f->pool, m);
    char path[] = "/tmp/mote-test-board-XXXXXX";
    const int file = mkstemp(path);
    const struct board *board = NULL;

    assert_true(file >= 0);
    assert_int_equal(write(file, text, strlen(text)), strlen(text));
    close(file);
    want_ok(f, board_load(&f->pool, path, &board, &f->at));
    unlink(path);
    return board;
}

static void emulate(struct fixture *f, const struct board *board, struct emulate_result *result)
{
    const struct plan *plan = &f->p.plan;
    uint8_t input[64 * 8 * 4];
    struct emulate_job job = {.board = board,
                              .via_c = true,
                              .name = "t",
                              .n = 1,
                              .input = {input, sizeof input},
                              .arena_bytes = plan->memories[0].bytes,
                              .n_more = 1,
                              .more_bytes = {plan->memories[1].bytes}};

    fill(input);
    want_ok(f, folder_temporary(&f->pool, "mote-test-memories", &job.c_dir, &f->at));
    want_ok(f, emit_c(plan, MOTE_SOURCE_DIR, job.c_dir, &f->at));
    want_ok(f, emulate_run(&f->pool, &job, result, &f->at));
    folder_remove(job.c_dir);
}

static void want_same(const struct machine *m, bool own)
{
    struct emulate_result result;
    struct board board;
    struct fixture f;
    struct target target;
    uint8_t here[16];

    begin(&f);
    board = *load_board(&f, m);
    if (!own)
        want_ok(&f, board_load(&f.pool, m->name, &board.emulated, &f.at));
    else
        board.emulated = &board;
    target = target_of_board(&board);
    compile(&f, &target, true);
    assert_int_equal(f.p.plan.n_memories, 2);
    run(&f, here);
    emulate(&f, &board, &result);
    assert_int_equal(result.output.size, sizeof here);
    assert_memory_equal(result.output.data, here, sizeof here);
    pool_free(&f.pool);
}

/* In the board's own memories, and where the machine that emulates it has one only. */
static void boards_give_the_same_bytes(void **state)
{
    (void)state;
    want_same(&machines[0], true);
    want_same(&machines[0], false);
    want_same(&machines[1], true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_fits_the_first_memory_is_not_cut),
        cmocka_unit_test(the_first_memory_has_what_is_accessed_most),
        cmocka_unit_test(more_memories_than_two),
        cmocka_unit_test(what_is_missing_is_known),
        cmocka_unit_test(boards_give_the_same_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

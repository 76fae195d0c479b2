/* SPDX-License-Identifier: Apache-2.0 */
/* Boards and emulation: board files good and bad, the counter against hand-counted assembly, the harness with a
 * stand-in model whose numbers are known. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#include "host/base/base.h"
#include "host/emit/emit.h"
#include "host/emulate/linked.h"
#include "host/emulate/emulate.h"
#include "host/emulate/firmware.h"
#include "host/emulate/process.h"
#include "host/run/runner.h"
#include "host/pipeline/pipeline.h"
#include "host/boards/board.h"
#include "host/target/home.h"

#include <cmocka.h> /* last: its fail_msg needs its own fail */

struct fixture {
    struct pool pool;
    struct report_text report;
    struct frame at;
};

static struct fixture fresh(void) { return (struct fixture){.at = {NULL, NULL, NULL, -1, NULL}}; }

static void begin(struct fixture *f)
{
    *f = fresh();
    f->at.sink = &f->report;
    setenv("MOTE_HOME", MOTE_SOURCE_DIR, 1);
    unsetenv("MOTE_KEEP");
}

static void want_ok(struct fixture *f, enum mote_status status)
{
    if (status != MOTE_OK)
        fail_msg("%s", f->report.text);
}

static void want_text(struct fixture *f, const char *part)
{
    if (!strstr(f->report.text, part))
        fail_msg("\"%s\" does not contain \"%s\"", f->report.text, part);
}

/* ---- boards ---- */
static void boards_of_the_tree_load(void **state)
{
    struct fixture f;
    const char **names;
    int32_t n;

    (void)state;
    begin(&f);
    want_ok(&f, board_list(&f.pool, &names, &n, &f.at));
    assert_true(n >= 2);
    for (int32_t i = 0; i < n; i++) {
        const struct board *b;

        want_ok(&f, board_load(&f.pool, names[i], &b, &f.at));
        assert_string_equal(b->name, names[i]);
        assert_true(i == 0 || strcmp(names[i - 1], names[i]) < 0);
    }
    pool_free(&f.pool);
}

static void nano_is_what_its_data_sheet_says(void **state)
{
    struct fixture f;
    const struct board *b;

    (void)state;
    begin(&f);
    want_ok(&f, board_load(&f.pool, "nano-33-ble-sense", &b, &f.at));
    assert_int_equal(b->clock_hz, 64000000);
    assert_int_equal(board_memory_bytes(b, BOARD_FLASH), 1 << 20);
    assert_int_equal(board_memory_bytes(b, BOARD_RAM), 256 << 10);
    assert_int_equal(board_first_memory(b, BOARD_RAM)->origin, 0x20000000);
    assert_string_equal(b->emulated->name, "mps2-an386");
    assert_null(b->machine);
    assert_non_null(b->emulated->machine);
    pool_free(&f.pool);
}

#define GOOD_HEAD "name: x\ntitle: X\ncore: c\nclock_hz: 1\n"
#define GOOD_MEMORY                                                                                                    \
    "memory:\n  - {name: f, kind: flash, origin: 0, size: 16}\n  - {name: r, kind: ram, origin: 32, size: 16}\n"
#define GOOD_TOOLS "toolchain: {compiler: cc, packages: p, flags: [], support: cortex-m}\n"

static void board_text(struct fixture *f, const char *text, enum mote_status want, const char *message)
{
    char path[] = "/tmp/mote-test-board-XXXXXX";
    int fd = mkstemp(path);
    const struct board *b;
    enum mote_status status;

    begin(f);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    status = board_load(&f->pool, path, &b, &f->at);
    unlink(path);
    if (status != want)
        fail_msg("status %d (%s) for:\n%s", status, f->report.text, text);
    if (message) {
        want_text(f, path);
        want_text(f, message);
    }
    pool_free(&f->pool);
}

static void board_files_are_checked(void **state)
{
    struct fixture f;
    static const struct {
        const char *text;
        enum mote_status status;
        const char *message;
    } cases[] = {
        {GOOD_HEAD GOOD_MEMORY GOOD_TOOLS, MOTE_OK, NULL},
        {GOOD_HEAD GOOD_MEMORY GOOD_TOOLS "power:\n  - {state: active, milliamps: 3.5, volts: 3, source: s}\n", MOTE_OK,
         NULL},
        {"", MOTE_ERR_VALUE, "bytes"},
        {"[1, 2", MOTE_ERR_VALUE, ""},
        {"\xff\xfe\x00", MOTE_ERR_VALUE, ""},
        {"just text\n", MOTE_ERR_VALUE, "line 1: the file must have keys with values"},
        {GOOD_HEAD GOOD_MEMORY, MOTE_ERR_VALUE, "line 1: the file lacks the key \"toolchain\""},
        {GOOD_HEAD GOOD_MEMORY GOOD_TOOLS "clok: 5\n", MOTE_ERR_VALUE, "has no key \"clok\""},
        {"name: x\ntitle: X\ncore: c\nclock_hs: 1\n" GOOD_MEMORY GOOD_TOOLS, MOTE_ERR_VALUE,
         "line 4: the file has no key \"clock_hs\": did you mean \"clock_hz\"?"},
        {"name: x\ntitle: X\ncore: c\nclock_hz: 1\ncore: d\n" GOOD_MEMORY GOOD_TOOLS, MOTE_ERR_VALUE,
         "line 5: the key \"core\" is there twice: it is in line 3"},
        {"name: x\ntitle: X\ncore: c\nclock_hz: fast\n" GOOD_MEMORY GOOD_TOOLS, MOTE_ERR_VALUE, "line 4: clock_hz"},
        {"name: x\ntitle: X\ncore: c\nclock_hz: 64.5\n" GOOD_MEMORY GOOD_TOOLS, MOTE_ERR_VALUE,
         "clock_hz is \"64.5\": it must be a whole number from 0"},
        {"name: x\ntitle: X\ncore: c\nclock_hz: 16M\n" GOOD_MEMORY GOOD_TOOLS, MOTE_ERR_VALUE, "\"16M\""},
        {"name: x\ntitle: X\ncore: c\nclock_hz: -1\n" GOOD_MEMORY GOOD_TOOLS, MOTE_ERR_VALUE, "\"-1\""},
        {GOOD_HEAD "memory:\n  - {name: f, kind: flash, origin: 0, size: 0x10G}\n" GOOD_TOOLS, MOTE_ERR_VALUE,
         "size is \"0x10G\""},
        {GOOD_HEAD "memory:\n  - {name: f, kind: flash, origin: 0, sise: 16}\n" GOOD_TOOLS, MOTE_ERR_VALUE,
         "line 6: memory has no key \"sise\": did you mean \"size\"?"},
        {GOOD_HEAD GOOD_MEMORY GOOD_TOOLS "power:\n  - {state: active, milliamps: 3mA, volts: 3, source: s}\n",
         MOTE_ERR_VALUE, "milliamps is \"3mA\": it must be a number"},
        {"name: x\ntitle: X\ncore: c\nclock_hz: 0\n" GOOD_MEMORY GOOD_TOOLS, MOTE_ERR_VALUE, "clock_hz"},
        {"name: ../x\ntitle: X\ncore: c\nclock_hz: 1\n" GOOD_MEMORY GOOD_TOOLS, MOTE_ERR_VALUE, "../x"},
        {GOOD_HEAD "memory:\n  - {name: f, kind: flash, origin: 0, size: 16, wait_states: -1}\n" GOOD_TOOLS,
         MOTE_ERR_VALUE, "wait_states"},
        {GOOD_HEAD "memory:\n  - {name: f, kind: tape, origin: 0, size: 16}\n" GOOD_TOOLS, MOTE_ERR_VALUE,
         "line 6: kind"},
        {GOOD_HEAD "memory:\n  - {name: f, kind: flash, origin: 0, size: 16}\n" GOOD_TOOLS, MOTE_ERR_VALUE, "ram"},
        {GOOD_HEAD "memory:\n  - {name: f, kind: flash, origin: 0, size: 33}\n  - {name: r, kind: ram, origin: 32, "
                   "size: 16}\n" GOOD_TOOLS,
         MOTE_ERR_VALUE, "overlap"},
        {GOOD_HEAD "memory:\n  - {name: f, kind: flash, origin: 0, size: 0x200000000}\n" GOOD_TOOLS, MOTE_ERR_VALUE,
         "4 GB"},
        {GOOD_HEAD GOOD_MEMORY GOOD_TOOLS "emulator: no-such-board\n", MOTE_ERR_USAGE, "no-such-board"},
        {GOOD_HEAD GOOD_MEMORY GOOD_TOOLS "emulator: nano-33-ble-sense\n", MOTE_ERR_VALUE, "no machine"},
        {GOOD_HEAD GOOD_MEMORY GOOD_TOOLS "emulator: mps2-an386\n", MOTE_ERR_VALUE, "cortex-m4f"},
        {GOOD_HEAD GOOD_MEMORY GOOD_TOOLS
         "machine: {program: p, packages: p, arguments: [a], start_marker: 48e, stop_marker: 49ea}\n",
         MOTE_ERR_VALUE, "start_marker"},
        {GOOD_HEAD GOOD_MEMORY GOOD_TOOLS "ways: [c]\n", MOTE_OK, NULL},
        {GOOD_HEAD GOOD_MEMORY GOOD_TOOLS "ways: [pigeon]\n", MOTE_ERR_VALUE, "pigeon"},
        {GOOD_HEAD GOOD_MEMORY
         "toolchain: {compiler: cc, packages: p, flags: [], linker_flags: [-g], support: cortex-m}\n",
         MOTE_ERR_VALUE, "linker"},
        {GOOD_HEAD GOOD_MEMORY GOOD_TOOLS "power:\n  - {state: active, milliamps: -1, volts: 3, source: s}\n",
         MOTE_ERR_VALUE, "active"},
        {GOOD_HEAD GOOD_MEMORY GOOD_TOOLS "power:\n  - {state: active, milliamps: 1, volts: 1e-320, source: s}\n",
         MOTE_ERR_VALUE, "volts from 0.1 to 1000"},
        {GOOD_HEAD GOOD_MEMORY GOOD_TOOLS
         "power:\n  - {state: active, kind: guess, milliamps: 1, volts: 3, source: s}\n",
         MOTE_ERR_VALUE, "guess"},
        {GOOD_HEAD GOOD_MEMORY GOOD_TOOLS "power:\n  - {state: sleep, volts: 3, source: s}\n", MOTE_ERR_VALUE,
         "power sleep: milliamps are missing"},
        {GOOD_HEAD GOOD_MEMORY GOOD_TOOLS "power:\n  - {state: active, milliamps: 3, most: 2, volts: 3, source: s}\n",
         MOTE_ERR_VALUE, "most must not be below"},
        {GOOD_HEAD GOOD_MEMORY GOOD_TOOLS "power:\n  - {state: wakeup, milliamps: 3, volts: 3, source: s}\n",
         MOTE_ERR_VALUE, "microseconds"},
        {GOOD_HEAD GOOD_MEMORY GOOD_TOOLS
         "power:\n  - {state: sleep, milliamps: 3, microseconds: 1, volts: 3, source: s}\n",
         MOTE_ERR_VALUE, "for state wakeup"},
        {GOOD_HEAD GOOD_MEMORY GOOD_TOOLS "power:\n  - {state: wakeup, microcoulombs: 0.2, supply: smps, volts: 3, "
                                          "source: s}\n",
         MOTE_OK, NULL},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        board_text(&f, cases[i].text, cases[i].status, cases[i].message);
}

static void unknown_boards_and_homes_are_refused(void **state)
{
    static const char *const names[] = {"no-such-board", "..", "", "cortex-m", "mps2-an386 "};
    struct fixture f;
    const struct board *b;

    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        begin(&f);
        assert_int_equal(board_load(&f.pool, names[i], &b, &f.at), MOTE_ERR_USAGE);
        pool_free(&f.pool);
    }
    begin(&f);
    setenv("MOTE_HOME", "/usr", 1);
    assert_int_equal(board_load(&f.pool, "mps2-an386", &b, &f.at), MOTE_ERR_ENVIRONMENT);
    want_text(&f, "MOTE_HOME");
    pool_free(&f.pool);
}

/* ---- programs ---- */
static void programs_are_run_and_bounded(void **state)
{
    char log[] = "/tmp/mote-test-log-XXXXXX", folder[4096];
    struct fixture f;
    struct bytes out;
    struct process p = {.folder = "/", .log = log, .packages = "some-package", .seconds = 10};

    (void)state;
    begin(&f);
    close(mkstemp(log));
    setenv("TMPDIR", "/tmp", 1);
    p.argv = (const char *const[]){"sh", "-c", "echo first; echo an error here; pwd; exit 7", NULL};
    want_ok(&f, process_run(&p, 1, &f.at));
    assert_int_equal(p.exit_code, 7);
    assert_string_equal(process_log(&f.pool, &p), "an error here");

    p.argv = (const char *const[]){"sh", "-c", "kill -9 $$", NULL};
    want_ok(&f, process_run(&p, 1, &f.at));
    assert_int_equal(p.signal, 9);
    assert_false(p.timed_out);

    p.seconds = 0;
    p.argv = (const char *const[]){"sleep", "1000", NULL};
    want_ok(&f, process_run(&p, 1, &f.at));
    assert_true(p.timed_out);

    p.seconds = 10;
    p.folder = NULL;
    p.argv = (const char *const[]){"sh", "-c", "pwd; echo this is on stderr >&2; echo $TMPDIR", NULL};
    want_ok(&f, process_run(&p, 1, &f.at));
    want_ok(&f, file_read(&f.pool, log, &out, &f.at));
    assert_string_equal(
        pool_printf(&f.pool, "%.*s", (int)out.size, (const char *)out.data),
        pool_printf(&f.pool, "%s\nthis is on stderr\n%s\n", getcwd(folder, sizeof folder), getenv("TMPDIR")));

    p.argv = (const char *const[]){"no-such-program", NULL};
    assert_int_equal(process_run(&p, 1, &f.at), MOTE_ERR_ENVIRONMENT);
    want_text(&f, "some-package");
    unlink(log);
    pool_free(&f.pool);
}

/* ---- the counter ---- */
/* "0x48,0xea" without its quotes, for an assembler's .byte. */
static const char *marker_flag(struct fixture *f, const char *name, const char *hex)
{
    const char *quoted = firmware_marker(&f->pool, hex);

    return pool_printf(&f->pool, "-D%s=.byte %.*s", name, (int)strlen(quoted) - 2, quoted + 1);
}

static void count(struct fixture *f, const char *board, const char *program, struct firmware *fw)
{
    const struct board *b;

    want_ok(f, board_load(&f->pool, board, &b, &f->at));
    want_ok(f, firmware_begin(&f->pool, b, fw, &f->at));
    const char *const flags[] = {pool_printf(&f->pool, "-I%s/targets/harness", fw->home),
                                 pool_printf(&f->pool, "-I%s/targets/%s", fw->home, b->toolchain.support),
                                 marker_flag(f, "START", b->emulated->machine->start_marker),
                                 marker_flag(f, "STOP", b->emulated->machine->stop_marker), NULL};

    want_ok(f, firmware_add_support(fw, flags, &f->at));
    firmware_add(fw, FIRMWARE_HARNESS, pool_printf(&f->pool, "%s/targets/harness/semihosting.c", fw->home), flags);
    firmware_add(fw, FIRMWARE_HARNESS, pool_printf(&f->pool, "%s/tests/emulate/%s", fw->home, program), flags);
    want_ok(f, firmware_build(fw, 16, 4096, &f->at));
}

/* The tools of CI's machine are all there; another one may have those of the Cortex-M alone. */
static bool has_tool(const char *program)
{
    struct fixture f = fresh();
    struct process p = {.argv = (const char *const[]){program, "--version", NULL},
                        .folder = "/",
                        .log = "/dev/null",
                        .packages = "",
                        .seconds = 10};
    bool has = process_run(&p, 1, &f.at) == MOTE_OK;

    if (!has)
        print_message("SKIP: no %s: tools/setup.sh check installs it\n", program);
    return has;
}

static bool has_avr(void)
{
    if (!has_tool("avr-gcc"))
        return false;
    if (access(MOTE_BINARY_DIR "/mote_count_avr", X_OK) == 0)
        return true;
    print_message("SKIP: Mote was built without libsimavr-dev: tools/setup.sh check installs it\n");
    return false;
}

static bool has_riscv(void) { return has_tool("riscv64-unknown-elf-gcc") && has_tool("qemu-system-riscv32"); }

static bool has_aarch64(void) { return has_tool("aarch64-linux-gnu-gcc") && has_tool("qemu-aarch64"); }

static void want_counts(const char *board, const char *program, const int64_t *counts, int32_t n)
{
    struct firmware fw;
    struct fixture f;

    begin(&f);
    count(&f, board, program, &fw);
    want_ok(&f, firmware_run(&fw, 60, false, &f.at));
    firmware_end(&fw);
    assert_int_equal(fw.exit_code, 0);
    assert_int_equal(fw.n_counts, n);
    for (int32_t i = 0; i < n; i++)
        assert_int_equal(fw.counts[i], counts[i]);
    assert_int_not_equal(access(fw.folder, F_OK), 0);
    pool_free(&f.pool);
}

static void straight_code_is_counted(void **state)
{
    (void)state;
    want_counts("mps2-an386", "straight.S", (const int64_t[]){0, 1, 5, 6}, 4);
}

static void markers_at_the_end_of_a_page_are_seen(void **state)
{
    (void)state;
    want_counts("mps2-an386", "page_end.S", (const int64_t[]){507, 3}, 2);
}

static void loops_are_counted(void **state)
{
    (void)state;
    want_counts("mps2-an386", "loop.S", (const int64_t[]){3001, 3001, 3001, 600002}, 4);
}

static void intervals_nest(void **state)
{
    (void)state;
    want_counts("mps2-an386", "nested.S", (const int64_t[]){2, 3, 8}, 3);
}

static void every_core_is_counted(void **state)
{
    static const char *const boards[] = {"microbit",   "nrf51-large", "mps2-an385",
                                         "mps2-an500", "mps2-an505",  "mps3-an547"};
    static const int64_t counts[] = {0, 3002, 3002, 502};

    (void)state;
    for (size_t i = 0; i < COUNT(boards); i++)
        want_counts(boards[i], "thumb.S", counts, COUNT(counts));
    if (has_riscv())
        want_counts("riscv32-virt", "rv32.S", counts, COUNT(counts));
    if (has_aarch64())
        want_counts("aarch64-linux", "aarch64.S", counts, COUNT(counts));
    if (has_avr())
        want_counts("arduino-uno", "avr.S", (const int64_t[]){0, 3002, 3002, 502, 3}, 5);
}

/* Intervals in order: instructions, loads, their words, stores, theirs, multiplications, divisions, branches, taken
 * ones, cycles, crude cycles. */
static void want_classes(const char *board, const char *program, const struct firmware_counts *want, int32_t n)
{
    struct firmware fw;
    struct fixture f;

    begin(&f);
    count(&f, board, program, &fw);
    fw.classes = true;
    want_ok(&f, firmware_run(&fw, 60, false, &f.at));
    firmware_end(&fw);
    assert_int_equal(fw.n_counts, n);
    assert_non_null(fw.by_class);
    for (int32_t i = 0; i < n; i++) {
        assert_int_equal(fw.by_class[i].instructions, fw.counts[i]);
#define COUNTED(NAME, name)                                                                                            \
    if (fw.by_class[i].name != want[i].name)                                                                           \
        fail_msg("%s, interval %d: %lld " #name ", want %lld", board, (int)i, (long long)fw.by_class[i].name,          \
                 (long long)want[i].name);
#include "host/emulate/counts.def"
    }
    pool_free(&f.pool);
}

/* An interval's: all of counts.def, in its order. */
#define COUNTS(all, load, words_in, store, words_out, multiply, divide, branch, take, cycle, crude)                    \
    {                                                                                                                  \
        .instructions = all, .loads = load, .load_words = words_in, .stores = store, .store_words = words_out,         \
        .multiplies = multiply, .divides = divide, .branches = branch, .taken_branches = take, .cycles = cycle,        \
        .crude_cycles = crude                                                                                          \
    }

static void classes_and_cycles_are_counted(void **state)
{
    (void)state;
    want_classes("mps2-an386", "classes.S",
                 (const struct firmware_counts[]){
                     COUNTS(5, 3, 3, 1, 1, 0, 0, 0, 0, 6, 6), COUNTS(5, 3, 3, 0, 0, 0, 0, 0, 0, 8, 6),
                     COUNTS(7, 3, 9, 3, 9, 0, 0, 0, 0, 25, 25), COUNTS(6, 0, 0, 0, 0, 5, 1, 0, 0, 12, 11),
                     COUNTS(26, 1, 1, 1, 1, 0, 0, 14, 13, 55, 54), COUNTS(11, 4, 1, 1, 0, 0, 0, 1, 0, 10, 12),
                     COUNTS(3, 1, 1, 0, 0, 0, 0, 1, 1, 8, 6), COUNTS(4, 2, 0, 0, 0, 0, 0, 0, 0, 4, 4),
                     COUNTS(6, 1, 1, 1, 1, 2, 1, 0, 0, 23, 12)},
                 9);
    want_classes("mps2-an385", "classes.S",
                 (const struct firmware_counts[]){
                     COUNTS(5, 3, 3, 1, 1, 0, 0, 0, 0, 6, 0), COUNTS(5, 3, 3, 0, 0, 0, 0, 0, 0, 8, 0),
                     COUNTS(7, 3, 9, 3, 9, 0, 0, 0, 0, 25, 0), COUNTS(6, 0, 0, 0, 0, 5, 1, 0, 0, 22, 0),
                     COUNTS(26, 1, 1, 1, 1, 0, 0, 14, 13, 55, 0), COUNTS(11, 4, 1, 1, 0, 0, 0, 1, 0, 10, 0),
                     COUNTS(3, 1, 1, 0, 0, 0, 0, 1, 1, 8, 0), COUNTS(4, 2, 0, 0, 0, 0, 0, 0, 0, 4, 0)},
                 8);
    want_classes("microbit", "classes_v6m.S",
                 (const struct firmware_counts[]){COUNTS(6, 3, 5, 2, 4, 1, 0, 0, 0, 15, 0),
                                                  COUNTS(11, 1, 2, 1, 2, 0, 0, 6, 5, 27, 0)},
                 2);
    want_classes("raspberry-pi-pico", "classes_v6m.S",
                 (const struct firmware_counts[]){COUNTS(6, 3, 5, 2, 4, 1, 0, 0, 0, 15, 0),
                                                  COUNTS(11, 1, 2, 1, 2, 0, 0, 6, 5, 22, 0)},
                 2);
}

static void functions_are_told_apart(void **state)
{
    struct firmware fw;
    struct fixture f;

    (void)state;
    begin(&f);
    count(&f, "mps2-an386", "loop.S", &fw);
    want_ok(&f, firmware_run(&fw, 60, true, &f.at));
    firmware_end(&fw);
    assert_int_equal(fw.n_functions, 2);
    assert_string_equal(fw.functions[0].name, "harness_main");
    assert_int_equal(fw.functions[0].instructions, 3 * 3001 + 400002);
    assert_string_equal(fw.functions[1].name, "leaf");
    assert_int_equal(fw.functions[1].instructions, 200000);
    pool_free(&f.pool);
}

static void unbalanced_markers_are_an_error(void **state)
{
    struct firmware fw;
    struct fixture f;

    (void)state;
    begin(&f);
    count(&f, "mps2-an386", "unbalanced.S", &fw);
    assert_int_equal(firmware_run(&fw, 60, false, &f.at), MOTE_ERR_ENVIRONMENT);
    want_text(&f, "stop without start");
    firmware_end(&fw);
    pool_free(&f.pool);
}

/* ---- the harness ---- */
static struct emulate_job standin(struct fixture *f, uint8_t *input, int32_t n)
{
    struct emulate_job job = {
        .via_c = true,
        .name = "standin",
        .c_dir = MOTE_SOURCE_DIR "/tests/emulate/standin",
        .arena_bytes = 64,
        .input = {input, (size_t)n * 6},
        .n = n,
    };

    want_ok(f, board_load(&f->pool, "nano-33-ble-sense", &job.board, &f->at));
    return job;
}

static void the_harness_runs_a_model(void **state)
{
    uint8_t input[] = {10, 20, 30, 40, 50, 60, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255};
    static const uint8_t want[] = {11, 22, 33, 44, 55, 66, 1, 0, 1, 2, 3, 4, 5, 6, 2, 0, 0, 1, 2, 3, 4, 5, 3, 0};
    struct emulate_result r;
    struct fixture f;

    (void)state;
    begin(&f);

    struct emulate_job job = standin(&f, input, 3);

    want_ok(&f, emulate_run(&f.pool, &job, &r, &f.at));
    assert_int_equal(r.output.size, sizeof want);
    assert_memory_equal(r.output.data, want, sizeof want);
    assert_true(r.setup_instructions > 0 && r.setup_instructions < 50);
    assert_int_equal(r.checksum_instructions, 0);
    assert_true(r.instructions[0] > 100 && r.instructions[0] < 2000);
    assert_int_equal(r.instructions[0], r.instructions[1]);
    assert_int_equal(r.instructions[1], r.instructions[2]);
    assert_true(r.stack_bytes >= 10 * 32 && r.stack_bytes < 10 * 80);
    assert_int_equal(r.weight_bytes, 6);
    assert_int_equal(r.constant_bytes, 16);
    assert_int_equal(r.data_bss_bytes, 8);
    assert_int_equal(r.image_bytes, 0);
    assert_true(r.code_bytes > 50 && r.code_bytes < 800);
    assert_true(r.harness_code_bytes > 500 && r.harness_code_bytes < 4000);
    assert_null(r.functions);
    pool_free(&f.pool);
}

/* On every machine, and with both compilers: the same bytes, and a stack that is measured. */
static void the_harness_runs_everywhere(void **state)
{
    static const char *const names[] = {"microbit",      "mps2-an385",           "mps2-an500",
                                        "mps2-an505",    "mps3-an547",           "arduino-uno",
                                        "riscv32-virt",  "riscv32-virt-clang",   "mps2-an386-clang",
                                        "aarch64-linux", "aarch64-linux-dotprod"};
    uint8_t input[] = {10, 20, 30, 40, 50, 60, 0, 0, 0, 0, 0, 0};
    static const uint8_t want[] = {11, 22, 33, 44, 55, 66, 1, 0, 1, 2, 3, 4, 5, 6, 2, 0};
    bool avr = has_avr(), riscv = has_riscv(), clang = has_tool("clang"), aarch64 = has_aarch64();

    (void)state;
    for (size_t i = 0; i < COUNT(names); i++) {
        struct emulate_result r;
        struct fixture f;

        if ((strstr(names[i], "arduino") && !avr) || (strstr(names[i], "riscv") && !riscv) ||
            (strstr(names[i], "clang") && !clang) || (strstr(names[i], "aarch64") && !aarch64))
            continue;
        begin(&f);

        struct emulate_job job = standin(&f, input, 2);

        want_ok(&f, board_load(&f.pool, names[i], &job.board, &f.at));
        want_ok(&f, emulate_run(&f.pool, &job, &r, &f.at));
        assert_int_equal(r.output.size, sizeof want);
        assert_memory_equal(r.output.data, want, sizeof want);
        assert_int_equal(r.instructions[0], r.instructions[1]);
        assert_true(r.instructions[0] > 100 && r.instructions[0] < 5000);
        assert_true(r.stack_bytes >= 10 * 32 && r.stack_bytes < 10 * 100);
        assert_true(r.code_bytes > 50 && r.code_bytes < 1200);
        pool_free(&f.pool);
    }
}

static void state_is_reset_when_asked(void **state)
{
    uint8_t input[12] = {0};
    struct emulate_result r;
    struct fixture f;
    int64_t sum = 0;

    (void)state;
    begin(&f);

    struct emulate_job job = standin(&f, input, 2);

    job.reset_each = true;
    job.per_function = true;
    want_ok(&f, emulate_run(&f.pool, &job, &r, &f.at));
    assert_int_equal(r.output.data[6], 1);
    assert_int_equal(r.output.data[8 + 6], 1);
    for (int32_t i = 0; i < r.n_functions; i++)
        sum += r.functions[i].instructions;
    assert_true(r.n_functions >= 3);
    assert_true(sum >= r.setup_instructions + r.instructions[0] + r.instructions[1]);
    assert_true(sum < r.setup_instructions + r.instructions[0] + r.instructions[1] + 10); /* the empty checksum */
    pool_free(&f.pool);
}

/* ---- what kernels say that they cost ---- */
#define F32_TO(op) "tensor 0 f32 [4,30]\ntensor 1 f32 [4,30]\nop 0 " op "\ninputs [0]\noutputs [1]\nend\n"
#define S8_TO(op)  "tensor 0 s8 [4,30] quant [0.1; 0]\ntensor 1 s8 [4,30] quant " op "\ninputs [0]\noutputs [1]\nend\n"

/* Those that are farthest from a multiplication an element, and such multiplications themselves. */
static const char *const costly[] = {
    F32_TO("softmax in [0] out [1] beta 1"),
    F32_TO("log_softmax in [0] out [1]"),
    F32_TO("l2_normalization in [0] out [1]"),
    F32_TO("exp in [0] out [1]"),
    F32_TO("tanh in [0] out [1]"),
    F32_TO("logistic in [0] out [1]"),
    F32_TO("sqrt in [0] out [1]"),
    F32_TO("rsqrt in [0] out [1]"),
    F32_TO("sin in [0] out [1]"),
    F32_TO("log in [0] out [1]"),
    F32_TO("round in [0] out [1]"),
    F32_TO("floor_mod in [0, 0] out [1]"),
    F32_TO("floor_div in [0, 0] out [1]"),
    F32_TO("add_n in [0, 0] out [1]"),
    S8_TO("[0.2; 0]\nop 0 add_n in [0, 0, 0] out [1]"),
    "tensor 0 s8 [4,30] quant [0.1; 0]\ntensor 1 bool [4,30]\nop 0 less in [0, 0] out [1]\ninputs [0]\noutputs "
    "[1]\nend\n",
    "tensor 0 s8 [4,30] quant [0.1; 0]\ntensor 1 bool [4,30]\ntensor 2 s8 [4,30] quant [0.1; 0]\n"
    "op 0 less in [0, 0] out [1]\nop 1 select_v2 in [1, 0, 0] out [2]\ninputs [0]\noutputs [2]\nend\n",
    "tensor 0 f32 [4,30]\ntensor 1 f32 [4,4]\nop 0 batch_matmul in [0, 0] out [1] adj_y 1\ninputs [0]\noutputs "
    "[1]\nend\n",
    S8_TO("[0.00390625; -128]\nop 0 softmax in [0] out [1] beta 1"),
    S8_TO("[0.0625; 127]\nop 0 log_softmax in [0] out [1]"),
    S8_TO("[0.1; 0]\nop 0 div in [0, 0] out [1]"),
};

/* Its C in a folder, and the operations of one inference. */
static double cost_of(struct fixture *f, const char *text, struct emulate_job *job)
{
    struct pipeline p = {.pool = &f->pool, .path = "costly", .has_graph = true, .model = {.pool = &f->pool}};
    const char *graph = pool_printf(&f->pool, "mote-graph 1\nmodel costly\ngraph\n%s", text);
    struct runner r;

    want_ok(f, model_parse(&p.model, (struct bytes){(uint8_t *)(uintptr_t)graph, strlen(graph)}, &f->at));
    want_ok(f, pipeline_compile(&p, &(struct pipeline_options){0}, &f->at));
    want_ok(f, emit_c(&p.plan, MOTE_SOURCE_DIR, job->c_dir, &f->at));
    want_ok(f, runner_open(&f->pool, p.image, &r, &f->at));
    job->arena_bytes = p.plan.arena_bytes;
    job->input.size = runner_input_bytes(&r);
    return runner_work(&r.model);
}

/* Bounds of what an image can make a tool do hold if operations of all kernels take about as long. */
static void operations_are_ten_instructions(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(costly); i++) {
        float input[120];
        struct emulate_job job = {.via_c = true, .name = "costly", .n = 1};
        struct emulate_result r;
        struct fixture f;
        double each;

        begin(&f);
        for (int k = 0; k < 120; k++)
            input[k] = 0.1f + (float)(k * 7 % 31) / 4;
        job.input.data = (uint8_t *)input;
        want_ok(&f, folder_temporary(&f.pool, "mote-test-cost", &job.c_dir, &f.at));
        /* A root is as dear as its operations say where it is no instruction of the core's. */
        want_ok(&f, board_load(&f.pool, strstr(costly[i], "sqrt") != NULL ? "mps2-an385" : "mps2-an386", &job.board,
                               &f.at));
        each = cost_of(&f, costly[i], &job);
        want_ok(&f, emulate_run(&f.pool, &job, &r, &f.at));
        each = (double)r.instructions[0] / each;
        if (each < 10.0 / 3 || each > 30)
            fail_msg("an operation is %.1f instructions, want about ten:\n%s", each, costly[i]);
        print_message("%.1f ", each);
        folder_remove(job.c_dir);
        pool_free(&f.pool);
    }
}

/* Kernels keep their speed where a build system asks for small code. */
static void kernels_are_fast_at_os(void **state)
{
    static const char *const boards[] = {"mps2-an385", MOTE_SOURCE_DIR "/bench/boards/mps2-an385-os.yaml"};
    struct emulate_result r[2];
    uint8_t input[120] = {0};
    struct fixture f;

    (void)state;
    begin(&f);
    for (int i = 0; i < 2; i++) {
        struct emulate_job job = {.via_c = true, .name = "costly", .n = 1, .input.data = input};

        want_ok(&f, folder_temporary(&f.pool, "mote-test-os", &job.c_dir, &f.at));
        want_ok(&f, board_load(&f.pool, boards[i], &job.board, &f.at));
        (void)cost_of(&f,
                      "tensor 0 s8 [4,30] quant [0.1; 0]\ntensor 1 s8 [4,4] quant [1; 0]\n"
                      "op 0 batch_matmul in [0, 0] out [1] adj_y 1\ninputs [0]\noutputs [1]\nend\n",
                      &job);
        want_ok(&f, emulate_run(&f.pool, &job, &r[i], &f.at));
        folder_remove(job.c_dir);
    }
    assert_int_not_equal(r[1].code_bytes, r[0].code_bytes);
    assert_in_range(r[1].instructions[0], 1, r[0].instructions[0] * 11 / 10);
    pool_free(&f.pool);
}

static int entries(const char *folder)
{
    DIR *dir = opendir(folder);
    int n = 0;

    assert_non_null(dir);
    while (readdir(dir))
        n++;
    closedir(dir);
    return n - 2; /* . and .. */
}

static void misfortune(const char *board, uint8_t first, int32_t n, int64_t arena_bytes, const char *message)
{
    bool fits = !strstr(message, "emulated machine");
    char tmp[] = "/tmp/mote test,XXXXXX"; /* a space and a comma: nothing here goes through a shell */
    uint8_t input[6] = {first};
    struct emulate_result r;
    struct fixture f;

    begin(&f);
    assert_non_null(mkdtemp(tmp));
    setenv("TMPDIR", tmp, 1);

    struct emulate_job job = standin(&f, input, n);

    want_ok(&f, board_load(&f.pool, board, &job.board, &f.at));
    job.input.size = sizeof input;
    job.arena_bytes = arena_bytes;
    job.seconds = strcmp(message, "3 s") == 0 ? 3 : 120; /* only a firmware that hangs takes them all */
    assert_int_equal(emulate_run(&f.pool, &job, &r, &f.at), fits ? MOTE_ERR_ENVIRONMENT : MOTE_ERR_FIT);
    want_text(&f, message);
    assert_int_equal(entries(tmp), 0);
    unsetenv("TMPDIR");
    rmdir(tmp);
    pool_free(&f.pool);
}

static void misfortune_is_reported_and_leaves_nothing(void **state)
{
    (void)state;
    misfortune("nano-33-ble-sense", 200, 1, 64, "hard fault");
    misfortune("nano-33-ble-sense", 201, 1, 64, "stack overflow");
    misfortune("nano-33-ble-sense", 202, 1, 64, "3 s");
    misfortune("nano-33-ble-sense", 0, 2, 64, "input.bin"); /* one inference's input for two */
    misfortune("nano-33-ble-sense", 0, 1, 32, "arena is smaller");
    misfortune("nano-33-ble-sense", 0, 1, (int64_t)64 << 20, "does not fit the emulated machine");
}

/* Where RAM is short the stack gets what is left, and its overflow is still an error. */
static void small_and_other_cores_fail_as_clearly(void **state)
{
    (void)state;
    misfortune("microbit", 200, 1, 64, "in standin_run");
    misfortune("microbit", 201, 1, 64, "emulated machine microbit has too little RAM");
    misfortune("microbit", 0, 1, 17000, "does not fit the emulated machine microbit");
    if (has_riscv()) {
        misfortune("riscv32-virt", 200, 1, 64, "trap at pc");
        misfortune("riscv32-virt", 201, 1, 64, "stack overflow");
    }
    if (has_avr())
        misfortune("arduino-uno", 201, 1, 64, "stack overflow");
}

static void images_are_for_boards_that_take_them(void **state)
{
    struct emulate_job job = {.kernel_list = "", .arena_bytes = 64};
    struct emulate_result r;
    struct fixture f;

    (void)state;
    begin(&f);
    want_ok(&f, board_load(&f.pool, "arduino-uno", &job.board, &f.at));
    assert_false(board_takes(job.board, BOARD_IMAGE));
    assert_int_equal(emulate_run(&f.pool, &job, &r, &f.at), MOTE_ERR_USAGE);
    want_text(&f, "via c only: give --via c");
    pool_free(&f.pool);
}

/* Through the real runtime: the device's own verdict comes back. */
static void a_bad_image_gives_the_devices_status(void **state)
{
    uint8_t image[256] = "this is not an image";
    struct emulate_result r;
    struct fixture f;
    struct emulate_job job = {
        .image = {image, sizeof image},
        .kernel_list = "KERNEL(1, conv, conv_2d_s8, portable)\n#undef KERNEL\n",
        .arena_bytes = 1024,
    };

    (void)state;
    begin(&f);
    want_ok(&f, board_load(&f.pool, "nano-33-ble-sense", &job.board, &f.at));
    assert_int_equal(emulate_run(&f.pool, &job, &r, &f.at), MOTE_ERR_MAGIC);
    want_text(&f, "opening the model");
    pool_free(&f.pool);
}

static void missing_tools_name_their_package(void **state)
{
    char *path = strdup(getenv("PATH"));
    uint8_t input[6] = {0};
    struct emulate_result r;
    struct fixture f;

    (void)state;
    begin(&f);

    struct emulate_job job = standin(&f, input, 1);

    setenv("PATH", "/nonexistent", 1);
    assert_int_equal(emulate_run(&f.pool, &job, &r, &f.at), MOTE_ERR_ENVIRONMENT);
    setenv("PATH", path, 1);
    free(path);
    want_text(&f, "gcc-arm-none-eabi");
    pool_free(&f.pool);
}

/* ---- ELF ---- */
/* Any byte changed, any length cut: an error or names, never an access outside (the sanitizer watches). */
static void damaged_elf_files_are_survived(void **state)
{
    struct firmware fw;
    struct fixture f;
    struct bytes file;

    (void)state;
    begin(&f);
    count(&f, "mps2-an386", "nested.S", &fw);
    want_ok(&f, file_read(&f.pool, firmware_path(&fw, "firmware.elf"), &file, &f.at));
    firmware_end(&fw);
    for (size_t i = 0; i < file.size; i++) {
        size_t cut = i % 3 == 0 ? i : file.size;
        uint8_t *copy = malloc(cut ? cut : 1), *changed = copy + (i < cut ? i : 0);
        struct linked linked;

        memcpy(copy, file.data, cut);
        if (cut)
            *changed ^= (uint8_t)(1 + i * 7 % 255);
        if (linked_open(&linked, (struct bytes){copy, cut}, NULL) == MOTE_OK) {
            for (size_t s = 0; s < linked.n_sections; s++)
                assert_non_null(linked_section(&linked, s).name);
            for (size_t s = 0; s < linked.n_segments; s++) {
                struct linked_load load = linked_load(&linked, s);

                assert_true(load.bytes.size == 0 || load.bytes.data + load.bytes.size <= copy + cut);
            }
            linked_function_at(&linked, &f.pool, 0x40);
            linked_close(&linked);
        }
        free(copy);
        i += i > 4096 ? 61 : 0; /* every byte of the head, some of the rest */
    }
    pool_free(&f.pool);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(boards_of_the_tree_load),
        cmocka_unit_test(nano_is_what_its_data_sheet_says),
        cmocka_unit_test(board_files_are_checked),
        cmocka_unit_test(unknown_boards_and_homes_are_refused),
        cmocka_unit_test(programs_are_run_and_bounded),
        cmocka_unit_test(straight_code_is_counted),
        cmocka_unit_test(markers_at_the_end_of_a_page_are_seen),
        cmocka_unit_test(loops_are_counted),
        cmocka_unit_test(intervals_nest),
        cmocka_unit_test(every_core_is_counted),
        cmocka_unit_test(classes_and_cycles_are_counted),
        cmocka_unit_test(functions_are_told_apart),
        cmocka_unit_test(unbalanced_markers_are_an_error),
        cmocka_unit_test(the_harness_runs_a_model),
        cmocka_unit_test(the_harness_runs_everywhere),
        cmocka_unit_test(state_is_reset_when_asked),
        cmocka_unit_test(operations_are_ten_instructions),
        cmocka_unit_test(kernels_are_fast_at_os),
        cmocka_unit_test(misfortune_is_reported_and_leaves_nothing),
        cmocka_unit_test(small_and_other_cores_fail_as_clearly),
        cmocka_unit_test(images_are_for_boards_that_take_them),
        cmocka_unit_test(a_bad_image_gives_the_devices_status),
        cmocka_unit_test(missing_tools_name_their_package),
        cmocka_unit_test(damaged_elf_files_are_survived),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

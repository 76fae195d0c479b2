/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a model MOTE_INFERENCES times between marker instructions that the emulator's plugin sees.
 *
 *   input.bin    for each inference, the bytes of all inputs in order; with MOTE_RAW_ROW_BYTES above 0, of the first
 *                one a raw sample of MOTE_RAW_ROWS rows, of which only one is in RAM at a time
 *   output.bin   for each inference, the bytes of all outputs in order
 *   result.txt   "key value" lines, written at the end or when something fails:
 *                stage (what was being done), status, stack_bytes, and step, tensor, detail if the model failed
 *                there; or fault, pc, detail_a, detail_b
 *
 * With MOTE_FEED_ROWS above 0 an input is so many rows of MOTE_FEED_ROW_BYTES, each of which is fed when it is read.
 *
 * With MOTE_LISTEN above 0 the model listens: input.bin is MOTE_SAMPLES samples, of which each interval takes so many,
 * and output.bin the events, 12 bytes each.
 *
 * The intervals, in order: checksum, open, then one for each inference, or for each of its rows; with MOTE_STEPS the
 * last inference goes step by step, and each step has one inside, which ends before it. The stack below main
 * is painted before each interval and searched after it, so that stack_bytes is what the model alone used. */
#include "harness.h"
#include "port.h"

#define PAINT         0x5ac3a53cu
#define ARENA_GARBAGE 0xa5u /* a model must not rely on what the arena holds */

/* The board file gives the markers as bytes; a compiler never emits them. */
#define MARK(bytes) __asm__ volatile(".byte " bytes ::: "memory")
#define INTERVAL(action)                                                                                               \
    do {                                                                                                               \
        paint(port_stack());                                                                                           \
        MARK(MOTE_MARK_START);                                                                                         \
        action;                                                                                                        \
        MARK(MOTE_MARK_STOP);                                                                                          \
        measure(port_stack());                                                                                         \
    } while (0)

static uint32_t stack_bytes;
static const char *stage;

/* Inlined, as they must not have a frame of their own where they paint. */
static inline __attribute__((always_inline)) void paint(volatile uint32_t *end)
{
    for (volatile uint32_t *p = stack_bottom; p < end; p++)
        *p = PAINT;
}

static inline __attribute__((always_inline)) void measure(const volatile uint32_t *end)
{
    const volatile uint32_t *p = stack_bottom;
    uint32_t bytes;

    while (p < end && *p == PAINT)
        p++;
    bytes = (uint32_t)(end - p) * (uint32_t)sizeof *p;
    stack_bytes = bytes > stack_bytes ? bytes : stack_bytes;
}

static void write_text(int32_t file, const char *text)
{
    uint32_t n = 0;

    while (text[n] != '\0')
        n++;
    host_write(file, text, n);
}

static void write_number(int32_t file, const char *key, uint32_t value, bool negative)
{
    char digits[16];
    uint32_t i = sizeof digits;

    digits[--i] = '\n';
    do
        digits[--i] = (char)('0' + value % 10);
    while ((value /= 10) != 0);
    if (negative)
        digits[--i] = '-';
    write_text(file, key);
    host_write(file, digits + i, (uint32_t)sizeof digits - i);
}

static int32_t result_open(void)
{
    int32_t file = host_open("result.txt", true);

    if (file < 0)
        host_exit(2);
    write_text(file, "stage ");
    write_text(file, stage);
    write_text(file, "\n");
    return file;
}

static void write_where(int32_t file)
{
    static const char *const keys[] = {"step ", "tensor ", "detail "};
    int32_t where[3];

    adapter_where(&where[0], &where[1], &where[2]);
    for (int32_t i = 0; i < 3; i++)
        if (where[i] >= 0)
            write_number(file, keys[i], (uint32_t)where[i], false);
}

static _Noreturn void finish(int32_t status)
{
    int32_t file = result_open();

    write_number(file, "status ", status < 0 ? 0u - (uint32_t)status : (uint32_t)status, status < 0);
    write_number(file, "stack_bytes ", stack_bytes, false);
    if (status < 0)
        write_where(file);
    host_close(file);
    host_exit(status == 0 ? 0 : 1);
}

_Noreturn void harness_fault(const char *what, uint32_t pc, uint32_t detail_a, uint32_t detail_b)
{
    int32_t file = result_open();

    write_text(file, "fault ");
    write_text(file, what);
    write_text(file, "\n");
    write_number(file, "pc ", pc, false);
    write_number(file, "detail_a ", detail_a, false);
    write_number(file, "detail_b ", detail_b, false);
    host_close(file);
    host_exit(1);
}

static void must(int32_t status)
{
    if (status < 0)
        finish(status);
}

/* Trouble with the host's files is not the model's: no status, and the stage says it. */
static int32_t must_open(const char *name, bool write)
{
    int32_t file = host_open(name, write);

    if (file < 0)
        finish(1);
    return file;
}

#if MOTE_LISTEN
/* What was heard in a piece, at most as much as it has samples. */
static struct heard heard[MOTE_LISTEN];

static uint32_t hear(const int16_t *samples, uint32_t n)
{
    uint32_t events = 0;

    for (uint32_t taken = 0; taken < n;) {
        taken += adapter_listen(samples + taken, n - taken, &heard[events]);
        events += heard[events].command >= 0 && events + 1 < MOTE_LISTEN;
    }
    return events;
}

static void work(int32_t input, int32_t output)
{
    static int16_t samples[MOTE_LISTEN];

    for (uint32_t left = MOTE_SAMPLES; left > 0;) {
        uint32_t n = left < MOTE_LISTEN ? left : MOTE_LISTEN, events;

        stage = "reading input.bin";
        if (!host_read(input, samples, n * (uint32_t)sizeof *samples))
            finish(1);
        stage = "listening";
        INTERVAL(events = hear(samples, n));
        stage = "writing output.bin";
        if (events > 0 && !host_write(output, heard, events * (uint32_t)sizeof *heard))
            finish(1);
        left -= n;
    }
}
#else
#if MOTE_RAW_ROW_BYTES
static void read_raw(int32_t file)
{
    static uint32_t raw[(MOTE_RAW_ROW_BYTES + 3) / 4];

    for (uint32_t row = 0; row < MOTE_RAW_ROWS; row++) {
        stage = "reading input.bin";
        if (!host_read(file, raw, MOTE_RAW_ROW_BYTES))
            finish(1);
        stage = "setting the input";
#if MOTE_RAW_ROWS == 1
        must(adapter_set_input(raw));
#else
        must(adapter_set_input_row(row, raw));
#endif
    }
}
#else
static void read_raw(int32_t file) { (void)file; }
#endif

static void read_inputs(int32_t file)
{
    struct span span;

    read_raw(file);
    stage = "reading input.bin";
    for (int32_t i = MOTE_RAW_ROW_BYTES > 0, n = adapter_inputs(); i < n; i++) {
        must(adapter_input(i, &span));
        if (!host_read(file, span.data, span.bytes))
            finish(1);
    }
}

#if MOTE_FEED_ROWS
static void infer(int32_t file, bool steps)
{
    static uint32_t data[(MOTE_FEED_ROW_BYTES + 3) / 4];
    int32_t status;

    (void)steps;
    for (int32_t row = 0; row < MOTE_FEED_ROWS; row++) {
        stage = "reading input.bin";
        if (!host_read(file, data, MOTE_FEED_ROW_BYTES))
            finish(1);
        stage = "feeding a row";
        INTERVAL(status = adapter_feed(data));
        must(status);
        if (status != 0 && row == MOTE_FEED_ROWS - 1)
            finish(1);
    }
}
#else
#if MOTE_STEPS
static int32_t run_steps(void)
{
    int32_t status = 1;

    for (int32_t step = 0; status > 0; step++) {
        MARK(MOTE_MARK_START);
        status = adapter_step(step);
        MARK(MOTE_MARK_STOP);
    }
    return status;
}
#else
static int32_t run_steps(void) { return 0; }
#endif

static void infer(int32_t file, bool steps)
{
    int32_t status;

    (void)file;
    stage = "running the model";
    if (steps)
        INTERVAL(status = run_steps());
    else
        INTERVAL(status = adapter_run());
    must(status);
}
#endif

static void write_outputs(int32_t file)
{
    struct span span;

    stage = "writing output.bin";
    for (int32_t i = 0, n = adapter_outputs(); i < n; i++) {
        must(adapter_output(i, &span));
        if (!host_write(file, span.data, span.bytes))
            finish(1);
    }
}

static void work(int32_t input, int32_t output)
{
    for (int32_t i = 0; i < MOTE_INFERENCES; i++) {
        if (!MOTE_FEED_ROWS)
            read_inputs(input);
        stage = "resetting the model";
        if (MOTE_RESET_EACH && i > 0)
            must(adapter_reset());
        infer(input, MOTE_STEPS && i == MOTE_INFERENCES - 1);
        write_outputs(output);
    }
}
#endif

static void fill(volatile uint8_t *arena, uint32_t bytes)
{
    for (uint32_t i = 0; i < bytes; i++)
        arena[i] = ARENA_GARBAGE;
}

static void fill_arenas(void)
{
#ifdef MOTE_MORE_ARENAS
    static uint8_t *const arenas[] = {MOTE_MORE_ARENAS};
    static const uint32_t bytes[] = {MOTE_MORE_BYTES};

    for (uint32_t i = 0; i < sizeof bytes / sizeof *bytes; i++)
        fill(arenas[i], bytes[i]);
#endif
    fill(harness_arena, MOTE_ARENA_BYTES);
}

_Noreturn void harness_main(void)
{
    int32_t input, output, status;

    fill_arenas();
    stage = "opening input.bin";
    input = must_open("input.bin", false);
    stage = "opening output.bin";
    output = must_open("output.bin", true);
    stage = "the image's checksum";
    INTERVAL(adapter_checksum());
    stage = "opening the model";
    INTERVAL(status = adapter_open());
    must(status);
    work(input, output);
    host_close(input);
    host_close(output);
    stage = "the end";
    finish(0);
}

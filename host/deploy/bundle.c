/* SPDX-License-Identifier: Apache-2.0 */
#include "host/deploy/bundle.h"

#include <ctype.h>
#include <inttypes.h>
#include <unistd.h>

#include "host/emit/emit.h"
#include "host/target/home.h"

#define STACK_MOST    16384
#define STACK_LEAST   1024
#define STACK_BESIDES 256  /* what protocol and interrupts take beside a model whose stack is known */
#define VARIABLES     1024 /* of protocol, drivers, model and alignment, at most */
#define VARIABLES_AVR 768  /* the same, where a pointer has two bytes */

struct bundling {
    struct pool *pool;
    const struct measure *m;
    const struct pipeline *p;
    const struct served *served;
    const struct board *board;
    const char *home;
    struct staging staging;
    struct bundle *out;
};

/* ---- what the files say ---- */
static const char *upper(struct pool *pool, const char *s)
{
    char *copy = pool_strdup(pool, s);

    for (char *c = copy; *c != '\0'; c++)
        *c = (char)toupper((unsigned char)*c);
    return copy;
}

static void add_arenas(struct text *t, const struct plan *plan)
{
    text_add(t, "#define MOTE_ARENA_BYTES %lld\n",
             (long long)(plan->n_memories > 0 ? plan->memories[0].bytes : plan->arena_bytes));
    if (plan->n_memories < 2)
        return;
    text_add(t, "#define MOTE_MORE_ARENAS");
    for (int32_t k = 1; k < plan->n_memories; k++)
        text_add(t, "%s(void *)%#" PRIx64, k > 1 ? ", " : " ", plan->memories[k].ram->origin);
    text_add(t, "\n");
}

/* Where nobody said where the UART is, its macros mean nothing. */
static const char *config(const struct bundling *b)
{
    const struct board_serial unknown = {.timer_hz = b->board->clock_hz, .timestamp = "board"};
    const struct board_serial *serial = b->board->serial != NULL ? b->board->serial : &unknown;
    const char *name = b->p->model.name;
    struct text t = {.pool = b->pool};

    text_add(&t, "%s", served_config(b->pool, b->served, &b->m->runner, serial, (int64_t)serial->timer_hz));
    text_add(&t, "#define MOTE_Model %s\n#define MOTE_Model_upper %s\n#define MOTE_Model_header \"%s.h\"\n", name,
             upper(b->pool, name), name);
    add_arenas(&t, &b->p->plan);
    return t.s;
}

static void add_list(struct text *t, const char *name, const char *const *words, unsigned n)
{
    text_add(t, "%s =", name);
    for (unsigned i = 0; i < n; i++)
        text_add(t, " %s", words[i]);
    text_add(t, "\n");
}

static const char *makefile(const struct bundling *b)
{
    const struct board_toolchain *tools = &b->board->toolchain;
    const struct board_memory *flash = board_first_memory(b->board, BOARD_FLASH);
    const struct board_memory *ram = board_first_memory(b->board, BOARD_RAM);
    const struct plan *plan = &b->p->plan;
    struct text t = {.pool = b->pool};

    text_add(
        &t,
        "# SPDX-License-Identifier: Apache-2.0\n# %s on %s: `make` builds firmware.elf, .hex and .bin. Debian: %s\n",
        b->served->model, b->board->name, tools->packages);
    text_add(&t, "CC = %s\nLD = %s\n", tools->compiler, tools->linker != NULL ? tools->linker : "$(CC)");
    text_add(&t, "OBJCOPY = $(patsubst %%gcc,%%objcopy,$(LD))\n");
    add_list(&t, "FLAGS", tools->flags, tools->flags_count);
    if (tools->linker != NULL)
        add_list(&t, "LINK_FLAGS", tools->linker_flags, tools->linker_flags_count);
    else
        text_add(&t, "LINK_FLAGS = $(FLAGS)\n");
    text_add(&t, "COMMON = -std=c11 -ffreestanding -ffunction-sections -fdata-sections -fno-unwind-tables "
                 "-fno-asynchronous-unwind-tables\n");
    text_add(&t, "KERNEL_FLAGS = %s\n", plan->options.small ? "-Os -DMOTE_HOT=0" : "-O2");
    text_add(&t,
             "SIZES = -Wl,--defsym=flash_origin=%#" PRIx64 " -Wl,--defsym=flash_size=%#" PRIx64
             " -Wl,--defsym=ram_origin=%#" PRIx64 " -Wl,--defsym=ram_size=%#" PRIx64
             " -Wl,--defsym=stack_size=%lld -Wl,--defsym=arena_size=%lld\n\n",
             flash->origin, flash->size, ram->origin, ram->size, (long long)b->out->stack_bytes,
             (long long)(plan->n_memories > 0 ? plan->memories[0].bytes : plan->arena_bytes));
    text_add(&t, "# What is not the model's is called harness_*.o: the linker script tells them apart by that.\n"
                 "HARNESS = $(patsubst %%.c,harness_%%.o,$(wildcard *.c))\n"
                 "MODEL = $(patsubst %%.c,%%.o,$(wildcard model/*.c))\n"
                 "KERNELS = $(patsubst %%.c,%%.o,$(shell find model/mote -name '*.c' | LC_ALL=C sort))\n\n"
                 "all: firmware.elf firmware.hex firmware.bin\n\n"
                 "firmware.elf: $(HARNESS) $(MODEL) $(KERNELS) link.ld\n"
                 "\t$(LD) $(LINK_FLAGS) -nostartfiles -Wl,--gc-sections -T link.ld $(SIZES) $(HARNESS) $(MODEL) "
                 "$(KERNELS) -o $@\n\n"
                 "firmware.hex: firmware.elf\n\t$(OBJCOPY) -O ihex $< $@\n\n"
                 "firmware.bin: firmware.elf\n\t$(OBJCOPY) -O binary $< $@\n\n"
                 "harness_%%.o: %%.c serial_config.h\n"
                 "\t$(CC) $(COMMON) -Os $(FLAGS) -include serial_config.h -I. -Imodel -c $< -o $@\n\n"
                 "$(MODEL): %%.o: %%.c\n\t$(CC) $(COMMON) -Os $(FLAGS) -c $< -o $@\n\n"
                 "$(KERNELS): %%.o: %%.c\n\t$(CC) $(COMMON) $(FLAGS) $(KERNEL_FLAGS) -c $< -o $@\n\n"
                 "clean:\n\trm -f firmware.elf firmware.hex firmware.bin $(HARNESS) $(MODEL) $(KERNELS)\n\n"
                 ".PHONY: all clean\n");
    return t.s;
}

/* ---- boards of which nobody said where the UART is ---- */
static const char fill_in_timestamp[] = "\n/* 4. A pin as an output, high: the timestamps, for the power monitor. */\n"
                                        "void timestamp_open(void)\n{\n}\n\n"
                                        "/* 5. Its level. */\n"
                                        "void timestamp_put(bool high)\n{\n    (void)high;\n}\n";

static const char fill_in[] =
    "/* SPDX-License-Identifier: Apache-2.0 */\n"
    "/* Functions to fill in, from the data sheet of your chip or with its vendor's library: as they are, the\n"
    " * firmware links, and says nothing. Time comes from SysTick (timer_systick.c), which counts the core's clock. "
    "*/\n"
    "#include \"serial.h\"\n\n"
    "/* 1. The core's clock, MOTE_TICKS_A_SECOND in serial_config.h; the pins of the UART; the UART itself: MOTE_BAUD, "
    "8\n"
    " *    data bits, no parity, one stop bit. Called first. */\n"
    "void uart_open(void)\n{\n}\n\n"
    "/* 2. Waits for a character that comes in, and returns it. */\n"
    "char uart_get(void)\n{\n    for (;;) {\n    }\n}\n\n"
    "/* 3. Waits until the UART takes a character, and gives it this one. */\n"
    "void uart_put(char c)\n{\n    (void)c;\n}\n";

static void add_flashing(struct text *t, const struct bundling *b)
{
    const struct board_memory *flash = board_first_memory(b->board, BOARD_FLASH);

    text_add(t, "## Flash\n\n");
    if (b->board->flashing != NULL)
        text_add(t, "%s\n\n", b->board->flashing);
    else
        text_add(
            t,
            "With the board's debug probe, for example `openocd -f board/YOURS.cfg -c \"program firmware.elf verify "
            "reset exit\"`\nor `pyocd flash firmware.hex`. The vector table lies at %#" PRIx64 ", where the flash "
            "begins: a boot loader that lies there is\noverwritten, and a chip whose ROM wants another stage or a "
            "signature first (an RP2040, for one) needs that before it.\n\n",
            flash->origin);
}

static void add_energy(struct text *t, const struct bundling *b)
{
    text_add(
        t,
        "## Energy\n\nThis firmware is for the benchmark's energy mode: it speaks at %d baud, and a timestamp is a "
        "falling edge of a pin, which a power\nmonitor sees, low for a microsecond or more. ",
        (int)served_baud(true));
    if (b->out->complete)
        text_add(t, "It is pin %llu, as the chip's manual counts (`timestamp_%s.c`). ",
                 (unsigned long long)b->board->serial->timestamp_pin, b->board->serial->timestamp);
    text_add(t, "The energy of `infer N W%%` is what lies\nbetween its two edges, divided by N.\n\n");
}

static const char *readme(const struct bundling *b)
{
    const char *model = b->served->model;
    struct text t = {.pool = b->pool};

    text_add(&t,
             "# %s on %s\n\nFirmware with a model that answers over a UART, by MLPerf Tiny's protocol. Made by `mote "
             "firmware`.\n\n## Build\n\n`make`, with Debian's %s: firmware.elf, firmware.hex, firmware.bin.\n\n",
             model, b->board->title, b->board->toolchain.packages);
    if (!b->out->complete)
        text_add(
            &t,
            "## %s functions to fill in\n\nNobody has told Mote where this board's UART is. `board.c` has "
            "functions to fill in, `uart_open`, `uart_get` and\n`uart_put`%s; all else is complete: start-up, linker "
            "script, time from SysTick, the protocol. As it comes the firmware links, but\nsays nothing.\n\n",
            b->served->energy ? "Five" : "Three", b->served->energy ? ", `timestamp_open` and `timestamp_put`" : "");
    else
        text_add(&t, "Nothing is to be filled in: `uart_%s.c` and `timer_%s.c` are this board's.\n\n",
                 b->board->serial->uart, b->board->serial->timer);
    if (b->served->energy)
        add_energy(&t, b);
    add_flashing(&t, b);
    text_add(&t,
             "## Talk to it\n\n```\nmote validate MODEL --port /dev/ttyACM0%s --data SPEC     outputs byte for byte%s\n"
             "```\n\nOr by hand at %d baud, 8N1: `name%%`, `profile%%`, `db load N%%`, `db HEX%%`, `infer 10 1%%`, "
             "`outputs%%`, `help%%`.\nAnswers end with `m-ready`. A sample is %s.\n\n",
             b->served->energy ? " --baud 9600" : "", b->served->energy ? "" : ", and times",
             (int)served_baud(b->served->energy), served_input(b->pool, &b->m->runner, b->served->kind));
    text_add(
        &t,
        "## The parts\n\n| | |\n|---|---|\n| `model/` | the model, and the kernels that it needs |\n"
        "| `serial_config.h` | what was decided: sizes, names, scales |\n| `protocol.c` | the protocol |\n"
        "| `serial_main.c`, `adapter_c.c` | from the protocol to the model |\n| `startup.c`, `link.ld`, `port.h` | the "
        "core's start |\n| `serial.h` | what a UART and a timer must do |\n");
    return t.s;
}

/* ---- the files ---- */
static enum mote_status put(struct bundling *b, const char *name, const char *text, const struct frame *at)
{
    b->out->n_files++;
    return staging_put(&b->staging, name, text, strlen(text), at);
}

static enum mote_status copy(struct bundling *b, const char *folder, const char *name, const char *to,
                             const struct frame *at)
{
    struct bytes file;

    TRY(file_read(b->pool, pool_printf(b->pool, "%s/%s/%s", b->home, folder, name), &file, at));
    b->out->n_files++;
    return staging_put(&b->staging, pool_printf(b->pool, "%s%s", to, name), file.data, file.size, at);
}

/* A family of chips may have a header for its drivers. */
static enum mote_status copy_uart(struct bundling *b, const char *uart, const struct frame *at)
{
    const char *header = pool_printf(b->pool, "%s.h", uart);

    if (access(pool_printf(b->pool, "%s/targets/serial/%s", b->home, header), R_OK) == 0)
        TRY(copy(b, "targets/serial", header, "", at));
    return copy(b, "targets/serial", pool_printf(b->pool, "uart_%s.c", uart), "", at);
}

static enum mote_status copy_all(struct bundling *b, const struct frame *at)
{
    static const char *const harness[] = {"serial_main.c", "protocol.c", "protocol.h", "harness.h", "adapter_c.c"};
    static const char *const support[] = {"startup.c", "port.h", "link.ld"};
    static const char *const device[] = {"score.h", "input.h", "quantize.h", "config.h"};
    const char *own = pool_printf(b->pool, "targets/%s", b->board->toolchain.support);
    const struct board_serial *s = b->board->serial;

    for (size_t i = 0; i < COUNT(harness); i++)
        TRY(copy(b, "targets/harness", harness[i], "", at));
    for (size_t i = 0; i < COUNT(support); i++)
        TRY(copy(b, own, support[i], "", at));
    for (size_t i = 0; i < COUNT(device); i++)
        TRY(copy(b, "device/mote", device[i], "model/mote/", at));
    TRY(copy(b, "targets/serial", "serial.h", "", at));
    if (s != NULL)
        TRY(copy_uart(b, s->uart, at));
    if (s != NULL && b->served->energy)
        TRY(copy(b, "targets/serial", pool_printf(b->pool, "timestamp_%s.c", s->timestamp), "", at));
    return copy(b, "targets/serial", pool_printf(b->pool, "timer_%s.c", s != NULL ? s->timer : "systick"), "", at);
}

static enum mote_status make_files(struct bundling *b, const struct frame *at)
{
    TRY(copy_all(b, at));
    if (!b->out->complete)
        TRY(put(b, "board.c", pool_printf(b->pool, "%s%s", fill_in, b->served->energy ? fill_in_timestamp : ""), at));
    TRY(put(b, "serial_config.h", config(b), at));
    TRY(put(b, "Makefile", makefile(b), at));
    TRY(put(b, "README.md", readme(b), at));
    return staging_commit(&b->staging, at);
}

/* ---- all of it ---- */
static enum mote_status check(struct bundling *b, const struct frame *at)
{
    const struct board *board = b->board;
    const int64_t ram = (int64_t)board_first_memory(board, BOARD_RAM)->size;
    const struct plan *plan = &b->p->plan;
    const int64_t arena = plan->n_memories > 0 ? plan->memories[0].bytes : plan->arena_bytes;
    const int64_t sample = (int64_t)served_bytes(&b->m->runner, b->served->kind);
    const bool avr = strcmp(board->toolchain.support, "avr") == 0;
    const int64_t left = (ram - arena - sample - (avr ? VARIABLES_AVR : VARIABLES)) & ~(int64_t)15;
    const int64_t model = stack_bytes(&b->m->runner.model, board, true);

    if (board->serial == NULL && strcmp(board->toolchain.support, "cortex-m") != 0)
        return fail(at, MOTE_ERR_UNSUPPORTED,
                    "Mote starts Cortex-M boards, and boards whose file has a `serial`: for %s "
                    "there is `mote compile --emit c`",
                    board->name);
    if (b->served->energy && board->serial != NULL && board->serial->timestamp == NULL)
        return fail(
            at, MOTE_ERR_USAGE,
            "the board file of %s does not say on which pin a power monitor may look for timestamps: `timestamp` "
            "and `timestamp_pin` of its `serial` do (docs/adding-a-board.md)",
            board->name);
    if (model_feed_rows(&b->m->runner.model) > 0)
        return fail(at, MOTE_ERR_UNSUPPORTED, "the model is fed by rows: over a UART it wants whole inputs");
    if (left < (model > 0 ? model + STACK_BESIDES : STACK_LEAST))
        return fail(at, MOTE_ERR_FIT,
                    "%s has %lld bytes of RAM: beside the arena of %lld and a sample of %lld no stack is "
                    "left",
                    board->name, (long long)ram, (long long)arena, (long long)sample);
    b->out->stack_bytes = left < STACK_MOST ? left : STACK_MOST;
    b->out->complete = board->serial != NULL;
    return MOTE_OK;
}

enum mote_status bundle_write(struct measure *m, const struct pipeline *p, const struct served *s, const char *folder,
                              struct bundle *out, const struct frame *file)
{
    struct bundling b = {.pool = m->pool, .m = m, .p = p, .served = s, .board = m->board, .out = out};
    enum mote_status status;

    *out = (struct bundle){.complete = false};
    TRY(board_check_way(m->board, BOARD_C, "--via", file));
    TRY(measure_check(m, p, file));
    TRY(check(&b, file));
    TRY(mote_home(m->pool, &b.home, file));
    TRY(folder_make(folder, file));
    TRY(emit_c(&p->plan, b.home, pool_printf(m->pool, "%s/model", folder), file));
    TRY(staging_begin(m->pool, folder, &b.staging, file));
    status = make_files(&b, file);
    staging_end(&b.staging);
    return status;
}

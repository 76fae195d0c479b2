/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a firmware on an AVR of simavr, one instruction at a time: counts like the plugin (counter.h), and is the host
 * of its semihosting (targets/avr/port.h).
 *
 *   mote_count_avr MCU FIRMWARE.elf ANYTHING,COUNTER'S ARGUMENTS [none|pty]
 *
 * With pty USART 0 is behind a pseudoterminal, which it names as QEMU does, until SIGTERM. Ends with the status that
 * the firmware gives. A stack below the RAM and a core that stops are errors. */
#include <avr_uart.h>
#include <fcntl.h>
#include <signal.h>
#include <sim_avr.h>
#include <sim_io.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "counter.h"
#include "host/base/base.h"
#include "host/emulate/linked.h"

/* Data addresses of the general purpose registers, and of the first RAM byte. */
#define CALL      0x3e
#define ANSWER    0x4a
#define RAM_START 0x100
#define FILES_MAX 8
#define LOOK      500 /* instructions from a look at the pseudoterminal to the next: a character takes 1,400 cycles */

#define EXIT_ENVIRONMENT 3 /* as of the mote command */

enum { SYS_OPEN = 0x01, SYS_CLOSE = 0x02, SYS_WRITE = 0x05, SYS_READ = 0x06, SYS_EXIT_EXTENDED = 0x20 };
#define MODE_WRITE 4 /* this mode and those above write */

struct machine {
    avr_t *avr;
    struct linked linked;
    struct pool *pool;
    uint64_t **function; /* [words of flash]: where an instruction counts, NULL if not yet known */
    int file[FILES_MAX]; /* -1: free */
    bool ended;
    int status;
    int serial;      /* the pseudoterminal; -1: there is none */
    bool takes;      /* the UART has room for what comes in */
    avr_irq_t *line; /* which goes there */
    unsigned steps;  /* since the last look */
};

static _Noreturn void die(const struct machine *m, const char *text)
{
    fprintf(stderr, "error: %s (pc 0x%lx)\n", text, m ? (unsigned long)m->avr->pc : 0ul);
    exit(EXIT_ENVIRONMENT);
}

/* ---- semihosting ---- */
static uint16_t word(const struct machine *m, uint32_t address)
{
    if (address + 1 > m->avr->ramend)
        die(m, "semihosting: the arguments lie outside the RAM");
    return (uint16_t)(m->avr->data[address] | m->avr->data[address + 1] << 8);
}

static uint8_t *memory(const struct machine *m, uint32_t address, uint32_t bytes)
{
    if (address + bytes > (uint32_t)m->avr->ramend + 1)
        die(m, "semihosting: the data lie outside the RAM");
    return m->avr->data + address;
}

static int *file_of(struct machine *m, uint16_t handle)
{
    if (handle >= FILES_MAX || m->file[handle] < 0)
        die(m, "semihosting: no such file");
    return &m->file[handle];
}

static int host_open(struct machine *m, uint16_t name, uint16_t mode, uint16_t length)
{
    char path[256] = "";

    if (length >= sizeof path)
        return -1;
    memcpy(path, memory(m, name, length), length);
    for (int i = 0; i < FILES_MAX; i++)
        if (m->file[i] < 0) {
            m->file[i] = open(path, mode >= MODE_WRITE ? O_WRONLY | O_CREAT | O_TRUNC : O_RDONLY, 0600);
            return m->file[i] < 0 ? -1 : i;
        }
    return -1;
}

/* How many bytes were not moved. */
static int host_move(struct machine *m, bool out, uint16_t handle, uint16_t address, uint16_t bytes)
{
    int fd = *file_of(m, handle);
    uint8_t *data = memory(m, address, bytes);
    ssize_t n = out ? write(fd, data, bytes) : read(fd, data, bytes);

    return bytes - (n > 0 ? (int)n : 0);
}

static void call(avr_t *avr, avr_io_addr_t address, uint8_t operation, void *data)
{
    struct machine *m = data;
    uint32_t at = (uint32_t)(avr->data[ANSWER] | avr->data[ANSWER + 1] << 8);
    int answer = 0;

    (void)address;
    switch (operation) {
    case SYS_OPEN:
        answer = host_open(m, word(m, at), word(m, at + 2), word(m, at + 4));
        break;
    case SYS_CLOSE:
        close(*file_of(m, word(m, at)));
        *file_of(m, word(m, at)) = -1;
        break;
    case SYS_READ:
    case SYS_WRITE:
        answer = host_move(m, operation == SYS_WRITE, word(m, at), word(m, at + 2), word(m, at + 4));
        break;
    case SYS_EXIT_EXTENDED:
        m->ended = true;
        m->status = word(m, at + 2);
        break;
    default:
        die(m, "semihosting: unknown operation");
    }
    avr->data[ANSWER] = (uint8_t)answer;
    avr->data[ANSWER + 1] = (uint8_t)(answer >> 8);
}

/* ---- the UART ---- */
static volatile sig_atomic_t asked_to_end;

static void ask_to_end(int signal)
{
    (void)signal;
    asked_to_end = 1;
}

static void sent(avr_irq_t *irq, uint32_t value, void *data)
{
    const struct machine *m = data;
    const uint8_t c = (uint8_t)value;

    (void)irq;
    while (write(m->serial, &c, 1) != 1 && !asked_to_end)
        usleep(LOOK);
}

static void has_room(avr_irq_t *irq, uint32_t value, void *data)
{
    (void)irq;
    (void)value;
    ((struct machine *)data)->takes = true;
}

static void is_full(avr_irq_t *irq, uint32_t value, void *data)
{
    (void)irq;
    (void)value;
    ((struct machine *)data)->takes = false;
}

/* The other end stays open here, too: else nobody could close and open it again. */
static void open_serial(struct machine *m)
{
    uint32_t flags = 0; /* no echo on the terminal, no sleep while the firmware waits */
    struct termios raw;
    int other;

    m->serial = posix_openpt(O_RDWR | O_NOCTTY | O_NONBLOCK);
    if (m->serial < 0 || grantpt(m->serial) != 0 || unlockpt(m->serial) != 0)
        die(m, "no pseudoterminal");
    other = open(ptsname(m->serial), O_RDWR | O_NOCTTY);
    if (other < 0 || tcgetattr(other, &raw) != 0)
        die(m, "no pseudoterminal");
    cfmakeraw(&raw);
    tcsetattr(other, TCSANOW, &raw);
    avr_ioctl(m->avr, AVR_IOCTL_UART_SET_FLAGS('0'), &flags);
    m->line = avr_io_getirq(m->avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_INPUT);
    avr_irq_register_notify(avr_io_getirq(m->avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUTPUT), sent, m);
    avr_irq_register_notify(avr_io_getirq(m->avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUT_XON), has_room, m);
    avr_irq_register_notify(avr_io_getirq(m->avr, AVR_IOCTL_UART_GETIRQ('0'), UART_IRQ_OUT_XOFF), is_full, m);
    signal(SIGTERM, ask_to_end);
    printf("char device redirected to %s (label serial0)\n", ptsname(m->serial));
    fflush(stdout);
}

/* A character that waits, if there is room for it. */
static void listen_to_serial(struct machine *m)
{
    uint8_t c;

    if (asked_to_end)
        m->ended = true;
    if (++m->steps < LOOK || !m->takes)
        return;
    m->steps = 0;
    if (read(m->serial, &c, 1) == 1)
        avr_raise_irq(m->line, c);
}

/* ---- running ---- */
static void load(struct machine *m, struct pool *pool, const char *path, const struct frame *at)
{
    struct bytes file;

    if (file_read(pool, path, &file, at) != MOTE_OK || linked_open(&m->linked, file, at) != MOTE_OK)
        exit(EXIT_ENVIRONMENT);
    for (size_t i = 0; i < m->linked.n_segments; i++) {
        struct linked_load s = linked_load(&m->linked, i);

        if (s.bytes.size == 0)
            continue;
        if (s.address > m->avr->flashend || s.bytes.size > m->avr->flashend + 1 - s.address)
            die(m, "the firmware does not fit the flash");
        memcpy(m->avr->flash + s.address, s.bytes.data, s.bytes.size);
    }
    m->pool = pool;
    m->avr->codeend = m->avr->flashend;
    m->function = pool_alloc(pool, ((size_t)m->avr->flashend + 1) / 2 * sizeof *m->function);
}

static void count(struct machine *m, uint32_t pc)
{
    uint64_t **function = &m->function[pc / 2];

    counter_counts[COUNTED_INSTRUCTIONS]++;
    if (!*function) {
        const char *name = linked_function_at(&m->linked, m->pool, pc);

        *function = counter_function(name ? name : "?");
    }
    if (*function)
        ++**function;
}

/* One instruction, with its class and its cycles, which simavr knows. What skips has one word, so a branch is taken if
 * it does not end behind its word. */
static void run(avr_t *avr)
{
    uint32_t pc = avr->pc;
    avr_cycle_count_t before = avr->cycle;
    const char *core = counter_core();
    struct instruction i;

    if (!core) {
        avr_run(avr);
        return;
    }
    i = decoder_of(core)(avr->flash + pc, 2);
    counter_add_class(counter_counts, &i);
    avr_run(avr);
    counter_counts[COUNTED_CYCLES] += avr->cycle - before;
    counter_counts[COUNTED_TAKEN] += i.conditional && avr->pc != pc + 2;
}

/* Markers are single words. */
static void step(struct machine *m)
{
    avr_t *avr = m->avr;
    uint32_t pc = avr->pc, sp = (uint32_t)(avr->data[R_SPL] | avr->data[R_SPH] << 8);

    if (pc + 2 > avr->flashend + 1)
        die(m, "the program ran out of the flash");
    if (sp != 0 && sp < RAM_START) /* 0: not set yet */
        die(m, "stack overflow");
    switch (counter_marker_at(avr->flash + pc, 2)) {
    case COUNTER_START:
        counter_start();
        avr_run(avr);
        break;
    case COUNTER_STOP:
        counter_stop();
        avr_run(avr);
        break;
    case COUNTER_NONE:
        count(m, pc);
        run(avr);
    }
    if (!m->ended && avr->state != cpu_Running)
        die(m, "the core stopped");
}

static void quiet(avr_t *avr, const int level, const char *format, va_list arguments)
{
    (void)avr;
    if (level == LOG_ERROR)
        vfprintf(stderr, format, arguments);
}

static void take_arguments(char *list)
{
    char *rest, *argument;

    strtok_r(list, ",", &rest); /* the plugin's name, when there is one */
    while ((argument = strtok_r(NULL, ",", &rest)))
        if (!counter_argument(argument))
            die(NULL, "bad argument, or its file cannot be opened");
    if (!counter_ready())
        die(NULL, "out=, start= and stop= are needed");
}

int main(int argc, char **argv)
{
    struct frame at = {NULL, "mote_count_avr", NULL, -1, NULL};
    static struct machine m = {.file = {-1, -1, -1, -1, -1, -1, -1, -1},
                               .serial = -1}; /* simavr has no end for a core */
    struct pool pool = {0};
    const char *trouble;

    if (argc < 4 || argc > 5 || (argc == 5 && strcmp(argv[4], "none") != 0 && strcmp(argv[4], "pty") != 0))
        die(NULL,
            "usage: mote_count_avr MCU FIRMWARE.elf NAME,out=FILE,start=HEX,stop=HEX[,functions=FILE] [none|pty]");
    take_arguments(argv[3]);
    avr_global_logger_set(quiet);
    m.avr = avr_make_mcu_by_name(argv[1]);
    if (!m.avr)
        die(NULL, "simavr does not know this microcontroller");
    avr_init(m.avr);
    m.avr->run_cycle_limit = 1; /* one instruction a step */
    m.avr->run_cycle_count = 1;
    load(&m, &pool, argv[2], &at);
    avr_register_io_write(m.avr, CALL, call, &m);
    if (argc == 5 && strcmp(argv[4], "pty") == 0)
        open_serial(&m);
    while (!m.ended) {
        step(&m);
        if (m.serial >= 0)
            listen_to_serial(&m);
    }
    trouble = counter_finish();
    if (trouble)
        die(&m, trouble);
    avr_terminate(m.avr);
    pool_free(&pool);
    return m.status;
}

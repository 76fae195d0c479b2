/* SPDX-License-Identifier: Apache-2.0 */
/* Board files: libcyaml checks them against the schema below and builds the structs; then the rules that a schema
 * cannot say. A wrong file gives one line with the file, its line and the field. */
#include "host/boards/board.h"

#include <assert.h>
#include <dirent.h>
#include <stdlib.h>
#include <unistd.h>

#include "host/yaml/yaml.h"
#include "host/target/home.h"

#define TEXT_MAX      1000
#define LIST_MAX      64
#define MARKER_DIGITS 16

#define OPTIONAL CYAML_FLAG_POINTER | CYAML_FLAG_OPTIONAL

static const cyaml_schema_value_t word_schema = {CYAML_VALUE_STRING(CYAML_FLAG_POINTER, char, 1, TEXT_MAX)};

static const cyaml_strval_t memory_kinds[] = {{"flash", BOARD_FLASH}, {"ram", BOARD_RAM}};

static const cyaml_schema_field_t memory_fields[] = {
    CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_POINTER, struct board_memory, name, 1, TEXT_MAX),
    CYAML_FIELD_ENUM("kind", CYAML_FLAG_STRICT, struct board_memory, kind, memory_kinds, COUNT(memory_kinds)),
    CYAML_FIELD_UINT("origin", CYAML_FLAG_DEFAULT, struct board_memory, origin),
    CYAML_FIELD_UINT("size", CYAML_FLAG_DEFAULT, struct board_memory, size),
    CYAML_FIELD_UINT("wait_states", CYAML_FLAG_OPTIONAL, struct board_memory, wait_states),
    CYAML_FIELD_UINT("line_bytes", CYAML_FLAG_OPTIONAL, struct board_memory, line_bytes),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t memory_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct board_memory, memory_fields)};

static const cyaml_strval_t power_kinds[] = {
    {"table", POWER_TABLE}, {"measured", POWER_MEASURED}, {"networks", POWER_NETWORKS}, {"coremark", POWER_COREMARK},
    {"loop", POWER_LOOP},   {"headline", POWER_HEADLINE}, {"derived", POWER_DERIVED},
};
static const cyaml_strval_t supplies[] = {{"ldo", SUPPLY_LDO}, {"smps", SUPPLY_SMPS}};

static const cyaml_schema_field_t power_fields[] = {
    CYAML_FIELD_STRING_PTR("state", CYAML_FLAG_POINTER, struct board_power, state, 1, TEXT_MAX),
    CYAML_FIELD_ENUM("kind", CYAML_FLAG_STRICT | CYAML_FLAG_OPTIONAL, struct board_power, kind, power_kinds,
                     COUNT(power_kinds)),
    CYAML_FIELD_ENUM("supply", CYAML_FLAG_STRICT | CYAML_FLAG_OPTIONAL, struct board_power, supply, supplies,
                     COUNT(supplies)),
    CYAML_FIELD_UINT("clock_hz", CYAML_FLAG_OPTIONAL, struct board_power, clock_hz),
    CYAML_FIELD_FLOAT("milliamps", CYAML_FLAG_OPTIONAL, struct board_power, milliamps),
    CYAML_FIELD_FLOAT("most", CYAML_FLAG_OPTIONAL, struct board_power, most),
    CYAML_FIELD_FLOAT("microseconds", CYAML_FLAG_OPTIONAL, struct board_power, microseconds),
    CYAML_FIELD_FLOAT("microcoulombs", CYAML_FLAG_OPTIONAL, struct board_power, microcoulombs),
    CYAML_FIELD_FLOAT("volts", CYAML_FLAG_DEFAULT, struct board_power, volts),
    CYAML_FIELD_STRING_PTR("source", CYAML_FLAG_POINTER, struct board_power, source, 1, TEXT_MAX),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t power_schema = {
    CYAML_VALUE_MAPPING(CYAML_FLAG_DEFAULT, struct board_power, power_fields)};

static const cyaml_schema_field_t toolchain_fields[] = {
    CYAML_FIELD_STRING_PTR("compiler", CYAML_FLAG_POINTER, struct board_toolchain, compiler, 1, TEXT_MAX),
    CYAML_FIELD_STRING_PTR("packages", CYAML_FLAG_POINTER, struct board_toolchain, packages, 1, TEXT_MAX),
    CYAML_FIELD_SEQUENCE("flags", CYAML_FLAG_POINTER, struct board_toolchain, flags, &word_schema, 0, LIST_MAX),
    CYAML_FIELD_STRING_PTR("linker", OPTIONAL, struct board_toolchain, linker, 1, TEXT_MAX),
    CYAML_FIELD_SEQUENCE("linker_flags", OPTIONAL, struct board_toolchain, linker_flags, &word_schema, 0, LIST_MAX),
    CYAML_FIELD_STRING_PTR("support", CYAML_FLAG_POINTER, struct board_toolchain, support, 1, TEXT_MAX),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t serial_fields[] = {
    CYAML_FIELD_STRING_PTR("uart", CYAML_FLAG_POINTER, struct board_serial, uart, 1, TEXT_MAX),
    CYAML_FIELD_UINT("uart_base", CYAML_FLAG_DEFAULT, struct board_serial, uart_base),
    CYAML_FIELD_UINT("uart_hz", CYAML_FLAG_DEFAULT, struct board_serial, uart_hz),
    CYAML_FIELD_UINT("tx_pin", CYAML_FLAG_OPTIONAL, struct board_serial, tx_pin),
    CYAML_FIELD_UINT("rx_pin", CYAML_FLAG_OPTIONAL, struct board_serial, rx_pin),
    CYAML_FIELD_UINT("crystal_hz", CYAML_FLAG_OPTIONAL, struct board_serial, crystal_hz),
    CYAML_FIELD_STRING_PTR("timer", CYAML_FLAG_POINTER, struct board_serial, timer, 1, TEXT_MAX),
    CYAML_FIELD_UINT("timer_hz", CYAML_FLAG_DEFAULT, struct board_serial, timer_hz),
    CYAML_FIELD_STRING_PTR("timestamp", OPTIONAL, struct board_serial, timestamp, 1, TEXT_MAX),
    CYAML_FIELD_UINT("timestamp_pin", CYAML_FLAG_OPTIONAL, struct board_serial, timestamp_pin),
    CYAML_FIELD_END,
};

static const cyaml_schema_field_t machine_fields[] = {
    CYAML_FIELD_STRING_PTR("program", CYAML_FLAG_POINTER, struct board_machine, program, 1, TEXT_MAX),
    CYAML_FIELD_STRING_PTR("packages", CYAML_FLAG_POINTER, struct board_machine, packages, 1, TEXT_MAX),
    CYAML_FIELD_SEQUENCE("arguments", CYAML_FLAG_POINTER, struct board_machine, arguments, &word_schema, 1, LIST_MAX),
    CYAML_FIELD_SEQUENCE("serial_arguments", OPTIONAL, struct board_machine, serial_arguments, &word_schema, 1,
                         LIST_MAX),
    CYAML_FIELD_STRING_PTR("start_marker", CYAML_FLAG_POINTER, struct board_machine, start_marker, 2, MARKER_DIGITS),
    CYAML_FIELD_STRING_PTR("stop_marker", CYAML_FLAG_POINTER, struct board_machine, stop_marker, 2, MARKER_DIGITS),
    CYAML_FIELD_END,
};

static const cyaml_strval_t ways[] = {{"image", BOARD_IMAGE}, {"c", BOARD_C}};
static const cyaml_schema_value_t way_schema = {CYAML_VALUE_ENUM(CYAML_FLAG_STRICT, enum board_way, ways, COUNT(ways))};

static const cyaml_schema_field_t board_fields[] = {
    CYAML_FIELD_STRING_PTR("name", CYAML_FLAG_POINTER, struct board, name, 1, TEXT_MAX),
    CYAML_FIELD_STRING_PTR("title", CYAML_FLAG_POINTER, struct board, title, 1, TEXT_MAX),
    CYAML_FIELD_STRING_PTR("core", CYAML_FLAG_POINTER, struct board, core, 1, TEXT_MAX),
    CYAML_FIELD_STRING_PTR("timing", OPTIONAL, struct board, timing, 1, TEXT_MAX),
    CYAML_FIELD_UINT("clock_hz", CYAML_FLAG_DEFAULT, struct board, clock_hz),
    CYAML_FIELD_SEQUENCE("memory", CYAML_FLAG_POINTER, struct board, memory, &memory_schema, 1, LIST_MAX),
    CYAML_FIELD_SEQUENCE("power", OPTIONAL, struct board, power, &power_schema, 0, LIST_MAX),
    CYAML_FIELD_SEQUENCE("ways", OPTIONAL, struct board, ways, &way_schema, 1, COUNT(ways)),
    CYAML_FIELD_MAPPING("toolchain", CYAML_FLAG_DEFAULT, struct board, toolchain, toolchain_fields),
    CYAML_FIELD_STRING_PTR("flashing", OPTIONAL, struct board, flashing, 1, TEXT_MAX),
    CYAML_FIELD_STRING_PTR("emulator", OPTIONAL, struct board, emulator, 1, TEXT_MAX),
    CYAML_FIELD_MAPPING_PTR("serial", OPTIONAL, struct board, serial, serial_fields),
    CYAML_FIELD_MAPPING_PTR("machine", OPTIONAL, struct board, machine, machine_fields),
    CYAML_FIELD_END,
};
static const cyaml_schema_value_t board_schema = {CYAML_VALUE_MAPPING(CYAML_FLAG_POINTER, struct board, board_fields)};

/* ---- rules beyond the schema ---- */
static bool valid_name(const char *name)
{
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-_.");

    return n > 0 && n < 64 && name[n] == '\0' && name[0] != '.';
}

static bool valid_marker(const char *hex)
{
    size_t n = strspn(hex, "0123456789abcdefABCDEF");

    return n % 2 == 0 && hex[n] == '\0';
}

static enum mote_status check_memory(const struct board *b, const struct frame *at)
{
    for (unsigned i = 0; i < b->memory_count; i++) {
        const struct board_memory *m = &b->memory[i];

        if (m->size == 0 || m->size > UINT32_MAX || m->origin > UINT32_MAX || m->origin + m->size - 1 > UINT32_MAX)
            return fail(at, MOTE_ERR_VALUE, "memory %s: origin and size must lie within 4 GB, size above 0", m->name);
        for (unsigned j = 0; j < i; j++)
            if (m->origin < b->memory[j].origin + b->memory[j].size && b->memory[j].origin < m->origin + m->size)
                return fail(at, MOTE_ERR_VALUE, "memory %s and %s overlap", b->memory[j].name, m->name);
    }
    if (!board_first_memory(b, BOARD_FLASH) || !board_first_memory(b, BOARD_RAM))
        return fail(at, MOTE_ERR_VALUE, "memory: one region of kind flash and one of kind ram are needed");
    return MOTE_OK;
}

static enum mote_status check_power(const struct board_power *p, const struct frame *at)
{
    const bool wakes = strcmp(p->state, "wakeup") == 0;

    if (!(p->milliamps >= 0) || !(p->volts >= 0.1 && p->volts <= 1000))
        return fail(at, MOTE_ERR_VALUE, "power %s: milliamps must be positive, volts from 0.1 to 1000", p->state);
    if (p->milliamps == 0 && !(wakes && p->microcoulombs > 0))
        return fail(at, MOTE_ERR_VALUE, "power %s: milliamps are missing", p->state);
    if (p->most != 0 && !(p->most >= p->milliamps))
        return fail(at, MOTE_ERR_VALUE, "power %s: most must not be below milliamps", p->state);
    if (!(p->microseconds >= 0) || !(p->microcoulombs >= 0) ||
        (p->microseconds > 0) + (p->microcoulombs > 0) != (wakes ? 1 : 0))
        return fail(at, MOTE_ERR_VALUE, "power %s: microseconds or microcoulombs are for state wakeup, one of them",
                    p->state);
    return MOTE_OK;
}

static enum mote_status check_serial(const struct board_serial *s, const struct frame *at)
{
    if (!valid_name(s->uart) || !valid_name(s->timer) || (s->timestamp != NULL && !valid_name(s->timestamp)))
        return fail(at, MOTE_ERR_VALUE, "serial: uart, timer and timestamp must be kinds that targets/serial has");
    if (s->tx_pin > UINT16_MAX || s->rx_pin > UINT16_MAX || s->timestamp_pin > UINT16_MAX)
        return fail(at, MOTE_ERR_VALUE, "serial: there are no pins of such numbers");
    if (s->uart_base > UINT32_MAX || s->uart_hz == 0 || s->uart_hz > UINT32_MAX || s->timer_hz < 1000 ||
        s->timer_hz > UINT32_MAX || s->crystal_hz > UINT32_MAX)
        return fail(at, MOTE_ERR_VALUE,
                    "serial: uart_base must lie within 4 GB, uart_hz be above 0 and timer_hz at least 1000");
    return MOTE_OK;
}

static enum mote_status check_board(const struct board *b, const struct frame *at)
{
    if (!valid_name(b->name))
        return fail(at, MOTE_ERR_VALUE, "name %s: use small letters, digits, '-', '_' and '.'", b->name);
    if (b->timing != b->core && !valid_name(b->timing))
        return fail(at, MOTE_ERR_VALUE, "timing %s: must be a core's name, as docs/CYCLES.md has them", b->timing);
    if (b->clock_hz == 0)
        return fail(at, MOTE_ERR_VALUE, "clock_hz must be above 0");
    if (!valid_name(b->toolchain.support))
        return fail(at, MOTE_ERR_VALUE, "toolchain.support %s: must be a folder of targets/", b->toolchain.support);
    if (b->toolchain.linker_flags && !b->toolchain.linker)
        return fail(at, MOTE_ERR_VALUE, "toolchain.linker_flags are for toolchain.linker, which is missing");
    for (unsigned i = 0; i < b->power_count; i++)
        TRY(check_power(&b->power[i], at));
    if (b->serial)
        TRY(check_serial(b->serial, at));
    if (b->machine && (!valid_marker(b->machine->start_marker) || !valid_marker(b->machine->stop_marker)))
        return fail(at, MOTE_ERR_VALUE, "machine.start_marker and stop_marker must be pairs of hexadecimal digits");
    return check_memory(b, at);
}

/* ---- loading ---- */
static enum mote_status parse(struct pool *pool, const char *path, struct board *out, const struct frame *at)
{
    void *data;

    TRY(yaml_read(pool, path, &board_schema, &data, at));
    *out = *(const struct board *)data;
    out->path = path;
    if (!out->timing)
        out->timing = out->core;
    return check_board(out, at);
}

static enum mote_status no_board(struct pool *pool, const char *name, const struct frame *at)
{
    struct nearest near = {.word = name};
    const char **names;
    int32_t n;

    TRY(board_list(pool, &names, &n, at));
    for (int32_t i = 0; i < n; i++)
        nearest_try(&near, names[i]);
    if (near.found != NULL)
        return fail(at, MOTE_ERR_USAGE, "there is no board %s: did you mean %s? `mote targets` lists them", name,
                    near.found);
    return fail(at, MOTE_ERR_USAGE, "there is no board %s: `mote targets` lists them", name);
}

static enum mote_status board_path(struct pool *pool, const char *name, const char **path, const struct frame *at)
{
    const char *home;

    if (strchr(name, '/')) {
        *path = pool_strdup(pool, name);
        return MOTE_OK;
    }
    TRY(mote_home(pool, &home, at));
    *path = pool_printf(pool, "%s/targets/%s/board.yaml", home, name);
    if (!valid_name(name) || access(*path, R_OK) != 0)
        return no_board(pool, name, at);
    return MOTE_OK;
}

static enum mote_status load_one(struct pool *pool, const char *name, struct board *board, const struct frame *at)
{
    const char *path;

    TRY(board_path(pool, name, &path, at));

    struct frame here = {at, "board", path, -1, NULL};

    TRY(parse(pool, path, board, &here));
    if (!strchr(name, '/') && strcmp(board->name, name) != 0)
        return fail(&here, MOTE_ERR_VALUE, "its name is %s, its folder's is %s", board->name, name);
    return MOTE_OK;
}

enum mote_status board_load(struct pool *pool, const char *name, const struct board **board, const struct frame *at)
{
    struct board *b = pool_alloc(pool, sizeof *b), *emulated = NULL;

    TRY(load_one(pool, name, b, at));

    struct frame here = {at, "board", b->path, -1, NULL};

    if (b->emulator && strcmp(b->emulator, b->name) == 0)
        emulated = b;
    else if (b->emulator)
        TRY(load_one(pool, b->emulator, emulated = pool_alloc(pool, sizeof *emulated), &here));
    if (emulated && !emulated->machine)
        return fail(&here, MOTE_ERR_VALUE, "emulator %s: that board has no machine", b->emulator);
    if (emulated && strcmp(emulated->core, b->core) != 0)
        return fail(&here, MOTE_ERR_VALUE, "emulator %s: its core is %s, not %s", b->emulator, emulated->core, b->core);
    b->emulated = emulated;
    *board = b;
    return MOTE_OK;
}

static int by_name(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

enum mote_status board_list(struct pool *pool, const char ***names, int32_t *n, const struct frame *at)
{
    const char *home, *folder;
    DIR *dir;

    TRY(mote_home(pool, &home, at));
    folder = pool_printf(pool, "%s/targets", home);
    dir = opendir(folder);
    if (!dir)
        return fail(at, MOTE_ERR_ENVIRONMENT, "%s cannot be read", folder);
    *names = NULL;
    *n = 0;
    for (const struct dirent *entry; (entry = readdir(dir));) {
        const char *name = entry->d_name;

        if (!valid_name(name) || access(pool_printf(pool, "%s/%s/board.yaml", folder, name), R_OK) != 0)
            continue;
        *names = pool_grow(pool, *names, (size_t)*n, sizeof **names);
        (*names)[(*n)++] = pool_strdup(pool, name);
    }
    closedir(dir);
    if (*n > 1)
        qsort(*names, (size_t)*n, sizeof **names, by_name);
    return MOTE_OK;
}

bool board_takes(const struct board *board, enum board_way way)
{
    for (unsigned i = 0; i < board->ways_count; i++)
        if (board->ways[i] == way)
            return true;
    return board->ways_count == 0;
}

enum mote_status board_check_way(const struct board *board, enum board_way way, const char *option,
                                 const struct frame *at)
{
    const char *other = way == BOARD_C ? "image" : "c";

    if (board_takes(board, way))
        return MOTE_OK;
    return fail(at, MOTE_ERR_USAGE, "models come to %s via %s only: give %s %s", board->name, other, option, other);
}

uint64_t board_memory_bytes(const struct board *board, enum board_memory_kind kind)
{
    uint64_t sum = 0;

    for (unsigned i = 0; i < board->memory_count; i++)
        sum += board->memory[i].kind == kind ? board->memory[i].size : 0;
    return sum;
}

const struct board_memory *board_memory_number(const struct board *board, enum board_memory_kind kind, unsigned number)
{
    for (unsigned i = 0; i < board->memory_count; i++)
        if (board->memory[i].kind == kind && number-- == 0)
            return &board->memory[i];
    return NULL;
}

const char *board_power_kind_text(enum board_power_kind kind)
{
    assert((size_t)kind < COUNT(power_kinds) && power_kinds[kind].val == (int64_t)kind);
    return power_kinds[kind].str;
}

const struct board_memory *board_first_memory(const struct board *board, enum board_memory_kind kind)
{
    return board_memory_number(board, kind, 0);
}

uint64_t board_largest_piece(const struct board *board, enum board_memory_kind kind)
{
    uint64_t largest = 0, piece = 0, end = 0;

    for (unsigned i = 0; i < board->memory_count; i++) {
        const struct board_memory *m = &board->memory[i];

        if (m->kind != kind)
            continue;
        piece = piece > 0 && m->origin == end ? piece + m->size : m->size;
        end = m->origin + m->size;
        largest = piece > largest ? piece : largest;
    }
    return largest;
}

/* ---- boards as targets ---- */
/* A core that the table lacks runs what every core does. */
struct target target_of_board(const struct board *board)
{
    struct target target = target_of_core(core_named(board->core));

    target.name = board->name;
    target.memory = board->memory;
    target.memory_count = board->memory_count;
    target.compiler = board->toolchain.compiler;
    target.board = board;
    target.clock_hz = board->clock_hz;
    target.timing = board->timing;
    return target;
}

enum mote_status target_find(struct pool *pool, const char *name, struct target *target, const struct frame *at)
{
    const struct board *board = NULL;

    if (target_named(name, target))
        return MOTE_OK;
    TRY(board_load(pool, name, &board, at));
    assert(board != NULL);
    *target = target_of_board(board);
    return MOTE_OK;
}

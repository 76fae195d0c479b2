/* SPDX-License-Identifier: Apache-2.0 */
/* A board, as targets/<board>/board.yaml describes it (docs/adding-a-board.md has each field's meaning). */
#ifndef MOTE_BOARD_H
#define MOTE_BOARD_H

#include "host/target/target.h"

enum board_way { BOARD_IMAGE, BOARD_C };

/* What kind of a figure it is: how far it may be from what a network draws (host/energy/budget.c). */
enum board_power_kind {
    POWER_TABLE,    /* typical, of a data sheet's table */
    POWER_MEASURED, /* by somebody, on a board */
    POWER_NETWORKS, /* measured while networks ran */
    POWER_COREMARK, /* while CoreMark ran */
    POWER_LOOP,     /* in an endless loop, or nobody says while what */
    POWER_HEADLINE, /* of a data sheet's first page */
    POWER_DERIVED,  /* what is left of a measured mean */
};

/* An SMPS keeps the power where the supply's voltage differs, a linear regulator the current. */
enum board_supply { SUPPLY_LDO, SUPPLY_SMPS };

/* What the board draws in one state, and who says so. */
struct board_power {
    const char *state; /* "active", "idle", "sleep", "wakeup"; others are not reckoned with */
    enum board_power_kind kind;
    enum board_supply supply;
    uint64_t clock_hz;      /* of an active or idle board; 0: the board's */
    double milliamps, most; /* most: if they are the least of what is published; else 0 */
    double microseconds;    /* of a wake-up: how long it draws that; */
    double microcoulombs;   /* or what it takes in all */
    double volts;
    const char *source;
};

struct board_toolchain {
    const char *compiler, *packages; /* packages: what to install if it is missing */
    const char **flags;
    unsigned flags_count;
    const char *linker; /* a compiler that links what another one compiled; NULL: the same, with the same flags */
    const char **linker_flags;
    unsigned linker_flags_count;
    const char *support; /* folder of targets/ with start-up, what a core does its own way, and linker script */
};

/* What firmware speaks and tells the time with: targets/serial/uart_<uart>.c and timer_<timer>.c. */
struct board_serial {
    const char *uart, *timer;
    uint64_t uart_base, uart_hz, timer_hz;
    uint64_t tx_pin, rx_pin; /* where the UART may have any: numbers that its file knows */
    uint64_t crystal_hz;     /* where its file sets the clocks; else 0 */
    const char *timestamp;   /* timestamp_<timestamp>.c: whose edges tell the time, for who measures energy; or NULL */
    uint64_t timestamp_pin;
};

/* How an emulator runs and counts for this board. {tools} stands for the folder of Mote's own tools; in arguments,
 * {firmware} and {plugin} for the file and for the plugin with its own arguments, {serial} for where its UART goes. */
struct board_machine {
    const char *program, *packages;
    const char **arguments;
    unsigned arguments_count;
    /* More, where the UART is spoken with: an instruction then takes 1 ns of its time. None: it tells the board's. */
    const char **serial_arguments;
    unsigned serial_arguments_count;
    const char *start_marker, *stop_marker; /* bytes in memory order, as hexadecimal digits */
};

struct board {
    const char *name, *title, *core;
    const char *timing; /* the core whose cycles are estimated, if not all with the same instructions have the same */
    uint64_t clock_hz;
    struct board_memory *memory;
    unsigned memory_count;
    struct board_power *power; /* may be none */
    unsigned power_count;
    enum board_way *ways; /* how models come to it; none: every way */
    unsigned ways_count;
    struct board_toolchain toolchain;
    const char *flashing;          /* how firmware comes onto it, for people; NULL: nobody said */
    const char *emulator;          /* name of the board whose machine counts for this one; NULL: none */
    struct board_serial *serial;   /* NULL: nobody said where its UART is */
    struct board_machine *machine; /* NULL: no emulator is this very board */
    const struct board *emulated;  /* the board that `emulator` names, perhaps this one; NULL: none */
    const char *path;              /* the file */
};

/* Reads the board `name`, a folder of targets/, or, with a '/' in it, the path of a board file. */
MUST_CHECK enum mote_status board_load(struct pool *pool, const char *name, const struct board **board,
                                       const struct frame *at);
/* The names of all boards, sorted. */
MUST_CHECK enum mote_status board_list(struct pool *pool, const char ***names, int32_t *n, const struct frame *at);

bool board_takes(const struct board *board, enum board_way way);
/* ERR_USAGE for a way that the board does not take; `option` is the one that names another. */
MUST_CHECK enum mote_status board_check_way(const struct board *board, enum board_way way, const char *option,
                                            const struct frame *at);
/* All memory of a kind, and the first region of it (every board has one). */
uint64_t board_memory_bytes(const struct board *board, enum board_memory_kind kind);
const char *board_power_kind_text(enum board_power_kind kind); /* as board files spell it */
const struct board_memory *board_first_memory(const struct board *board, enum board_memory_kind kind);
/* Region `number` of the kind, from 0 on; NULL if there are not so many. */
const struct board_memory *board_memory_number(const struct board *board, enum board_memory_kind kind, unsigned number);
/* The most bytes in one piece: regions of the kind that are listed one behind the other and adjacent are one. */
uint64_t board_largest_piece(const struct board *board, enum board_memory_kind kind);

struct target target_of_board(const struct board *board);
/* What target_named() knows, else a board's name, as board_load() takes it. */
MUST_CHECK enum mote_status target_find(struct pool *pool, const char *name, struct target *target,
                                        const struct frame *at);

#endif

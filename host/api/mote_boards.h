/* SPDX-License-Identifier: Apache-2.0 */
/* Mote as a library, continued: boards (libmote_boards). What there is, whether a model fits, its firmware, and that
 * firmware on the board's emulator, where instructions are counted one by one. The rules are mote_api.h's, but these
 * calls start programs: the board's compiler and emulator, which end with the call, however it ends. Boards are files
 * of Mote's (docs/adding-a-board.md), found from where the library is installed, or by the environment's MOTE_HOME. */
#ifndef MOTE_BOARDS_API_H
#define MOTE_BOARDS_API_H

#include "mote_api.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- what there is ---- */
const char *mote_core_name(int32_t i); /* what `target` may be; NULL after the last */

struct mote_board {
    const char *name, *title, *core;
    const char *emulator;     /* the board whose emulated machine counts for this one; NULL: none does */
    uint64_t clock_hz;        /* 1/s */
    uint64_t flash, ram;      /* bytes, all memories together */
    int takes_image, takes_c; /* how models come to it */
};
struct mote_boards;
int mote_boards_list(struct mote_context *context, struct mote_boards **out); /* sorted by name */
int32_t mote_boards_count(const struct mote_boards *boards);
/* 0, or ERR_USAGE where there is no such board. What it points to is the list's. */
int mote_boards_get(const struct mote_boards *boards, int32_t i, struct mote_board *out);
void mote_boards_free(struct mote_boards *boards);

/* ---- a model for a board ---- */
struct mote_board_options {
    size_t size;
    int via_c;           /* the board gets generated C; else an image with its interpreter */
    int64_t ram, flash;  /* bytes that the plan may take of arena, of code and constants; 0: no bound */
    double milliseconds; /* that an inference may take, as estimated; 0: no bound */
};
/* As mote_compile(), whose options' `target` is a board's name (or a board file's path) here. A model that does not fit
 * is compiled all the same. `options` (for the board) may be NULL. The handle is one of mote_compile()'s. */
int mote_board_compile(struct mote_context *context, const struct mote_graph *graph,
                       const struct mote_compile_options *compile_options, const struct mote_board_options *options,
                       struct mote_compiled **out);

/* ---- what it takes there: bytes, but for what start-up and the measuring harness take ---- */
struct mote_footprint {
    int64_t code, constants, weights;       /* flash */
    int64_t arena, data_bss, stack;         /* RAM; stack -1: not known */
    int64_t arena_elsewhere;                /* of the arena: in other memories than the first */
    int64_t flash_available, ram_available; /* the board's */
    int fits;
};
/* The least, before anything is built: without code; the stack as the functions' frames add up. */
int mote_board_fit(struct mote_context *context, const struct mote_compiled *compiled, struct mote_footprint *out);
/* Compiles and links the firmware, and does not run it. */
int mote_board_build(struct mote_context *context, const struct mote_compiled *compiled, struct mote_footprint *out);

/* ---- inferences on the emulated board ---- */
struct mote_emulate_options {
    size_t size;
    const void *inputs; /* of each inference all inputs in order, as mote_session_input() has them */
    size_t input_bytes; /* of all */
    int32_t inferences; /* at least 1 */
    int reset_each;     /* states start anew for each */
};
/* Of one interval; what no table decodes for the core is -1. */
struct mote_counts {
    int64_t instructions, loads, stores, multiplies, divides, branches, taken_branches;
    int64_t cycles;      /* estimated: docs/CYCLES.md */
    double milliseconds; /* at the board's clock; NAN: cycles are not known */
};
struct mote_emulation;
/* A model that does not fit the board is ERR_FIT, a tool that is missing or fails ERR_ENVIRONMENT. */
int mote_emulate(struct mote_context *context, const struct mote_compiled *compiled,
                 const struct mote_emulate_options *options, struct mote_emulation **out);
/* Of each inference all outputs in order. */
const void *mote_emulation_outputs(const struct mote_emulation *emulation);
size_t mote_emulation_output_bytes(const struct mote_emulation *emulation);
int64_t mote_emulation_setup(const struct mote_emulation *emulation); /* instructions, with the image's checksum */
/* 0, or ERR_USAGE where there is no such inference. */
int mote_emulation_counts(const struct mote_emulation *emulation, int32_t inference, struct mote_counts *out);
struct mote_footprint mote_emulation_footprint(const struct mote_emulation *emulation); /* as measured */
void mote_emulation_free(struct mote_emulation *emulation);

#ifdef __cplusplus
}
#endif
#endif

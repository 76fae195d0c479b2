/* SPDX-License-Identifier: Apache-2.0 */
/* The measuring harness's parts and what they ask of each other:
 *
 *   main.c                    the same for every board and model: reads inputs, marks, counts, writes outputs
 *   adapter_image.c, _c.c     one of them: the model through the runtime, or as generated C
 *   semihosting.c             files on the host
 *   targets/<support>/        start-up, where the stack is, how to call the emulator
 *
 * Nothing here has initialized data (linker scripts insist), and nothing calls the C library, so that what the
 * library adds to the firmware is the model's doing. */
#ifndef MOTE_HARNESS_H
#define MOTE_HARNESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef __clang__ /* which makes no calls of memcpy and memset from loops when freestanding */
#pragma GCC optimize("no-tree-loop-distribute-patterns")
#endif

/* ---- the host ---- */
/* Files lie in the folder that the emulator runs in. A handle is >= 0, -1 is failure. */
int32_t host_open(const char *name, bool write);
bool host_read(int32_t file, void *data, uint32_t bytes); /* false unless all bytes came */
bool host_write(int32_t file, const void *data, uint32_t bytes);
void host_close(int32_t file);
_Noreturn void host_exit(int32_t code); /* the emulator's exit status */

/* ---- the board's support, with port.h ---- */
extern uint32_t stack_bottom[], stack_top[]; /* from the linker script; the stack grows down to stack_bottom */

_Noreturn void harness_main(void);
/* From the fault handler: what happened, the address of the instruction, and two words of details. */
_Noreturn void harness_fault(const char *what, uint32_t pc, uint32_t detail_a, uint32_t detail_b);

/* ---- the adapter; what returns int32_t and fails returns the model's negative status ---- */
struct span {
    void *data;
    uint32_t bytes;
};

void adapter_checksum(void); /* only the image's checksum, nothing where there is none: to be told from opening */
int32_t adapter_open(void);
int32_t adapter_reset(void);
int32_t adapter_run(void);             /* without MOTE_FEED_ROWS */
int32_t adapter_step(int32_t step);    /* with MOTE_STEPS: 1 if more are to come */
int32_t adapter_feed(const void *row); /* with them: 1 if more are to come */
int32_t adapter_inputs(void);
int32_t adapter_outputs(void);
void adapter_where(int32_t *step, int32_t *tensor, int32_t *detail); /* of the last failure; -1: means nothing */
int32_t adapter_input(int32_t index, struct span *span);
int32_t adapter_output(int32_t index, struct span *span);
/* Only with MOTE_RAW_ROW_BYTES above 0: the first input from a raw sample, or from one row of it. */
int32_t adapter_set_input(const void *raw);
int32_t adapter_set_input_row(uint32_t row, const void *raw);

/* With MOTE_LISTEN above 0, instead of inputs, run and feed: samples up to an event (command -1: none) or to the last;
 * returns how many. */
struct heard {
    int32_t command;
    uint32_t time, score;
};
uint32_t adapter_listen(const int16_t *samples, uint32_t n, struct heard *heard);

/* The arena: MOTE_ARENA_BYTES, 16-aligned, placed by the linker script. main.c fills it with garbage before the model
 * is opened; so it does those in other memories, if there are any: MOTE_MORE_ARENAS are their addresses, separated by
 * commas, MOTE_MORE_BYTES their sizes. */
extern uint8_t harness_arena[];

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Counting executed guest instructions between two marker instructions, whatever executes them: QEMU's plugin (count.c)
 * and the runner of simavr (avr.c) share it.
 *
 *   out=FILE,start=HEX,stop=HEX[,functions=FILE][,classes=CORE]      arguments, separated by the caller
 *
 * start and stop are the markers' bytes in memory order (orr.w r8,r8,r8 is 48ea0808): instructions that no compiler
 * emits. Each interval from start to stop appends its count to `out` as one line, when it stops; the markers are not
 * counted. Intervals nest: an outer one counts the inner one's instructions, but no marker. `functions` receives, at
 * the end, lines "count name": the instructions inside intervals by function ("?" is code without a symbol). With
 * `classes` the lines of `out` have all numbers of host/emulate/counts.def, where a table decodes the core's
 * instructions; cycles where its timing is known, too.
 *
 * One guest core: nothing here is atomic. */
#ifndef MOTE_COUNTER_H
#define MOTE_COUNTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "classes.h"

enum counter_marker { COUNTER_NONE, COUNTER_START, COUNTER_STOP };

enum counted {
#define COUNTED(NAME, name) COUNTED_##NAME,
#include "host/emulate/counts.def"
    COUNTED_ALL
};

extern uint64_t counter_counts[COUNTED_ALL]; /* add 1 to the instructions for each that is no marker */

/* Takes one argument and changes its text; false if it is none or its file cannot be opened. */
bool counter_argument(char *argument);
/* All needed arguments came. */
bool counter_ready(void);

enum counter_marker counter_marker_at(const void *instruction, size_t bytes);
void counter_start(void);
void counter_stop(void);

/* Where a function's instructions are counted, besides counter_executed; the place never moves. NULL if nobody asked
 * for functions, or if memory ran out. */
uint64_t *counter_function(const char *name);

/* The core that classes are asked for; NULL if nobody asked, or if no table decodes its instructions. */
const char *counter_core(void);
/* What an instruction adds by its class, without cycles. A branch is taken if it has no condition. */
void counter_add_class(uint64_t counts[static COUNTED_ALL], const struct instruction *i);

/* Writes what is left to write; a message if something went wrong, else NULL. */
const char *counter_finish(void);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What a plan is made for: a core with its instruction sets, memories and a compiler. A board is a target, and so are a
 * core by itself, this machine, and `portable`, what every machine runs. */
#ifndef MOTE_TARGET_H
#define MOTE_TARGET_H

#include "host/base/base.h"
#include "mote/ops/cores.h"

enum board_memory_kind { BOARD_FLASH, BOARD_RAM };

struct board_memory {
    const char *name;
    enum board_memory_kind kind;
    uint64_t origin, size;
    uint32_t wait_states; /* of the core for a read that no cache has, at clock_hz; 0: none, or nobody says */
    uint32_t line_bytes;  /* that such a read brings; 0: nobody says */
};

struct board; /* host/boards/board.h */

struct target {
    const char *name;
    enum mote_core core;
    uint32_t features;                 /* bits: enum mote_feature */
    const struct board_memory *memory; /* NULL: no memory is known, or it is no concern */
    unsigned memory_count;
    const char *compiler;      /* NULL: any */
    const struct board *board; /* NULL: no board */
    uint64_t clock_hz;         /* of a board; 0 */
    const char *timing;        /* of a board: the core whose cycles are its (docs/CYCLES.md) */
    bool roomy;                /* a smaller arena is worth nothing */
};

extern const struct target target_portable;
/* This machine, with the instruction sets that its CPU has. */
struct target target_host(void);
/* The same with these instruction sets alone: "portable" for none, or names separated by commas. One that it lacks is
 * an error. */
MUST_CHECK enum mote_status target_host_with(struct pool *pool, const char *names, struct target *out,
                                             const struct frame *at);
struct target target_of_core(enum mote_core id);
/* NULL or "portable", "host", or a core's name (device/mote/ops/cores_def.h); false: it is none of these. */
bool target_named(const char *name, struct target *target);

/* MOTE_CORE_PORTABLE for a name that is not in the table. */
enum mote_core core_named(const char *name);
const char *core_name(enum mote_core core);
/* "dsp mve"; "" for none. */
const char *features_text(struct pool *pool, uint32_t features);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* One firmware in a temporary folder: compiled, linked, run on the board's emulator, measured, removed.
 *
 *   firmware_begin   makes the folder (under TMPDIR)
 *   firmware_put     writes a file into it
 *   firmware_add     queues sources; firmware_build compiles and links them to firmware.elf
 *   firmware_run     runs it, and reads what the plugin counted
 *   firmware_end     removes the folder, unless MOTE_KEEP=1; call it whenever begin succeeded. So does base_cleanup()
 *
 * Sources are the harness's or the model's: their objects are named so that the linker script tells them apart. */
#ifndef MOTE_FIRMWARE_H
#define MOTE_FIRMWARE_H

#include "host/base/base.h"
#include "host/boards/board.h"
#include "host/emulate/process.h"

/* Kernels are the model's too, but compiled with -O2; all else with -Os. */
enum firmware_side { FIRMWARE_HARNESS, FIRMWARE_MODEL, FIRMWARE_KERNELS };

struct firmware_function {
    const char *name; /* "?": code without a symbol */
    int64_t instructions;
};

/* Of one interval (counts.def). */
struct firmware_counts {
#define COUNTED(NAME, name) int64_t name;
#include "host/emulate/counts.def"
};

struct firmware {
    struct pool *pool;
    const struct board *board, *emulated;
    const char *home, *folder;
    int32_t n_compile;
    struct process *compile;
    const char **objects;    /* [n_compile] */
    uint64_t ram_bytes;      /* that are linked for, of the emulated machine's first memory */
    int64_t stack_bytes;     /* as linked */
    bool (*waiting)(void *); /* called with `user` now and then while programs run; false: stop; may be NULL */
    void *user;
    bool classes; /* count by class too, for the board's core: slower */
    /* results of firmware_run */
    int64_t *counts; /* [n_counts]: instructions of each interval, in order of their ends */
    int32_t n_counts;
    struct firmware_counts
        *by_class; /* [n_counts]; NULL if nobody asked, or if no table decodes the core's instructions */
    struct firmware_function *functions; /* most instructions first; only if asked for */
    int32_t n_functions;
    int32_t exit_code;     /* the firmware's */
    const char *run_error; /* what the emulator wrote, "" if nothing */
};

/* Bytes of the linked firmware, from its section headers. */
struct firmware_sizes {
    int64_t code, constants, weights, image; /* flash, the model's side */
    int64_t data_bss;                        /* RAM, the model's side, without the arena */
    int64_t harness_code, harness_ram;       /* harness, start-up, files: code and constants; RAM without the stack */
};

MUST_CHECK enum mote_status firmware_begin(struct pool *pool, const struct board *board, struct firmware *fw,
                                           const struct frame *at);
void firmware_end(struct firmware *fw);

const char *firmware_path(const struct firmware *fw, const char *name); /* of a file in the folder */
MUST_CHECK enum mote_status firmware_put(struct firmware *fw, const char *name, const void *data, size_t size,
                                         const struct frame *at);
/* A .c or .S file, with `flags` (ends with NULL) after the board's and the common ones. */
void firmware_add(struct firmware *fw, enum firmware_side side, const char *source, const char *const *flags);
/* All .c files of a folder, sorted, with those of its subfolders if `deep`: what is in one named kernels is kernels. */
MUST_CHECK enum mote_status firmware_add_folder(struct firmware *fw, enum firmware_side side, const char *folder,
                                                bool deep, const char *const *flags, const struct frame *at);
/* The start-up code and the files of the board's support folder, as the harness's. */
MUST_CHECK enum mote_status firmware_add_support(struct firmware *fw, const char *const *flags, const struct frame *at);

/* `stack_bytes` is what the stack gets where the emulated machine has that much, else it gets what is left. */
MUST_CHECK enum mote_status firmware_build(struct firmware *fw, int64_t arena_bytes, int64_t stack_bytes,
                                           const struct frame *at);
/* Fails if the emulator failed or counted nonsense; the firmware's own verdict is its exit_code. */
MUST_CHECK enum mote_status firmware_run(struct firmware *fw, int32_t seconds, bool functions, const struct frame *at);

/* The same with the machine's UART behind a pseudoterminal, at `port`, until firmware_serve_end(), which reads the
 * intervals that were counted; a firmware does not end by itself then. */
struct firmware_server {
    struct process process;
    struct running running;
    const char *port;
};
MUST_CHECK enum mote_status firmware_serve(struct firmware *fw, struct firmware_server *server, const struct frame *at);
MUST_CHECK enum mote_status firmware_serve_end(struct firmware *fw, struct firmware_server *server,
                                               const struct frame *at);

MUST_CHECK enum mote_status firmware_sizes(struct firmware *fw, struct firmware_sizes *sizes, const struct frame *at);
/* The function at an address of the linked firmware; NULL if unknown. */
const char *firmware_function_at(struct firmware *fw, uint32_t address);
/* The marker's bytes as an assembler's .byte list, in quotes: "0x48,0xea,0x08,0x08". */
const char *firmware_marker(struct pool *pool, const char *hex);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* A model on an emulated board: built with the measuring harness, run, and measured.
 *
 * Instructions are counted to the instruction by the emulator's plugin and do not depend on the host. Sizes come from
 * the linked firmware's section headers, the stack from what the model left of a painted one. The emulated machine may
 * have more memory than the board: whether the model fits the board is not judged here. */
#ifndef MOTE_EMULATE_H
#define MOTE_EMULATE_H

#include "host/base/base.h"
#include "host/emulate/firmware.h"
#include "host/boards/board.h"

#define EMULATE_MORE 3 /* arenas beside the first */

struct emulate_job {
    const struct board *board;
    bool via_c;
    const char *name;        /* via C: the model's name as its functions spell it; its header is <name>.h */
    struct bytes image;      /* via image */
    const char *kernel_list; /* via image: the text of a list of kernels to link (runtime/registry.h); NULL: all */
    const char *c_dir;       /* via C: the folder with the generated C */
    const char *const *own;  /* C sources of users' operators, ended by NULL; NULL: there are none */
    int64_t arena_bytes;
    int64_t more_bytes[EMULATE_MORE]; /* via C: of arenas in the board's second memory and in those behind it */
    int32_t n_more;
    struct bytes input;     /* n inferences, each all inputs in order */
    int64_t raw_row_bytes;  /* the first input comes as a raw sample of rows of these; 0: as a tensor */
    int32_t raw_rows;       /* 1: whole */
    int64_t feed_row_bytes; /* the input is fed row by row, */
    int32_t feed_rows;      /* so many an inference; 0: it is there as a whole */
    int32_t listen;         /* above 0: the model listens, and takes so many samples a call; `n` is the calls then, */
    int64_t samples;        /* `input` int16, and `output` 12 bytes an event: command, samples since reset, score */
    bool small;             /* kernels are built with -Os and -DMOTE_HOT=0 */
    int32_t n;
    bool reset_each;                 /* states start anew for each inference */
    bool per_function;               /* count by function too: slower */
    bool per_class;                  /* and by class, with cycles */
    bool per_step;                   /* the last inference, which is not fed, goes by steps, for `steps` alone */
    const struct progress *progress; /* may be NULL */
    int64_t output_bytes;            /* of all outputs of one inference: what progress is told by */
    const char *serial;              /* emulate_serve(): the text of serial_config.h (targets/harness/serial_main.c) */
    int32_t seconds; /* bound of the emulator's run; 0: two minutes and half a minute for each inference */
};

struct emulate_result {
    struct firmware *at_work;      /* while it is built and run, and where memory ran out: emulate_end() */
    int64_t setup_instructions;    /* opening the model, with its checksum; via C: the first reset */
    int64_t checksum_instructions; /* of setup: the image's checksum; via C: 0 */
    int64_t *instructions;         /* [n]: each inference */
    const struct firmware_counts
        *counts; /* [n], if per_class (per_step: [n - 1]); NULL where no table decodes the core's instructions */
    const struct firmware_counts *steps; /* [n_steps], if per_step and per_class: each call of a kernel, in order */
    int32_t n_steps;
    int64_t stack_bytes;    /* below the caller's frame, the most of set-up and all inferences */
    int64_t data_bss_bytes; /* RAM besides arena and stack; with struct mote_model via image */
    int64_t code_bytes;     /* runtime or generated code, kernels, what they pull from the C library */
    int64_t constant_bytes; /* read-only data besides weights and image */
    int64_t weight_bytes;   /* via C: weight arrays; via image: 0, they are in the image */
    int64_t image_bytes;    /* via image; via C: 0 */
    int64_t harness_code_bytes, harness_ram_bytes;
    const struct firmware_function *functions; /* if per_function: over set-up and all inferences, most first */
    int32_t n_functions;
    struct bytes output; /* n inferences, each all outputs in order */
};

/* A missing tool or one that fails, and a firmware that faults, is ERR_ENVIRONMENT; a status that the device returns is
 * that status. */
MUST_CHECK enum mote_status emulate_run(struct pool *pool, const struct emulate_job *job, struct emulate_result *result,
                                        const struct frame *at);

/* Builds and links the same firmware and does not run it: of the result, only the bytes of code, constants, weights,
 * image, data and bss, and of the harness. */
MUST_CHECK enum mote_status emulate_build(struct pool *pool, const struct emulate_job *job,
                                          struct emulate_result *result, const struct frame *at);

/* Builds the firmware that speaks MLPerf Tiny's protocol over a UART, and starts it: whoever opens the pseudoterminal
 * `port` has the board at the other end. An instruction takes a nanosecond of the machine's time. */
struct emulate_server {
    struct firmware *at_work;
    struct firmware_server machine;
    const char *port;
    const int64_t *counts; /* after the end: instructions of each call of device_infer(), in order */
    int32_t n_counts;
};
MUST_CHECK enum mote_status emulate_serve(struct pool *pool, const struct emulate_job *job,
                                          struct emulate_server *server, const struct frame *at);
/* Call it once emulate_serve() has succeeded. */
MUST_CHECK enum mote_status emulate_serve_end(struct emulate_server *server, const struct frame *at);

/* Removes what a run that a guard has ended left; else there is nothing to do. */
void emulate_end(struct emulate_result *result);

#endif

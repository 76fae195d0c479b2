/* SPDX-License-Identifier: Apache-2.0 */
/* A compiled model on an emulated board whose UART speaks MLPerf Tiny's protocol (docs/MLPERF.md). */
#ifndef MOTE_DEPLOY_SERVE_H
#define MOTE_DEPLOY_SERVE_H

#include "host/deploy/measure.h"

/* What a sample is on the wire (targets/harness/serial_main.c). */
enum sample_kind { SAMPLE_TENSORS, SAMPLE_PIXELS, SAMPLE_FLOATS };

struct served {
    const char *device, *model; /* what it calls itself and the model: identifiers, since they become C and files */
    enum sample_kind kind;      /* pixels and floats are for one int8 input */
    bool score;                 /* its result is how badly output 0 repeats the sample of floats */
    bool energy;                /* its timestamps are edges of a pin, and it speaks as slowly as an isolated one */
    /* Of an inference: the device's clock runs so much slower than the emulator's; both 0: an instruction a cycle. */
    int64_t cycles, instructions;
};

/* Bits a second. */
int32_t served_baud(bool energy);
/* Bytes of a sample on the wire. */
size_t served_bytes(const struct runner *r, enum sample_kind kind);
/* A sample as it goes over the wire, from the inputs' bytes: what the device makes of it is these. */
void served_sample(const struct runner *r, enum sample_kind kind, const uint8_t *inputs, uint8_t *sample);

/* How a device that takes such samples says it. */
const char *served_input(struct pool *pool, const struct runner *r, enum sample_kind kind);
/* Bytes of all values, the same everywhere, for a number from 0 on: where there are no data. */
void make_pattern(uint8_t *bytes, size_t n, int32_t number);

/* The text of serial_config.h for the UART and timer of `serial`; the timer makes so many ticks a second. */
const char *served_config(struct pool *pool, const struct served *s, const struct runner *r,
                          const struct board_serial *serial, int64_t ticks_a_second);

/* Builds the firmware, starts it on the board's emulator; `m` is open and has counted nothing or something. */
MUST_CHECK enum mote_status measure_serve(struct measure *m, const struct pipeline *p, const struct served *s,
                                          struct emulate_server *server, const struct frame *file);

#endif

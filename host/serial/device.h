/* SPDX-License-Identifier: Apache-2.0 */
/* A device that speaks MLPerf Tiny's protocol (docs/MLPERF.md), from the host's side: one question at a time, whose
 * answer is all lines up to "m-ready". */
#ifndef MOTE_SERIAL_DEVICE_H
#define MOTE_SERIAL_DEVICE_H

#include "host/serial/serial.h"

#define DEVICE_SECONDS       30.0 /* for a line of an answer: an emulated board may be slow */
#define DEVICE_INFER_SECONDS 600.0
#define DEVICE_BYTES         31 /* of a sample in a command: what the benchmark's runner sends */

struct device {
    struct pool *pool;
    struct serial serial;
    const char **lines; /* [n] of the last answer, without the last one */
    int32_t n;
    struct pool answer; /* has them */
    const char *name, *model, *input;
};

/* Opens the port and asks the device who it is, several times: it may still be starting. */
MUST_CHECK enum mote_status device_open(struct pool *pool, const char *port, int64_t baud, struct device *out,
                                        const struct frame *at);
void device_close(struct device *d);

/* Asks, without the '%'. A line "e-[...]" of the answer is an error. */
MUST_CHECK enum mote_status device_ask(struct device *d, const char *command, double seconds, const struct frame *at);
/* What follows `prefix` in line number `k` of those that begin so, from 0; NULL: there is none. */
const char *device_said(const struct device *d, const char *prefix, int32_t k);
/* The same between prefix and "]", in the device's answer; an error if it is not there. */
MUST_CHECK enum mote_status device_bracket(const struct device *d, const char *prefix, const char **text,
                                           const struct frame *at);

MUST_CHECK enum mote_status device_load(struct device *d, const uint8_t *sample, size_t bytes, const struct frame *at);
struct device_run {
    bool timed;          /* false: the device tells no times, as in the benchmark's energy mode */
    int64_t start, end;  /* microseconds */
    const char *results; /* the numbers, between commas */
};
/* The result is good until the next question. */
MUST_CHECK enum mote_status device_infer(struct device *d, int64_t times, int64_t warm_ups, struct device_run *out,
                                         const struct frame *at);
/* All bytes of all outputs of the last inference. */
MUST_CHECK enum mote_status device_outputs(struct device *d, uint8_t *outputs, size_t bytes, const struct frame *at);

#endif

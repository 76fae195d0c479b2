/* SPDX-License-Identifier: Apache-2.0 */
/* A model on a device at the other end of a serial port, against the same model on this machine: bytes and times. */
#ifndef MOTE_JOBS_VALIDATE_BOARD_H
#define MOTE_JOBS_VALIDATE_BOARD_H

#include "host/deploy/serve.h"
#include "host/serial/device.h"

struct validate_options {
    const char *port;
    int64_t baud;
    const char *data;  /* NULL: patterns */
    int32_t limit;     /* of the samples; 0: all of the data, a few patterns */
    int64_t times;     /* inferences of a sample, timed together */
    int64_t max_bytes; /* of packed data */
    const struct progress *progress;
};

struct validated {
    const char *device, *model;                /* what the device calls itself and the model */
    int32_t n, different;                      /* samples, and those of which any output's byte differs */
    const char *first;                         /* the first of these; NULL */
    int64_t first_byte;                        /* of its outputs, from 0 */
    double median_us, shortest_us, longest_us; /* of an inference, by the device's clock; NaN: it tells no times */
};

/* `p` is compiled, as anything: all versions compute the same bytes. */
MUST_CHECK enum mote_status validate_on_board(struct pool *pool, const struct validate_options *options,
                                              const struct pipeline *p, struct validated *out,
                                              const struct frame *file);

#endif

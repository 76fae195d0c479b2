/* SPDX-License-Identifier: Apache-2.0 */
/* The protocol that MLPerf Tiny's runners speak with a device (docs/MLPERF.md has every command): commands that end in
 * '%' come in, lines that end in CR LF go out, and "m-ready" is the last line of every answer, whatever came in.
 *
 * Nothing of a stranger's line leaves its bounds: a command that is too long, bytes that nobody expects, digits that
 * are none are answered with an "e-[...]" line and change nothing. Nothing is sent while nothing is asked, and a
 * command is done before the next character is taken: a UART needs no buffer, since hosts wait for "m-ready".
 *
 * State: one command's text and how many bytes of a sample have come; the sample is the device's. A program has one. */
#ifndef MOTE_PROTOCOL_H
#define MOTE_PROTOCOL_H

#include <stdbool.h>
#include <stdint.h>

#include "mote/config.h"

/* A text that stays where the program is, if that is a memory of its own: an AVR has no RAM for them. */
#ifdef __AVR__
#define TEXT(s)                                                                                                        \
    (__extension__({                                                                                                   \
        static const MOTE_FLASH char text_[] = s;                                                                      \
        text_;                                                                                                         \
    }))
#else
#define TEXT(s) (s)
#endif

#define PROTOCOL_LINE 80 /* characters of a command, without its '%' */

/* What a device says when it is ready, once. */
void protocol_begin(void);
/* The next character that came in. CR, LF and all others that are no printable ASCII are left out. */
void protocol_take(char c);

/* ---- what it asks of the device ---- */
struct protocol_device {
    const char *name, *model; /* of the answers to name and profile */
    const char *input;        /* what a sample is, for people: "490 bytes" */
    uint8_t *sample;          /* [bytes], filled by db */
    uint32_t bytes;
    bool energy; /* what it says at the start: timestamps are edges of a pin, for who measures what it draws */
};
extern const struct protocol_device protocol_device;

void device_put(char c);     /* the next character of an answer */
void device_timestamp(void); /* the line "m-lap-us-N"; with `energy` a falling edge of a pin, and no line */
/* The sample becomes the model's input; then as many inferences, of which only the first one has it. False: it failed,
 * and has said so. */
bool device_load(void);
bool device_infer(uint32_t times);
void device_results(void); /* the line "m-results-[...]", of an inference of the sample */
void device_outputs(void); /* the line "m-outputs-[...]": all outputs' bytes, two hexadecimal digits each */

/* ---- for the device's lines ---- */
void protocol_text(const MOTE_FLASH char *text);
void protocol_word(const char *word); /* the same, of RAM */
void protocol_number(uint64_t value);
void protocol_hex(uint8_t byte);
void protocol_real(float x); /* three decimals; beyond 1e9, and NaN, it is 1e9 */
void protocol_end(void);     /* CR LF */

#endif

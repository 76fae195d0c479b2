/* SPDX-License-Identifier: Apache-2.0 */
/* From scores to commands: a network that hears gives a score a class each time it runs; a posterior says when that is
 * a command, once. All is integers, so that host and device hear the same. Three ways, of the last `window` inferences:
 *
 *     MOTE_POSTERIOR_AVERAGE   the class of the largest mean is heard if the mean is above the threshold, and it is
 *                              another class than the last one, or `suppression` inferences have passed since that; as
 *                              the recognizer of TensorFlow Lite Micro's micro_speech
 *     MOTE_POSTERIOR_SUM       a command whose sum is above threshold * window is heard; then the scores are forgotten,
 *                              and nothing is heard for `suppression` inferences, nor after a reset; as microWakeWord
 *     MOTE_POSTERIOR_HITS      a command whose scores were above the threshold `window` times in a row is heard; then
 *                              nothing for `suppression` inferences
 *
 * Scores are 0 to 255: of int8 probabilities (scale 1/256, zero -128) the element + 128, of uint8 the element. */
#ifndef MOTE_POSTERIOR_H
#define MOTE_POSTERIOR_H

#include <stdint.h>

#define MOTE_POSTERIOR_CLASSES_MAX 256
#define MOTE_POSTERIOR_WINDOW_MAX  4096

enum mote_posterior_kind { MOTE_POSTERIOR_AVERAGE, MOTE_POSTERIOR_SUM, MOTE_POSTERIOR_HITS };

struct mote_posterior {
    uint8_t kind;
    uint8_t threshold;    /* 0 to 255; what is equal is not above */
    uint16_t classes;     /* 1 to MOTE_POSTERIOR_CLASSES_MAX */
    uint16_t window;      /* inferences, 1 to MOTE_POSTERIOR_WINDOW_MAX */
    uint16_t minimum;     /* AVERAGE: nothing is heard before so many since the reset, 1 to window */
    uint16_t suppression; /* inferences */
    uint8_t commands[MOTE_POSTERIOR_CLASSES_MAX / 8]; /* a bit a class, the lowest first: those that are commands;
                                                         others are heard as silence is */
};

/* What there is of the inferences so far: sums and scores lie behind it, mote_posterior_bytes() in all, aligned to 4.
 * All zeros is what a reset leaves. */
struct mote_posterior_state {
    uint32_t since;       /* inferences since `last` was heard; AVERAGE: a command or not */
    uint16_t last;        /* 1 + the class that was heard last, 0: none */
    uint16_t row, filled; /* of scores: the next, and how many there are */
    uint16_t reserved;
};

struct mote_heard {
    int32_t command; /* the class, -1: nothing new */
    uint8_t score;   /* its mean; HITS: the score */
};

static inline int mote_posterior_is_command(const struct mote_posterior *p, int32_t c)
{
    return p->commands[c / 8] >> c % 8 & 1;
}

/* Bytes of the state, with sums [classes] and scores [window][classes]; a multiple of 4. */
static inline uint32_t mote_posterior_bytes(const struct mote_posterior *p)
{
    return (uint32_t)sizeof(struct mote_posterior_state) + p->classes * (uint32_t)sizeof(uint32_t) +
           (((uint32_t)p->window * p->classes + 3U) & ~3U);
}

void mote_posterior_reset(const struct mote_posterior *how, struct mote_posterior_state *s);
/* After each inference, with its [classes] scores. Takes classes steps. Cannot fail. */
struct mote_heard mote_posterior_hear(const struct mote_posterior *how, struct mote_posterior_state *s,
                                      const uint8_t *scores);

#endif

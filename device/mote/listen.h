/* SPDX-License-Identifier: Apache-2.0 */
/* Listening: samples in, commands out. A model that was compiled to listen (docs/WAKE_WORDS.md) has its front end
 * inside, and knows how its scores become commands. Of generated C:
 *
 *     kws_reset(arena);
 *     for (;;) {
 *         n = microphone(samples);                                 // int16, as many as there are
 *         for (uint32_t at = 0; at < n;) {
 *             at += kws_listen(arena, samples + at, n - at, &event);
 *             if (event.command >= 0)
 *                 act(event.command);
 *         }
 *     }
 *
 * With the interpreter the same by mote_ear_listen(). Whatever pieces samples come in, the same bytes are computed and
 * the same events heard. Everything that is kept from call to call lies in the model's arena, so that a reset of the
 * model forgets it: nothing is allocated. Samples are held in the model's own input, which nobody else may touch. */
#ifndef MOTE_LISTEN_H
#define MOTE_LISTEN_H

#include <stdint.h>

#include "gate.h"
#include "posterior.h"

#ifdef __cplusplus
extern "C" {
#endif

struct mote_event {
    int32_t command; /* the class, -1: nothing was heard; less: a status, of an image whose operators are strange */
    uint32_t time;   /* when it was known: samples since the reset, modulo 2^32 */
    uint8_t score;   /* 0 to 255 */
};

/* How a model listens; the same in flash for both ways to run it (docs/SPEC.md). */
struct mote_listening {
    uint32_t rate;       /* samples a second */
    uint32_t wanted;     /* samples of an inference, at least 1: the model's input */
    uint32_t kept;       /* of these, the last are the next inference's first, too; below wanted, 0 of a stream */
    uint32_t silence;    /* samples of 0 before the first one */
    uint32_t multiplier; /* of 2^16: a score is (element - zero) * multiplier, cut off, 0 to 255 */
    int16_t zero;        /* of the output; neither is looked at if that is float32, whose score is 256 * element */
    uint16_t type;       /* of the output: 1 int8, 2 uint8, 3 int16, 11 float32 (mote/ops/types_def.h) */
    struct mote_posterior posterior;
    uint16_t state; /* of an image: the tensor that the listener is; else 0 */
};

/* What is kept: behind it the posterior's sums and scores, the newest scores, samples, and what a gate keeps.
 * mote_listener_bytes() in all, aligned to 4; all zeros is what a reset leaves. */
struct mote_listener {
    uint32_t held;   /* samples in the model's input */
    uint32_t silent; /* of the silence before the first sample, how many were taken */
    uint32_t time;   /* samples that were taken, modulo 2^32 */
    struct mote_posterior_state posterior;
};

/* ---- the interpreter ---- */
struct mote_model; /* mote/mote.h */

/* Read only for you; points into model, image and arena. */
struct mote_ear {
    struct mote_model *model;
    const struct mote_listening *how;
    const struct mote_gate *gate; /* NULL: none */
    struct mote_listener *listener;
    int16_t *input;
    const void *output;
};

/* Of an open model, which stays its owner's. MOTE_ERR_USAGE if it was not compiled to listen, MOTE_ERR_BOUNDS, _TYPE,
 * _SHAPE or _VALUE if what it says of that is damaged: it is checked here. */
int32_t mote_ear_open(struct mote_ear *ear, struct mote_model *model);
/* Takes samples up to an event, or all of them; returns how many. event->command is -1 if nothing was heard. Makes no
 * more inferences than n samples and the silence before them are enough for: of an image whose operators write what is
 * kept of listening, which would go on, event->command is MOTE_ERR_VALUE, and all samples count as taken. */
uint32_t mote_ear_listen(struct mote_ear *ear, const int16_t *samples, uint32_t n, struct mote_event *event);
/* The same up to the next inference: *heard gets 1 if there was one, whose scores mote_listener_scores() has. Where the
 * gate is closed, the scores before count again. */
uint32_t mote_ear_next(struct mote_ear *ear, const int16_t *samples, uint32_t n, struct mote_event *event,
                       int32_t *heard);

#ifdef __cplusplus
}
#endif

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* What the interpreter and generated C call to listen (mote/listen.h): take samples until the model's input is full,
 * keep what its inference does not, run it, hear what comes out. Of an image that nobody planned the listener, the
 * input and the output may overlap: nothing here reads or writes outside of them then. */
#ifndef MOTE_LISTENER_H
#define MOTE_LISTENER_H

#include "listen.h"
#include "memory.h"

static inline uint8_t *mote_listener_scores(const struct mote_listening *how, struct mote_listener *l)
{
    return (uint8_t *)&l->posterior + mote_posterior_bytes(&how->posterior);
}

/* [kept] */
static inline int16_t *mote_listener_samples(const struct mote_listening *how, struct mote_listener *l)
{
    return (int16_t *)(void *)(mote_listener_scores(how, l) + ((how->posterior.classes + 3U) & ~3U));
}

/* Without a gate, whose state lies behind that. */
static inline uint32_t mote_listener_own_bytes(const struct mote_listening *how)
{
    return (uint32_t)(sizeof(struct mote_listener) - sizeof(struct mote_posterior_state)) +
           mote_posterior_bytes(&how->posterior) + ((how->posterior.classes + 3U) & ~3U) +
           how->kept * (uint32_t)sizeof(int16_t);
}

/* gate NULL: there is none. */
static inline uint32_t mote_listener_bytes(const struct mote_listening *how, const struct mote_gate *gate)
{
    const uint32_t own = mote_listener_own_bytes(how);

    return gate ? ((own + 3U) & ~3U) + mote_gate_bytes(gate, how->wanted - how->kept) : own;
}

static inline struct mote_gate_state *mote_listener_gate(const struct mote_listening *how, struct mote_listener *l)
{
    return (struct mote_gate_state *)(void *)((uint8_t *)l + ((mote_listener_own_bytes(how) + 3U) & ~3U));
}

/* Into the model's input, as many as it has room for, after the silence; returns how many of the n. */
static inline uint32_t mote_listener_take(const struct mote_listening *how, struct mote_listener *l, int16_t *input,
                                          const int16_t *samples, uint32_t n)
{
    uint32_t take;

    for (; l->silent < how->silence && l->held < how->wanted; l->silent++)
        input[l->held++] = 0;
    take = l->held < how->wanted ? how->wanted - l->held : 0;
    take = n < take ? n : take;
    if (take > 0)
        memcpy(input + l->held, samples, (size_t)take * sizeof *samples);
    l->held += take;
    l->time += take;
    return take;
}

static inline int mote_listener_is_full(const struct mote_listening *how, const struct mote_listener *l)
{
    return l->held >= how->wanted;
}

/* The samples are whole: true if front end and network are to run. Else mote_listener_rest() comes next. */
static inline int mote_listener_passes(const struct mote_listening *how, const struct mote_gate *gate,
                                       struct mote_listener *l, int16_t *input)
{
    return mote_gate_pass(gate, mote_listener_gate(how, l), input + how->kept, how->wanted - how->kept);
}

/* Before an inference, which the input does not survive. */
static inline void mote_listener_keep(const struct mote_listening *how, struct mote_listener *l, const int16_t *input)
{
    if (how->kept > 0)
        memmove(mote_listener_samples(how, l), input + (how->wanted - how->kept), (size_t)how->kept * sizeof *input);
}

static inline uint8_t mote_listener_score(const struct mote_listening *how, const void *output, int32_t c)
{
    int32_t x;

    if (how->type == 11) {
        float f = 256.0F * ((const float *)output)[c];

        return (uint8_t)(f >= 255.0F ? 255 : f > 0.0F ? (int32_t)f : 0);
    }
    x = how->type == 1   ? ((const int8_t *)output)[c]
        : how->type == 2 ? ((const uint8_t *)output)[c]
                         : ((const int16_t *)output)[c];
    x -= how->zero;
    if (x <= 0)
        return 0;
    return (uint8_t)((uint64_t)x * how->multiplier >> 16 > 255 ? 255 : (uint64_t)x * how->multiplier >> 16);
}

/* After an inference; output NULL: it has none yet. Then the input is the next one's, with what that keeps. */
static inline void mote_listener_hear(const struct mote_listening *how, struct mote_listener *l, int16_t *input,
                                      const void *output, struct mote_event *event)
{
    uint8_t *scores = mote_listener_scores(how, l);

    if (output) {
        struct mote_heard heard;

        for (int32_t c = 0; c < how->posterior.classes; c++)
            scores[c] = mote_listener_score(how, output, c);
        heard = mote_posterior_hear(&how->posterior, &l->posterior, scores);
        *event = (struct mote_event){heard.command, l->time, heard.score};
    }
    l->held = how->kept;
    if (how->kept > 0)
        memmove(input, mote_listener_samples(how, l), (size_t)how->kept * sizeof *input);
}

/* Instead of an inference: the newest scores count again, as if they went on. */
static inline void mote_listener_rest(const struct mote_listening *how, struct mote_listener *l, int16_t *input,
                                      struct mote_event *event)
{
    const struct mote_heard heard = mote_posterior_hear(&how->posterior, &l->posterior, mote_listener_scores(how, l));

    *event = (struct mote_event){heard.command, l->time, heard.score};
    l->held = how->kept;
    if (how->kept > 0)
        memmove(input, input + (how->wanted - how->kept), (size_t)how->kept * sizeof *input);
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* The gate of a model that listens: where there is no sound, front end and network need not run. Samples pass it in
 * steps of an inference. It is open from a reset on, and closes once `hold` steps in a row were quiet; a step that is
 * louder than the background opens it. All is integers, so that host and device close it alike.
 *
 * A step's power is the sum of (x - mean)^2 over its samples, >> shift. It is loud if that is above `least` and above
 * ratio / 2^8 of the background, which follows what is quieter by a quarter of the difference a step, and what is
 * louder by 1/256 of itself.
 *
 * Samples reach the network `before` steps late, so that it hears how a word begins, too, which is not loud yet. What
 * it keeps stays as it is while the gate is closed: with hold at least `before` and what the network looks at, that is
 * quiet sound, and when it opens all is as if the quiet in between had been shorter. */
#ifndef MOTE_GATE_H
#define MOTE_GATE_H

#include <stdint.h>

#define MOTE_GATE_BEFORE_MAX 255
#define MOTE_GATE_STEP_MAX   32768U /* samples of a step that are looked at, the first ones */

/* In flash, behind struct mote_listening. */
struct mote_gate {
    uint32_t least; /* power, in units of 2^shift */
    uint16_t ratio; /* of 2^8, at least 2^8 */
    uint16_t hold;  /* steps, at least 1 */
    uint8_t before; /* steps, 0 to MOTE_GATE_BEFORE_MAX */
    uint8_t shift;  /* 0 to 31 */
    uint16_t reserved;
};

/* In RAM; behind it samples, [before][step]. All zeros is what a reset leaves. */
struct mote_gate_state {
    uint32_t background; /* power */
    uint16_t quiet;      /* steps in a row, hold at most: then it is closed */
    uint8_t row;         /* of the samples: the oldest */
    uint8_t begun;       /* 1: background is known */
};

static inline uint32_t mote_gate_bytes(const struct mote_gate *gate, uint32_t step)
{
    return (uint32_t)sizeof(struct mote_gate_state) + ((gate->before * step * (uint32_t)sizeof(int16_t) + 3U) & ~3U);
}

static inline int mote_gate_is_open(const struct mote_gate *gate, const struct mote_gate_state *s)
{
    return s->quiet < gate->hold;
}

/* step at least 1; cut off at UINT32_MAX. */
static inline uint32_t mote_gate_power(const struct mote_gate *gate, const int16_t *samples, uint32_t step)
{
    const uint32_t n = step < MOTE_GATE_STEP_MAX ? step : MOTE_GATE_STEP_MAX;
    int32_t sum = 0, mean;
    uint64_t power = 0;

    for (uint32_t i = 0; i < n; i++)
        sum += samples[i];
    mean = sum / (int32_t)n;
    for (uint32_t i = 0; i < n; i++) {
        const int32_t x = samples[i] - mean;
        const uint32_t size = (uint32_t)(x < 0 ? -x : x);

        power += size * size;
    }
    power >>= gate->shift & 31;
    return power < UINT32_MAX ? (uint32_t)power : UINT32_MAX;
}

/* The background after a step of that power. */
static inline uint32_t mote_gate_follow(uint32_t background, uint32_t power)
{
    const uint32_t up = (background >> 8) + 1;

    if (power <= background)
        return background - ((background - power) >> 2);
    return power - background < up ? power : background + up;
}

static inline void mote_gate_hear(const struct mote_gate *gate, struct mote_gate_state *s, uint32_t power)
{
    const uint64_t most = (uint64_t)s->background * gate->ratio;

    if (!s->begun) {
        s->background = power;
        s->begun = 1;
    } else
        s->background = mote_gate_follow(s->background, power);
    if (power > gate->least && ((uint64_t)power << 8) > most)
        s->quiet = 0;
    else if (s->quiet < gate->hold)
        s->quiet++;
}

/* The newest step [step] becomes the one of `before` steps ago. */
static inline void mote_gate_delay(const struct mote_gate *gate, struct mote_gate_state *s, int16_t *samples,
                                   uint32_t step)
{
    int16_t *row;

    if (gate->before == 0)
        return;
    if (s->row >= gate->before) /* of a strange image, whose memory others write */
        s->row = 0;
    row = (int16_t *)(void *)(s + 1) + s->row * step;
    for (uint32_t i = 0; i < step; i++) {
        const int16_t old = row[i];

        row[i] = samples[i];
        samples[i] = old;
    }
    s->row = (uint8_t)(s->row + 1U == gate->before ? 0 : s->row + 1U);
}

/* True: front end and network are to run, of samples that are now those of `before` steps ago. */
static inline int mote_gate_pass(const struct mote_gate *gate, struct mote_gate_state *s, int16_t *samples,
                                 uint32_t step)
{
    mote_gate_hear(gate, s, mote_gate_power(gate, samples, step));
    mote_gate_delay(gate, s, samples, step);
    return mote_gate_is_open(gate, s);
}

#endif

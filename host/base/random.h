/* SPDX-License-Identifier: Apache-2.0 */
/* Random numbers without a state: a number is a function of where it is used, so that neither threads nor an
 * interruption change it. A stream is made of what names the place (a seed, an epoch, a sample), and gives its numbers
 * by index.
 *
 * The mixer is SplitMix64's finalizer (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014). */
#ifndef MOTE_RANDOM_H
#define MOTE_RANDOM_H

#include <math.h>
#include <stdint.h>

struct random_stream {
    uint64_t key;
};

static inline uint64_t random_mix(uint64_t x)
{
    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return x ^ x >> 31;
}

/* What the stream is for (an enum of the caller's, a tensor) and where: (seed, purpose, epoch, sample). */
static inline struct random_stream random_stream(uint64_t seed, uint64_t purpose, uint64_t epoch, uint64_t sample)
{
    uint64_t key = random_mix(seed + 0x9e3779b97f4a7c15u);

    key = random_mix(key ^ (purpose + 1) * 0xd1342543de82ef95u);
    key = random_mix(key ^ (epoch + 1) * 0xaef17502108ef2d9u);
    return (struct random_stream){random_mix(key ^ (sample + 1) * 0xda942042e4dd58b5u)};
}

static inline uint64_t random_bits(struct random_stream s, uint64_t index)
{
    return random_mix(s.key + (index + 1) * 0x9e3779b97f4a7c15u);
}

/* 0 <= x < n; n at most 2^32. */
static inline uint32_t random_below(struct random_stream s, uint64_t index, uint32_t n)
{
    return (uint32_t)((random_bits(s, index) >> 32) * n >> 32);
}

/* 0 <= x < 1. */
static inline float random_unit(struct random_stream s, uint64_t index)
{
    return (float)(random_bits(s, index) >> 40) * 0x1p-24f;
}

/* Mean 0, variance 1; Box and Muller's. Uses indices 2 * index and 2 * index + 1. */
static inline float random_normal(struct random_stream s, uint64_t index)
{
    double u = ((double)(random_bits(s, 2 * index) >> 11) + 1) * 0x1p-53, v = random_unit(s, 2 * index + 1);

    return (float)(sqrt(-2 * log(u)) * cos(6.283185307179586 * v));
}

#endif

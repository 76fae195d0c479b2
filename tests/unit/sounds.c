/* SPDX-License-Identifier: Apache-2.0 */
#define _XOPEN_SOURCE 700
#include "tests/unit/sounds.h"

static void put_number(uint8_t **to, uint32_t x, int bytes)
{
    for (; bytes > 0; bytes--, x >>= 8)
        *(*to)++ = (uint8_t)x;
}

void put_sound(const char *name, uint32_t rate, uint32_t channels, const int16_t *samples, uint32_t n)
{
    uint32_t bytes = n * channels * 2;
    uint8_t *file = pool_alloc(&pool, 44 + bytes), *to = file;

    memcpy(to, "RIFF", 4), to += 4;
    put_number(&to, 36 + bytes, 4);
    memcpy(to, "WAVEfmt ", 8), to += 8;
    put_number(&to, 16, 4);
    put_number(&to, 1, 2);
    put_number(&to, channels, 2);
    put_number(&to, rate, 4);
    put_number(&to, rate * channels * 2, 4);
    put_number(&to, channels * 2, 2);
    put_number(&to, 16, 2);
    memcpy(to, "data", 4), to += 4;
    put_number(&to, bytes, 4);
    for (uint32_t i = 0; i < n * channels; i++)
        put_number(&to, (uint32_t)samples[i], 2);
    put_bytes(name, file, 44 + bytes);
}

void add_sweep(int16_t *samples, uint32_t n, double from, double to, double loudness)
{
    double phase = 0;

    for (uint32_t i = 0; i < n; i++) {
        double at = (double)i / n;

        phase += 2 * 3.141592653589793 * (from + (to - from) * at) / 16000;
        samples[i] = (int16_t)(samples[i] + loudness * sin(3.141592653589793 * at) * sin(phase));
    }
}

bool no_sound(void)
{
    static const int16_t samples[1600];

    put_sound("in/nothing.wav", 16000, 1, samples, 1600);
    return strstr(RUN("features", "--preset", "micro", "@in/nothing.wav").err, "this build reads no sound") != NULL;
}

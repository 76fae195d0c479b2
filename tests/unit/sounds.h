/* SPDX-License-Identifier: Apache-2.0 */
/* Sounds that tests make themselves. */
#ifndef TESTS_SOUNDS_H
#define TESTS_SOUNDS_H

#include "tests/unit/command.h"

/* A WAV of 16 bits in the test's folder: [n][channels]. */
void put_sound(const char *name, uint32_t rate, uint32_t channels, const int16_t *samples, uint32_t n);
/* Adds a tone that rises from one frequency to another, in Hz, to samples of 16 kHz; it fades in and out. */
void add_sweep(int16_t *samples, uint32_t n, double from, double to, double loudness);
/* A build without libsndfile says so. */
bool no_sound(void);

#endif

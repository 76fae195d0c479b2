/* SPDX-License-Identifier: Apache-2.0 */
/* Tables of rotations for transforms, RFFT and IRFFT. */
#ifndef MOTE_OPERATORS_TURNS_H
#define MOTE_OPERATORS_TURNS_H

#include "host/operators/elementwise.h"

/* A constant of the type (s16, s32, f32) with the mote_fft_turns() rotations that a frame of `length` samples takes, in
 * the order of rfft_s16.h; `inverse`: the other way round, as IRFFT has them. Integers are rounded as the reference
 * rounds them, floats to the nearest. The constant's argument. */
int32_t lower_turns(struct lowering *l, int32_t length, enum mote_type type, bool inverse);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Elements of a model's inputs and outputs, whatever their type. */
#ifndef MOTE_RUN_ELEMENTS_H
#define MOTE_RUN_ELEMENTS_H

#include "host/base/base.h"
#include "mote/mote.h"

uint32_t io_elements(const struct mote_io *io);
/* Element i as it is stored; false for types that are no numbers of at most 32 bits. */
bool io_element(const struct mote_io *io, uint32_t i, double *out);
/* The index of the largest element as it is stored, by the rule of host/base/largest.h: what a classifier predicts. */
int32_t io_largest(const struct mote_io *io);

#endif

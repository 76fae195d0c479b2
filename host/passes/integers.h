/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the pass `integers` share. */
#ifndef MOTE_INTEGERS_H
#define MOTE_INTEGERS_H

#include "host/passes/passes.h"

/* Tensors of uint8 inside the graph become int8 of other zero points, where nothing wants them as they are. */
void bytes_as_s8(struct model *m, struct graph *g);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* A program with the interpreter, whose models have no operators of its own; generated C that wants some does not link
 * without them. */
#include "../operator.h"

MOTE_WEAK const struct mote_operator *const mote_operators[] = {NULL};

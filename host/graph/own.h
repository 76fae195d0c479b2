/* SPDX-License-Identifier: Apache-2.0 */
/* Users' operators that are loaded (device/mote/operator.h), by name: what host/pipeline/operators.c has read of
 * libraries. One list for the process, complete before any model is read. */
#ifndef MOTE_GRAPH_OWN_H
#define MOTE_GRAPH_OWN_H

#include <stdbool.h>

struct mote_operator;

/* The strings and structs must live on. False: there is one of that name, or there is no room. */
bool own_add(const char *name, const struct mote_operator *is);
const struct mote_operator *own_find(const char *name); /* NULL if there is none */

/* Of an operator OWN. */
enum { OWN_NAME, OWN_OPTIONS, OWN_INPUTS };

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* All that the device code asks of a C library. Declared here because a freestanding compiler need not have <string.h>;
 * the declarations are the standard's, so that both may be included. Kernels move their arguments' bytes with
 * memmove(): the arguments of an image that nobody planned may overlap. */
#ifndef MOTE_MEMORY_H
#define MOTE_MEMORY_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t bytes);
void *memmove(void *to, const void *from, size_t bytes);
void *memset(void *to, int value, size_t bytes);

#endif

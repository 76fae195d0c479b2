/* SPDX-License-Identifier: Apache-2.0 */
/* What the harness takes of <string.h>, which a compiler for boards may come without; its library has them. */
#ifndef TESTS_KERNELS_MEMORY_H
#define TESTS_KERNELS_MEMORY_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t n);
void *memset(void *to, int byte, size_t n);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
size_t strlen(const char *s);

#endif

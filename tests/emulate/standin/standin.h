/* SPDX-License-Identifier: Apache-2.0 */
/* A model that is none, with the interface of generated C: for tests of the harness. Two inputs (4 and 2 bytes), one
 * output of 8: the inputs' bytes plus a weight, then how often it ran since the last reset, then what went wrong. */
#ifndef STANDIN_H
#define STANDIN_H

#include <stddef.h>
#include <stdint.h>

#define STANDIN_ARENA_BYTES 64
#define STANDIN_INPUTS      2
#define STANDIN_OUTPUTS     1

void standin_reset(void *arena);
void standin_run(void *arena);
void *standin_input(void *arena, int32_t i);
const void *standin_output(const void *arena, int32_t i);
uint32_t standin_input_bytes(int32_t i);
uint32_t standin_output_bytes(int32_t i);

#endif

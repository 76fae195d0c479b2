/* SPDX-License-Identifier: Apache-2.0 */
#include "standin.h"

/* The first input byte says how the model misbehaves: 200 faults, 201 overflows the stack, 202 never ends. */
#define FAULT    200
#define OVERFLOW 201
#define FOREVER  202

#if defined(__arm__)
#define ILLEGAL() __asm__ volatile("udf #0")
#elif defined(__riscv)
#define ILLEGAL() __asm__ volatile("unimp")
#else /* an AVR takes every instruction */
#define ILLEGAL() ((void)0)
#endif

#define IN_0  0
#define IN_1  16
#define OUT   32
#define STATE 48

static const uint8_t weights[6] __attribute__((section(".rodata.mote_weights.standin"))) = {1, 2, 3, 4, 5, 6};
const uint32_t standin_constants[4] = {7, 11, 13, 17}; /* 16 bytes of read-only data */
static volatile uint32_t variables[2];                 /* 8 bytes of RAM */

void standin_reset(void *arena)
{
    ((uint8_t *)arena)[STATE] = 0;
    variables[0] = 0;
    variables[1] = 0;
}

/* Uses `depth` frames of at least 32 bytes. */
__attribute__((noinline, noclone)) static uint32_t dig(volatile uint32_t *below, uint32_t depth)
{
    volatile uint32_t here[8];

    for (uint32_t i = 0; i < 8; i++)
        here[i] = depth + (below ? below[i] : 0);
    return depth == 0 ? here[0] : dig(here, depth - 1) + here[7];
}

void standin_run(void *arena)
{
    uint8_t *a = arena;

    if (a[IN_0] == FAULT)
        ILLEGAL();
    if (a[IN_0] == OVERFLOW)
        variables[1] += dig(NULL, UINT32_C(1) << 20);
    while (a[IN_0] == FOREVER)
        variables[1]++;
    for (int i = 0; i < 6; i++)
        a[OUT + i] = (uint8_t)((i < 4 ? a[IN_0 + i] : a[IN_1 + i - 4]) + weights[i]);
    variables[1] = standin_constants[variables[0] & 3];
    variables[0] += dig(NULL, 9);
    a[OUT + 6] = ++a[STATE];
    a[OUT + 7] = (uint8_t)((uintptr_t)arena % 16); /* the arena must be aligned to 16 */
}

void *standin_input(void *arena, int32_t i) { return (uint8_t *)arena + (i == 0 ? IN_0 : IN_1); }
const void *standin_output(const void *arena, int32_t i) { return (const uint8_t *)arena + OUT + i; }
uint32_t standin_input_bytes(int32_t i) { return i == 0 ? 4 : 2; }

uint32_t standin_output_bytes(int32_t i)
{
    (void)i;
    return 8;
}

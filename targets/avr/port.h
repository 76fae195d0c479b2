/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_PORT_H
#define MOTE_PORT_H

#include <stdint.h>

#define PORT_SP (*(volatile uint16_t *)0x5d)

/* The lowest whole word of the stack that is in use here: the stack pointer is at the byte below, and of no alignment.
 */
static inline __attribute__((always_inline)) uint32_t *port_stack(void) { return (uint32_t *)((PORT_SP + 1u) & ~3u); }

/* Three general purpose registers that the runner of simavr watches (tools/count/avr.c): the address of the arguments
 * in GPIOR1 and GPIOR2, then the operation in GPIOR0, which starts it; the answer is in the first two. */
static inline int16_t port_semihost(uint8_t operation, const void *arguments)
{
    *(volatile uint8_t *)0x4a = (uint8_t)(uintptr_t)arguments;
    *(volatile uint8_t *)0x4b = (uint8_t)((uintptr_t)arguments >> 8);
    __asm__ volatile("" ::: "memory");
    *(volatile uint8_t *)0x3e = operation;
    __asm__ volatile("" ::: "memory");
    return (int16_t)(*(volatile uint8_t *)0x4a | *(volatile uint8_t *)0x4b << 8);
}

#endif

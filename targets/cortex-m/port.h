/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_PORT_H
#define MOTE_PORT_H

#include <stdint.h>

/* The lowest word of the stack that is in use here. */
static inline __attribute__((always_inline)) uint32_t *port_stack(void)
{
    uint32_t *sp;

    __asm__ volatile("mov %0, sp" : "=r"(sp));
    return sp;
}

/* BKPT 0xAB: the operation in r0, its argument or the address of its arguments in r1, the answer in r0. */
static inline int32_t port_semihost(uint32_t operation, const void *arguments)
{
    register uint32_t r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = arguments;

    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return (int32_t)r0;
}

#endif

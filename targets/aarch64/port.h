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

/* The operation in w0, the address of its arguments, 64 bits each, in x1, the answer in x0. */
static inline int32_t port_semihost(uint32_t operation, const void *arguments)
{
    register uint64_t x0 __asm__("x0") = operation;
    register const void *x1 __asm__("x1") = arguments;

    __asm__ volatile("hlt #0xf000" : "+r"(x0) : "r"(x1) : "memory");
    return (int32_t)x0;
}

#endif

/* SPDX-License-Identifier: Apache-2.0 */
#ifndef MOTE_PORT_H
#define MOTE_PORT_H

#include <stdint.h>

/* The lowest word of the stack that is in use here. */
static inline __attribute__((always_inline)) uint32_t *port_stack(void)
{
    uint32_t *sp;

    __asm__ volatile("mv %0, sp" : "=r"(sp));
    return sp;
}

/* An EBREAK between two shifts that do nothing, none of them compressed, all in one page: the operation in a0, its
 * argument or the address of its arguments in a1, the answer in a0. */
static inline int32_t port_semihost(uint32_t operation, const void *arguments)
{
    register uint32_t a0 __asm__("a0") = operation;
    register const void *a1 __asm__("a1") = arguments;

    __asm__ volatile(".balign 16\n\t"
                     ".option push\n\t"
                     ".option norvc\n\t"
                     "slli x0, x0, 0x1f\n\t"
                     "ebreak\n\t"
                     "srai x0, x0, 7\n\t"
                     ".option pop"
                     : "+r"(a0)
                     : "r"(a1)
                     : "memory");
    return (int32_t)a0;
}

#endif

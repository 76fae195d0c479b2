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

#endif

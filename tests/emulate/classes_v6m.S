/* SPDX-License-Identifier: Apache-2.0 */
/* Instructions of every class that Armv6-M has, with the cycles of a Cortex-M0. */
        .syntax unified
        .thumb
        .section .text.harness_main, "ax"
        .global harness_main
        .type harness_main, %function
        .thumb_func
harness_main:
        sub     sp, #32
        mov     r0, sp

        START
        ldr     r1, [r0]                /* 2 */
        ldrh    r2, [r0, #4]            /* 2 */
        str     r1, [r0, #8]            /* 2 */
        ldmia   r0!, {r1-r3}            /* 4 */
        stmia   r0!, {r1-r3}            /* 4 */
        muls    r1, r2, r1              /* 1 */
        STOP

        START
        movs    r1, #3                  /* 1 */
1:      subs    r1, #1                  /* 3 */
        bne     1b                      /* 3 + 3 + 1 */
        bl      leaf                    /* 4 */
        b       2f                      /* 3 */
        nop
2:      STOP

        movs    r0, #0
        bl      host_exit
        .size harness_main, . - harness_main

        .section .text.leaf, "ax"
        .type leaf, %function
        .thumb_func
leaf:   push    {r4, lr}                /* 3 */
        pop     {r4, pc}                /* 6 */
        .size leaf, . - leaf

        .section .text.harness_fault, "ax"
        .global harness_fault
        .type harness_fault, %function
        .thumb_func
harness_fault:
        movs    r0, #9
        bl      host_exit
        .size harness_fault, . - harness_fault

/* SPDX-License-Identifier: Apache-2.0 */
/* Counts: 1 + 1000 * 3 = 3001, three times: the count must not depend on whether the code was translated before.
 * Then 2 + 100000 * 4 + 2 * 100000 = 600002: a loop of 4 that calls a function of 2. */
        .syntax unified
        .thumb
        .section .text.harness_main, "ax"
        .global harness_main
        .type harness_main, %function
        .thumb_func
harness_main:
        movs    r4, #3
1:      orr.w   r8, r8, r8
        mov     r0, #1000               /* 1 */
2:      nop                             /* 3 each */
        subs    r0, #1
        bne     2b
        orr.w   r9, r9, r9
        subs    r4, #1
        bne     1b

        orr.w   r8, r8, r8
        ldr     r0, =100000             /* 1 */
        movs    r1, #0                  /* 2 */
3:      bl      leaf                    /* 4 each */
        subs    r0, #1
        cmp     r0, #0
        bne     3b
        orr.w   r9, r9, r9

        movs    r0, #0
        bl      host_exit
        .ltorg
        .size harness_main, . - harness_main

        .section .text.leaf, "ax"
        .type leaf, %function
        .thumb_func
leaf:   adds    r1, #1
        bx      lr
        .size leaf, . - leaf

        .section .text.harness_fault, "ax"
        .global harness_fault
        .type harness_fault, %function
        .thumb_func
harness_fault:
        movs    r0, #9
        bl      host_exit
        .size harness_fault, . - harness_fault

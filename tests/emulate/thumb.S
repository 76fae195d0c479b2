/* SPDX-License-Identifier: Apache-2.0 */
/* For every Cortex-M, in instructions of the smallest; START and STOP are the board's markers.
 * Counts: 0; 2 + 1000 * 3 = 3002 twice, whether the code was translated before or not; 2 + 100 * 5 = 502 with calls. */
        .syntax unified
        .thumb
        .section .text.harness_main, "ax"
        .global harness_main
        .type harness_main, %function
        .thumb_func
harness_main:
        START
        STOP

        movs    r4, #2
1:      START
        movs    r0, #125                /* 1 */
        lsls    r0, #3                  /* 2 */
2:      nop                             /* 3 each */
        subs    r0, #1
        bne     2b
        STOP
        subs    r4, #1
        bne     1b

        START
        movs    r0, #100                /* 1 */
        movs    r1, #0                  /* 2 */
3:      bl      leaf                    /* 5 each, with leaf's 2 */
        subs    r0, #1
        bne     3b
        STOP

        movs    r0, #0
        bl      host_exit
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

/* SPDX-License-Identifier: Apache-2.0 */
/* Intervals inside an interval, in order of their ends: 2, 3, and the outer one 1 + 2 + 1 + 3 + 1 = 8. */
        .syntax unified
        .thumb
        .section .text.harness_main, "ax"
        .global harness_main
        .type harness_main, %function
        .thumb_func
harness_main:
        orr.w   r8, r8, r8
        nop
        orr.w   r8, r8, r8
        nop
        nop
        orr.w   r9, r9, r9
        nop
        orr.w   r8, r8, r8
        nop
        nop
        nop
        orr.w   r9, r9, r9
        nop
        orr.w   r9, r9, r9
        movs    r0, #0
        bl      host_exit
        .size harness_main, . - harness_main

        .global harness_fault
        .type harness_fault, %function
        .thumb_func
harness_fault:
        movs    r0, #9
        bl      host_exit
        .size harness_fault, . - harness_fault
